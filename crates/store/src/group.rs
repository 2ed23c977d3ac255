//! Acts that are committed together.
//!
//! What makes an act slow is waiting for the disk. So acts that wait for each other follow each other in one transaction: one that is done
//! hands it on, the next works behind a savepoint of its own, if it needs one, and one commit ends it for all. Each act still is whole or
//! not at all, and none is told that it is done before it is durable. The chain is the same as without: its entries are made act by act, in
//! memory, and written before the commit.
//!
//! A group is everybody who waited when its first act was done, so it ends however many come after.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::StoreError;
use crate::audit::{BEGINNING, Entry, Head, time_text};
use crate::database::{Tx, WAIT, execute, on};
use crate::pending::batch;

/// Entries that one statement writes: fourteen values each, and SQLite takes 32,766.
const ENTRIES_AT_ONCE: usize = 64;

/// Whose turn it is to write on this server.
#[derive(Default)]
pub(crate) struct Lane {
    shared: Arc<Mutex<Option<Group>>>,
    waiting: AtomicUsize,
}

/// A transaction between two acts.
struct Group {
    tx: Tx,
    kept: Kept,
    /// Whether an act was dropped in the middle, and has to be undone.
    torn: bool,
}

/// What a transaction holds of acts that are done and not committed.
struct Kept {
    /// Where the chain stands after them.
    head: Head,
    /// What they touched.
    entries: Vec<Entry>,
    /// How many of the entries are written.
    written: usize,
    /// Who is told that it is durable.
    members: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

/// The turn of an act: nobody else on this server writes until it ends.
pub(crate) struct Turn {
    shared: OwnedMutexGuard<Option<Group>>,
    lane: Arc<Lane>,
    kept: Kept,
    /// How many entries were written when it came.
    written_before: usize,
    ends_group: bool,
}

impl Lane {
    /// Waits until it is one's turn; then there is the transaction of the acts before, behind a savepoint, or none.
    pub(crate) async fn turn(self: &Arc<Self>) -> Result<(Turn, Option<Tx>), StoreError> {
        let mut shared = match Arc::clone(&self.shared).try_lock_owned() {
            Ok(shared) => shared,
            Err(_) => {
                let _waiting = Waiting::new(&self.waiting);
                let shared = tokio::time::timeout(WAIT, Arc::clone(&self.shared).lock_owned()).await;
                shared.map_err(|_| StoreError::Busy(sqlx::Error::PoolTimedOut))?
            }
        };
        let group = shared.take();
        let turn = Turn { shared, lane: Arc::clone(self), kept: Kept::nothing(), written_before: 0, ends_group: false };
        let Some(group) = group else { return Ok((turn, None)) };
        let mut joining = Joining { turn: Some(turn), group: Some(group) };
        if let Err(error) = joining.group().undo_torn().await {
            let (turn, group) = joining.part();
            group.kept.tell(&Err(error));
            return Ok((turn, None));
        }
        let (mut turn, Group { mut tx, kept, .. }) = joining.part();
        tx.begin_act();
        turn.written_before = kept.written;
        turn.kept = kept;
        Ok((turn, Some(tx)))
    }

    /// Commits the group that waits for others, when those who came before have had their turn.
    async fn close(self: Arc<Self>) {
        let mut shared = Arc::clone(&self.shared).lock_owned().await;
        if let Some(group) = shared.take() {
            // Its members are told.
            let _ = group.end().await;
        }
    }
}

/// Says that somebody waits, for as long as they do.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Waiting<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An act on its way into or out of a group: dropped between two steps, it leaves the group to the others.
struct Joining {
    turn: Option<Turn>,
    group: Option<Group>,
}

impl Joining {
    fn group(&mut self) -> &mut Group {
        self.group.as_mut().expect("INVARIANT: only `part` takes it, which ends this")
    }

    fn part(mut self) -> (Turn, Group) {
        let parts = self.turn.take().zip(self.group.take());
        parts.expect("INVARIANT: only `part` takes them, which ends this")
    }
}

impl Drop for Joining {
    fn drop(&mut self) {
        if let (Some(mut turn), Some(group)) = (self.turn.take(), self.group.take()) {
            *turn.shared = Some(group);
        }
    }
}

impl Group {
    /// Undoes what an act left that was dropped in the middle.
    async fn undo_torn(&mut self) -> Result<(), StoreError> {
        if self.torn {
            self.tx.undo_act().await?;
            self.torn = false;
        }
        Ok(())
    }

    /// Commits, and tells all.
    async fn end(mut self) -> Result<(), StoreError> {
        let Group { tx, kept, .. } = match self.write().await {
            Ok(()) => self,
            Err(error) => {
                self.kept.tell(&Err(error.again()));
                return Err(error);
            }
        };
        let ended = tx.commit().await;
        kept.tell(&ended);
        ended
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        self.undo_torn().await?;
        if self.kept.entries.is_empty() {
            return Ok(());
        }
        self.kept.write_entries(&mut self.tx).await?;
        let Head { seq, hash } = self.kept.head;
        execute!(&mut self.tx, "UPDATE audit_head SET seq = $1, hash = $2", seq, hash.to_vec())?;
        Ok(())
    }
}

impl Kept {
    fn nothing() -> Kept {
        Kept { head: Head { seq: 0, hash: BEGINNING }, entries: Vec::new(), written: 0, members: Vec::new() }
    }

    fn tell(self, ended: &Result<(), StoreError>) {
        for member in self.members {
            // Who went away is not told.
            let _ = member.send(ended.as_ref().copied().map_err(StoreError::again));
        }
    }

    async fn write_entries(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        while self.written < self.entries.len() {
            let waiting = &self.entries[self.written..];
            let part = &waiting[..batch(waiting.len(), ENTRIES_AT_ONCE)];
            on!(tx, connection: Driver => {
                let mut sql = sqlx::QueryBuilder::<Driver>::new(
                    "INSERT INTO audit (seq, at, actor, session, action, noun, record, patient, purpose, request, note, \
                     row_hash, before, hash) ",
                );
                sql.push_values(part, |mut values, entry| {
                    values
                        .push_bind(entry.seq)
                        .push_bind(time_text(entry.at))
                        .push_bind(&entry.actor)
                        .push_bind(&entry.session)
                        .push_bind(&entry.action)
                        .push_bind(&entry.noun)
                        .push_bind(&entry.record)
                        .push_bind(&entry.patient)
                        .push_bind(&entry.purpose)
                        .push_bind(&entry.request)
                        .push_bind(&entry.note)
                        .push_bind(&entry.row_hash)
                        .push_bind(&entry.before)
                        .push_bind(&entry.hash);
                });
                sql.build().execute(connection).await.map(|_| ())
            })?;
            self.written += part.len();
        }
        Ok(())
    }
}

impl Turn {
    /// Where the chain stands.
    pub(crate) fn head(&self) -> Head {
        self.kept.head
    }

    /// A new transaction begins with this act.
    pub(crate) fn first(&mut self, head: Head) {
        self.kept = Kept { head, ..Kept::nothing() };
    }

    /// Nobody joins this act's transaction after it: what it changes others learn of by its commit.
    pub(crate) fn end_group(&mut self) {
        self.ends_group = true;
    }

    /// Enters what this act touched.
    pub(crate) fn enter(&mut self, entries: Vec<Entry>, head: Head) {
        self.kept.entries.extend(entries);
        self.kept.head = head;
    }

    /// Writes the entries of the acts before, so that they can be read.
    pub(crate) async fn write_entries(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.kept.write_entries(tx).await
    }

    /// The act is done: waits until it is durable.
    pub(crate) async fn done(mut self, mut tx: Tx) -> Result<(), StoreError> {
        tx.end_act();
        let mut group = Group { tx, kept: std::mem::replace(&mut self.kept, Kept::nothing()), torn: false };
        let is_first = group.kept.members.is_empty();
        if is_first && (self.ends_group || self.lane.waiting.load(Ordering::Relaxed) == 0) {
            return group.end().await;
        }
        let (tell, told) = oneshot::channel();
        group.kept.members.push(tell);
        if self.ends_group {
            // In a task of its own: who waits here may go away, and the others still have to be told.
            tokio::spawn(async move {
                let _turn = self;
                let _ = group.end().await;
            });
        } else {
            let lane = Arc::clone(&self.lane);
            *self.shared = Some(group);
            drop(self);
            if is_first {
                tokio::spawn(lane.close());
            }
        }
        told.await.unwrap_or_else(|_| Err(StoreError::Database(sqlx::Error::WorkerCrashed)))
    }

    /// The act leaves nothing behind.
    pub(crate) async fn undone(mut self, tx: Tx) {
        if self.kept.members.is_empty() {
            tx.roll_back().await;
            return;
        }
        let kept = self.torn();
        let mut joining = Joining { turn: Some(self), group: Some(Group { tx, kept, torn: true }) };
        // What could not be undone is tried once more by the next, and fails with the group.
        let _ = joining.group().undo_torn().await;
    }

    /// The act was dropped in the middle: the next one undoes what it left. Alone, its transaction ends with it.
    pub(crate) fn dropped(mut self, tx: Tx) {
        let kept = self.torn();
        if !kept.members.is_empty() {
            *self.shared = Some(Group { tx, kept, torn: true });
        }
    }

    /// What the acts before keep.
    fn torn(&mut self) -> Kept {
        let mut kept = std::mem::replace(&mut self.kept, Kept::nothing());
        kept.written = self.written_before;
        kept
    }
}
