//! Webhooks: other servers are told that something happened to a record, by its identifier and by nothing that stands in it.
//!
//! A message is kept in the act that it tells of, so that neither is without the other; a [`Courier`](courier::Courier) sends it. What was
//! not taken is sent again, later and later, and survives the end of the program. A message may come twice: its `webhook-id` stays.

pub mod courier;
pub mod outside;
pub mod signature;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Uri;
use store::nouns::{Delivery, DeliveryState, Hook};
use store::{Id, Order, Phi, Query, Record, StoreError, Stored, Work};
use tokio::sync::Notify;

use crate::Desk;
use crate::desk::once::Once;
use crate::error::Problem;
use crate::who::Who;

/// Hooks of a practice.
pub const HOOKS_MAX: usize = 20;
/// Messages that wait for one hook; what happens then is not told.
pub const WAITING_MAX: u64 = 10_000;
/// Longer addresses are none.
const ADDRESS_CHARACTERS_MAX: usize = 2_000;
/// A change of the hooks on another server is seen after so long.
const REMEMBERED: Duration = Duration::from_secs(5);

/// What another server may be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An answer was kept.
    DeterminationMade,
    /// A fact that may never be advised was changed after an answer was shown.
    ChangeToReview,
    /// A visit was entered or changed.
    VisitSaved,
    /// A document was filed.
    DocumentFiled,
    /// Somebody opened a patient of another facility in an emergency.
    GlassBroken,
    /// An owner tries whether the other server listens.
    HookTried,
}

impl Event {
    /// All events that a hook may choose. A trial is sent whatever it chose.
    pub const ALL: [Self; 5] =
        [Self::DeterminationMade, Self::ChangeToReview, Self::VisitSaved, Self::DocumentFiled, Self::GlassBroken];

    /// The word for it in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DeterminationMade => "determination.made",
            Self::ChangeToReview => "change.to_review",
            Self::VisitSaved => "visit.saved",
            Self::DocumentFiled => "document.filed",
            Self::GlassBroken => "glass.broken",
            Self::HookTried => "hook.tried",
        }
    }

    /// What it means, for pages.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::DeterminationMade => "An answer was kept",
            Self::ChangeToReview => "A fact was changed after a verdict",
            Self::VisitSaved => "A visit was entered or changed",
            Self::DocumentFiled => "A document was filed",
            Self::GlassBroken => "Somebody broke the glass",
            Self::HookTried => "A trial",
        }
    }

    /// What is told when a record of this noun is written.
    pub(crate) fn of_noun(noun: &str) -> Option<Self> {
        match noun {
            "visit" => Some(Self::VisitSaved),
            "document" => Some(Self::DocumentFiled),
            "determination" => Some(Self::DeterminationMade),
            "change" => Some(Self::ChangeToReview),
            "glass" => Some(Self::GlassBroken),
            _ => None,
        }
    }
}

/// Hooks that are told, as they were read a moment ago.
#[derive(Default)]
pub(crate) struct Hooks {
    known: Mutex<Option<(Instant, Listening)>>,
    wake: Notify,
}

type Listening = Arc<Vec<(Id<Hook>, Vec<String>)>>;

/// The state by which the messages of one hook are found.
fn state_of(hook: Id<Hook>, state: DeliveryState) -> String {
    Delivery::state_of(hook, state)
}

/// Messages to a hook in a state.
pub(crate) fn messages(hook: Id<Hook>, states: &[DeliveryState]) -> Query<Delivery> {
    Query::all().states(states.iter().map(|state| state_of(hook, *state)))
}

/// The hooks that are told of something, with what they are told.
#[derive(Clone, Default)]
pub(crate) struct Listeners(Vec<(Id<Hook>, Event)>);

impl Listeners {
    /// Keeps what is told of a record, in the act that wrote it.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn tell<R: Record>(&self, work: &mut Work, id: Id<R>) -> Result<(), StoreError> {
        for (hook, event) in self.0.iter().filter(|(_, event)| Event::of_noun(R::NOUN) == Some(*event)) {
            keep(work, *hook, *event, R::NOUN, id.to_string()).await?;
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Keeps a message, if its hook has room for it.
async fn keep(work: &mut Work, hook: Id<Hook>, event: Event, noun: &str, record: String) -> Result<(), StoreError> {
    if work.count(&messages(hook, &[DeliveryState::Waiting])).await? >= WAITING_MAX {
        tracing::warn!(%hook, event = event.word(), "too many messages wait for this hook: one is not told");
        return Ok(());
    }
    let body = Delivery {
        hook,
        event: event.word().to_owned(),
        noun: noun.to_owned(),
        record,
        state: DeliveryState::Waiting,
        attempts: 0,
        next_at: work.act().at,
        tried_at: None,
        status: None,
        trouble: None,
    };
    work.insert(&body).await?;
    Ok(())
}

impl Desk {
    /// The hooks that are told when a record of one of these nouns is written. Ask before the act begins.
    pub(crate) async fn listeners(&self, nouns: &[&str]) -> Result<Listeners, StoreError> {
        let events: Vec<Event> = nouns.iter().filter_map(|noun| Event::of_noun(noun)).collect();
        if events.is_empty() {
            return Ok(Listeners::default());
        }
        let all = self.listening().await?;
        let wants = |event: &Event, of: &[String]| of.iter().any(|word| word == event.word());
        let told = all.iter().flat_map(|(hook, of)| {
            events.iter().filter(move |event| wants(event, of)).map(move |event| (*hook, *event))
        });
        Ok(Listeners(told.collect()))
    }

    /// The hooks that are told when a record of this noun is changed: a visit is saved again, a review is no event.
    pub(crate) async fn listeners_of_change(&self, noun: &str) -> Result<Listeners, StoreError> {
        match noun {
            "visit" => self.listeners(&[noun]).await,
            _ => Ok(Listeners::default()),
        }
    }

    /// Says to the courier that something may have been kept for it.
    pub(crate) fn wake_courier(&self, told: &Listeners) {
        if !told.is_empty() {
            self.hooks().wake.notify_one();
        }
    }

    async fn listening(&self) -> Result<Listening, StoreError> {
        // The demo tells nobody.
        if self.demo() {
            return Ok(Listening::default());
        }
        let known = self.hooks().known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, all)) = known.filter(|(read, _)| read.elapsed() < REMEMBERED) {
            return Ok(all);
        }
        let hooks = self.store().peek_all(&Query::<Hook>::all().state("active")).await?.items;
        let all: Listening = Arc::new(hooks.into_iter().map(|hook| (hook.id, hook.body.events)).collect());
        let read = Some((Instant::now(), Arc::clone(&all)));
        *self.hooks().known.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(all)
    }

    fn forget_hooks(&self) {
        *self.hooks().known.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.hooks().wake.notify_one();
    }

    /// Makes a hook; its secret is shown now and never again.
    ///
    /// # Errors
    /// If the address or the events cannot be taken, there are too many hooks, or this is the demo.
    pub async fn make_hook(
        &self,
        who: &Who,
        address: &str,
        events: Vec<String>,
        once: Option<&Once>,
    ) -> Result<Stored<Hook>, Problem> {
        if self.demo() {
            return Err(Problem::conflict("the demo tells nobody of anything", "make it in a practice's own desk"));
        }
        let address = checked_address(address)?;
        if events.is_empty() || !events.iter().all(|word| Event::ALL.iter().any(|event| event.word() == word)) {
            let all = Event::ALL.map(Event::word).join(", ");
            let next = format!("take some of: {all}");
            return Err(Problem::field("/events", "W0701", "no event is named, or one that does not exist", next));
        }
        // Counted before the key is asked for, as one of two that come at once may be kept in between.
        let are_enough = self.store().count(&Query::<Hook>::all()).await? >= HOOKS_MAX as u64;
        if let Some(made) = self.done_before(who, once).await? {
            return Ok(made);
        }
        if are_enough {
            return Err(Problem::conflict("there are as many webhooks as there may be", "take one away first"));
        }
        let secret = signature::new_secret().map_err(|_| Problem::internal())?;
        let body = Hook { address, events, secret: Phi::new(secret), active: true };
        let stored = self.create(who, &body, once).await?;
        self.forget_hooks();
        Ok(stored)
    }

    /// Pauses a hook, or goes on with it: what waits is sent then.
    ///
    /// # Errors
    /// If it is not there, or was changed meanwhile.
    pub async fn set_hook_active(
        &self,
        who: &Who,
        id: Id<Hook>,
        version: i64,
        active: bool,
        once: Option<&Once>,
    ) -> Result<Stored<Hook>, Problem> {
        let before = self.store().peek(id).await?;
        let stored = self.change(who, id, version, &Hook { active, ..before.body }, once).await?;
        self.forget_hooks();
        Ok(stored)
    }

    /// Takes a hook away with all messages to it.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn remove_hook(&self, who: &Who, id: Id<Hook>) -> Result<(), Problem> {
        let mut work = self.store().begin(&who.act(self)).await?;
        let hook = work.get(id).await?;
        work.remove(id, hook.version).await?;
        let all = messages(id, &[DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Failed]);
        loop {
            let some = work.find(&all).await?.items;
            for message in &some {
                work.remove(message.id, message.version).await?;
            }
            if some.len() < store::PAGE_MAX {
                break;
            }
        }
        work.commit().await?;
        self.forget_hooks();
        Ok(())
    }

    /// Sends a hook a message that tells of itself.
    ///
    /// # Errors
    /// If it is not there, or this is the demo.
    pub async fn try_hook(&self, who: &Who, id: Id<Hook>, once: Option<&Once>) -> Result<(), Problem> {
        if self.demo() {
            return Err(Problem::conflict("the demo tells nobody of anything", "try it in a practice's own desk"));
        }
        let mut work = self.store().begin(&who.act(self)).await?;
        if let Some(()) = Once::before(once, &mut work).await? {
            return Ok(work.commit().await?);
        }
        let hook = work.get(id).await?;
        if !hook.active {
            work.roll_back().await;
            return Err(Problem::conflict("this webhook is paused", "go on with it first"));
        }
        keep(&mut work, id, Event::HookTried, Hook::NOUN, id.to_string()).await?;
        Once::keep(once, &mut work, &()).await?;
        work.commit().await?;
        self.forget_hooks();
        Ok(())
    }

    /// The last messages to a hook, the latest first, and how many wait.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn last_messages(&self, id: Id<Hook>, limit: usize) -> Result<(Vec<Stored<Delivery>>, u64), Problem> {
        let all = messages(id, &[DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Failed]);
        let page = self.store().peek_all(&all.order(Order::Newest).limit(limit)).await?;
        let waiting = self.store().count(&messages(id, &[DeliveryState::Waiting])).await?;
        Ok((page.items, waiting))
    }
}

/// An address that may be told: `https`, a host, nothing that says who somebody is before it.
fn checked_address(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let wrong = |detail: &'static str| {
        Problem::field("/address", "W0702", detail, "write it as https://receiver.example.org/covered")
    };
    if text.len() > ADDRESS_CHARACTERS_MAX || text.contains('#') {
        return Err(wrong("the address is too long, or has a `#` in it"));
    }
    let address: Uri = text.parse().map_err(|_| wrong("this is no address"))?;
    if address.scheme_str() != Some("https") {
        return Err(wrong("the address does not begin with https://"));
    }
    let authority = address.authority().ok_or_else(|| wrong("the address names no host"))?;
    if authority.as_str().contains('@') {
        return Err(wrong("the address holds a name or a password before the host"));
    }
    // A name is looked up each time that something is sent; digits can be judged now.
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    if host.parse().is_ok_and(|address| !outside::is_public(address)) {
        return Err(wrong("the address leads into a network of one's own, or to this machine"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_names_a_host() {
        for good in
            ["https://receiver.example.org/covered?from=desk", "https://receiver.example.org:8443", "https://1.1.1.1/x"]
        {
            assert_eq!(checked_address(&format!(" {good} ")).unwrap(), good);
        }
        for bad in [
            "http://receiver.example.org/",
            "receiver.example.org",
            "https://",
            "https://user:word@receiver.example.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://192.168.1.7:8443/",
            "https://receiver.example.org/#part",
            "file:///etc/passwd",
        ] {
            let problem = checked_address(bad).unwrap_err();
            assert_eq!(problem.fields[0].code, "W0702", "{bad}");
        }
    }

    #[test]
    fn words_of_events_are_told_apart() {
        let words: std::collections::BTreeSet<&str> = Event::ALL.into_iter().map(Event::word).collect();
        assert_eq!(words.len(), Event::ALL.len());
    }
}
