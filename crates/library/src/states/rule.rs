//! What a state says about one act and one licence.

use super::{Act, Cell, State, Strength, Tables, Value};

/// What a rule means for somebody who wants to do the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permits {
    /// The person may.
    Yes,
    /// The person may when a practitioner delegates or orders it.
    Delegated,
    /// The person may under the terms that the rule names.
    Conditional,
    /// The person may not.
    No,
    /// Somebody must be asked.
    Ask,
}

impl Permits {
    /// Every meaning with the word of the files.
    pub const ALL: [(&'static str, Self); 5] = [
        ("yes", Self::Yes),
        ("delegated", Self::Delegated),
        ("conditional", Self::Conditional),
        ("no", Self::No),
        ("ask", Self::Ask),
    ];

    /// The word of the files.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, permits)| *permits == self);
        row.expect("INVARIANT: every meaning is in the table").0
    }
}

/// What a state says about one act and one licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'s> {
    /// The cell that rules, if one does.
    pub cell: Option<&'s Cell>,
    /// What it means.
    pub permits: Permits,
    /// How much it may decide.
    pub strength: Strength,
}

impl Tables {
    /// What a state says about one act and one licence (`RN`).
    ///
    /// Physicians have no cells: that a licence to practise medicine allows to is no rule of this table.
    #[must_use]
    pub fn rule<'s>(&self, state: &'s State, act: &Act, license: &str) -> Rule<'s> {
        let nothing = Rule { cell: None, permits: Permits::Ask, strength: Strength::Unknown };
        if let Some((id, members)) = &act.listed {
            let Some(cell) = state.cell(id).filter(|cell| cell.is_known) else { return nothing };
            let Value::List(words) = &cell.value else { return nothing };
            let named = words.iter().filter_map(|word| members.get(word)).flatten().any(|member| member == license);
            let permits = if named { Permits::Yes } else { Permits::No };
            return Rule { cell: Some(cell), permits, strength: cell.strength() };
        }
        let ruling = act.cells.iter().find(|(_, licenses)| licenses.iter().any(|ruled| ruled == license));
        let Some(cell) = ruling.and_then(|(id, _)| state.cell(id)) else { return nothing };
        match cell.strength() {
            Strength::Unknown => Rule { cell: Some(cell), ..nothing },
            strength => Rule { cell: Some(cell), permits: self.permits(cell), strength },
        }
    }
}
