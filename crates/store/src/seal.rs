//! Sealing: AES-256-GCM under a subkey of its own for each value.
//!
//! version ‖ key id (16) ‖ 24 random bytes ‖ ciphertext and tag. Twelve of the random bytes make the subkey (HKDF-SHA-256), twelve are the
//! nonce, so that one key may seal far more values than the 2³² which a random nonce alone allows. What is authenticated beside the value is
//! where it stands (table, id, column): moved elsewhere it does not open.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Id;

const VERSION: u8 = 1;
const KEY_ID: usize = 16;
const SALT: usize = 12;
const NONCE: usize = 12;
const HEADER: usize = 1 + KEY_ID + SALT + NONCE;
const TAG: usize = 16;

/// A secret of 256 bits and its name. Both are wiped when it is dropped; it cannot be printed.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: Id<Key>,
    pub(crate) secret: Zeroizing<[u8; 32]>,
}

impl Key {
    pub(crate) fn random(id: Id<Key>) -> Key {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).expect("the system gives random bytes");
        Key { id, secret }
    }

    fn cipher(&self, salt: &[u8]) -> Aes256Gcm {
        let mut subkey = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), self.secret.as_slice())
            .expand(b"covered seal 1", subkey.as_mut_slice())
            .expect("32 bytes are fewer than HKDF gives");
        Aes256Gcm::new_from_slice(subkey.as_slice()).expect("a key of 32 bytes")
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) id: &'a str,
    pub(crate) column: &'a str,
}

impl Place<'_> {
    fn text(&self) -> String {
        format!("{}/{}/{}", self.table, self.id, self.column)
    }
}

/// It does not open: another key, another place, or not as it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOpened;

/// Seals a value for its place.
pub(crate) fn seal(key: &Key, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
    let mut random = [0; SALT + NONCE];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    let (salt, nonce) = random.split_at(SALT);
    let place = place.text();
    let payload = Payload { msg: plain, aad: place.as_bytes() };
    let ciphertext = key
        .cipher(salt)
        .encrypt(&Nonce::try_from(nonce).expect("a nonce of 12 bytes"), payload)
        .expect("a value is shorter than AES-GCM's 64 GB");
    let mut sealed = Vec::with_capacity(HEADER + ciphertext.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&key.id.to_bytes());
    sealed.extend_from_slice(&random);
    sealed.extend_from_slice(&ciphertext);
    sealed
}

/// Which key a value was sealed with; none, if it is not a sealed value.
pub(crate) fn key_of(sealed: &[u8]) -> Option<Id<Key>> {
    if sealed.len() < HEADER + TAG || sealed[0] != VERSION {
        return None;
    }
    Some(Id::from_bytes(sealed[1..=KEY_ID].try_into().expect("sixteen bytes")))
}

/// Opens a value at its place.
pub(crate) fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    if key_of(sealed) != Some(key.id) {
        return Err(NotOpened);
    }
    let (salt, nonce) = sealed[1 + KEY_ID..HEADER].split_at(SALT);
    let place = place.text();
    let payload = Payload { msg: &sealed[HEADER..], aad: place.as_bytes() };
    key.cipher(salt)
        .decrypt(&Nonce::try_from(nonce).expect("a nonce of 12 bytes"), payload)
        .map(Zeroizing::new)
        .map_err(|_| NotOpened)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const HERE: Place<'static> = Place { table: "record", id: "a", column: "sealed" };

    fn key() -> Key {
        Key::random(Id::new(Timestamp::UNIX_EPOCH))
    }

    proptest! {
        #[test]
        fn opens_to_what_was_sealed(plain in proptest::collection::vec(any::<u8>(), 0..300)) {
            let key = key();
            let sealed = seal(&key, HERE, &plain);
            let opened = open(&key, HERE, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
            prop_assert!(plain.len() < 8 || !sealed.windows(plain.len()).any(|window| window == plain));
        }

        #[test]
        fn no_bit_may_change(plain in proptest::collection::vec(any::<u8>(), 0..40), at in any::<proptest::sample::Index>(), bit in 0..8) {
            let key = key();
            let mut sealed = seal(&key, HERE, &plain);
            let at = at.index(sealed.len());
            sealed[at] ^= 1_u8 << bit;
            prop_assert_eq!(open(&key, HERE, &sealed).err(), Some(NotOpened));
        }

        #[test]
        fn anything_may_stand_there(sealed in proptest::collection::vec(any::<u8>(), 0..120)) {
            prop_assert_eq!(open(&key(), HERE, &sealed).err(), Some(NotOpened));
        }
    }

    #[test]
    fn elsewhere_it_stays_shut() {
        let key = key();
        let sealed = seal(&key, HERE, b"value");
        for place in [Place { table: "content", ..HERE }, Place { id: "b", ..HERE }, Place { column: "note", ..HERE }] {
            assert_eq!(open(&key, place, &sealed).err(), Some(NotOpened));
        }
        let other = Key { secret: Key::random(key.id).secret, ..key };
        assert_eq!(open(&other, HERE, &sealed).err(), Some(NotOpened));
    }

    #[test]
    fn twice_the_same_is_never_the_same() {
        let key = key();
        assert_ne!(seal(&key, HERE, b"value"), seal(&key, HERE, b"value"));
    }
}
