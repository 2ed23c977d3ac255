//! PostgreSQL for a measurement: a server of its own, for as long as this process lives.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts PostgreSQL with full durability and its data below a folder, and gives its URL.
///
/// # Panics
/// If it does not start.
#[must_use]
#[expect(clippy::zombie_processes, reason = "the script ends after this process, and is nobody's to wait for")]
pub fn postgres(root: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres/run");
    let mut server = Command::new(script)
        .args([&std::process::id().to_string(), "--durable"])
        .env("TMPDIR", root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tests/postgres/run starts");
    let mut url = String::new();
    BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut url).expect("the server says its URL");
    assert!(url.starts_with("postgres://"), "tests/postgres/run started no server: is PostgreSQL installed?");
    url.trim().to_owned()
}
