//! Passkeys (WebAuthn): made to be found by the device itself, so that nobody types a name, and always with the device's own check
//! of finger, face or PIN.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use webauthn_rs::prelude::{
    CreationChallengeResponse, CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::{Mediation, ResidentKeyRequirement};

use crate::settings::Settings;

/// A ceremony that was begun is forgotten after this.
const CEREMONY_TIME_MAX: Duration = Duration::from_secs(5 * 60);
/// Ceremonies that are open at once.
const CEREMONIES_MAX: usize = 5_000;
/// Passkeys that a user may have. Two or more are wise: one device gets lost.
pub const PASSKEYS_MAX: usize = 10;

/// The name that devices show beside a passkey.
const RELYING_PARTY: &str = "Covered";

/// Ceremonies with devices.
pub struct Passkeys {
    webauthn: Webauthn,
    registrations: Ceremonies<[u8; 16], PasskeyRegistration>,
    sign_ins: Ceremonies<Uuid, DiscoverableAuthentication>,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Passkeys")
    }
}

impl Passkeys {
    /// Passkeys for the host under which the desk is reached.
    ///
    /// # Errors
    /// If no browser would take the host.
    pub fn new(settings: &Settings) -> Result<Self, WebauthnError> {
        let origin = Url::parse(&settings.origin()).map_err(|_| WebauthnError::Configuration)?;
        let builder = WebauthnBuilder::new(settings.host(), &origin)?.rp_name(RELYING_PARTY);
        let webauthn = builder.timeout(CEREMONY_TIME_MAX).build()?;
        Ok(Self { webauthn, registrations: Ceremonies::default(), sign_ins: Ceremonies::default() })
    }

    /// What the browser needs to make a passkey for a user in this session.
    ///
    /// # Errors
    /// If the names are not fit for a device.
    pub fn start_registration(
        &self,
        session: [u8; 16],
        user: Uuid,
        email: &str,
        name: &str,
        have: &[Passkey],
        now: Instant,
    ) -> Result<CreationChallengeResponse, WebauthnError> {
        let have: Vec<CredentialID> = have.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (mut challenge, state) = self.webauthn.start_passkey_registration(user, email, name, Some(have))?;
        // Without this a device may keep a passkey that it does not find by itself.
        if let Some(selection) = challenge.public_key.authenticator_selection.as_mut() {
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        self.registrations.begin(session, state, now);
        Ok(challenge)
    }

    /// The passkey that the device made.
    ///
    /// # Errors
    /// If no registration was begun in this session, or the device's answer does not fit it.
    pub fn finish_registration(
        &self,
        session: [u8; 16],
        made: &RegisterPublicKeyCredential,
        now: Instant,
    ) -> Result<Passkey, WebauthnError> {
        let state = self.registrations.end(&session, now).ok_or(WebauthnError::ChallengeNotFound)?;
        self.webauthn.finish_passkey_registration(made, &state)
    }

    /// What the browser needs to sign somebody in, whoever the device says it is, and the name of this ceremony.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub fn start_sign_in(&self, now: Instant) -> Result<(Uuid, RequestChallengeResponse), WebauthnError> {
        let (mut challenge, state) = self.webauthn.start_discoverable_authentication()?;
        // Asked for by a button, not by a field that fills itself.
        challenge.mediation = None::<Mediation>;
        let ceremony = Uuid::new_v4();
        self.sign_ins.begin(ceremony, state, now);
        Ok((ceremony, challenge))
    }

    /// The user that a device says it signs in.
    #[must_use]
    pub fn user_of(&self, signed: &PublicKeyCredential) -> Option<Uuid> {
        self.webauthn.identify_discoverable_authentication(signed).ok().map(|(user, _)| user)
    }

    /// Whether one of the user's passkeys signed; it comes back, with its counter moved on. A ceremony serves once.
    ///
    /// # Errors
    /// If the ceremony is unknown or too old, no passkey of the user's signed, or its counter went back: then it was copied.
    pub fn finish_sign_in(
        &self,
        ceremony: Uuid,
        signed: &PublicKeyCredential,
        have: &[Passkey],
        now: Instant,
    ) -> Result<Passkey, WebauthnError> {
        let state = self.sign_ins.end(&ceremony, now).ok_or(WebauthnError::ChallengeNotFound)?;
        let (_, id) = self.webauthn.identify_discoverable_authentication(signed)?;
        let mut passkey = have
            .iter()
            .find(|passkey| AsRef::<[u8]>::as_ref(passkey.cred_id()) == id)
            .cloned()
            .ok_or(WebauthnError::CredentialNotFound)?;
        let key = DiscoverableKey::from(&passkey);
        let result = self.webauthn.finish_discoverable_authentication_v2(signed, state, &key)?;
        passkey.update_credential(&result);
        Ok(passkey)
    }
}

/// Ceremonies that were begun and not ended.
struct Ceremonies<K, S>(Mutex<HashMap<K, (S, Instant)>>);

impl<K, S> Default for Ceremonies<K, S> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash, S> Ceremonies<K, S> {
    fn begin(&self, key: K, state: S, now: Instant) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= CEREMONIES_MAX {
            open.retain(|_, (_, began)| now.saturating_duration_since(*began) < CEREMONY_TIME_MAX);
        }
        // Still too many are somebody's flood: those that wait try again.
        if open.len() >= CEREMONIES_MAX {
            open.clear();
        }
        open.insert(key, (state, now));
    }

    fn end(&self, key: &K, now: Instant) -> Option<S> {
        let (state, began) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)?;
        (now.saturating_duration_since(began) < CEREMONY_TIME_MAX).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Reach;
    use crate::signin::device::Device;

    const ORIGIN: &str = "https://desk.example.org";
    const HOST: &str = "desk.example.org";
    const USER: Uuid = Uuid::from_bytes([9; 16]);

    fn passkeys() -> Passkeys {
        let reach = Reach::Proxy { name: HOST.to_owned() };
        Passkeys::new(&Settings { reach, port: 443, is_demo: false, metrics_token: None }).unwrap()
    }

    fn registered(passkeys: &Passkeys, device: &mut Device, have: &[Passkey], now: Instant) -> Passkey {
        let asked = passkeys.start_registration([1; 16], USER, "maria@example.org", "Maria", have, now).unwrap();
        let asked = serde_json::to_value(asked).unwrap();
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        let made = serde_json::from_value(device.create(&asked)).unwrap();
        passkeys.finish_registration([1; 16], &made, now).unwrap()
    }

    fn signed(passkeys: &Passkeys, device: &mut Device, now: Instant) -> (Uuid, PublicKeyCredential) {
        let (ceremony, asked) = passkeys.start_sign_in(now).unwrap();
        let asked = serde_json::to_value(asked).unwrap();
        assert!(asked["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty), "nobody is named");
        (ceremony, serde_json::from_value(device.get(&asked)).unwrap())
    }

    #[test]
    fn two_devices_of_one_user_sign_in_without_a_name() {
        let (passkeys, now) = (passkeys(), Instant::now());
        let (mut one, mut other) = (Device::new(ORIGIN, HOST, 7), Device::new(ORIGIN, HOST, 8));
        let mut have = vec![registered(&passkeys, &mut one, &[], now)];
        have.push(registered(&passkeys, &mut other, &have, now));
        for device in [&mut one, &mut other] {
            let (ceremony, answer) = signed(&passkeys, device, now);
            assert_eq!(passkeys.user_of(&answer), Some(USER));
            passkeys.finish_sign_in(ceremony, &answer, &have, now).unwrap();
            assert!(passkeys.finish_sign_in(ceremony, &answer, &have, now).is_err(), "a ceremony serves once");
        }
    }

    #[test]
    fn a_copied_device_another_site_and_an_old_ceremony_are_refused() {
        let (passkeys, now) = (passkeys(), Instant::now());
        let mut device = Device::new(ORIGIN, HOST, 7);
        let mut have = vec![registered(&passkeys, &mut device, &[], now)];
        let (ceremony, answer) = signed(&passkeys, &mut device, now);
        have[0] = passkeys.finish_sign_in(ceremony, &answer, &have, now).unwrap();

        device.counter = 0;
        let (ceremony, answer) = signed(&passkeys, &mut device, now);
        assert!(passkeys.finish_sign_in(ceremony, &answer, &have, now).is_err(), "the counter went back");

        let mut phished = Device::new("https://desk.example.evil", HOST, 7);
        phished.counter = 10;
        let (ceremony, answer) = signed(&passkeys, &mut phished, now);
        assert!(passkeys.finish_sign_in(ceremony, &answer, &have, now).is_err(), "signed for another site");

        device.counter = 20;
        let (ceremony, answer) = signed(&passkeys, &mut device, now);
        assert!(passkeys.finish_sign_in(ceremony, &answer, &have, now + CEREMONY_TIME_MAX).is_err(), "too late");

        let (ceremony, answer) = signed(&passkeys, &mut device, now);
        passkeys.finish_sign_in(ceremony, &answer, &have, now).unwrap();
    }
}
