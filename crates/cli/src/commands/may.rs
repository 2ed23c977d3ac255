//! `covered may`: may somebody with this licence do this in this state, and what does that rest on?

use std::fmt::Write as _;

use clap::Args;
use library::licenses::License;
use library::states::{Act, Permits, Rule, State, Strength, Tables};
use library::{Library, NameError};
use serde_json::{Value, json};

use super::states::{cell_json, find, rests_on};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

/// The act whose cell lists who may.
const EXAMINE: &str = "examine";

/// Licences to practise medicine: no cell rules them.
const PHYSICIANS: [&str; 2] = ["MD", "DO"];

/// Cells that bear on an act besides the one that rules it.
const BESIDE: [&str; 5] =
    ["good_faith_exam.required", "good_faith_exam.by", "good_faith_exam.telehealth", "supervision", "medical_director"];

#[derive(Debug, Args)]
pub(crate) struct May {
    /// The licence: RN, esthetician.
    #[arg(value_name = "LICENCE")]
    license: String,
    /// What is to be done: inject, "fire a laser", peel, prescribe, examine.
    #[arg(value_name = "ACT", required = true)]
    act: Vec<String>,
    /// The state in which it is done: TX.
    #[arg(long, value_name = "STATE")]
    state: String,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(wanted: &May, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let (state, tables) = find(&wanted.state, &library)?;
    let license =
        library.licenses().find(&wanted.license).map_err(|error| name(&error, "`covered may --help` has examples"))?;
    let typed = wanted.act.join(" ");
    let acts: Vec<&str> = tables.acts.iter().map(|act| act.id.as_str()).collect();
    let help = format!("acts: {}", acts.join(", "));
    let act = tables.act(&typed).map_err(|error| name(&error, &help))?;
    let answer = Answer { state, tables, license, act, rule: tables.rule(state, act, &license.id) };
    print(&if wanted.json { json_text(&answer.json(&library)) } else { answer.text() })?;
    Ok(Done::Answered)
}

fn name(error: &NameError, help: &str) -> Failure {
    Failure::Name { message: error.to_string(), help: help.to_owned() }
}

/// A text after the word that answers, without saying the word twice: "Yes, when a practitioner delegates it".
fn opened(word: &str, says: &str) -> String {
    let bare = ["yes", "no"]
        .iter()
        .find_map(|word| says.strip_prefix(word))
        .filter(|rest| !rest.starts_with(char::is_alphanumeric));
    match bare {
        Some(rest) => format!("{word}{rest}"),
        None => format!("{word}: {says}"),
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

struct Answer<'a> {
    state: &'a State,
    tables: &'a Tables,
    license: &'a License,
    act: &'a Act,
    rule: Rule<'a>,
}

impl Answer<'_> {
    /// Whether the licence is one to practise medicine, and no cell of its own rules the act.
    fn is_physician(&self) -> bool {
        PHYSICIANS.contains(&self.license.id.as_str()) && self.rule.cell.is_none()
    }

    fn who(&self) -> String {
        match self.license.id.as_str() {
            "none" => "somebody without a licence".to_owned(),
            _ => format!("{} {}", article(&self.license.name), self.license.name),
        }
    }

    fn headline(&self) -> String {
        let says = self.rule.cell.map(|cell| self.tables.says(cell)).unwrap_or_default();
        match (self.rule.permits, self.rule.strength) {
            _ if self.is_physician() => "Yes, by a licence to practise medicine.".to_owned(),
            (Permits::Yes | Permits::Delegated, _) if self.act.id == EXAMINE => "Yes.".to_owned(),
            (Permits::Yes | Permits::Delegated, Strength::Solid) => format!("{}.", opened("Yes", &says)),
            (Permits::Yes | Permits::Delegated, _) => format!("{} (as far as was found).", opened("Yes", &says)),
            (Permits::Conditional, _) => format!("On a condition: {says}."),
            (Permits::No, Strength::Solid) if self.act.id == EXAMINE => format!("No; who may: {says}."),
            (Permits::No, _) if self.act.id == EXAMINE => format!("Not named, as far as was found; who may: {says}."),
            (Permits::No, Strength::Solid) => format!("{}.", opened("No", &says)),
            (Permits::No, _) => format!("{} (as far as was found).", opened("Probably not", &says)),
            (Permits::Ask, _) => "Not known.".to_owned(),
        }
    }

    fn next_step(&self) -> String {
        match (self.rule.permits, self.rule.strength) {
            _ if self.is_physician() => {
                "See that the licence is in force in this state, and what training the treatment takes.".to_owned()
            }
            (Permits::No, Strength::Solid) => "It must not be done so.".to_owned(),
            (Permits::Delegated, Strength::Solid) => {
                "Have the delegation, the order and the exam on file first.".to_owned()
            }
            (Permits::Yes, Strength::Solid) => "Have the order and the exam on file first.".to_owned(),
            (Permits::Conditional, Strength::Solid) => {
                "See that the condition is met, and keep the proof on file, before it is done.".to_owned()
            }
            _ => match &self.act.ask {
                Some(ask) => format!("Ask {}: {ask}. Keep the answer on file before it is done.", self.act.board),
                None => format!("Ask {}, and keep the answer on file, before it is done.", self.act.board),
            },
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        below(&mut out, 0, &format!("{}: may {} {}?", self.state.code.name(), self.who(), self.act.does));
        below(&mut out, 0, &self.headline());
        below(&mut out, 0, &self.next_step());
        out.push_str("\nWhat that rests on\n");
        match self.rule.cell.filter(|cell| cell.is_known) {
            Some(cell) => {
                let label = self.tables.cell_name(&cell.id).map_or(cell.id.as_str(), |name| &name.label);
                hanging(&mut out, 2, 6, &format!("[{}] {label}: {}", cell.strength().word(), self.tables.says(cell)));
                rests_on(&mut out, 6, cell, self.tables);
            }
            None if self.is_physician() => {
                below(&mut out, 2, "[weak] general knowledge: physicians have no cell in the library.")
            }
            None => below(&mut out, 2, "[unknown] this library knows no rule of the state for this licence and act."),
        }
        out.push_str("\nWhat goes with it\n");
        for id in BESIDE {
            let Some(cell) = self.state.cell(id) else { continue };
            let label = self.tables.cell_name(id).map_or(id, |name| &name.label);
            hanging(&mut out, 2, 6, &format!("[{}] {label}: {}", cell.strength().word(), self.tables.says(cell)));
        }
        if !self.state.conflicts.is_empty() {
            out.push_str("\nSources that disagree\n");
            self.state.conflicts.iter().for_each(|conflict| hanging(&mut out, 2, 4, &format!("- {conflict}")));
        }
        let _ = writeln!(out, "\n{DISCLAIMER}");
        out
    }

    fn json(&self, library: &Library) -> Value {
        let labelled = |id: &str| {
            let label = self.tables.cell_name(id).map_or(id, |name| &name.label);
            self.state.cell(id).map(|cell| cell_json(cell, label, self.tables))
        };
        let (permits, strength) = match self.is_physician() {
            true => (Permits::Yes, Strength::Weak),
            false => (self.rule.permits, self.rule.strength),
        };
        json!({
            "state": self.state.code.as_str(),
            "license": self.license.id,
            "act": self.act.id,
            "permits": permits.word(),
            "strength": strength.word(),
            "says": self.headline(),
            "next_step": self.next_step(),
            "rests_on": self.rule.cell.and_then(|cell| labelled(&cell.id)),
            "goes_with": BESIDE.iter().filter_map(|id| labelled(id)).collect::<Vec<Value>>(),
            "conflicts": self.state.conflicts,
            "library": {"version": library.version(), "sha256": library.sha256()},
            "disclaimer": DISCLAIMER,
        })
    }
}
