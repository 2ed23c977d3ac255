//! The ranks of authority, and in which order they speak for each class of coverage.

use coverage::reference::{Binds, PayerClass, StackRank};
use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Spanned};

use crate::finding;
use crate::reader::{Entry, Reader};

/// What a rank may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Whatever it says, unless silent, decides over the ranks below.
    #[default]
    Decides,
    /// It may only add coverage: what it does not cover it leaves to the ranks below.
    Grants,
    /// It stands outside of the stacks: all gates must allow.
    Gate,
}

/// One rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// What policies write: `state_mandate`.
    pub id: String,
    /// Plain words.
    pub name: String,
    /// What it may do.
    pub effect: Effect,
    /// Whether a practice may enter policies of this rank itself.
    pub overlay: bool,
}

/// The order in which the ranks speak for one class of coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The class.
    pub class: PayerClass,
    /// From the strongest rank to the weakest.
    pub ranks: Vec<StackRank>,
}

/// All ranks and stacks (`rank.toml`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankTable {
    ranks: Vec<Rank>,
    stacks: Vec<Stack>,
}

impl RankTable {
    /// All ranks; positions are those of [`RankTable::compiled`].
    #[must_use]
    pub fn ranks(&self) -> &[Rank] {
        &self.ranks
    }

    /// The index of a rank.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u16> {
        let position = self.ranks.iter().position(|rank| rank.id == id)?;
        u16::try_from(position).ok()
    }

    /// The rank at an index that this table gave.
    #[must_use]
    pub fn rank(&self, index: u16) -> &Rank {
        &self.ranks[usize::from(index)]
    }

    /// The stack of a class of coverage, from the strongest rank; empty if it has none.
    #[must_use]
    pub fn stack(&self, class: PayerClass) -> &[StackRank] {
        self.stacks.iter().find(|stack| stack.class == class).map_or(&[], |stack| &stack.ranks)
    }

    /// The classes whose stacks have this rank.
    pub fn classes_with(&self, rank: u16) -> impl Iterator<Item = PayerClass> {
        let has = move |stack: &&Stack| stack.ranks.iter().any(|entry| entry.rank == rank);
        self.stacks.iter().filter(has).map(|stack| stack.class)
    }

    /// The ranks as the compiler of policies takes them, at the same indexes.
    #[must_use]
    pub fn compiled(&self) -> policy::program::Ranks {
        let rank = |rank: &Rank| policy::program::Rank { name: rank.id.clone(), gate: rank.effect == Effect::Gate };
        policy::program::Ranks(self.ranks.iter().map(rank).collect())
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self::default();
        for entry in reader.entries(&mut file, "rank") {
            loaded.add(&mut reader, entry);
        }
        for entry in reader.entries(&mut file, "stack") {
            loaded.add_stack(&mut reader, entry);
        }
        reader.finish(file);
        loaded
    }

    fn add(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let effect = reader.word_if_any(&mut entry, "effect", &[("grants", Effect::Grants), ("gate", Effect::Gate)]);
        let overlay = reader.flag(&mut entry, "overlay");
        reader.finish(entry);
        let (Some(id), Some(name)) = (id, name) else { return };
        if self.find(&id.value).is_some() {
            reader.error(&finding::TWICE, id.span, format!("`{}` is defined twice", id.value));
        }
        self.ranks.push(Rank { id: id.value, name: name.value, effect: effect.unwrap_or_default(), overlay });
    }

    fn add_stack(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let span = entry.span;
        let class = reader.word(&mut entry, "class", &PayerClass::ALL);
        let mut ranks: Vec<StackRank> = Vec::new();
        for row in reader.entries(&mut entry, "ranks") {
            let Some((written, row)) = self.stack_rank(reader, row) else { continue };
            if ranks.iter().any(|other| other.rank == row.rank) {
                reader.error(&finding::TWICE, written.span, format!("`{}` stands twice in the stack", written.value));
            }
            ranks.push(row);
        }
        reader.finish(entry);
        let Some(class) = class else { return };
        if self.stacks.iter().any(|stack| stack.class == class) {
            reader.error(&finding::TWICE, span, format!("`{}` has two stacks", class.word()));
        }
        self.stacks.push(Stack { class, ranks });
    }

    fn stack_rank(&self, reader: &mut Reader<'_>, mut row: Entry<'_>) -> Option<(Spanned<String>, StackRank)> {
        let span = row.span;
        let written = reader.text(&mut row, "rank");
        let fact = reader.text_if_any(&mut row, "fact").map(|fact| fact.value);
        let limit = reader.number_if_any(&mut row, "below");
        let mut words = |key| reader.texts(&mut row, key).into_iter().map(|word| word.value).collect::<Vec<_>>();
        let (binds, open) = (words("binds"), words("open"));
        reader.finish(row);
        let written = written?;
        let Some(rank) = self.find(&written.value) else {
            reader.unknown("rank", &written, self.ranks.iter().map(|rank| rank.id.as_str()));
            return None;
        };
        if self.rank(rank).effect == Effect::Gate {
            reader.error(&finding::ORDER, written.span, format!("the gate `{}` stands in no stack", written.value));
        }
        let binds = match (fact, limit) {
            (None, None) if binds.is_empty() && open.is_empty() => Binds::Always,
            (Some(fact), Some(limit)) if binds.is_empty() && open.is_empty() => Binds::Below { fact, limit },
            (Some(fact), None) => Binds::Values { fact, binds, open },
            _ => {
                let help = "write `fact` with `binds` and `open`, or `fact` with `below`, or none of them";
                reader.error_with_help(&finding::MISSING_KEY, span, "the condition of the rank is not complete", help);
                return None;
            }
        };
        Some((written, StackRank { rank, binds }))
    }
}
