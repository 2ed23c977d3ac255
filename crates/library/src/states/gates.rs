//! Policies made of the cells of one state.

use std::fmt::Write as _;

use policy::span::SourceId;

use super::tables::StateGate;
use super::{Act, Basis, Cell, OwnerRule, Permits, Rule, State, Strength, Tables};
use crate::licenses::Licenses;
use crate::policies::Policies;

/// Numbers of these texts: beyond those of any file, so that no place in a file is taken for one of theirs.
const FIRST_SOURCE: u32 = 1 << 30;
/// Most gates of one state.
const GATES_MAX: u32 = 1 << 8;

/// All gates of one state.
pub(super) fn gates(state: &State, tables: &Tables, licenses: &Licenses) -> Policies {
    let mut policies = Policies::default();
    let place = codes::StateCode::ALL.iter().position(|code| *code == state.code).unwrap_or_default();
    let mut next = FIRST_SOURCE + GATES_MAX * u32::try_from(place).unwrap_or_default();
    let mut add = |path: String, text: Option<String>| {
        if let Some(text) = text {
            policies.add(SourceId(next), &path, text.into(), false);
            next += 1;
        }
    };
    for act in &tables.acts {
        let ruled = act.cells.iter().flat_map(|(_, licenses)| licenses);
        for license in ruled.chain(&act.asked) {
            let name =
                licenses.all().iter().find(|known| known.id == *license).map_or(license.as_str(), |known| &known.name);
            let rule = tables.rule(state, act, license);
            let id = format!("state/{}/{}/{license}", state.code, act.id);
            let text = Writer { state, tables, id: &id }.of_act(act, license, name, rule);
            add(format!("states/{}.toml ({}/{license})", state.code, act.id), text);
        }
    }
    for owner in &tables.owners {
        let id = format!("state/{}/own/{}", state.code, owner.id);
        let text = Writer { state, tables, id: &id }.of_owner(owner);
        add(format!("states/{}.toml (own/{})", state.code, owner.id), text);
    }
    for gate in &tables.gates {
        let id = format!("state/{}/{}", state.code, gate.id);
        let text = Writer { state, tables, id: &id }.of_gate(gate);
        add(format!("states/{}.toml ({})", state.code, gate.id), text);
    }
    policies
}

/// One policy while it is written.
struct Writer<'w> {
    state: &'w State,
    tables: &'w Tables,
    id: &'w str,
}

impl Writer<'_> {
    /// `None` where the state's own text allows it: there is nothing to ask and nothing to warn of.
    fn of_act(&self, act: &Act, license: &str, name: &str, rule: Rule<'_>) -> Option<String> {
        let services = act.services.as_ref()?;
        let who = if license == "none" { "somebody without a licence".to_owned() } else { with_article(name) };
        let does = &act.does;
        let says = rule.cell.map(|cell| self.tables.says(cell)).unwrap_or_default();
        let blocks = rule.permits == Permits::No && rule.cell.is_some_and(Cell::may_block);
        let allows = matches!(rule.permits, Permits::Yes | Permits::Delegated);
        if allows && rule.strength == Strength::Solid {
            return None;
        }
        let (title, body) = match rule.permits {
            Permits::No if blocks => (format!("{who} may not {does}"), "not allowed as clinician always"),
            Permits::No => (format!("whether {who} may {does}; the answer that was found is: {says}"), ASKS),
            Permits::Conditional => (
                format!("whether {who} may {does}; the condition is: {says}"),
                if rule.cell.is_some_and(|cell| cell.id == SPECIAL_LICENCE) { ASKS_CERTIFICATE } else { ASKS },
            ),
            Permits::Ask => (format!("whether {who} may {does}"), ASKS),
            Permits::Yes | Permits::Delegated => (format!("{who} may {does}: {says}"), "allowed always"),
        };
        let scope = format!("service state {}; license {license}", self.state.code);
        let mut text = self.head(&title, &scope, services, rule.cell);
        if body != "allowed always" && rule.strength == Strength::Unknown {
            let caveat =
                format!("This library knows no rule of {} on this; ask {}.", self.state.code.name(), act.whom());
            let _ = writeln!(text, "caveat   {}", quoted(&caveat));
        } else if !blocks && rule.strength == Strength::Weak {
            let basis = rule.cell.and_then(|cell| cell.basis).unwrap_or(Basis::Memory);
            let caveat = format!("This rests on {} alone; ask {}.", basis.says(), act.whom());
            let _ = writeln!(text, "caveat   {}", quoted(&caveat));
        }
        let _ = write!(text, "\n{body}\n\notherwise not allowed as clinician\n");
        Some(text)
    }

    /// Whether a practice with such an owner may treat, and so bill. Where the state allows it there is nothing to ask.
    fn of_owner(&self, owner: &OwnerRule) -> Option<String> {
        let cell = self.state.cell(&owner.cell)?;
        let strength = cell.strength();
        let permits = if strength == Strength::Unknown { Permits::Ask } else { self.tables.permits(cell) };
        let (says, who) = (self.tables.says(cell), &owner.who);
        let allows = matches!(permits, Permits::Yes | Permits::Delegated);
        if allows && strength == Strength::Solid {
            return None;
        }
        let blocks = permits == Permits::No && cell.may_block();
        let (title, body) = match permits {
            _ if blocks => (
                format!("{who} may not own a medical practice, so the practice cannot bill"),
                "not allowed as site always",
            ),
            _ if allows => (format!("{who} may own the practice: {says}"), "allowed always"),
            Permits::Ask => (format!("whether {who} may own the practice"), ASKS_OWNER),
            _ => (format!("whether {who} may own the practice; what was found: {says}"), ASKS_OWNER),
        };
        let scope = format!(
            "service state {}; owners_recorded; {}; treatment_kind != personal-care",
            self.state.code, owner.fact
        );
        let mut text = self.head(&title, &scope, "any", Some(cell));
        if !blocks {
            let basis =
                cell.basis.filter(|_| strength != Strength::Unknown).map_or("nothing that was found", Basis::says);
            let caveat = format!(
                "This rests on {basis}; ask counsel of the state who may own, and whether a management company may run the business instead."
            );
            let _ = writeln!(text, "caveat   {}", quoted(&caveat));
        }
        let _ = write!(text, "\n{body}\n\notherwise not allowed as site\n");
        Some(text)
    }

    fn of_gate(&self, gate: &StateGate) -> Option<String> {
        if gate.not_in.iter().any(|state| state == self.state.code.as_str()) {
            return None;
        }
        let cell = self.state.cell(&gate.cell);
        let scope = format!("service state {}; {}", self.state.code, gate.scope);
        let mut text = self.head(&gate.title, &scope, &gate.services, cell);
        let says = cell.filter(|cell| cell.strength() != Strength::Unknown).map(|cell| self.tables.says(cell));
        let caveat = match says {
            Some(says) => format!("What was found for {}: {says}.", self.state.code.name()),
            None => format!("This library knows no rule of {} on this.", self.state.code.name()),
        };
        let _ = writeln!(text, "caveat   {}", quoted(&caveat));
        let _ = write!(text, "\nallowed when all\n");
        for criterion in &gate.criteria {
            let _ = writeln!(text, "  {criterion}   as {}   indicative", gate.kind);
        }
        let _ = write!(text, "\notherwise not allowed as {}\n", gate.kind);
        Some(text)
    }

    fn head(&self, title: &str, scope: &str, services: &str, cell: Option<&Cell>) -> String {
        let state = self.state.code.name();
        let mut text = String::new();
        let _ = writeln!(text, "policy   {} {}", quoted(self.id), quoted(&format!("{state}: {title}")));
        let _ = writeln!(text, "rank     gate_lawful\nscope    {scope}\nfor      {services}\ndates    ..");
        let cell = cell.filter(|cell| cell.strength() != Strength::Unknown);
        let source = cell.and_then(|cell| self.tables.source(cell.source.as_ref()?));
        let basis = cell.map_or(Basis::Memory, |cell| cell.basis.unwrap_or(Basis::Memory));
        let citation = match cell.and_then(Cell::citation) {
            Some(citation) => citation.to_owned(),
            None if basis == Basis::Memory => format!("the law of {state} in general"),
            None => format!("{}, on {state}", basis.says()),
        };
        let was_read = cell.is_some_and(|cell| cell.was_read);
        let grade = match basis {
            Basis::Primary if was_read => "text",
            Basis::Agency if was_read => "page",
            Basis::Memory => "known",
            _ if was_read => "digest",
            _ => "known",
        };
        let url = source.map_or_else(String::new, |source| format!(" {}", quoted(&source.url)));
        let day = source.map_or(self.tables.as_of, |source| self.tables.read_day(source));
        let read = day.filter(|_| was_read).map_or_else(String::new, |day| format!(" read {day}"));
        let _ = writeln!(text, "source   {}{url} {grade}{read}", quoted(&citation));
        if let Some(note) = cell.and_then(|cell| cell.note.as_ref()) {
            let rest = cell.and_then(Cell::citation).and_then(|citation| note.strip_prefix(citation));
            let note = rest.map_or(note.as_str(), |rest| rest.trim_start_matches(": "));
            let _ = writeln!(text, "caveat   {}", quoted(&sentence(note)));
        }
        if let Some(why) = cell.and_then(|cell| cell.asks_because.as_ref()) {
            let _ = writeln!(text, "caveat   {}", quoted(&format!("It asks and does not block: {why}.")));
        }
        text
    }
}

/// The cell of a licence of its own for lasers.
const SPECIAL_LICENCE: &str = "laser.special_licence";

/// The body of a gate that asks for a certificate beside the licence, in force on the date of service.
const ASKS_CERTIFICATE: &str = "allowed when any\n  certificate:  person_registered             as clinician   indicative\n  confirmed:    scope_of_practice_confirmed   as clinician   indicative";

/// The body of a gate about owners that asks.
const ASKS_OWNER: &str = "allowed when all\n  counsel:  ownership_confirmed   as site   indicative";

/// The body of a gate that asks.
const ASKS: &str = "allowed when all\n  confirmed:  scope_of_practice_confirmed   as clinician   indicative";

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().map(char::to_uppercase).into_iter().flatten().collect();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
