//! `covered x12 rules`: the rules, and what each asks for.

use std::fmt::Write as _;

use serde_json::{Value, json};
use x12::judge::{Overlay, OverlayRule, RECEIVER_RULES, RULES, Rule, rule};

use super::arguments::Rules;
use super::{overlay, print_json};
use crate::Done;
use crate::output::{Failure, print, wrapped};

pub(super) fn run(wanted: &Rules) -> Result<Done, Failure> {
    if let Some(path) = &wanted.overlay {
        return of_overlay(&overlay::of(path)?, wanted);
    }
    let rules: Vec<&Rule> = match &wanted.rule {
        Some(id) => vec![find(id)?],
        None => all().filter(|rule| wanted.level.is_none_or(|level| rule.level == level)).collect(),
    };
    if wanted.json {
        let all: Vec<Value> = rules.iter().map(|rule| value(rule)).collect();
        print_json(&json!({ "format": 1, "rules": all }))?;
    } else if wanted.rule.is_some() {
        print(&rules.iter().map(|rule| explained(rule)).collect::<String>())?;
    } else {
        print(&rules.iter().map(|rule| listed(rule)).collect::<String>())?;
    }
    Ok(Done::Answered)
}

fn of_overlay(overlay: &Overlay, wanted: &Rules) -> Result<Done, Failure> {
    let named =
        |rule: &&OverlayRule| wanted.rule.as_ref().is_none_or(|name| rule.asked.rule.eq_ignore_ascii_case(name));
    let rules: Vec<&OverlayRule> = overlay.rules().iter().filter(named).collect();
    if let (Some(name), []) = (&wanted.rule, &rules[..]) {
        let message = format!("the overlay has no rule `{name}`");
        let help = "without a name `covered x12 rules --overlay` lists all of it".to_owned();
        return Err(Failure::Name { message, help });
    }
    if wanted.json {
        let all: Vec<Value> = rules.iter().map(|rule| overlay::value(&rule.asked)).collect();
        print_json(&json!({ "format": 1, "rules": all }))?;
    } else {
        print(&overlay::text(&rules))?;
    }
    Ok(Done::Answered)
}

fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(RECEIVER_RULES).copied()
}

/// The rule with this identifier, in small letters as well.
pub(super) fn find(id: &str) -> Result<&'static Rule, Failure> {
    let wanted = id.to_uppercase();
    rule(&wanted).ok_or_else(|| {
        let near = codes::suggest(&wanted, all().map(|rule| rule.id));
        Failure::Name {
            message: format!("there is no rule `{id}`"),
            help: near.map_or_else(
                || "`covered x12 rules` lists the rules".to_owned(),
                |near| format!("did you mean `{near}`? `covered x12 rules` lists all"),
            ),
        }
    })
}

fn listed(rule: &Rule) -> String {
    let line = format!("{}  level {}, {}: {}", rule.id, rule.level, rule.severity.as_str(), rule.title);
    format!("{}\n", wrapped(&line, 7))
}

fn explained(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n\n", rule.id, rule.title);
    let _ = writeln!(out, "SNIP level {}, severity {}", rule.level, rule.severity.as_str());
    let _ = writeln!(out, "{}", wrapped(&format!("What to do: {}", rule.next_step), 2));
    let _ = writeln!(out, "{}", wrapped(&format!("Source: {}", rule.source), 2));
    let _ = writeln!(out, "A file that breaks it and no other: covered x12 make --break {}", rule.id);
    out
}

fn value(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "level": rule.level,
        "severity": rule.severity.as_str(),
        "title": rule.title,
        "next_step": rule.next_step,
        "source": rule.source,
    })
}
