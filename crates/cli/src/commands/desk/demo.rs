//! `covered serve --demo`: an invented practice, for this machine alone, gone when the program ends.

use std::fs::DirBuilder;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use library::Library;
use web::desk::others::Others;
use web::serve::{asked_to_end, listen, serve, write_logs};
use web::{Desk, Parts, Reach, Settings};

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{Failure, print};
use crate::source;

/// A folder for one run: others cannot read it, and it goes with the program.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, Failure> {
        let moment = source::now().timestamp().as_nanosecond();
        let path = std::env::temp_dir().join(format!("covered-demo-{}-{moment}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => Ok(Self(path)),
            Err(source) => {
                Err(Failure::File { what: "make", path, help: "set TMPDIR to a folder that can be written", source })
            }
        }
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The records are sealed by a key that ends with the program: what cannot be deleted is noise.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn run(port: u16, library: &LibraryArguments, others: Option<Others>) -> Result<Done, Failure> {
    // It is used until the program ends, by every request.
    let library = Box::leak(Box::new(source::library(library)?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Desk(format!("error[W0310]: cannot start: {error}\n  = help: try again")))?;
    let folder = Folder::make()?;
    runtime.block_on(served(port, &folder, library, others))
}

async fn served(
    port: u16,
    folder: &Folder,
    library: &'static Library,
    others: Option<Others>,
) -> Result<Done, Failure> {
    write_logs();
    let told = |error: &dyn std::fmt::Display| Failure::Desk(error.to_string());
    // The port is taken first: who cannot have it does not wait for the practice.
    let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(|error| told(&error))?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    let now = source::now();
    let store =
        web::demo::practice(folder.path(), now.date(), now.timestamp(), library).await.map_err(|error| told(&error))?;
    let settings = Settings { reach: Reach::Loopback, port, is_demo: true, metrics_token: None };
    let clock = Arc::new(|| source::now().timestamp());
    let desk = Desk::new(Parts { store, library, settings, clock }).await.map_err(|error| told(&error))?;
    if let Some(others) = others {
        desk.offer_libraries(others);
    }
    print(&format!(
        "DEMO: an invented practice of 3 sites, 12 clinicians, 240 patients and 1,900 visits. Nothing of it is kept.\nIt is at {}\n",
        desk.settings().origin()
    ))?;
    serve(desk, listener, None, asked_to_end()).await.map_err(|error| told(&error))?;
    Ok(Done::Answered)
}
