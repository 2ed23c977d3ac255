//! The compiled form: flat arrays over numbered facts.
//!
//! A [`Program`] holds any number of policies. Each asks for [`Slot`]s (numbered facts) and owns a run of
//! [`Node`]s: first its roots (scope, then one per clause, then one per conditional duty), then their
//! descendants, children always after parents. One backward sweep therefore values every node, and
//! the bytes it leaves are the proof.

use std::ops::Range;

use codes::{CodeSet, IcdCode, IcdSet, ProcedureCode};
use jiff::civil::Date;

use crate::ast::{DiagnosisPosition, Duration, End, Kind, Per, PolicyFile, Window};
use crate::dictionary::FactId;

/// What is known of one numbered fact: it lies between `lo` and `hi`, both included.
///
/// A known value has `lo == hi`; an open fact spans its whole domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// Least possible value.
    pub lo: i64,
    /// Greatest possible value.
    pub hi: i64,
}

impl Cell {
    /// A known value.
    #[must_use]
    pub const fn known(value: i64) -> Self {
        Self { lo: value, hi: value }
    }

    /// Everything between two values.
    #[must_use]
    pub const fn between(lo: i64, hi: i64) -> Self {
        Self { lo, hi }
    }

    /// A yes-no value; yes is 1.
    #[must_use]
    pub const fn yes_no(value: bool) -> Self {
        Self::known(value as i64)
    }

    /// Is there more than one possible value?
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.lo != self.hi
    }
}

/// "Never" as a number of days since the last service: later than every date.
pub const NEVER: i64 = i64::MAX;

/// One of the three truth values of a node; the byte that the proof holds.
pub type Truth = u8;
/// False in every completion.
pub const NOT_MET: Truth = 0;
/// Not decided by what is known.
pub const OPEN: Truth = 1;
/// True in every completion.
pub const MET: Truth = 2;

/// Index of a numbered fact.
pub type SlotId = u32;
/// Index of a policy in its program.
pub type PolicyIndex = u32;

/// Which services of the history are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Services {
    /// Those with a code of this set: index into [`Program::code_sets`].
    pub set: usize,
    /// Only those that did not help.
    pub failed: bool,
    /// Only those to the place that is treated now.
    pub per: Option<Per>,
}

/// The latest or the first of some services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Past {
    /// Of these.
    pub services: Services,
    /// Which of them.
    pub end: End,
    /// Only those not longer ago than this.
    pub within: Option<Duration>,
}

/// Where the value of a numbered fact comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SlotKey {
    /// A fact of the dictionary.
    Named(FactId),
    /// "A diagnosis is in this set": yes-no. Index into [`Program::diagnosis_sets`].
    Diagnosis(DiagnosisPosition, usize),
    /// "A code of the line is in this set": yes-no. Index into [`Program::code_sets`], as below.
    Billed(usize),
    /// "A code of the set is on a line of the visit, or in the history of the day": yes-no.
    SameDay(usize),
    /// Days since an earlier service; [`NEVER`] if there was none.
    SinceDays(Past),
    /// The same in whole calendar months.
    SinceMonths(Past),
    /// Services in a window.
    Count(Services, Window),
    /// Units in a window.
    Units(Services, Window),
    /// On how many separate dates a number was measured between two values, both included.
    Readings {
        /// The number.
        fact: FactId,
        /// Least value that counts.
        lo: i64,
        /// Greatest value that counts.
        hi: i64,
        /// Not longer ago than this.
        within: Option<Duration>,
    },
    /// "The class could not be tried for a medical reason": yes-no.
    Contraindicated(String),
    /// Longest failed trial of a class, in whole months.
    TrialMonths(String),
    /// Longest failed trial of a class, in days.
    TrialDays(String),
    /// "Such a document is on file": yes-no.
    Document {
        /// Kind as in the dictionary.
        kind: String,
        /// Not older than this on the date of service.
        within: Option<Duration>,
        /// Dated before the date of service.
        before_service: bool,
    },
    /// The first fact minus what the table gives for the second.
    TableMargin(FactId, usize, FactId),
    /// A criterion that exists and was not seen; nothing in a case can answer it.
    Unseen {
        /// Policy that has it.
        policy: PolicyIndex,
        /// Label of the criterion, or what it is said to be about.
        label: String,
    },
}

/// A numbered fact.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Where its value comes from.
    pub key: SlotKey,
    /// Every value that it can have.
    pub domain: Cell,
}

/// One node of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// Met when the fact lies in `lo..=hi`.
    InRange {
        /// The fact.
        slot: SlotId,
        /// Least value that meets it.
        lo: i64,
        /// Greatest value that meets it.
        hi: i64,
    },
    /// Met when the fact lies outside `lo..=hi`.
    OutOfRange {
        /// The fact.
        slot: SlotId,
        /// Least value that fails it.
        lo: i64,
        /// Greatest value that fails it.
        hi: i64,
    },
    /// Met when the fact's value is in the mask.
    InMask {
        /// The fact, a choice or a name.
        slot: SlotId,
        /// Index into [`Program::masks`].
        mask: u32,
    },
    /// Met when all children are.
    All {
        /// First child.
        first: u32,
        /// Number of children.
        count: u32,
    },
    /// Met when one child is.
    Any {
        /// First child.
        first: u32,
        /// Number of children.
        count: u32,
    },
    /// Met when `least` children are.
    AtLeast {
        /// First child.
        first: u32,
        /// Number of children.
        count: u16,
        /// How many must be met.
        least: u16,
    },
}

impl Node {
    /// The children, for a group.
    #[must_use]
    pub const fn children(self) -> Range<usize> {
        match self {
            Self::All { first, count } | Self::Any { first, count } => first as usize..(first + count) as usize,
            Self::AtLeast { first, count, .. } => first as usize..first as usize + count as usize,
            _ => 0..0,
        }
    }

    /// The fact, for a test.
    #[must_use]
    pub const fn slot(self) -> Option<SlotId> {
        match self {
            Self::InRange { slot, .. } | Self::OutOfRange { slot, .. } | Self::InMask { slot, .. } => Some(slot),
            _ => None,
        }
    }
}

/// Values of a choice or name: at most 256.
pub type Mask = [u64; 4];
/// How many values a choice or the names of one fact may have.
pub const CHOICE_VALUES_MAX: usize = 256;

/// What one policy says, as one bit each, so that a set of outcomes is a byte.
///
/// The bits stand in the order of precedence within one rank: a higher bit wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// Passes the question on.
    Silent = 1,
    /// Not covered because no covering clause fits (`otherwise not covered`).
    Residual = 2,
    /// The authority has a text that was not read.
    Unread = 4,
    /// Covered; in a gate: allowed.
    Covered = 8,
    /// Not covered by a clause of its own; in a gate: not allowed.
    Explicit = 16,
}

impl Outcome {
    /// From the weakest to the strongest within one rank.
    pub const ALL: [Self; 5] = [Self::Silent, Self::Residual, Self::Unread, Self::Covered, Self::Explicit];

    /// The set that holds only this.
    #[must_use]
    pub const fn set(self) -> OutcomeSet {
        OutcomeSet(self as u8)
    }
}

/// A set of [`Outcome`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutcomeSet(pub u8);

impl OutcomeSet {
    /// No outcome at all.
    pub const EMPTY: Self = Self(0);

    /// Does the set hold this outcome?
    #[must_use]
    pub const fn has(self, outcome: Outcome) -> bool {
        self.0 & outcome as u8 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is there exactly one outcome?
    #[must_use]
    pub const fn is_decided(self) -> bool {
        self.0.is_power_of_two()
    }

    /// Is every outcome of this set in the other?
    #[must_use]
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The outcomes, weakest first.
    pub fn iter(self) -> impl Iterator<Item = Outcome> {
        Outcome::ALL.into_iter().filter(move |o| self.has(*o))
    }

    /// What two policies of one rank say together: of each pair the stronger.
    #[must_use]
    pub const fn same_rank(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        // An outcome stands if the other set has one that is no stronger: if its bit is at or above the lowest of the other.
        let (from_a, from_b) = (a | a.wrapping_neg(), b | b.wrapping_neg());
        Self((a & from_b) | (b & from_a))
    }

    /// What a rank and the ranks below it say together: silence passes on.
    #[must_use]
    pub const fn over(self, below: Self) -> Self {
        if self.0 & Outcome::Silent as u8 == 0 {
            return self;
        }
        Self((self.0 & !(Outcome::Silent as u8)) | below.0)
    }
}

/// A labelled criterion and where its node is.
#[derive(Clone, Debug)]
pub struct CriterionAt {
    /// Label as written; `with` for the implied drug code.
    pub label: String,
    /// Node, counted from the start of the program.
    pub node: u32,
    /// Which clause it stands in.
    pub clause: u16,
    /// Where in the clause (index of the top-level criterion); `None` for an implied or a nested one.
    pub position: Option<u16>,
    /// What kind of failure it is.
    pub kind: Kind,
    /// Is it a direct member of its clause?
    pub top: bool,
}

/// One compiled policy.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Its source tree, for words and citations.
    pub file: std::sync::Arc<PolicyFile>,
    /// Index into the rank table.
    pub rank: u16,
    /// First day on which it holds, if it has one.
    pub from: Option<Date>,
    /// First day on which it holds no more, if it has one.
    pub until: Option<Date>,
    /// Its nodes in the program.
    pub nodes: Range<usize>,
    /// The condition under which it applies: codes, treatments and scope.
    pub scope: u32,
    /// The condition of each clause and what it says.
    pub clauses: Vec<(u32, Outcome)>,
    /// What it says when no clause fits.
    pub otherwise: Outcome,
    /// Labelled criteria, in the order of the file.
    pub criteria: Vec<CriterionAt>,
    /// The condition of each duty that has one, in the order of `file.duties`.
    pub duties: Vec<Option<u32>>,
    /// Codes that it is about, for a quick first look; `None` when it is for any service or also for treatments.
    pub codes: Option<usize>,
    /// Whether somebody at the practice wrote it (an overlay), not an authority.
    pub entered_by_practice: bool,
}

impl Compiled {
    /// Is the policy in force on a date of service?
    #[must_use]
    pub fn in_force(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }
}

/// A rank of authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Name as in policy files.
    pub name: String,
    /// Whether it is a gate: outside of every stack, all of them must allow.
    pub gate: bool,
}

/// Every rank that a policy file may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranks(pub Vec<Rank>);

impl Ranks {
    /// The index of a rank.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u16> {
        self.0.iter().position(|rank| rank.name == name).and_then(|at| u16::try_from(at).ok())
    }
}

/// A set whose members may count only on some dates of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<S> {
    parts: Vec<(Option<Date>, Option<Date>, S)>,
}

impl<S> Default for Dated<S> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<S> Dated<S> {
    /// Adds a set that counts from a day until the day before another.
    pub fn add(&mut self, from: Option<Date>, until: Option<Date>, set: S) {
        self.parts.push((from, until, set));
    }

    /// The sets that count on a date.
    pub fn on(&self, date: Date) -> impl Iterator<Item = &S> {
        self.parts
            .iter()
            .filter(move |(from, until, _)| {
                from.is_none_or(|from| from <= date) && until.is_none_or(|until| date < until)
            })
            .map(|(_, _, set)| set)
    }
}

impl Dated<CodeSet> {
    /// Is the code in the set on this date?
    #[must_use]
    pub fn contains(&self, code: ProcedureCode, date: Date) -> bool {
        self.on(date).any(|set| set.contains(code))
    }

    /// Does the set, on some date, share a code with another?
    #[must_use]
    pub fn intersects(&self, codes: &CodeSet) -> bool {
        self.parts.iter().any(|(_, _, set)| set.intersects(codes))
    }
}

impl Dated<IcdSet> {
    /// Is the code in the set on this date?
    #[must_use]
    pub fn contains(&self, code: IcdCode, date: Date) -> bool {
        self.on(date).any(|set| set.contains(code))
    }
}

/// A look-up table: the value holds from its argument up to the next row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Name as in policy files.
    pub name: String,
    /// Rows by rising argument.
    pub rows: Vec<(i64, i64)>,
}

impl Table {
    /// The value at an argument; `None` before the first row.
    #[must_use]
    pub fn at(&self, argument: i64) -> Option<i64> {
        self.rows.iter().rev().find(|(from, _)| *from <= argument).map(|(_, value)| *value)
    }
}

/// Compiled policies over numbered facts.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The numbered facts.
    pub slots: Vec<Slot>,
    /// All nodes of all policies.
    pub nodes: Vec<Node>,
    /// Masks that nodes name.
    pub masks: Vec<Mask>,
    /// Sets of diagnosis codes that facts name.
    pub diagnosis_sets: Vec<Dated<IcdSet>>,
    /// Sets of procedure and drug codes that facts name.
    pub code_sets: Vec<Dated<CodeSet>>,
    /// What each of [`Program::diagnosis_sets`] was first written as, in plain words.
    pub diagnosis_words: Vec<String>,
    /// What each of [`Program::code_sets`] was first written as, in plain words.
    pub code_words: Vec<String>,
    /// Tables that facts name.
    pub tables: Vec<Table>,
    /// The policies, in the order given.
    pub policies: Vec<Compiled>,
    /// Words of each `name` fact that some policy tests, sorted; a word not listed has the index after the last.
    pub names: Vec<(FactId, Vec<String>)>,
}

impl Program {
    /// The policy at an index.
    #[must_use]
    pub fn policy(&self, index: PolicyIndex) -> &Compiled {
        &self.policies[index as usize]
    }

    /// The words of a `name` fact, sorted.
    #[must_use]
    pub fn words(&self, fact: FactId) -> &[String] {
        self.names.iter().find(|(id, _)| *id == fact).map_or(&[], |(_, words)| words)
    }
}
