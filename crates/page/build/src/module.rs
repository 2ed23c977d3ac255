//! The engine as a WebAssembly module.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Failure;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where a system keeps its own compiler, past rustup's stand-ins on the path.
const SYSTEM_CARGO: &str = "/usr/bin/cargo";
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
/// Linkers that a system may have, the newest name first.
const LINKERS: [&str; 5] = ["wasm-ld", "wasm-ld-21", "wasm-ld-20", "wasm-ld-19", "rust-lld"];

/// Whose compiler builds the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Toolchain {
    /// Rustup's, with the target fetched.
    Rustup,
    /// The system's, which builds the standard library from its sources.
    System,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rustup => "rustup's compiler",
            Self::System => "the system's compiler",
        })
    }
}

/// Builds the module below `target`, with the toolchain that is wanted or the first that can.
pub(super) fn build(root: &Path, target: &Path, wanted: Option<Toolchain>) -> Result<(Toolchain, PathBuf), Failure> {
    let toolchain = match wanted {
        Some(toolchain) => toolchain,
        None if rustup_has_target(root) => Toolchain::Rustup,
        None if Path::new(SYSTEM_CARGO).exists() => Toolchain::System,
        None => {
            let help = "no compiler for WebAssembly: `rustup target add wasm32-unknown-unknown` failed, and there is no \
                        system compiler (Debian: rustc-web cargo-web rust-web-src lld-19)";
            return Err(Failure::Program(help.to_owned()));
        }
    };
    let folder = target.join(if toolchain == Toolchain::Rustup { "rustup" } else { "system" });
    let mut cargo = match toolchain {
        Toolchain::Rustup => Command::new("cargo"),
        Toolchain::System => system_cargo()?,
    };
    cargo.current_dir(root).args(["build", "--quiet", "--locked", "-p", "page-wasm", "--profile", "page"]);
    cargo.args(["--target", TARGET, "--target-dir"]).arg(&folder);
    if toolchain == Toolchain::System {
        cargo.arg("-Zbuild-std=std,panic_abort");
    }
    run(&mut cargo)?;
    Ok((toolchain, folder.join(TARGET).join("page/page_wasm.wasm")))
}

/// Whether rustup has the target, or could fetch it.
fn rustup_has_target(root: &Path) -> bool {
    let rustup = |arguments: &[&str]| Command::new("rustup").current_dir(root).args(arguments).output().ok();
    let listed = rustup(&["target", "list", "--installed"]);
    let installed =
        |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == TARGET);
    listed.as_ref().is_some_and(installed)
        || rustup(&["target", "add", TARGET]).is_some_and(|output| output.status.success())
}

/// The system's cargo with the system's compiler and linker, and nothing of rustup's.
fn system_cargo() -> Result<Command, Failure> {
    let linker = LINKERS.iter().find(|linker| Command::new(linker).arg("--version").output().is_ok());
    let linker = linker.ok_or_else(|| Failure::Program("no linker for WebAssembly (Debian: lld-19)".to_owned()))?;
    let mut cargo = Command::new(SYSTEM_CARGO);
    // The standard library is built with the module: the target has none here. That needs the unstable flag of cargo.
    cargo.env("RUSTC", SYSTEM_RUSTC).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    for name in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "RUSTC_WRAPPER", "RUSTDOC"] {
        cargo.env_remove(name);
    }
    Ok(cargo)
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = format!("{command:?}");
    // Cargo sets these for the program that it runs; the module has a build of its own.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Program(format!("{status}: {shown}"))),
        Err(error) => Err(Failure::Program(format!("{error}: {shown}"))),
    }
}
