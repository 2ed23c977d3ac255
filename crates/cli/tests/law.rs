//! What the commands about the law print, word for word.
//!
//! `UPDATE=1 cargo test -p covered --test law` writes `law/expected` anew; read the difference.

use std::path::Path;
use std::process::Command;

/// Columns of text for people; an address may be longer.
const COLUMNS: usize = 80;

#[test]
fn commands_print_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/law");
    let commands = std::fs::read_to_string(folder.join("commands.txt")).unwrap();
    let mut different = Vec::new();
    for line in commands.lines().filter(|line| !line.starts_with('#')) {
        let (name, arguments) = line.split_once(": ").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_covered"))
            .args(arguments.split_whitespace())
            .current_dir(root.join("../.."))
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let said = without_stamp(&format!("$ covered {arguments}\n{said}exit {code}\n"));
        for long in said.lines().filter(|line| !arguments.contains("--json") && !is_address(line)) {
            assert!(long.starts_with("error") || long.chars().count() <= COLUMNS, "{name}: {long}");
        }
        let path = folder.join(format!("expected/{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &said).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != said {
            different.push(format!("--- {name}\n{said}"));
        }
    }
    assert!(different.is_empty(), "UPDATE=1 writes them anew\n{}", different.join("\n"));
}

fn is_address(line: &str) -> bool {
    line.contains("://") || line.starts_with("  = help")
}

/// The hash and version of the library change with every rule.
fn without_stamp(text: &str) -> String {
    let stamp = |line: &str| match line.trim_start() {
        line if line.starts_with("\"sha256\":") => "    \"sha256\": \"(sha256)\",".to_owned(),
        line if line.starts_with("\"version\":") => "    \"version\": \"(version)\"".to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|line| stamp(line) + "\n").collect()
}
