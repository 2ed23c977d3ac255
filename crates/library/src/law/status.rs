//! Which law of privacy binds a spa.

use codes::StateCode;

use super::{Authority, Law, authority};
use crate::reader::{Entry, Reader};

/// Everything of `law/status.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// What makes a covered entity, and where that stands.
    pub covered: Authority,
    /// Standard transactions, as identifier and name.
    pub transactions: Vec<(String, String)>,
    /// What is often taken for a trigger and is none: identifier, name, where that stands.
    pub no_triggers: Vec<(String, String, Authority)>,
    /// Rules, by whom they bind.
    pub laws: Vec<PrivacyLaw>,
    /// The items of the Security Rule.
    pub safeguards: Vec<Safeguard>,
}

/// A rule of privacy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyLaw {
    /// Identifier: `breach`.
    pub id: String,
    /// To whom it speaks.
    pub applies: Applies,
    /// The states whose law it is; none: federal law, or every state's.
    pub states: Vec<StateCode>,
    /// What it says.
    pub says: String,
    /// Deadlines that go with it, by identifier.
    pub deadlines: Vec<String>,
    /// Where it stands.
    pub authority: Authority,
}

/// To whom a rule of privacy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// Covered entities.
    Covered,
    /// Who is none.
    NotCovered,
    /// Both.
    Both,
}

/// An item of the Security Rule (45 CFR 164.308 to 164.316).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safeguard {
    /// Section: `164.312(b)`.
    pub section: String,
    /// What it is called.
    pub name: String,
    /// Whether it is required; otherwise addressable: adopt it, or write down why not and use an equal measure.
    pub required: bool,
    /// What shows it.
    pub check: Option<String>,
}

impl PrivacyLaw {
    /// Whether it binds a spa in a state; while the state is not known, no state's law does.
    #[must_use]
    pub fn binds(&self, covered: bool, state: Option<StateCode>) -> bool {
        let to_whom = match self.applies {
            Applies::Covered => covered,
            Applies::NotCovered => !covered,
            Applies::Both => true,
        };
        to_whom && (self.states.is_empty() || state.is_some_and(|state| self.states.contains(&state)))
    }
}

pub(super) fn read(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    let covered = reader.table_if_any(root, "covered").and_then(|mut entry| {
        let covered = authority(reader, &mut entry);
        reader.finish(entry);
        covered
    });
    let mut transactions = Vec::new();
    for mut entry in reader.entries(root, "transaction") {
        let (id, name) = (reader.id(&mut entry), reader.text(&mut entry, "name"));
        reader.finish(entry);
        transactions.extend(id.zip(name).map(|(id, name)| (id.value, name.value)));
    }
    let mut no_triggers = Vec::new();
    for mut entry in reader.entries(root, "not_a_trigger") {
        let (id, name) = (reader.id(&mut entry), reader.text(&mut entry, "name"));
        let authority = authority(reader, &mut entry);
        reader.finish(entry);
        if let (Some(id), Some(name), Some(authority)) = (id, name, authority) {
            no_triggers.push((id.value, name.value, authority));
        }
    }
    let laws = reader.entries(root, "law").into_iter().filter_map(|entry| rule(reader, entry)).collect();
    let safeguards =
        reader.entries(root, "safeguard").into_iter().filter_map(|entry| safeguard(reader, entry)).collect();
    law.privacy = covered.map(|covered| Privacy { covered, transactions, no_triggers, laws, safeguards });
}

fn rule(reader: &mut Reader<'_>, mut entry: Entry<'_>) -> Option<PrivacyLaw> {
    let words = [("covered", Applies::Covered), ("not-covered", Applies::NotCovered), ("both", Applies::Both)];
    let id = reader.id(&mut entry);
    let applies = reader.word(&mut entry, "applies", &words);
    let states = reader.texts(&mut entry, "states").iter().filter_map(|state| reader.parsed(state)).collect();
    let says = reader.text(&mut entry, "says");
    let deadlines = reader.texts(&mut entry, "deadlines").into_iter().map(|id| id.value).collect();
    let authority = authority(reader, &mut entry);
    reader.finish(entry);
    Some(PrivacyLaw { id: id?.value, applies: applies?, states, says: says?.value, deadlines, authority: authority? })
}

fn safeguard(reader: &mut Reader<'_>, mut entry: Entry<'_>) -> Option<Safeguard> {
    let section = reader.text(&mut entry, "id");
    let name = reader.text(&mut entry, "name");
    let required = reader.word(&mut entry, "kind", &[("required", true), ("addressable", false)]);
    let check = reader.text_if_any(&mut entry, "check").map(|check| check.value);
    reader.finish(entry);
    Some(Safeguard { section: section?.value, name: name?.value, required: required?, check })
}
