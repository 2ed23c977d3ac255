//! What a user may do, changed by who manages users.

use store::nouns::{Facility, Session, User};
use store::{Action, Id, Role, Stored};

use super::once::Once;
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// Longer names fit no list.
const NAME_CHARACTERS_MAX: usize = 200;

/// What is changed of a user.
pub struct UserChange {
    /// Their name; none leaves it.
    pub name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Where they may do it; everywhere, if the list is empty.
    pub facilities: Vec<Id<Facility>>,
    /// Whether they may come in.
    pub active: bool,
}

impl Desk {
    /// Changes a user. Who may not come in any more is signed out everywhere, and links of invitations serve no more.
    ///
    /// # Errors
    /// If somebody changed them meanwhile, or `who` would take rights from themselves.
    pub async fn change_user(
        &self,
        who: &Who,
        id: Id<User>,
        version: i64,
        change: UserChange,
        once: Option<&Once>,
    ) -> Result<Stored<User>, Problem> {
        let UserChange { name, role, facilities, active } = change;
        if role == Role::Integration {
            return Err(Problem::field("/role", "W0108", "people do not have this role", "make a token for a program"));
        }
        let name = name.map(|name| name.trim().to_owned());
        if name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX) {
            let next = "write the name as colleagues know it";
            return Err(Problem::field("/name", "W0106", "the name is empty or too long", next));
        }
        if let Some(changed) = self.done_before(who, once).await? {
            return Ok(changed);
        }
        let before = self.store().peek(id).await?;
        if who.user() == Some(id) && (role != before.role || !active) {
            return Err(Problem::conflict("nobody takes their own rights away", "ask another owner"));
        }
        let created_at = before.created_at;
        let name = name.unwrap_or_else(|| before.name.clone());
        let body = User { name, role, facilities, active, ..before.body };
        let act = who.act(self);
        let mut work = self.store().begin(&act).await?;
        if let Some(changed) = Once::before(once, &mut work).await? {
            work.commit().await?;
            return Ok(changed);
        }
        let version = work.update(id, version, &body).await?;
        if !active {
            for mut session in work.look_up::<Session>("user", &id.to_string()).await? {
                if session.ended_at.is_none() {
                    session.body.ended_at = Some(act.at);
                    work.update(session.id, session.version, &session.body).await?;
                    work.note(Action::SignOut, Some(session.id), None, None)?;
                }
            }
        }
        let changed = Stored { id, version, created_at, changed_at: act.at, body };
        Once::keep(once, &mut work, &changed).await?;
        work.commit().await?;
        self.sessions().forget();
        Ok(changed)
    }
}
