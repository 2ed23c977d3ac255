//! Rules about what is in the repository.

use std::collections::BTreeSet;

use tidy::{File, Findings, files, root};

/// Larger files belong in a release or beside the repository.
const BYTES_MAX: usize = 1_000_000;

/// Beginnings of paths that exist on somebody's machine only.
const MACHINE_PATHS: [&str; 6] = ["/work/", "/home/", "/root/", "/tmp/", "/Users/", "C:\\Users\\"];

/// Where packages are fetched from is set on each machine, and written by tools into lock files alone.
const REGISTRIES: [&str; 6] = [
    "index.crates.io",
    "static.crates.io",
    "files.pythonhosted.org",
    "pypi.org",
    "registry.npmjs.org",
    "deb.debian.org",
];

/// This file names what it looks for.
const THIS: &str = "tests/tidy/tests/tree.rs";

/// Formats that people write by hand.
const WRITTEN: [&str; 7] = ["rs", "toml", "md", "cov", "csv", "sql", "html"];

/// Inputs of tests, which may be odd on purpose.
fn is_input(file: &File) -> bool {
    ["fuzz/corpus/", "fuzz/crashers/"].iter().any(|folder| file.path.starts_with(folder))
        || ["/good/", "/bad/"].iter().any(|folder| file.path.contains(folder))
}

fn is_lock_file(file: &File) -> bool {
    file.path.ends_with(".lock") || file.path.ends_with("package-lock.json")
}

#[test]
fn no_large_files() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| file.bytes.len() > BYTES_MAX) {
        findings.file(file, format_args!("{} bytes, more than {BYTES_MAX}", file.bytes.len()));
    }
    findings.none();
}

#[test]
fn nothing_of_one_machine() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| file.path != THIS && !is_lock_file(file) && !is_input(file)) {
        let Some(text) = file.text() else { continue };
        for path in MACHINE_PATHS {
            for (at, _) in text.match_indices(path) {
                // Part of a longer path or an address otherwise.
                let before = text[..at].chars().next_back();
                if !before.is_some_and(|char| char.is_alphanumeric() || "/._-~}".contains(char)) {
                    findings.place(file, at, format_args!("`{path}…` is a path of one machine"));
                }
            }
        }
        for host in REGISTRIES {
            text.match_indices(host)
                .for_each(|(at, _)| findings.place(file, at, format_args!("`{host}` is a registry")));
        }
    }
    findings.none();
}

#[test]
fn text_is_plain() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| file.has_extension(&WRITTEN) && !is_input(file)) {
        let Some(text) = file.text() else {
            findings.file(file, "not UTF-8");
            continue;
        };
        if let Some(at) = text.find('\r') {
            findings.place(file, at, "a carriage return");
        }
        if !text.is_empty() && !text.ends_with('\n') {
            findings.place(file, text.len(), "no line end at the end of the file");
        }
        // Characters that reorder or hide text from a reviewer.
        for (at, char) in text.char_indices() {
            if matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            {
                findings.place(file, at, format_args!("an invisible character, U+{:04X}", u32::from(char)));
            }
        }
        if !file.has_extension(&["rs"]) {
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                if line.trim_end_matches('\n').ends_with([' ', '\t']) {
                    findings.place(file, at, "blanks at the end of the line");
                }
                at += line.len();
            }
        }
    }
    findings.none();
}

#[test]
fn packages_follow_the_workspace() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| file.path.ends_with("Cargo.toml") && file.path != "Cargo.toml") {
        let text = file.text().expect("a manifest is UTF-8");
        for line in
            ["version.workspace = true", "license.workspace = true", "publish.workspace = true", "description = "]
        {
            if !text.contains(line) {
                findings.file(file, format_args!("`{line}` is missing"));
            }
        }
        // The first two export symbols to C, the third calls what a processor may lack (docs/decisions/0007-byte-scanner.md).
        // Both count as unsafe code, so they have lints of their own.
        let own = ["fuzz/Cargo.toml", "crates/page/wasm/Cargo.toml", "crates/x12/marks/Cargo.toml"];
        if !text.contains("[lints]\nworkspace = true") && !own.contains(&file.path.as_str()) {
            findings.file(file, "`[lints] workspace = true` is missing");
        }
        for line in text.lines().filter(|line| line.contains("git = \"") || line.contains("= \"*\"")) {
            findings.file(file, format_args!("`{line}`: dependencies come from the registry, by version"));
        }
    }
    findings.none();
}

#[test]
fn licences_are_here_and_whole() {
    for (name, says) in [
        ("LICENSE-MIT", "Permission is hereby granted, free of charge"),
        ("LICENSE-APACHE", "Grant of Patent License"),
        ("LICENSE-APACHE", "END OF TERMS AND CONDITIONS"),
    ] {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.contains(says), "{name} does not say `{says}`");
    }
}

/// Fonts, scripts and pictures of others lie beside their licence; docs/decisions says which files need one.
#[test]
fn what_others_made_has_its_licence_beside_it() {
    let files = files();
    let licensed: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.rsplit_once('/'))
        .filter(|(_, name)| name.starts_with("LICENSE") || name.starts_with("OFL"))
        .map(|(folder, _)| folder)
        .collect();
    let mut findings = Findings::default();
    for file in files.iter().filter(|file| file.has_extension(&["ttf", "otf", "woff", "woff2", "js", "wasm"])) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_vendored =
            !file.has_extension(&["js"]) || file.path.contains("/vendor/") || file.path.ends_with(".min.js");
        if is_vendored && !licensed.contains(folder) {
            findings.file(file, "no LICENSE file in its folder");
        }
    }
    findings.none();
}

#[test]
fn links_of_documents_lead_somewhere() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| file.has_extension(&["md"])) {
        let text = file.text().expect("a document is UTF-8");
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split([')', '\n', ' ']).next().unwrap_or_default();
            let path = link.split('#').next().unwrap_or_default();
            let is_address = path.contains("://") || path.starts_with("mailto:");
            if !path.is_empty() && !is_address && !root().join(folder).join(path).exists() {
                findings.place(file, at, format_args!("`{path}` is not there"));
            }
        }
    }
    findings.none();
}
