//! Databases for tests: SQLite in a temporary directory, and PostgreSQL on a server that is started once for each run.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use sqlx::{Connection as _, Executor as _};
use store::nouns::Practice;
use store::{Act, Database, LocalRoot, Options, RootKey, Store};

/// The time of the first act.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_795_953_600, 0);

/// A directory that is taken away at the end.
pub(crate) struct Folder(PathBuf);

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Folder {
    pub(crate) fn new() -> Folder {
        let name = format!("covered-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A database with a practice in it.
pub(crate) struct Setting {
    pub(crate) options: Options,
    pub(crate) folder: Folder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    Sqlite,
    Postgres,
}

impl Setting {
    /// An empty database.
    pub(crate) async fn empty(driver: Driver) -> Setting {
        let folder = Folder::new();
        let database = match driver {
            Driver::Sqlite => Database::Sqlite(folder.path().join("data")),
            Driver::Postgres => Database::Postgres(fresh_postgres().await),
        };
        let root_key: Arc<dyn RootKey> = Arc::new(LocalRoot::random());
        Setting { options: Options { database, root_key }, folder }
    }

    /// A database with a practice.
    pub(crate) async fn new(driver: Driver) -> (Setting, Store) {
        let setting = Setting::empty(driver).await;
        let practice = Practice { name: "Invented Med Spa".to_string(), ..Practice::default() };
        let store = Store::create(&setting.options, &practice, &act()).await.unwrap();
        (setting, store)
    }
}

pub(crate) fn act() -> Act {
    Act::program("test", NOON)
}

/// A new database on the server of this run.
async fn fresh_postgres() -> String {
    let server = postgres();
    let name = format!("covered_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    connection.close().await.unwrap();
    server.replace("/postgres", &format!("/{name}"))
}

/// The server: started at the first question, ended when this process ends.
#[expect(clippy::zombie_processes, reason = "the script ends after this process, and is nobody's to wait for")]
fn postgres() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres/run");
        let mut server = Command::new(script)
            .arg(std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tests/postgres/run starts");
        let mut url = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "tests/postgres/run started no server: is PostgreSQL installed?");
        url.trim().to_string()
    })
}

/// Each test on both databases.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::databases::Driver::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::databases::Driver::Postgres).await;
            })*
        }
    };
}

pub(crate) use both;
