//! Tokens of programs: scoped, for a time, shown once.

use jiff::SignedDuration;
use store::nouns::{Facility, Token};
use store::{Id, Phi, Role, Stored};

use super::session::{TOKEN_PREFIX, hash_of, new_secret};
use crate::Desk;
use crate::access::{Right, may};
use crate::desk::once::Once;
use crate::error::Problem;
use crate::who::Who;

/// A token is good for at most so many days.
pub const DAYS_MAX: i64 = 366;
/// Longer names are cut off by no screen.
const NAME_CHARACTERS_MAX: usize = 200;

/// What a token is asked to be.
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do, in the words of the table of rights.
    pub scopes: Vec<String>,
    /// Where it may do it; everywhere, if the list is empty.
    pub facilities: Vec<Id<Facility>>,
    /// For how long.
    pub days: i64,
}

/// The rights that a program may hold.
pub fn rights() -> impl Iterator<Item = Right> {
    Right::ALL
        .into_iter()
        .filter(|right| !matches!(right, Right::Anyone | Right::SignedIn) && may(Role::Integration, *right))
}

/// Makes a token; its secret comes with it, and is kept nowhere but in the sealed reply to a request with a key.
///
/// # Errors
/// If it has no name, names rights that a program may not hold, or would last too long.
pub async fn make(
    desk: &Desk,
    who: &Who,
    new: NewToken,
    once: Option<&Once>,
) -> Result<(Stored<Token>, String), Problem> {
    let by = who.user().ok_or_else(|| Problem::no_right(Right::TokenManage))?;
    let NewToken { name, scopes, facilities, days } = new;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        return Err(Problem::field("/name", "W0207", "the name is empty or too long", "say what the program does"));
    }
    let may_hold = |word: &String| Right::of_word(word).is_some_and(|right| may(Role::Integration, right));
    if scopes.is_empty() || !scopes.iter().all(may_hold) {
        let next = format!("take some of: {}", rights().map(Right::word).collect::<Vec<_>>().join(", "));
        return Err(Problem::field("/scopes", "W0204", "a program may not hold these rights, or none is named", next));
    }
    if !(1..=DAYS_MAX).contains(&days) {
        let next = format!("take 1 to {DAYS_MAX} days");
        return Err(Problem::field("/days", "W0205", "a token ends after at least a day and at most a year", next));
    }
    let secret = format!("{TOKEN_PREFIX}{}", new_secret().map_err(|_| Problem::internal())?);
    let ends_at = desk.now() + SignedDuration::from_hours(24 * days);
    let token_sha256 = Phi::new(hash_of(&secret));
    let body = Token { name, token_sha256, by, scopes, facilities, ends_at, ended_at: None };
    let act = who.act(desk);
    let mut work = desk.store().begin(&act).await?;
    if let Some(made) = Once::before(once, &mut work).await? {
        work.commit().await?;
        return Ok(made);
    }
    let id = work.insert(&body).await?;
    let made = (Stored { id, version: 1, created_at: act.at, changed_at: act.at, body }, secret);
    Once::keep(once, &mut work, &made).await?;
    work.commit().await?;
    Ok(made)
}

/// Ends a token.
///
/// # Errors
/// If it is not there.
pub async fn end(desk: &Desk, who: &Who, id: Id<Token>) -> Result<(), Problem> {
    let before = desk.store().peek(id).await?;
    if before.ended_at.is_some() {
        return Ok(());
    }
    let ended = Token { ended_at: Some(desk.now()), ..before.body.clone() };
    desk.change(who, id, before.version, &ended, None).await?;
    desk.sessions().forget();
    Ok(())
}
