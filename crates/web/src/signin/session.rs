//! Sessions of people and tokens of programs: 256 random bits, kept as their SHA-256.
//!
//! A cookie holds the session that is used and those that wait at the same workstation, so that colleagues change places without signing
//! out. A session that was idle is locked and keeps its place: who unlocks it goes on where they were.
//!
//! What a server remembers of a session holds while the versions in the records say so, which is asked at every request: locked, unlocked,
//! ended or used at one server, it is at every other. The last use is written at most once a minute and judged as it was written, so that
//! all servers judge alike: a session locks after nine to ten idle minutes.

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

/// So long after its last use, as it was written down, a session is locked.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_mins(10);
/// After so long a session ends whatever happens: a shift.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);
/// Sessions at one workstation.
pub const PARKED_MAX: usize = 4;
/// The end of a token on another server is seen after so long.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How often it is written down that a session is used.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
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
    /// The last use that was written down.
    seen: Timestamp,
}

impl Known {
    /// Whether the person has to show who they are before they go on.
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.session.locked || is_idle(self.seen, now)
    }
}

fn is_idle(seen: Timestamp, now: Timestamp) -> bool {
    now.duration_since(seen) >= IDLE_MAX
}

/// What was read of sessions and tokens.
#[derive(Default)]
pub struct Sessions {
    known: Mutex<HashMap<String, Known>>,
    tokens: Mutex<HashMap<String, (Stored<Token>, Instant)>>,
}

impl Sessions {
    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads tokens anew.
    pub fn forget(&self) {
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
        let remembered = self.sessions().known().get(&hash).cloned();
        if let Some(mut known) = remembered {
            let standing = self.store().standing(known.session.id, known.user.id).await?;
            if let Some(standing) = standing
                && (standing.session, standing.user) == (known.session.version, known.user.version)
            {
                known.seen = standing.used_at.map_or(known.seen, |used| used.max(known.seen));
                return Ok(Some(known).filter(|known| is_open(known, self.now())));
            }
        }
        let Some(session) = self.store().recognize::<Session>("token", &hash).await?.pop() else { return Ok(None) };
        let user = self.store().peek(session.user).await?;
        let used = self.store().standing(session.id, user.id).await?.and_then(|standing| standing.used_at);
        let seen = used.map_or(session.seen_at, |used| used.max(session.seen_at));
        let known = Known { session, user, seen };
        let mut all = self.sessions().known();
        if all.len() >= REMEMBERED_MAX {
            all.clear();
        }
        all.insert(hash, known.clone());
        Ok(Some(known).filter(|known| is_open(known, self.now())))
    }

    /// Notes that a session is used now: once a minute that is written down.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn used(&self, secret: &str, known: &Known) -> Result<(), StoreError> {
        let now = self.now();
        if now.duration_since(known.seen) < WRITTEN_EVERY {
            return Ok(());
        }
        // Requests that come at once write it once.
        if let Some(known) = self.sessions().known().get_mut(&hash_of(secret)) {
            if now.duration_since(known.seen) < WRITTEN_EVERY {
                return Ok(());
            }
            known.seen = now;
        }
        self.store().used(known.session.id, now).await
    }

    /// Locks a session that was idle, so that it is locked whatever another server's clock says; unless it was used meanwhile.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn lock_idle(&self, known: &Known, act: &store::Act) -> Result<(), StoreError> {
        let mut work = self.store().begin(act).await?;
        let mut stored = work.get(known.session.id).await?;
        let used = work.last_use(stored.id).await?.map_or(stored.seen_at, |used| used.max(stored.seen_at));
        if stored.locked || stored.ended_at.is_some() || !is_idle(used, act.at) {
            work.roll_back().await;
            return Ok(());
        }
        stored.body.locked = true;
        work.update(stored.id, stored.version, &stored.body).await?;
        work.commit().await
    }

    /// Changes a session.
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
        work.commit().await
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

fn is_open(Known { session, user, .. }: &Known, now: Timestamp) -> bool {
    session.ended_at.is_none() && now < session.ends_at && user.active && !super::is_invitation(session)
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
