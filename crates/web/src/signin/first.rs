//! The first start: a link that the terminal prints makes the owner. There is no password that comes with the program.

use std::sync::{Mutex, PoisonError};

use store::nouns::User;
use store::{Action, Phi, Query, Role, Store, StoreError};
use zeroize::Zeroizing;

use super::session::new_secret;
use super::totp;
use super::{NewUser, SignedIn};
use crate::Desk;
use crate::error::Problem;
use crate::layers::Address;
use crate::origin::is_same;
use crate::who::RequestId;

/// The link, while there is no user.
pub struct FirstStart {
    secret: Mutex<Option<Zeroizing<String>>>,
    /// The owner's authenticator app learns it from the page.
    totp: String,
}

impl FirstStart {
    pub(crate) async fn new(store: &Store) -> Result<Self, crate::desk::DeskError> {
        let is_first = store.count(&Query::<User>::all()).await? == 0;
        let secret = if is_first { Some(Zeroizing::new(new_secret()?)) } else { None };
        Ok(Self { secret: Mutex::new(secret), totp: totp::new_secret()? })
    }

    /// What follows the origin in the link; none once there is an owner.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let secret = self.secret.lock().unwrap_or_else(PoisonError::into_inner);
        secret.as_ref().map(|secret| format!("/first/{}", secret.as_str()))
    }

    /// The secret for the owner's authenticator app, for who has the link.
    #[must_use]
    pub fn totp(&self, link: &str) -> Option<&str> {
        self.is(link).then_some(self.totp.as_str())
    }

    fn is(&self, link: &str) -> bool {
        let secret = self.secret.lock().unwrap_or_else(PoisonError::into_inner);
        secret.as_ref().is_some_and(|secret| is_same(secret.as_bytes(), link.as_bytes()))
    }

    fn end(&self) {
        *self.secret.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What the owner enters.
pub struct Owner {
    /// What the practice is called.
    pub practice: String,
    /// The owner.
    pub user: NewUser,
    /// A code of the app, so that it is known to work.
    pub code: String,
}

/// Makes the owner and signs them in. The recovery codes are shown once.
///
/// # Errors
/// If the link is not the one that was printed or was used, or something of what was entered cannot be taken.
pub async fn create(
    desk: &Desk,
    link: &str,
    owner: Owner,
    address: Address,
    device: &str,
    request: RequestId,
) -> Result<(SignedIn, Vec<String>), Problem> {
    let secret = desk.first().totp(link).ok_or_else(Problem::not_found)?.to_owned();
    if owner.practice.trim().is_empty() {
        return Err(Problem::field(
            "/practice",
            "W0104",
            "the practice has no name",
            "write what the sign on the door says",
        ));
    }
    let (user, codes) =
        super::new_user(desk, owner.user, Role::Owner, Vec::new(), &secret, &owner.code, &owner.practice).await?;
    let act = desk.act_of_nobody(request);
    let mut work = desk.store().begin(&act).await?;
    if work.count(&Query::<User>::all()).await? > 0 {
        return Err(Problem::not_found());
    }
    let id = work.insert(&user).await?;
    let practice = work.get(desk.store().practice()).await?;
    let mut named = practice.body.clone();
    named.name = owner.practice.trim().to_owned();
    work.update(practice.id, practice.version, &named).await?;
    work.note(Action::SignIn, Some(id), None, Some(Phi::new("first start".to_owned())))?;
    work.commit().await.map_err(|error: StoreError| Problem::from(error))?;
    desk.first().end();
    let signed_in = super::begin_session(desk, id, user.role, address, device, request, &[]).await?;
    Ok((signed_in, codes))
}
