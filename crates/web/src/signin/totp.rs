//! Codes of an authenticator app (TOTP, RFC 6238), each taken once, and the codes for the day on which the phone is lost.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};

/// RFC 4226 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;
/// How many recovery codes a user gets.
pub const RECOVERY_CODES: usize = 10;
/// 80 bits: nobody guesses one, so that a plain hash keeps it.
const RECOVERY_BYTES: usize = 10;

/// A new secret, in the alphabet that apps take.
///
/// # Errors
/// If the system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(BASE32_NOPAD.encode(&bytes))
}

/// The address that an app reads from a picture: `otpauth://totp/…`.
#[must_use]
pub fn address(secret: &str, issuer: &str, account: &str) -> String {
    let issuer = percent(issuer);
    format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", percent(account))
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The time step of a code, if it is right now and later than the last one that was taken: a code that somebody looked over a
/// shoulder for is worth nothing.
#[must_use]
pub fn step_of(secret: &str, code: &str, seconds: u64, last_step: Option<u64>) -> Option<u64> {
    let step = totp(secret)?.check(code.trim(), seconds)?;
    last_step.is_none_or(|last| last < step).then_some(step)
}

fn totp(secret: &str) -> Option<Totp> {
    let bytes = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    Builder::new().with_secret(Secret::from(bytes)).build().ok()
}

/// New recovery codes to show once, and the hashes under which they are kept.
///
/// # Errors
/// If the system gives no random bytes.
pub fn new_recovery_codes() -> Result<(Vec<String>, Vec<String>), getrandom::Error> {
    let mut codes = Vec::new();
    let mut kept = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; RECOVERY_BYTES];
        getrandom::fill(&mut bytes)?;
        let letters = BASE32_NOPAD.encode(&bytes).to_lowercase();
        let code: Vec<&str> = (0..letters.len()).step_by(4).map(|at| &letters[at..at + 4]).collect();
        let code = code.join("-");
        kept.push(recovery_hash(&code));
        codes.push(code);
    }
    Ok((codes, kept))
}

/// The hash of a recovery code as typed: blanks, dashes and capitals do not matter.
#[must_use]
pub fn recovery_hash(typed: &str) -> String {
    let letters: String = typed.chars().filter(|char| char.is_ascii_alphanumeric()).collect();
    HEXLOWER.encode(&Sha256::digest(letters.to_ascii_lowercase().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B, and its first times, cut to six digits.
    const RFC_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_of_the_rfc() {
        let secret = BASE32_NOPAD.encode(RFC_SECRET);
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(step_of(&secret, code, seconds, None), Some(seconds / 30));
            assert_eq!(step_of(&secret, code, seconds + 120, None), None);
        }
    }

    #[test]
    fn a_code_is_taken_once() {
        let secret = BASE32_NOPAD.encode(RFC_SECRET);
        let step = step_of(&secret, "287082", 59, None).unwrap();
        assert_eq!(step_of(&secret, "287082", 59, Some(step)), None);
        assert_eq!(step_of(&secret, "287082", 61, Some(step)), None);
    }

    #[test]
    fn a_secret_is_long_and_its_address_whole() {
        let secret = new_secret().unwrap();
        assert_eq!(BASE32_NOPAD.decode(secret.as_bytes()).unwrap().len(), SECRET_BYTES);
        let address = address("ABC", "Lakeside Spa", "maria@example.org");
        assert_eq!(address, "otpauth://totp/Lakeside%20Spa:maria@example.org?secret=ABC&issuer=Lakeside%20Spa");
    }

    #[test]
    fn recovery_codes_are_kept_as_hashes_and_read_as_typed() {
        let (codes, kept) = new_recovery_codes().unwrap();
        assert_eq!((codes.len(), kept.len()), (RECOVERY_CODES, RECOVERY_CODES));
        let typed = codes[3].to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed), kept[3]);
        assert!(kept.iter().all(|kept| !codes.contains(kept)));
    }
}
