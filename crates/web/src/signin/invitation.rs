//! Invitations: an owner gives somebody a role, and the link by which they choose how they sign in.
//!
//! A new invitation to a user who exists lets them choose anew: it is how somebody comes back who lost everything.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::nouns::{Facility, Session, User};
use store::{Action, Id, Order, Phi, Purpose, Query, Role, Stored, Work};
use zeroize::Zeroizing;

use super::session::{SESSION_MAX, hash_of, new_secret};
use super::{NewUser, SignedIn, totp};
use crate::Desk;
use crate::desk::once::Once;
use crate::error::Problem;
use crate::layers::Address;
use crate::who::{RequestId, Who};

/// An invitation is good for so long.
pub const INVITATION_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A user with the path of the link to send.
#[derive(Serialize, Deserialize)]
pub struct Invited {
    /// The user, who cannot sign in yet.
    pub user: Stored<User>,
    /// What follows the origin in the link. It is shown once.
    pub link: String,
}

/// Invites somebody.
///
/// # Errors
/// If the e-mail is none, or somebody has it.
pub async fn invite(
    desk: &Desk,
    who: &Who,
    email: &str,
    name: &str,
    role: Role,
    facilities: Vec<Id<Facility>>,
    once: Option<&Once>,
) -> Result<Invited, Problem> {
    let (email, name) = (email.trim().to_owned(), name.trim().to_owned());
    if !super::is_email(&email) {
        return Err(Problem::field("/email", "W0105", "this is not an e-mail address", "write it as name@example.org"));
    }
    if role == Role::Integration {
        return Err(Problem::field("/role", "W0108", "people do not have this role", "make a token for a program"));
    }
    let body = User { facilities, ..User::new(email, name, role) };
    let act = who.act(desk);
    let mut work = desk.store().begin(&act).await?;
    if let Some(invited) = Once::before(once, &mut work).await? {
        work.commit().await?;
        return Ok(invited);
    }
    // Of two that come at once, one finds the other's.
    if !work.look_up::<User>("email", &body.email).await?.is_empty() {
        return Err(taken());
    }
    let id = work.insert(&body).await?;
    let user = Stored { id, version: 1, created_at: act.at, changed_at: act.at, body };
    let invited = write(&mut work, user).await?;
    Once::keep(once, &mut work, &invited).await?;
    work.commit().await?;
    Ok(invited)
}

fn taken() -> Problem {
    Problem::conflict("somebody has this e-mail", "change that user, or invite them again")
}

/// Invites somebody who is a user again. What they signed in with serves until they accept: an invitation that was made by mistake,
/// or that never arrives, locks nobody out. Who must be kept out at once is made inactive.
///
/// # Errors
/// If it cannot be written.
pub async fn again(desk: &Desk, who: &Who, user: Id<User>, once: Option<&Once>) -> Result<Invited, Problem> {
    let user = desk.store().peek(user).await?;
    let mut work = desk.store().begin(&who.act(desk)).await?;
    if let Some(invited) = Once::before(once, &mut work).await? {
        work.commit().await?;
        return Ok(invited);
    }
    let invited = write(&mut work, user).await?;
    Once::keep(once, &mut work, &invited).await?;
    work.commit().await?;
    Ok(invited)
}

/// Writes an invitation of a user.
async fn write(work: &mut Work, user: Stored<User>) -> Result<Invited, Problem> {
    let secret = new_secret().map_err(|_| Problem::internal())?;
    let totp = totp::new_secret().map_err(|_| Problem::internal())?;
    let now = work.act().at;
    let body = Session {
        user: user.id,
        token_sha256: Phi::new(hash_of(&secret)),
        device: "invitation".to_owned(),
        purpose: Purpose::Operations,
        facility: None,
        seen_at: now,
        ends_at: now + INVITATION_MAX,
        locked: true,
        ended_at: None,
        kept: json!({ "invitation": true, "totp": totp }),
    };
    work.insert(&body).await?;
    Ok(Invited { user, link: format!("/invitation/{secret}") })
}

/// An invitation that can be accepted.
pub struct Open {
    session: Stored<Session>,
    /// Who is invited.
    pub user: Stored<User>,
    /// The secret for their authenticator app.
    pub totp: String,
}

/// The invitation of a link.
///
/// # Errors
/// If it is unknown, was used, or is too old.
pub async fn open(desk: &Desk, link: &str) -> Result<Open, Problem> {
    let found = desk.store().recognize::<Session>("token", &hash_of(link)).await?.pop();
    let session = found
        .filter(|session| super::is_invitation(session) && session.ended_at.is_none() && desk.now() < session.ends_at);
    let session = session.ok_or_else(Problem::not_found)?;
    let user = desk.store().peek(session.user).await?;
    let totp = session.kept["totp"].as_str().unwrap_or_default().to_owned();
    if !user.active { Err(Problem::not_found()) } else { Ok(Open { session, user, totp }) }
}

/// Accepts an invitation: password and app are chosen, and the person is signed in. Everything from before ends with it, in one act:
/// password, app, recovery codes, passkeys, sessions and other invitations. A passkey that stayed would let in whoever has the device
/// that was lost, which is why the person was invited again.
///
/// # Errors
/// If the link serves no more, or the password or the code cannot be taken.
pub async fn accept(
    desk: &Desk,
    link: &str,
    password: Zeroizing<String>,
    code: &str,
    address: Address,
    device: &str,
    request: RequestId,
) -> Result<(SignedIn, Vec<String>), Problem> {
    let Open { session, user, totp } = open(desk, link).await?;
    let practice = desk.store().peek(desk.store().practice()).await?.body.name;
    let new = NewUser { email: user.email.clone(), name: user.name.clone(), password };
    let (chosen, codes) =
        super::new_user(desk, new, user.role, user.facilities.clone(), &totp, code, &practice).await?;
    let chosen = User { settings: user.settings.clone(), ..chosen };
    let act = store::Act { actor: store::Actor::User(user.id), ..desk.act_of_nobody(request) };
    let mut work = desk.store().begin(&act).await?;
    work.update(user.id, user.version, &chosen).await?;
    if !user.passkeys.is_empty() {
        let note = format!("invitation accepted, passkeys ended: {}", user.passkeys.len());
        work.note::<User>(Action::Update, Some(user.id), None, Some(Phi::new(note)))?;
    }
    for mut old in work.look_up::<Session>("user", &user.id.to_string()).await? {
        if old.ended_at.is_none() && act.at < old.ends_at {
            old.body.ended_at = Some(act.at);
            work.update(old.id, old.version, &old.body).await?;
            work.note::<Session>(Action::SignOut, Some(old.id), None, None)?;
        }
    }
    work.commit().await?;
    debug_assert!(session.user == user.id);
    let signed_in = super::begin_session(desk, user.id, user.role, address, device, request, &[]).await?;
    Ok((signed_in, codes))
}

/// All sessions that have not ended, of one user or of all, with their last use; invitations are none.
///
/// # Errors
/// If the records cannot be read.
pub async fn sessions(desk: &Desk, user: Option<Id<User>>) -> Result<Vec<Stored<Session>>, Problem> {
    let now = desk.now();
    let is_open = |session: &Stored<Session>| {
        session.ended_at.is_none()
            && now < session.ends_at
            && !super::is_invitation(session)
            && user.is_none_or(|user| session.user == user)
    };
    // Most sessions run out and are never ended: none that began before a shift is open.
    let mut query = Query::<Session>::all().state("active").order(Order::Newest);
    let mut found: Vec<Stored<Session>> = Vec::new();
    loop {
        let page = desk.store().peek_all(&query).await?;
        let is_old = page.items.last().is_none_or(|session| now.duration_since(session.created_at) > SESSION_MAX);
        found.extend(page.items.into_iter().filter(is_open));
        if is_old || page.next.is_none() {
            break;
        }
        query = query.after(page.next);
    }
    let uses = desk.store().last_uses().await?;
    let seen = |mut session: Stored<Session>| {
        let used = uses.get(&session.id).copied().unwrap_or(session.seen_at);
        session.body.seen_at = session.seen_at.max(used);
        session
    };
    found.reverse();
    Ok(found.into_iter().map(seen).collect())
}
