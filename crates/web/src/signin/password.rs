//! Passwords: what is taken (NIST SP 800-63B), how one is kept (argon2id), and how many are tried at once.
//!
//! A password is long and is not one of those that everybody tries first; nothing else is asked of it, and it does not expire.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use zeroize::Zeroizing;

use crate::limits::Turns;

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

/// What is asked of an estimate: at least so many guesses by who knows how people choose. It is the third of four steps of `zxcvbn`, "safely
/// unguessable" where the hash is slow, as it is here.
const SCORE_MIN: zxcvbn::Score = zxcvbn::Score::Three;
/// Shorter words of an account stand in other words too.
const OWN_CHARACTERS_MIN: usize = 4;
/// An estimate looks at no more: it takes longer than linear time.
const ESTIMATED_CHARACTERS: usize = 72;

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
/// If it is too short, too long, or would be guessed soon: common passwords and words, the account's own words, names, dates, repetition and
/// runs of the keyboard count for little.
pub fn judge(password: &str, own: &[&str]) -> Result<(), PasswordError> {
    let characters = password.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(PasswordError::Short);
    }
    if characters > CHARACTERS_MAX {
        return Err(PasswordError::Long);
    }
    let words = own.iter().flat_map(|text| text.split(|char: char| !char.is_alphanumeric()));
    let words: Vec<String> =
        words.filter(|word| word.chars().count() >= OWN_CHARACTERS_MIN).map(str::to_lowercase).collect();
    // The account's own words count for nothing, and what is left has to do.
    let left = words.iter().fold(password.to_lowercase(), |left, word| left.replace(word, ""));
    let left: String = left.chars().take(ESTIMATED_CHARACTERS).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if zxcvbn::zxcvbn(&left, &words).score() < SCORE_MIN { Err(PasswordError::Common) } else { Ok(()) }
}

/// Hashes and compares passwords, a few at once.
#[derive(Debug)]
pub struct Passwords {
    at_once: Turns,
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
        Ok(Self { at_once: Turns::new(AT_ONCE_MAX), nobody })
    }

    /// The text under which a password is kept.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub async fn keep(&self, password: Zeroizing<String>) -> Result<String, getrandom::Error> {
        let hashed = self.at_once.work(move || hash(password.as_bytes())).await;
        hashed.unwrap_or(Err(getrandom::Error::UNEXPECTED))
    }

    /// Whether it is the password that was kept. Without an account the answer is no, and takes as long.
    pub async fn is(&self, password: Zeroizing<String>, kept: Option<&str>) -> bool {
        let exists = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let compared = self.at_once.work(move || compare(password.as_bytes(), &kept)).await;
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
            ("trustno1trustno1", PasswordError::Common),
            ("botoxbotoxbotox", PasswordError::Common),
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
