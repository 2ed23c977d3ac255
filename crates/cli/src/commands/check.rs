//! `covered check`: one case, answered.

use coverage::case::template;
use coverage::determine::{determine, explain};
use coverage::text;
use library::Library;
use policy::dictionary::Fact;

use crate::Done;
use crate::args::{Check, LibraryArguments};
use crate::commands::codes::ImportedLists;
use crate::output::{Failure, print};
use crate::source;

pub(crate) fn run(check: &Check, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    if let Some(treatment) = &check.template {
        return print_template(treatment, &library);
    }
    let (name, text) = match (&check.case, &check.claim_line.x12, check.claim_line.line) {
        (Some(path), ..) => (source::name(path), source::read(path)?),
        (None, Some(path), Some(line)) => {
            super::x12::case::case_text(path, line, check.claim_line.claim.as_deref(), &check.questions, &library)?
        }
        _ if check.questions.is_empty() => return Err(Failure::Nothing),
        _ => ("command line".to_owned(), source::case_text(&check.questions)),
    };
    let (mut case, notes) = ImportedLists::of(check.codes.as_deref())?.case(&name, &text, &library)?;
    if let Some(folder) = &check.codes {
        super::codes::with_schedule(&mut case, folder)?;
    }
    let compiled = source::compiled(&library, &case)?;
    let answer = determine(&case, &notes, &compiled);
    let out = match (check.json, check.explain) {
        (true, _) => source::json(&answer),
        (false, false) => text::render(&answer),
        (false, true) => format!("{}\n{}", text::render(&answer), explain(&case, &compiled)),
    };
    print(&out)?;
    Ok(Done::Answered)
}

/// A case to fill in, with the facts that policies about the treatment ask for.
fn print_template(treatment: &str, library: &Library) -> Result<Done, Failure> {
    let found = library.menu().find(treatment).map_err(|error| Failure::Name {
        message: error.to_string(),
        help: "`covered treatments` lists the menu".to_owned(),
    })?;
    let facts = facts_about(library, found.treatment)?;
    print(&template(&found.treatment.id, facts))?;
    Ok(Done::Answered)
}

/// The facts that policies for a treatment's codes or name read, in the order of the dictionary.
fn facts_about<'l>(library: &'l Library, treatment: &library::menu::Treatment) -> Result<Vec<&'l Fact>, Failure> {
    let compiled = library.compiled(&[])?;
    let program = coverage::reference::Library::program(&compiled);
    let codes = treatment.possible_codes();
    let speaks = |policy: &policy::program::Compiled| {
        let items = &policy.file.applies.items;
        let by_name = items
            .treatments
            .iter()
            .any(|name| policy::ast::value_key(&name.value) == policy::ast::value_key(&treatment.id));
        let by_code = policy.codes.is_some_and(|set| program.code_sets[set].intersects(&codes));
        by_name || by_code
    };
    let mut read = vec![false; library.dictionary().facts().len()];
    for policy in program.policies.iter().filter(|policy| speaks(policy)) {
        for slot in program.nodes[policy.nodes.clone()].iter().filter_map(|node| node.slot()) {
            if let policy::program::SlotKey::Named(fact) = &program.slots[slot as usize].key {
                read[fact.0 as usize] = true;
            }
        }
    }
    Ok(library.dictionary().facts().iter().zip(read).filter(|(_, read)| *read).map(|(fact, _)| fact).collect())
}
