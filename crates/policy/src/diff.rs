//! What a change of policies changes: every region of cases that gets another outcome, each with a case as witness.
//!
//! Both sides become decision diagrams over the numbered facts, cut into cells at the thresholds of both; side by side they tell
//! exactly where the outcomes differ. That region is then covered by boxes (for each fact the values that it may have), each as
//! large as it can be made. Steps are counted, never timed: beyond [`STEPS_MAX`] nothing is claimed to be complete.

mod cover;
mod diagram;
mod sides;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::check::relate::{Conflict, Settles, conflicts, settled};
use crate::check::witness;
use crate::compile::{Context, Entry, compile};
use crate::diagnostic::Diagnostic;
use crate::dictionary::Dictionary;
use crate::eval::{Selection, Stretch};
use crate::exact::Composition;
use crate::program::{Cell, MET, NOT_MET, OPEN, Outcome, OutcomeSet, Program, SlotId, SlotKey, Truth};
use crate::show::{self, fact_words};
use diagram::Exhausted;
use sides::Sides;

/// Most regions that are told apart; a change with more of them is better read as two texts.
pub const REGIONS_MAX: usize = 256;
/// Most steps of building the diagrams of one comparison.
pub const STEPS_MAX: usize = diagram::STEPS_MAX;

/// Cases that the change moves from one outcome to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The facts on which it depends, and the values that each may have, lowest first.
    pub facts: Vec<(SlotId, Vec<Cell>)>,
    /// What the old policies say there; one outcome, unless a rank may or may not bind.
    pub before: OutcomeSet,
    /// What the new ones say.
    pub after: OutcomeSet,
    /// One case of the region: values for the facts that single it out.
    pub witness: Vec<(SlotId, Cell)>,
}

impl Region {
    /// Does a case lie in the region? Open if that hangs on what is not known.
    #[must_use]
    pub fn holds(&self, cells: &[Cell]) -> Truth {
        let one = |(slot, allowed): &(SlotId, Vec<Cell>)| {
            let now = cells[*slot as usize];
            if allowed.iter().any(|cell| cell.lo <= now.lo && now.hi <= cell.hi) {
                MET
            } else if allowed.iter().any(|cell| cell.lo <= now.hi && now.lo <= cell.hi) {
                OPEN
            } else {
                NOT_MET
            }
        };
        self.facts.iter().map(one).min().unwrap_or(MET)
    }
}

/// What a change of policies changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The regions; they may overlap where they say the same.
    pub regions: Vec<Region>,
    /// Whether every case that changes lies in one of them. If not, the budget was exhausted (N001).
    pub complete: bool,
}

/// Where two selections of one program say different things. `apart` is what no case has together; see [`Exclusions`].
///
/// What is open in a case plays no part: a region holds complete cases, and [`Region::holds`] says whether a case may be one.
#[must_use]
pub fn regions(
    program: &Program,
    before: &Selection,
    after: &Selection,
    composition: Composition,
    apart: &Exclusions,
) -> Changes {
    let found = Sides::new(program, before, after, composition, apart).and_then(Sides::regions);
    found.unwrap_or_else(|Exhausted| Changes::default())
}

/// Parts of facts that no case has together: a diagnosis of a small set that is not in the large one.
#[derive(Clone, Debug, Default)]
pub struct Exclusions {
    pub(crate) conflicts: Vec<Conflict>,
    /// Facts that are one and the same: the second is read as the first.
    pub(crate) same: BTreeMap<SlotId, SlotId>,
}

impl Exclusions {
    /// Nothing excludes anything.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What the facts of a program exclude among each other on every one of these days, with what is settled outside of it. What was
    /// not seen of two versions of one policy under one label is one and the same.
    #[must_use]
    pub fn of(program: &Program, dictionary: &Dictionary, known: &[Settles], days: &[Date]) -> Self {
        let slots: Vec<SlotId> = (0..).take(program.slots.len()).collect();
        let mut found = conflicts(program, &slots, days);
        found.extend(settled(program, dictionary, &slots, known));
        Self { conflicts: found, same: unseen_twice(program) }
    }
}

fn unseen_twice(program: &Program) -> BTreeMap<SlotId, SlotId> {
    let mut first: BTreeMap<(&str, &str), SlotId> = BTreeMap::new();
    let mut same = BTreeMap::new();
    for (slot, at) in program.slots.iter().zip(0..) {
        if let SlotKey::Unseen { policy, label } = &slot.key {
            let key = (program.policy(*policy).file.id.value.as_str(), label.as_str());
            let known = *first.entry(key).or_insert(at);
            if known != at {
                same.insert(at, known);
            }
        }
    }
    same
}

/// Two versions of one policy side by side.
pub struct Versions<'a> {
    program: Program,
    context: &'a Context<'a>,
    day: Date,
    /// What changes.
    pub changes: Changes,
}

impl<'a> Versions<'a> {
    /// Compares two policy files, whatever their dates: what each says of the cases that it is about.
    ///
    /// # Errors
    /// What the compiler finds in either of them.
    pub fn new(
        before: &Entry,
        after: &Entry,
        context: &'a Context<'a>,
        known: &[Settles],
    ) -> Result<Self, Vec<Diagnostic>> {
        let program = compile(&[before.clone(), after.clone()], context)?;
        let mut days = crate::check::place::days(&before.file);
        days.extend(crate::check::place::days(&after.file));
        let apart = Exclusions::of(&program, context.dictionary, known, &days);
        let alone = |index| Selection { policies: vec![index], ranks: vec![Stretch { policies: 0..1, binds: true }] };
        let changes = regions(&program, &alone(0), &alone(1), Composition::Stack, &apart);
        let day = crate::check::place::days(&after.file)[0];
        Ok(Self { program, context, day, changes })
    }

    /// What stands in only one of the files besides the clauses (title, dates, source, scope, duties): a line for each, the old ones
    /// first.
    #[must_use]
    pub fn frame(&self) -> (Vec<String>, Vec<String>) {
        let lines = |index: usize| show::frame(&self.program.policies[index].file, self.context.dictionary);
        let (old, new) = (lines(0), lines(1));
        let only = |these: &[String], those: &[String]| these.iter().filter(|l| !those.contains(l)).cloned().collect();
        (only(&old, &new), only(&new, &old))
    }

    /// The conditions of a region in plain words, one for each fact that it depends on.
    #[must_use]
    pub fn conditions(&self, region: &Region) -> Vec<String> {
        let words =
            |(slot, cells): &(SlotId, Vec<Cell>)| fact_words(&self.program, self.context.dictionary, *slot, cells);
        region.facts.iter().map(words).collect()
    }

    /// A case of the region, as an example would write it.
    #[must_use]
    pub fn example(&self, region: &Region) -> String {
        let files: Vec<_> = self.program.policies.iter().map(|policy| &*policy.file).collect();
        let values = region.witness.iter().map(|(slot, cell)| (*slot, vec![*cell])).collect();
        witness::case(&self.program, self.context, &files, &values, self.day)
    }

    /// An outcome as policies write it.
    #[must_use]
    pub fn outcome(&self, outcomes: OutcomeSet) -> String {
        let gate = self.program.policies.iter().any(|p| self.context.ranks.0[usize::from(p.rank)].gate);
        let word = |outcome| match (outcome, gate) {
            (Outcome::Covered, false) => "covered",
            (Outcome::Covered, true) => "allowed",
            (Outcome::Explicit, false) => "not covered (by a clause)",
            (Outcome::Explicit, true) => "not allowed (by a clause)",
            (Outcome::Residual, false) => "not covered",
            (Outcome::Residual, true) => "not allowed",
            (Outcome::Unread, _) => "unread",
            (Outcome::Silent, _) => "silent",
        };
        outcomes.iter().map(word).collect::<Vec<_>>().join(" or ")
    }
}
