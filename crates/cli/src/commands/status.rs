//! `covered status`: which law of privacy binds a spa.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use library::Library;
use library::law::{Law, Privacy, PrivacyLaw};
use serde_json::{Value, json};

use super::deadlines::{authority, authority_json, rule};
use super::states::code;
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Standard transactions that are sent in electronic form: claim, eligibility, …; `none` if surely none is.
    #[arg(long, value_name = "TRANSACTION", value_delimiter = ',')]
    sends: Vec<String>,
    /// Who sends them; a biller's or clearinghouse's count as the spa's own.
    #[arg(long, value_name = "WHO", default_value = "own")]
    by: By,
    /// State of the spa.
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// Add the checklist of the Security Rule.
    #[arg(long)]
    checklist: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// Who sends a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The spa itself.
    Own,
    /// A billing service or clearinghouse for the spa.
    Biller,
}

/// Says that surely no transaction is sent.
const NONE: &str = "none";

pub(crate) fn run(wanted: &Status, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let law = library.law()?;
    let Some(privacy) = &law.privacy else {
        let help = "use the built-in library, or add `law/status.toml`".to_owned();
        return Err(Failure::Name { message: "this library does not say which law of privacy binds".to_owned(), help });
    };
    let sent = sent(wanted, privacy)?;
    let answer = Answer {
        law,
        privacy,
        covered: covered(wanted, &sent),
        sent,
        by: wanted.by,
        state: wanted.state.as_deref().map(code).transpose()?,
        checklist: wanted.checklist,
    };
    print(&if wanted.json { json_text(&answer.json(&library)) } else { answer.text() })?;
    Ok(Done::Answered)
}

/// Names of the transactions that are sent, and of what is no trigger.
struct Sent {
    transactions: Vec<String>,
    no_triggers: Vec<usize>,
}

fn sent(wanted: &Status, privacy: &Privacy) -> Result<Sent, Failure> {
    let mut sent = Sent { transactions: Vec::new(), no_triggers: Vec::new() };
    for typed in wanted.sends.iter().filter(|typed| *typed != NONE) {
        if let Some((_, name)) = privacy.transactions.iter().find(|(id, _)| id == typed) {
            sent.transactions.push(name.clone());
        } else if let Some(at) = privacy.no_triggers.iter().position(|(id, ..)| id == typed) {
            sent.no_triggers.push(at);
        } else {
            let known: Vec<&str> = privacy.transactions.iter().map(|(id, _)| id.as_str()).collect();
            let help = format!("write one of {}, {NONE}", known.join(", "));
            return Err(Failure::Name { message: format!("there is no transaction `{typed}`"), help });
        }
    }
    Ok(sent)
}

/// Whether the spa is a covered entity; `None` while nobody said what is sent.
fn covered(wanted: &Status, sent: &Sent) -> Option<bool> {
    match (&sent.transactions[..], &wanted.sends[..]) {
        ([], []) => None,
        ([], _) => wanted.sends.iter().any(|typed| typed == NONE).then_some(false),
        _ => Some(true),
    }
}

struct Answer<'a> {
    law: &'a Law,
    privacy: &'a Privacy,
    covered: Option<bool>,
    sent: Sent,
    by: By,
    state: Option<codes::StateCode>,
    checklist: bool,
}

impl Answer<'_> {
    fn headline(&self) -> String {
        let by = match self.by {
            By::Own => "",
            By::Biller => "; what a biller sends for it counts as its own",
        };
        match self.covered {
            Some(true) => format!(
                "The spa is a covered entity under HIPAA for all its patients, those who pay cash for looks too: it sends {}{by}. To stop does not undo it.",
                self.sent.transactions.join(", ")
            ),
            Some(false) => "The spa is no covered entity under HIPAA: it sends no standard transaction in electronic form, and nobody does for it. Other law binds it.".to_owned(),
            None => "Not known: does the spa, or a biller for it, send any standard transaction in electronic form?".to_owned(),
        }
    }

    fn binding(&self) -> Vec<&PrivacyLaw> {
        let Some(covered) = self.covered else { return Vec::new() };
        self.privacy.laws.iter().filter(|law| law.binds(covered, self.state)).collect()
    }

    fn text(&self) -> String {
        let mut out = String::new();
        below(&mut out, 0, &self.headline());
        if self.covered.is_none() {
            out.push_str("\nStandard transactions (--sends)\n");
            for (id, name) in &self.privacy.transactions {
                hanging(&mut out, 2, 4, &format!("{id}: {name}"));
            }
            hanging(&mut out, 2, 4, &format!("{NONE}: surely none"));
            below(
                &mut out,
                0,
                "Say which are sent, by whom and where: `covered status --sends claim,eligibility --by biller --state TX`.",
            );
        } else if self.covered == Some(false) {
            below(
                &mut out,
                0,
                "One claim or eligibility check in electronic form, by the spa or a biller, changes that for all patients: ask counsel before it is switched on.",
            );
        }
        out.push('\n');
        authority(&mut out, 2, &self.privacy.covered);
        for at in &self.sent.no_triggers {
            let (_, name, where_it_stands) = &self.privacy.no_triggers[*at];
            let _ = writeln!(out, "\nNo trigger: {name}");
            authority(&mut out, 2, where_it_stands);
        }
        let binding = self.binding();
        if !binding.is_empty() {
            out.push_str("\nWhat binds\n");
        }
        for law in binding {
            hanging(&mut out, 2, 4, &format!("- {}", law.says));
            for deadline in self.law.deadlines.iter().filter(|deadline| law.deadlines.contains(&deadline.id)) {
                below(&mut out, 6, &format!("{}: {}", deadline.id, rule(&deadline.clock, &deadline.from)));
            }
            authority(&mut out, 6, &law.authority);
        }
        if self.covered.is_some() && self.state.is_none() {
            below(
                &mut out,
                0,
                "\nStates have laws of their own on privacy and breaches: `--state TX` tells those of one.",
            );
        }
        if self.checklist {
            self.checklist(&mut out);
        }
        let _ = writeln!(out, "\n{DISCLAIMER}");
        out
    }

    fn checklist(&self, out: &mut String) {
        let items = &self.privacy.safeguards;
        let _ = writeln!(out, "\nSecurity Rule, {} items", items.len());
        below(out, 0, "R: required. A: addressable, adopt it, or write down why not and use an equal measure.");
        for item in items {
            let kind = if item.required { 'R' } else { 'A' };
            let check = item.check.as_ref().map_or_else(String::new, |check| format!(" ({check})"));
            hanging(out, 2, 8, &format!("[ ] {kind} {} {}{check}", item.section, item.name));
        }
    }

    fn json(&self, library: &Library) -> Value {
        let laws: Vec<Value> = self
            .binding()
            .into_iter()
            .map(|law| {
                json!({
                    "id": law.id,
                    "says": law.says,
                    "states": law.states.iter().map(|state| state.as_str()).collect::<Vec<_>>(),
                    "deadlines": law.deadlines,
                    "source": authority_json(&law.authority),
                })
            })
            .collect();
        let items: Vec<Value> = self
            .privacy
            .safeguards
            .iter()
            .filter(|_| self.checklist)
            .map(|item| json!({"section": item.section, "name": item.name, "required": item.required, "check": item.check}))
            .collect();
        json!({
            "covered_entity": self.covered,
            "says": self.headline(),
            "sends": self.sent.transactions,
            "binds": laws,
            "checklist": items,
            "source": authority_json(&self.privacy.covered),
            "library": {"version": library.version(), "sha256": library.sha256()},
            "disclaimer": DISCLAIMER,
        })
    }
}
