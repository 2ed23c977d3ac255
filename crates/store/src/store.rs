//! The store: opened once, shared by everybody, and used by acts.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use jiff::Timestamp;

use crate::act::Act;
use crate::audit::{Action, BEGINNING, Head};
use crate::database::{Database, Pool, Tx, execute, row};
use crate::group::{Lane, Turn};
use crate::keyring::{self, Ring};
use crate::names::Names;
use crate::nouns::{Patient, Practice};
use crate::record::{Page, Plain, Query, Record, Stored};
use crate::root::{LocalRoot, RootKey};
use crate::rows::Rows;
use crate::seal::Key;
use crate::work::Work;
use crate::{Id, Phi, StoreError};

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the records lie.
    pub database: Database,
    /// What opens the practice's keys.
    pub root_key: Arc<dyn RootKey>,
}

impl Options {
    /// With a root key in a file, which must not lie where the data does: who copies the one must not have the other.
    ///
    /// # Errors
    /// When the key cannot be read, may be read by others, or lies in the directory of the data.
    pub fn with_key_file(database: Database, key: &Path) -> Result<Options, StoreError> {
        apart(&database, key)?;
        Ok(Options { database, root_key: Arc::new(LocalRoot::read(key)?) })
    }
}

/// A key in the directory of the data would be copied with it.
///
/// # Errors
/// [`StoreError::RootKey`] when it lies there.
pub fn apart(database: &Database, key: &Path) -> Result<(), StoreError> {
    let problem = |cause: String| StoreError::RootKey { path: key.to_path_buf(), cause };
    let Some(Ok(data)) = database.directory().map(Path::canonicalize) else { return Ok(()) };
    let folder = key.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = key.canonicalize().or_else(|_| folder.canonicalize()).map_err(|error| problem(error.to_string()))?;
    if real.starts_with(&data) {
        return Err(problem("it lies in the directory of the data, and a copy of that would hold it".to_string()));
    }
    Ok(())
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("database", &self.database).field("root_key", &self.root_key.name()).finish()
    }
}

pub(crate) struct Inner {
    pub(crate) pool: Pool,
    pub(crate) root: RwLock<Arc<dyn RootKey>>,
    pub(crate) ring: RwLock<Arc<Ring>>,
    pub(crate) practice: Id<Practice>,
    pub(crate) names: Mutex<Names>,
    lane: Arc<Lane>,
}

/// A practice's records. A clone is the same store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

impl Store {
    /// Opens the database of a practice, and brings it forward to this version.
    ///
    /// # Errors
    /// [`StoreError::Empty`] when it holds none yet; when a newer program wrote it, the root key is another, or it cannot be reached.
    pub async fn open(options: &Options) -> Result<Store, StoreError> {
        let pool = Pool::open(&options.database).await?;
        let mut tx = pool.read().await?;
        let head = row!(&mut tx, (String, String), "SELECT practice, seal_key FROM audit_head")?;
        let (practice, current) = head.ok_or(StoreError::Empty)?;
        let practice = practice.parse().map_err(|_| StoreError::Tampered { noun: Practice::NOUN, id: practice })?;
        let ring = Ring::load(&mut tx, options.root_key.as_ref(), keyring::parse(&current)?).await?;
        tx.roll_back().await;
        Ok(Store::of(pool, options, ring, practice))
    }

    /// Makes the database, the keys and the record of a new practice.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when the database holds a practice.
    pub async fn create(options: &Options, practice: &Practice, act: &Act) -> Result<Store, StoreError> {
        let pool = Pool::open(&options.database).await?;
        let mut tx = pool.write().await?;
        let id: Id<Practice> = Id::new(act.at);
        let ring = Ring::create(&mut tx, options.root_key.as_ref(), act.at).await?;
        let head = Head { seq: 0, hash: BEGINNING };
        // Two servers that create at once: on PostgreSQL too, one of them finds the other's row.
        let there = execute!(
            &mut tx,
            "INSERT INTO audit_head (practice, seq, hash, seal_key, single) VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING",
            id.to_string(),
            head.seq,
            head.hash.to_vec(),
            ring.practice.id.to_string(),
        )?;
        if there == 0 {
            return Err(StoreError::NotEmpty);
        }
        let store = Store::of(pool, options, ring, id);
        let (mut turn, _) = store.inner.lane.turn().await?;
        turn.first(head);
        let mut work = store.work(Rows::new(tx, store.ring()), act, turn);
        work.insert_as(id, practice).await?;
        work.commit().await?;
        Ok(store)
    }

    fn of(pool: Pool, options: &Options, ring: Ring, practice: Id<Practice>) -> Store {
        let root = RwLock::new(Arc::clone(&options.root_key));
        Store {
            inner: Arc::new(Inner {
                pool,
                root,
                ring: RwLock::new(Arc::new(ring)),
                practice,
                names: Mutex::default(),
                lane: Arc::default(),
            }),
        }
    }

    /// The practice whose records these are.
    pub fn practice(&self) -> Id<Practice> {
        self.inner.practice
    }

    pub(crate) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.inner.ring.read().expect("nobody panics while holding the ring"))
    }

    pub(crate) fn root(&self) -> Arc<dyn RootKey> {
        Arc::clone(&self.inner.root.read().expect("nobody panics while holding the root key"))
    }

    /// Opens the practice's keys again.
    pub(crate) async fn reload(&self, tx: &mut Tx, current: Id<Key>) -> Result<(), StoreError> {
        let ring = Ring::load(tx, self.root().as_ref(), current).await?;
        *self.inner.ring.write().expect("nobody panics while holding the ring") = Arc::new(ring);
        Ok(())
    }

    fn work(&self, rows: Rows, act: &Act, turn: Turn) -> Work {
        let head = turn.head();
        Work { rows, store: Arc::clone(&self.inner), act: act.clone(), head, touched: Vec::new(), turn: Some(turn) }
    }

    /// Begins an act. A transaction's first statement takes the audit's head, so that acts come one after the other and the chain cannot
    /// fork; acts that wait for each other share one. [`Store::act`] does this and commits.
    ///
    /// # Errors
    /// When the database cannot be reached, or is busy for too long.
    pub async fn begin(&self, act: &Act) -> Result<Work, StoreError> {
        let (mut turn, tx) = self.inner.lane.turn().await?;
        let tx = match tx {
            Some(tx) => tx,
            None => {
                let (tx, head) = self.begin_transaction().await?;
                turn.first(head);
                tx
            }
        };
        Ok(self.work(Rows::new(tx, self.ring()), act, turn))
    }

    async fn begin_transaction(&self) -> Result<(Tx, Head), StoreError> {
        let mut tx = self.inner.pool.write().await?;
        let sql = "UPDATE audit_head SET seq = seq RETURNING seq, hash, seal_key";
        let (seq, hash, current) = row!(&mut tx, (i64, Vec<u8>, String), sql)?.ok_or(StoreError::Empty)?;
        let hash =
            hash.try_into().map_err(|_| StoreError::Chain { seq, cause: "its hash has another length".into() })?;
        let current = keyring::parse(&current)?;
        if self.ring().practice.id != current {
            // Another server changed the practice's key.
            self.reload(&mut tx, current).await?;
        }
        Ok((tx, Head { seq, hash }))
    }

    /// Does something, and enters what it touched: all of it, or, when `work` gives an error, nothing.
    ///
    /// # Errors
    /// What `work` gave, or why the database could not do it.
    pub async fn act<T, E, F>(&self, act: &Act, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Work) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut begun = self.begin(act).await?;
        match work(&mut begun).await {
            Ok(value) => {
                begun.commit().await?;
                Ok(value)
            }
            Err(error) => {
                begun.roll_back().await;
                Err(error)
            }
        }
    }

    /// Enters something that touches no row: a refusal, a sign-in that failed. See [`Work::note`].
    ///
    /// # Errors
    /// When it could not be entered: then it must not be answered as if it were.
    pub async fn enter<R: Record>(
        &self,
        act: &Act,
        action: Action,
        id: Option<Id<R>>,
        patient: Option<Id<Patient>>,
        note: Option<Phi<String>>,
    ) -> Result<(), StoreError> {
        let mut work = self.begin(act).await?;
        work.note(action, id, patient, note)?;
        work.commit().await
    }

    pub(crate) async fn reading(&self) -> Result<Rows, StoreError> {
        Ok(Rows::new(self.inner.pool.read().await?, self.ring()))
    }

    /// A record that says nothing about a patient, without an act: who is signed in is asked for at every request.
    ///
    /// # Errors
    /// As [`Work::get`].
    pub async fn peek<R: Plain>(&self, id: Id<R>) -> Result<Stored<R>, StoreError> {
        self.reading().await?.get(id).await
    }

    /// As [`Work::find`], of records that say nothing about a patient.
    ///
    /// # Errors
    /// As [`Work::find`].
    pub async fn peek_all<R: Plain>(&self, query: &Query<R>) -> Result<Page<R>, StoreError> {
        self.reading().await?.find(query).await
    }

    /// As [`Work::look_up`], of records that say nothing about a patient: the session of a cookie, the user of an address.
    ///
    /// # Errors
    /// As [`Work::look_up`].
    pub async fn recognize<R: Plain>(&self, field: &str, value: &str) -> Result<Vec<Stored<R>>, StoreError> {
        self.reading().await?.look_up(field, value).await
    }

    /// How many records there are. It opens none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count<R: Record>(&self, query: &Query<R>) -> Result<u64, StoreError> {
        self.reading().await?.count(query).await
    }

    /// Whether the database answers: what a readiness check asks.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.inner.pool.read().await?;
        row!(&mut tx, (i64,), "SELECT seq FROM audit_head")?.ok_or(StoreError::Empty)?;
        Ok(())
    }

    /// Forgets replies that were kept before `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_replies(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.inner.pool.write().await?;
        let forgotten = execute!(&mut tx, "DELETE FROM reply WHERE at < $1", crate::audit::time_text(before))?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// Ends every connection, after what is under way.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }
}
