//! Passwords: what is taken (NIST SP 800-63B), how one is kept (argon2id), and how many are tried at once.
//!
//! A password is long and is not one of those that everybody tries first; nothing else is asked of it, and it does not expire.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// NIST asks for 8 where a second factor is asked for too, as it is here, and for 15 where none is; between the two lies what
/// people still choose well.
pub const CHARACTERS_MIN: usize = 12;
/// Longer than any passphrase; the cost of hashing does not grow with it.
pub const CHARACTERS_MAX: usize = 256;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes computed at once: each takes its memory and a core for some tens of milliseconds.
const AT_ONCE_MAX: usize = 4;

/// Words that common passwords are made of, in small letters without digits for letters.
const COMMON: [&str; 64] = [
    "password",
    "passwort",
    "passwd",
    "letmein",
    "welcome",
    "iloveyou",
    "iloveu",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "starwars",
    "pokemon",
    "master",
    "shadow",
    "michael",
    "jennifer",
    "jessica",
    "charlie",
    "ashley",
    "whatever",
    "trustno",
    "admin",
    "administrator",
    "root",
    "login",
    "guest",
    "default",
    "changeme",
    "secret",
    "computer",
    "internet",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "friday",
    "january",
    "december",
    "hello",
    "freedom",
    "blessed",
    "jesus",
    "liverpool",
    "chelsea",
    "medspa",
    "covered",
    "clinic",
    "doctor",
    "nurse",
    "botox",
    "frontdesk",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("the password has fewer than {CHARACTERS_MIN} characters")]
    Short,
    /// Too long.
    #[error("the password has more than {CHARACTERS_MAX} characters")]
    Long,
    /// One of those that are tried first, or made of the account's own words.
    #[error("the password is among those that are tried first")]
    Common,
}

impl PasswordError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "W0101",
            Self::Long => "W0102",
            Self::Common => "W0103",
        }
    }

    /// What to do.
    #[must_use]
    pub fn next(self) -> &'static str {
        match self {
            Self::Short => "take a sentence of several words; a manager of passwords makes good ones",
            Self::Long => "take a shorter one",
            Self::Common => "take words that have nothing to do with you, the practice or the keyboard",
        }
    }
}

/// Whether a password may be chosen; `own` are words of the account: e-mail, name, practice.
///
/// # Errors
/// If it is too short, too long, or what is left of it without common words, the account's own words, repetition and runs of the keyboard is too little.
pub fn judge(password: &str, own: &[&str]) -> Result<(), PasswordError> {
    let characters = password.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(PasswordError::Short);
    }
    if characters > CHARACTERS_MAX {
        return Err(PasswordError::Long);
    }
    if left_over(password, own) < LEFT_OVER_MIN { Err(PasswordError::Common) } else { Ok(()) }
}

/// Characters that must be left when what is guessed first is taken out.
const LEFT_OVER_MIN: usize = 6;

/// How many characters of a password a guesser would not have at once.
fn left_over(password: &str, own: &[&str]) -> usize {
    let mut rest: String = password.to_lowercase().chars().map(letter).collect();
    let words = own.iter().flat_map(|text| text.split(|char: char| !char.is_alphanumeric()));
    let mut words: Vec<String> = words.filter(|word| word.chars().count() >= 4).map(str::to_lowercase).collect();
    words.extend(COMMON.iter().map(|word| (*word).to_owned()));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in &words {
        let word: String = word.chars().map(letter).collect();
        rest = rest.replace(&word, "");
    }
    // The original digits, so that `2024` at the end counts as a run or a year, and not as letters.
    let mut count = 0;
    let mut last: Option<char> = None;
    for char in rest.chars() {
        let follows = last.is_some_and(|last| is_next(last, char));
        if !follows && char.is_alphanumeric() {
            count += 1;
        }
        last = Some(char);
    }
    count
}

/// What stands for a letter in passwords.
fn letter(char: char) -> char {
    match char {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether a character repeats the last, or stands beside it in the alphabet, in digits or on the keyboard.
fn is_next(last: char, char: char) -> bool {
    const ROWS: [&str; 4] = ["oi2eas6t89", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let beside_in = |row: &str| {
        let at = |wanted| row.chars().position(|char| char == wanted);
        matches!((at(last), at(char)), (Some(one), Some(other)) if one.abs_diff(other) <= 1)
    };
    let alphabet = last.is_alphabetic() && char.is_alphabetic() && u32::from(last).abs_diff(u32::from(char)) <= 1;
    alphabet || ROWS.iter().any(|row| beside_in(row))
}

/// Hashes and compares passwords, a few at once.
#[derive(Debug)]
pub struct Passwords {
    at_once: Semaphore,
    /// Of no password: compared with when there is no account, so that the two take the same time.
    nobody: String,
}

impl Passwords {
    /// Ready to hash.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut nothing = [0; 32];
        getrandom::fill(&mut nothing)?;
        let nobody = hash(&nothing)?;
        Ok(Self { at_once: Semaphore::new(AT_ONCE_MAX), nobody })
    }

    /// The text under which a password is kept.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub async fn keep(&self, password: Zeroizing<String>) -> Result<String, getrandom::Error> {
        let _permit = self.at_once.acquire().await;
        let hashed = tokio::task::spawn_blocking(move || hash(password.as_bytes())).await;
        hashed.unwrap_or(Err(getrandom::Error::UNEXPECTED))
    }

    /// Whether it is the password that was kept. Without an account the answer is no, and takes as long.
    pub async fn is(&self, password: Zeroizing<String>, kept: Option<&str>) -> bool {
        let _permit = self.at_once.acquire().await;
        let exists = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let compared = tokio::task::spawn_blocking(move || compare(password.as_bytes(), &kept)).await;
        compared.unwrap_or(false) && exists
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("INVARIANT: the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &[u8]) -> Result<String, getrandom::Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    let hash: argon2::password_hash::phc::PasswordHash = argon2()
        .hash_password_with_salt(password, &salt)
        .expect("INVARIANT: argon2 takes every password of this length and a salt of 16 bytes");
    Ok(hash.to_string())
}

fn compare(password: &[u8], kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| argon2().verify_password(password, &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_enough_and_not_common() {
        let own = ["maria.lopez@example.org", "Maria Lopez", "Lakeside Medical Spa"];
        for good in
            ["correct horse battery staple", "vLt9-rWq2-xPz7", "tulpen blühen spät im Mai", "🦀🦀 crabs walk sideways"]
        {
            assert_eq!(judge(good, &own), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", PasswordError::Short),
            ("elevenchars", PasswordError::Short),
            ("passwordpassword", PasswordError::Common),
            ("P@ssw0rd1234!", PasswordError::Common),
            ("qwertyuiop123", PasswordError::Common),
            ("aaaaaaaaaaaaaaaa", PasswordError::Common),
            ("123456789012", PasswordError::Common),
            ("abcdefghijklmnop", PasswordError::Common),
            ("Lakeside2026!", PasswordError::Common),
            ("maria.lopez!!!!", PasswordError::Common),
            ("iloveyou1234", PasswordError::Common),
        ] {
            assert_eq!(judge(bad, &own), Err(why), "{bad}");
        }
        assert_eq!(judge(&"ab9 ".repeat(100), &own), Err(PasswordError::Long));
    }

    #[tokio::test]
    async fn kept_with_argon2id_and_a_salt_of_its_own() {
        let passwords = Passwords::new().unwrap();
        let secret = || Zeroizing::new("correct horse battery staple".to_owned());
        let one = passwords.keep(secret()).await.unwrap();
        let other = passwords.keep(secret()).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(passwords.is(secret(), Some(&one)).await);
        assert!(!passwords.is(Zeroizing::new("correct horse battery stable".to_owned()), Some(&one)).await);
        assert!(!passwords.is(secret(), None).await);
        assert!(!passwords.is(secret(), Some("not a hash")).await);
    }
}
