//! Rules about Rust source.

use tidy::{File, Findings, code_only, comments_only, files, words};

/// A file longer than this has more than one subject.
const LINES_MAX: usize = 1000;

/// Calls and attributes that may not be committed, with what to do instead.
const BANNED: [(&str, &str); 7] = [
    ("todo!", "finish it, or leave it out"),
    ("unimplemented!", "finish it, or leave it out"),
    ("dbg!", "take it out"),
    ("#[ignore", "a test that does not run is no test: mend it or delete it"),
    ("#[allow(", "use #[expect(lint, reason = \"…\")]"),
    ("#![allow(", "use #![expect(lint, reason = \"…\")]"),
    ("static mut", "pass it as an argument"),
];

/// Words that say that something is not finished.
const UNFINISHED: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// How code that was switched off begins.
const SWITCHED_OFF: [&str; 4] = ["// let ", "// if ", "// assert", "// use "];

fn rust_files() -> Vec<File> {
    files().into_iter().filter(|file| file.has_extension(&["rs"])).collect()
}

#[test]
fn files_have_one_subject() {
    let mut findings = Findings::default();
    for file in rust_files() {
        let lines = file.bytes.iter().filter(|byte| **byte == b'\n').count();
        if lines > LINES_MAX {
            findings.file(&file, format_args!("{lines} lines, more than {LINES_MAX}: split it by subject"));
        }
    }
    findings.none();
}

#[test]
fn nothing_is_left_unfinished() {
    let mut findings = Findings::default();
    for file in rust_files() {
        let Some(text) = file.text() else {
            findings.file(&file, "not UTF-8");
            continue;
        };
        let code = code_only(text);
        for (call, instead) in BANNED {
            words(&code, call).for_each(|at| findings.place(&file, at, format_args!("`{call}`: {instead}")));
        }
        let comments = comments_only(text);
        for word in UNFINISHED {
            words(&comments, word)
                .for_each(|at| findings.place(&file, at, format_args!("`{word}`: do it, or say it in an issue")));
        }
        for beginning in SWITCHED_OFF {
            for (at, _) in comments.match_indices(beginning) {
                let line = comments[at..].lines().next().expect("a match has a line");
                let is_doc = comments[..at].ends_with('/');
                if !is_doc && line.trim_end().ends_with([';', '{']) {
                    findings.place(&file, at, "code that was switched off: delete it, git keeps it");
                }
            }
        }
    }
    findings.none();
}

/// Logs hold ids and counts. `Debug` of a record prints all of it, and one day the record is a patient's.
#[test]
fn logs_do_not_print_whole_values() {
    const LOGS: [&str; 5] = ["trace!(", "debug!(", "info!(", "warn!(", "error!("];
    let mut findings = Findings::default();
    for file in rust_files() {
        let Some(text) = file.text() else { continue };
        let code = code_only(text);
        for log in LOGS {
            for at in words(&code, log) {
                let arguments = at + log.len();
                let end = arguments + closing(&code[arguments..]);
                let debug_field = code[arguments..end].split(',').any(|field| {
                    let value = field.split_once('=').map_or(field, |(_, value)| value);
                    value.trim_start().starts_with('?')
                });
                if debug_field || text[arguments..end].contains(":?}") || text[arguments..end].contains(":#?}") {
                    findings.place(&file, at, "a log prints a value with `Debug`: name the id or the count");
                }
            }
        }
    }
    findings.none();
}

/// The length up to the parenthesis that closes one already open.
fn closing(code: &str) -> usize {
    let mut depth = 1;
    for (at, char) in code.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}
