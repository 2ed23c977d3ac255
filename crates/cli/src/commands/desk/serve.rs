//! `covered serve`: the desk.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use library::Library;
use store::nouns::Practice;
use store::{Act, Database, LocalRoot, Options, Store, StoreError, apart};
use web::desk::others::Others;
use web::serve::{Certificate, asked_to_end, listen, serve, write_logs};
use web::{Desk, DeskError, Parts, Reach, Settings};

use super::{Keeping, failure};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{Failure, print};
use crate::source;

/// Where a desk listens that nothing else is said of.
const LISTEN: &str = "127.0.0.1:8080";
/// Where the demo listens that nothing else is said of.
const DEMO_PORT: u16 = 8080;
/// What reads the metrics shows the token that stands here. An option would show it to everybody who lists processes.
const METRICS_TOKEN: &str = "COVERED_METRICS_TOKEN";

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// Address and port to listen on; any but this machine's own needs a certificate or a proxy.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// The name under which browsers reach the desk; belongs to a certificate.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Certificate chain in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// Key of the certificate in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// A proxy with this name holds the certificate, and adds X-Forwarded-For.
    #[arg(long, value_name = "NAME")]
    pub(crate) behind_proxy: Option<String>,
    /// A folder of other libraries, each in a folder of its own: whole ones, or contracts and plan booklets on top of this one. An
    /// owner chooses in the settings which the page “Next quarter” compares with.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) other_libraries: Option<PathBuf>,
    /// Each hour, give the signed head of the audit as a line to this command, which takes it to another machine.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) send_heads: Option<String>,
    /// Serve an invented practice to this machine, and keep nothing.
    #[arg(long, conflicts_with_all = ["data", "database", "root_key", "listen", "name", "cert", "key", "behind_proxy", "send_heads"])]
    pub(crate) demo: bool,
    /// Port of the demo.
    #[arg(long, value_name = "PORT", requires = "demo", default_value_t = DEMO_PORT)]
    pub(crate) port: u16,
}

impl Serve {
    /// The libraries that an owner may choose from.
    fn others(&self, library: &LibraryArguments) -> Result<Option<Others>, Failure> {
        let Some(folder) = &self.other_libraries else { return Ok(None) };
        let help = "name a folder that holds a folder for each library";
        folder.read_dir().map_err(|source| Failure::File { what: "read", path: folder.clone(), help, source })?;
        let library = library.clone();
        let load = move |folder: &Path| source::other_library(&library, folder).map_err(|failure| failure.to_string());
        Ok(Some(Others::new(folder.clone(), Arc::new(load))))
    }
}

pub(crate) fn run(arguments: &Serve, library: &LibraryArguments) -> Result<Done, Failure> {
    if arguments.demo {
        return super::demo::run(arguments.port, library, arguments.others(library)?);
    }
    let reach = Reach::of(
        arguments.listen,
        arguments.name.as_deref(),
        arguments.cert.is_some(),
        arguments.key.is_some(),
        arguments.behind_proxy.as_deref(),
    );
    let reach = reach.map_err(|error| Failure::Desk(error.to_string()))?;
    let certificate = match (&arguments.cert, &arguments.key) {
        (Some(chain), Some(key)) => {
            Some(Certificate::read(chain, key).map_err(|error| Failure::Desk(error.to_string()))?)
        }
        _ => None,
    };
    write_first_key(&arguments.keeping)?;
    let options = arguments.keeping.options()?;
    // They are used until the program ends, by every request.
    let others = arguments.others(library)?;
    let library = Box::leak(Box::new(source::library(library)?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Desk(format!("error[W0310]: cannot start: {error}\n  = help: try again")))?;
    runtime.block_on(served(arguments, reach, certificate, &options, (library, others)))
}

async fn served(
    arguments: &Serve,
    reach: Reach,
    certificate: Option<Certificate>,
    options: &Options,
    (library, others): (&'static Library, Option<Others>),
) -> Result<Done, Failure> {
    write_logs();
    let store = opened(options).await.map_err(|error| failure(&error))?;
    let failed = |error: web::serve::ServeError| Failure::Desk(error.to_string());
    let listener = listen(arguments.listen).map_err(failed)?;
    let port = listener.local_addr().map_or(arguments.listen.port(), |address| address.port());
    let metrics_token = std::env::var(METRICS_TOKEN).ok().filter(|token| !token.is_empty()).map(Into::into);
    let settings = Settings { reach, port, is_demo: false, metrics_token };
    let clock = Arc::new(|| source::now().timestamp());
    let desk = Desk::new(Parts { store, library, settings, clock }).await;
    let desk = desk.map_err(|error: DeskError| Failure::Desk(error.to_string()))?;
    if let Some(others) = others {
        desk.offer_libraries(others);
    }
    print(&welcome(&desk))?;
    if let Some(command) = &arguments.send_heads {
        tokio::spawn(super::heads::send_each_hour(desk.store().clone(), command.clone()));
    }
    serve(desk, listener, certificate, asked_to_end()).await.map_err(failed)?;
    Ok(Done::Answered)
}

/// Where to go; at the first start, the link that makes the owner.
fn welcome(desk: &Desk) -> String {
    let origin = desk.settings().origin();
    match desk.first().link() {
        Some(link) => format!(
            "The desk is at {origin}\nThere is no owner yet. This link makes the owner, once; it ends with this program:\n  {origin}{link}\n"
        ),
        None => format!("The desk is at {origin}\n"),
    }
}

/// The practice's records; at the first start they are made.
async fn opened(options: &Options) -> Result<Store, StoreError> {
    match Store::open(options).await {
        Err(StoreError::Empty) => {
            let practice = Practice { name: "New practice".to_owned(), ..Practice::default() };
            Store::create(options, &practice, &Act::program("serve", source::now().timestamp())).await
        }
        other => other,
    }
}

/// Writes the root key at the first start: when neither records nor key are there.
fn write_first_key(keeping: &Keeping) -> Result<(), Failure> {
    let (Some(file), Database::Sqlite(folder)) = (&keeping.root_key, keeping.place()?) else { return Ok(()) };
    let has_records = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if file.exists() || has_records {
        return Ok(());
    }
    apart(&Database::Sqlite(folder), file).map_err(|error| failure(&error))?;
    LocalRoot::random().write(file).map_err(|error| failure(&error))?;
    print(&format!(
        "A new root key is in `{}`. Without it nobody reads the records: `covered key escrow` prints a sheet for the safe.\n",
        file.display()
    ))
}
