//! How a receiver knows that a message is ours: HMAC-SHA-256 over identifier, time and body, in the form of Standard Webhooks
//! (<https://www.standardwebhooks.com>), so that receivers check it by a library that they have.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// 256 bits.
const SECRET_BYTES: usize = 32;

/// A new secret, as receivers are given it.
///
/// # Errors
/// If the system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", BASE64.encode(&bytes)))
}

/// The header `webhook-signature` of a message.
///
/// ```
/// // The key is base64 of 24 bytes.
/// let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
/// let signature = web::hooks::signature::sign(secret, "msg_1", 1_700_000_000, "{}");
/// assert!(signature.starts_with("v1,") && signature.len() == 47);
/// ```
#[must_use]
pub fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let key = secret.strip_prefix(PREFIX).and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("INVARIANT: HMAC takes a key of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another program: `printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef01234567 -binary | base64`.
    #[test]
    fn it_is_what_another_program_computes() {
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
        assert_eq!(sign(secret, "msg_1", 1_700_000_000, "{}"), "v1,DjijpYnPcWcWSiPdvC93sCoKwGNWcH97A32JApk39OU=");
    }

    #[test]
    fn secrets_differ_and_have_256_bits() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        assert_eq!(BASE64.decode(&one.as_bytes()[PREFIX.len()..]).unwrap().len(), SECRET_BYTES);
    }
}
