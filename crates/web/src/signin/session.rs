//! Sessions of people and tokens of programs: 256 random bits, kept as their SHA-256.
//!
//! A cookie holds the session that is used and those that wait at the same workstation, so that colleagues change places without signing
//! out. A session that was idle is locked and keeps its place: who unlocks it goes on where they were.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::nouns::{Session, Token, User};
use store::{Id, StoreError, Stored};

use crate::Desk;

/// After so long without a request a session is locked.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_mins(10);
/// After so long a session ends whatever happens: a shift.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);
/// Sessions at one workstation.
pub const PARKED_MAX: usize = 4;
/// A change of a session or user on another server is seen after so long.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How often it is written down that a session is used.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Sessions and tokens that are remembered; more are read again.
const REMEMBERED_MAX: usize = 10_000;

/// The cookie. A browser takes one with `__Host-` only by a secure way, or from its own machine, for this host and all its paths.
pub const COOKIE: &str = "__Host-covered";
/// What tokens of programs begin with, so that they are found where they do not belong.
pub const TOKEN_PREFIX: &str = "cvd_";

/// A secret of 256 bits, as it travels.
///
/// # Errors
/// If the system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// The hash under which a secret is kept.
#[must_use]
pub fn hash_of(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

/// What forms of a session send back. It follows from the cookie, which scripts cannot read, and says nothing about it.
#[must_use]
pub fn csrf_of(secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("INVARIANT: HMAC takes a key of any length");
    mac.update(b"covered csrf");
    BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
}

/// The secrets of a browser's cookie, the one that is used first.
#[must_use]
pub fn secrets(headers: &HeaderMap) -> Vec<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(name, _)| *name == COOKIE).map_or("", |(_, value)| value);
    let is_secret = |part: &&str| {
        part.len() == 43 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    value.split('.').filter(is_secret).take(PARKED_MAX).map(str::to_owned).collect()
}

/// The cookie with these secrets; without any, the browser forgets it.
#[must_use]
pub fn cookie(secrets: &[String]) -> HeaderValue {
    let value = secrets.join(".");
    let age = if value.is_empty() { "; Max-Age=0" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&text).expect("INVARIANT: the alphabet of secrets is ASCII")
}

/// A session and whose it is.
#[derive(Clone)]
pub struct Known {
    /// The session.
    pub session: Stored<Session>,
    /// Whose.
    pub user: Stored<User>,
    read: Instant,
    seen: Timestamp,
    written: Timestamp,
}

impl Known {
    /// Whether the person has to show who they are before they go on.
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.session.locked || now.duration_since(self.seen) >= IDLE_MAX
    }
}

/// What was read of sessions and tokens a moment ago.
#[derive(Default)]
pub struct Sessions {
    known: Mutex<HashMap<String, Known>>,
    tokens: Mutex<HashMap<String, (Stored<Token>, Instant)>>,
}

impl Sessions {
    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads everything anew.
    pub fn forget(&self) {
        self.known().values_mut().for_each(|known| known.read -= REMEMBERED);
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Desk {
    /// The session of a secret, if it has not ended and its user may still come in.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn session(&self, secret: &str) -> Result<Option<Known>, StoreError> {
        let hash = hash_of(secret);
        let (now, before) = (self.now(), self.sessions().known().get(&hash).cloned());
        if let Some(known) = before.as_ref().filter(|known| known.read.elapsed() < REMEMBERED) {
            return Ok(self.is_open(known, now).then(|| known.clone()));
        }
        let Some(session) = self.store().recognize::<Session>("token", &hash).await?.pop() else { return Ok(None) };
        let user = self.store().peek(session.user).await?;
        let written = session.seen_at;
        let seen = before.map_or(written, |before| before.seen.max(written));
        let known = Known { session, user, read: Instant::now(), seen, written };
        let is_open = self.is_open(&known, now);
        let mut all = self.sessions().known();
        if all.len() >= REMEMBERED_MAX {
            all.retain(|_, known| known.read.elapsed() < REMEMBERED);
        }
        all.insert(hash, known.clone());
        Ok(is_open.then_some(known))
    }

    fn is_open(&self, known: &Known, now: Timestamp) -> bool {
        let Known { session, user, .. } = known;
        session.ended_at.is_none() && now < session.ends_at && user.active && !super::is_invitation(session)
    }

    /// Notes that a session is used now, and once in a while writes it down.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn used(&self, secret: &str, known: &Known, act: &store::Act) -> Result<(), StoreError> {
        let now = self.now();
        let hash = hash_of(secret);
        let due = {
            let mut all = self.sessions().known();
            let Some(known) = all.get_mut(&hash) else { return Ok(()) };
            known.seen = known.seen.max(now);
            let due = now.duration_since(known.written) >= WRITTEN_EVERY;
            if due {
                known.written = now;
            }
            due
        };
        if !due {
            return Ok(());
        }
        let mut work = self.store().begin(act).await?;
        let stored = work.get(known.session.id).await?;
        let body = Session { seen_at: now, ..stored.body };
        work.update(stored.id, stored.version, &body).await?;
        work.commit().await
    }

    /// Changes a session and forgets what was read of it.
    ///
    /// # Errors
    /// If it is not there or cannot be written.
    pub(crate) async fn change_session(
        &self,
        id: Id<Session>,
        act: &store::Act,
        action: store::Action,
        change: impl FnOnce(&mut Session) + Send,
    ) -> Result<(), StoreError> {
        let mut work = self.store().begin(act).await?;
        let mut stored = work.get(id).await?;
        change(&mut stored.body);
        work.update(id, stored.version, &stored.body).await?;
        work.note::<Session>(action, Some(id), None, None)?;
        work.commit().await?;
        self.sessions().known().retain(|_, known| known.session.id != id);
        Ok(())
    }

    /// The token of a program, if it has not ended.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn token(&self, secret: &str) -> Result<Option<Stored<Token>>, StoreError> {
        let hash = hash_of(secret);
        let is_open = |token: &Stored<Token>, now| token.ended_at.is_none() && now < token.ends_at;
        let remembered = {
            let tokens = self.sessions().tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.get(&hash).filter(|(_, read)| read.elapsed() < REMEMBERED).map(|(token, _)| token.clone())
        };
        if let Some(token) = remembered {
            return Ok(Some(token).filter(|token| is_open(token, self.now())));
        }
        let Some(token) = self.store().recognize::<Token>("token", &hash).await?.pop() else { return Ok(None) };
        let mut tokens = self.sessions().tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= REMEMBERED_MAX {
            tokens.clear();
        }
        tokens.insert(hash, (token.clone(), Instant::now()));
        Ok(Some(token).filter(|token| is_open(token, self.now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_holds_the_sessions_of_a_workstation() {
        let all = [new_secret().unwrap(), new_secret().unwrap()];
        let set = cookie(&all);
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-covered="));
        for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(text.contains(flag), "{text}");
        }
        let sent = format!("other=1; {}", text.split(';').next().unwrap());
        let headers = HeaderMap::from_iter([(header::COOKIE, sent.parse().unwrap())]);
        assert_eq!(secrets(&headers), all);
        assert!(cookie(&[]).to_str().unwrap().contains("Max-Age=0"));
        let odd = HeaderMap::from_iter([(header::COOKIE, "__Host-covered=short.'--".parse().unwrap())]);
        assert!(secrets(&odd).is_empty());
    }

    #[test]
    fn the_form_token_is_bound_to_the_session() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(csrf_of(&one), csrf_of(&other));
        assert_eq!(csrf_of(&one), csrf_of(&one));
        assert!(!csrf_of(&one).contains(&one));
    }
}
