//! The lists of what a case may name: the examples of their help work, and they keep to the width of a terminal.

use std::process::{Command, Output};

const COLUMNS: usize = 80;

fn covered(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered")).args(arguments).output().expect("the program starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = covered(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A name that several payers answer to lists them, above the question that tells them apart.
#[test]
fn a_name_of_several_payers_lists_them() {
    let said = printed(&["payers", "blue"]);
    assert!(said.lines().filter(|line| line.to_lowercase().contains("blue")).count() > 3, "{said}");
    assert!(said.contains("Which Blue Cross or Blue Shield company issued the card?"), "{said}");
}

#[test]
fn the_gates_of_a_state_are_found() {
    assert!(printed(&["policy", "list", "state/tx"]).contains("state/TX/inject/MA (gate_lawful"));
    let shown = printed(&["policy", "show", "state/TX/inject/MA"]);
    assert!(shown.contains("state of service: TX") && shown.contains("clinician's licence: MA"), "{shown}");
}

#[test]
fn lists_keep_to_the_width_of_a_terminal() {
    let lists: [&[&str]; 8] = [
        &["facts"],
        &["payers"],
        &["treatments"],
        &["treatments", "frown lines"],
        &["policy", "list"],
        &["policy", "list", "--payer", "aetna"],
        &["library", "ledger", "botulinum"],
        &["policy", "show", "cms/lcd/L39909/chronic-migraine"],
    ];
    let mut long = Vec::new();
    for arguments in lists {
        for line in printed(arguments).lines().filter(|line| line.chars().count() > COLUMNS) {
            // A name or an address that is longer than the line cannot be broken.
            if line.split_whitespace().all(|word| word.chars().count() + 8 < COLUMNS) {
                long.push(format!("{arguments:?}: {line}"));
            }
        }
    }
    assert!(long.is_empty(), "{} lines are too long:\n{}", long.len(), long.join("\n"));
}

/// Help of every command, down to the last one.
#[test]
fn help_keeps_to_the_width_of_a_terminal() {
    fn visit(path: &[String], long: &mut Vec<String>, seen: &mut usize) {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let help = printed(&arguments);
        *seen += 1;
        long.extend(help.lines().filter(|line| line.chars().count() > COLUMNS).map(|line| format!("{path:?}: {line}")));
        let commands = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        for line in commands.lines().take_while(|line| !line.is_empty()) {
            let Some(name) = line.strip_prefix("  ").and_then(|rest| rest.split(' ').next()) else { continue };
            if !name.is_empty() && name != "help" {
                visit(&[path, &[name.to_owned()]].concat(), long, seen);
            }
        }
    }
    let (mut long, mut seen) = (Vec::new(), 0);
    visit(&[], &mut long, &mut seen);
    assert!(seen > 30, "only {seen} commands were found");
    assert!(long.is_empty(), "{} lines are too long:\n{}", long.len(), long.join("\n"));
}
