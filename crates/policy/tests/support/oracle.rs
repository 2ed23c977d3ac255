//! A deliberately naive second evaluator: it reads syntax trees, tries every completion, and shares no code with the engine.
//!
//! It knows only what the generator writes: yes-no, number and choice facts, documents without an age, trials in months,
//! days since the last service, diagnoses.

use std::collections::{BTreeMap, BTreeSet};

use policy::ast::{
    Atom, Certainty, Clause, Comparison, Criterion, DiagnosisItem, DurationUnit, Excuse, Expr, ExprKind, Head, Number,
    Operand, PolicyFile, ValueSet, When,
};

/// The value of every fact by its key; a fact that is not in it is open.
pub(crate) type World = BTreeMap<String, i64>;

/// What the whole stack says in one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Says {
    Silent,
    Residual,
    Unread,
    Covered,
    Explicit,
}

/// The policies by rank, strongest first.
pub(crate) struct Oracle<'a> {
    pub(crate) ranks: Vec<Vec<&'a PolicyFile>>,
    /// The values worth trying for each fact: around each threshold, and one of each choice.
    pub(crate) candidates: BTreeMap<String, Vec<i64>>,
}

/// Keys of criteria that cannot be answered start so.
const UNSEEN: &str = "unseen ";

impl<'a> Oracle<'a> {
    pub(crate) fn new(ranks: Vec<Vec<&'a PolicyFile>>, choices: &BTreeMap<String, Vec<String>>) -> Self {
        let mut thresholds: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for file in ranks.iter().flatten() {
            for criterion in
                file.clauses.iter().flat_map(|c| &c.criteria).chain(file.unless.iter().map(|e| &e.condition))
            {
                gather(file, criterion, choices, &mut thresholds);
            }
            for term in &file.scope {
                gather_expr(file, term, choices, &mut thresholds);
            }
        }
        let candidates = thresholds.into_iter().map(|(key, values)| (key, values.into_iter().collect())).collect();
        Self { ranks, candidates }
    }

    /// What the stack says when every fact has a value.
    pub(crate) fn says(&self, world: &World, choices: &BTreeMap<String, Vec<String>>) -> Says {
        for rank in &self.ranks {
            let strongest = rank.iter().map(|file| one(file, world, choices)).max().unwrap_or(Says::Silent);
            if strongest != Says::Silent {
                return strongest;
            }
        }
        Says::Silent
    }

    /// Every completion of a partial world.
    pub(crate) fn completions(&self, partial: &World) -> Vec<World> {
        let mut worlds = vec![partial.clone()];
        for (key, values) in &self.candidates {
            if partial.contains_key(key) {
                continue;
            }
            worlds = worlds.iter().flat_map(|world| values.iter().map(move |value| with(world, key, *value))).collect();
        }
        worlds
    }
}

fn with(world: &World, key: &str, value: i64) -> World {
    let mut world = world.clone();
    world.insert(key.to_owned(), value);
    world
}

fn one(file: &PolicyFile, world: &World, choices: &BTreeMap<String, Vec<String>>) -> Says {
    if !file.scope.iter().all(|term| holds(file, term, world, choices)) {
        return Says::Silent;
    }
    for clause in &file.clauses {
        if clause_holds(file, clause, world, choices) {
            return match clause.head.value {
                Head::Covered | Head::Allowed => Says::Covered,
                Head::NotCovered { .. } | Head::NotAllowed { .. } => Says::Explicit,
                Head::Silent => Says::Silent,
                Head::Unread(_) => Says::Unread,
            };
        }
    }
    match file.otherwise.value {
        Head::Silent => Says::Silent,
        Head::Unread(_) => Says::Unread,
        _ => Says::Residual,
    }
}

fn clause_holds(file: &PolicyFile, clause: &Clause, world: &World, choices: &BTreeMap<String, Vec<String>>) -> bool {
    let each = |criterion: &Criterion| {
        let label = &criterion.label.as_ref().expect("labelled").value;
        let excused = |excuse: &&Excuse| {
            excuse.excuses.iter().any(|name| name.value == *label)
                && member_holds(file, &excuse.condition, world, choices)
        };
        member_holds(file, criterion, world, choices) || file.unless.iter().any(|excuse| excused(&excuse))
    };
    match clause.when {
        When::All => clause.criteria.iter().all(each),
        When::Any => clause.criteria.iter().any(each),
        When::Always => true,
    }
}

pub(crate) fn unseen(file: &PolicyFile, label: &str) -> String {
    format!("{UNSEEN}{} {label}", file.id.value)
}

fn member_holds(
    file: &PolicyFile,
    criterion: &Criterion,
    world: &World,
    choices: &BTreeMap<String, Vec<String>>,
) -> bool {
    let label = criterion.label.as_ref().map_or("", |label| &label.value);
    match criterion.certainty {
        Certainty::Plain => holds(file, &criterion.expr, world, choices),
        Certainty::Unverified => world[&unseen(file, label)] == 1,
        Certainty::Indicative => holds(file, &criterion.expr, world, choices) || world[&unseen(file, label)] == 1,
    }
}

fn holds(file: &PolicyFile, expr: &Expr, world: &World, choices: &BTreeMap<String, Vec<String>>) -> bool {
    match &expr.kind {
        ExprKind::Not(inner) => !holds(file, inner, world, choices),
        ExprKind::All(members) => members.iter().all(|member| member_holds(file, member, world, choices)),
        ExprKind::Any(members) => members.iter().any(|member| member_holds(file, member, world, choices)),
        ExprKind::AtLeast { count, members } => {
            members.iter().filter(|member| member_holds(file, member, world, choices)).count() >= count.value as usize
        }
        ExprKind::Atom(atom) => {
            let (key, test) = read(file, atom, choices);
            test(world[&key])
        }
    }
}

fn compares(comparison: Comparison, left: i64, right: i64) -> bool {
    match comparison {
        Comparison::AtLeast => left >= right,
        Comparison::MoreThan => left > right,
        Comparison::AtMost => left <= right,
        Comparison::LessThan => left < right,
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
    }
}

fn whole(number: Number) -> i64 {
    assert_eq!(number.scale, 0, "the generator writes whole numbers");
    number.digits
}

/// The fact that a test reads, and the test.
pub(crate) fn read<'a>(
    file: &PolicyFile,
    atom: &'a Atom,
    choices: &'a BTreeMap<String, Vec<String>>,
) -> (String, Box<dyn Fn(i64) -> bool + 'a>) {
    match atom {
        Atom::Fact(name) => (name.value.clone(), Box::new(|value| value == 1)),
        Atom::Compare { fact, comparison, operand: Operand::Number(quantity) } => {
            (fact.value.clone(), Box::new(move |value| compares(comparison.value, value, whole(quantity.number))))
        }
        Atom::Compare { fact, comparison, operand: Operand::Value(wanted) } => {
            let values = &choices[&fact.value];
            let at = values.iter().position(|known| *known == wanted.text).expect("a value") as i64;
            (fact.value.clone(), Box::new(move |value| (value == at) == (comparison.value == Comparison::Equal)))
        }
        Atom::In { fact, negated, set: ValueSet::Values(wanted) } => {
            let values = &choices[&fact.value];
            (
                fact.value.clone(),
                Box::new(move |value| wanted.iter().any(|wanted| wanted.text == values[value as usize]) != *negated),
            )
        }
        Atom::Diagnosis { negated, set, .. } => {
            let codes: Vec<String> = set
                .items
                .iter()
                .map(|item| match &item.value {
                    DiagnosisItem::Code(code) => code.clone(),
                    other => panic!("the generator writes plain codes, not {other:?}"),
                })
                .collect();
            (format!("dx {}", codes.join(" ")), Box::new(move |value| (value == 1) != *negated))
        }
        Atom::Since { comparison, duration, or_never, .. } => {
            let days = match duration.value.unit {
                DurationUnit::Day => i64::from(duration.value.count),
                DurationUnit::Week => 7 * i64::from(duration.value.count),
                other => panic!("the generator writes days and weeks, not {other:?}"),
            };
            (
                "since last".to_owned(),
                Box::new(
                    move |value| if value == i64::MAX { *or_never } else { compares(comparison.value, value, days) },
                ),
            )
        }
        Atom::Trial { class, length, .. } => {
            let (comparison, duration) = length.as_ref().expect("the generator writes a length");
            assert_eq!(duration.value.unit, DurationUnit::Month, "the generator writes months");
            (
                format!("trial {}", class.value),
                Box::new(move |value| compares(comparison.value, value, i64::from(duration.value.count))),
            )
        }
        Atom::Document { kind, .. } => (format!("document {}", kind.value), Box::new(|value| value == 1)),
        Atom::Unverified(text) => (unseen(file, &text.value), Box::new(|value| value == 1)),
        other => panic!("the generator does not write {other:?}"),
    }
}

fn gather(
    file: &PolicyFile,
    criterion: &Criterion,
    choices: &BTreeMap<String, Vec<String>>,
    into: &mut BTreeMap<String, BTreeSet<i64>>,
) {
    if criterion.certainty != Certainty::Plain {
        let label = criterion.label.as_ref().map_or("", |label| &label.value);
        into.entry(unseen(file, label)).or_default().extend([0, 1]);
    }
    if criterion.certainty != Certainty::Unverified {
        gather_expr(file, &criterion.expr, choices, into);
    }
}

fn gather_expr(
    file: &PolicyFile,
    expr: &Expr,
    choices: &BTreeMap<String, Vec<String>>,
    into: &mut BTreeMap<String, BTreeSet<i64>>,
) {
    match &expr.kind {
        ExprKind::Not(inner) => gather_expr(file, inner, choices, into),
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
            members.iter().for_each(|member| gather(file, member, choices, into))
        }
        ExprKind::Atom(atom) => {
            let (key, _) = read(file, atom, choices);
            let around =
                |limit: i64| [limit - 1, limit, limit + 1].into_iter().filter(|value| *value >= 0).collect::<Vec<_>>();
            let values: Vec<i64> = match atom {
                Atom::Compare { operand: Operand::Number(quantity), .. } => around(whole(quantity.number)),
                Atom::Compare { fact, .. } | Atom::In { fact, .. } => (0..choices[&fact.value].len() as i64).collect(),
                Atom::Since { duration, .. } => {
                    let days =
                        if duration.value.unit == DurationUnit::Week { 7 } else { 1 } * i64::from(duration.value.count);
                    [around(days), vec![i64::MAX]].concat()
                }
                Atom::Trial { length: Some((_, duration)), .. } => around(i64::from(duration.value.count)),
                _ => vec![0, 1],
            };
            into.entry(key).or_default().extend(values);
        }
    }
}
