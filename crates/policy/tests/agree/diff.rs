//! What a change of policies changes, against trying every case.

use std::collections::BTreeMap;

use crate::generate::{self, CHOICES, Random, TONES};
use crate::names::{key, says};
use crate::oracle::{Oracle, Says, World};
use policy::ast::PolicyFile;
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::{self, Dictionary, Vocabulary};
use policy::diff::{Changes, Exclusions, Versions, regions};
use policy::eval::{RankInStack, Selection};
use policy::exact::Composition;
use policy::lists::Lists;
use policy::program::{Cell, MET, Program, Rank, Ranks};

/// Pairs in an ordinary run; `COVERED_DIFF_PAIRS` widens it.
const PAIRS: u64 = 150;
const SEED: u64 = 20_261_124;
/// Pairs with more cases are left out: the naive evaluator tries them all.
const CASES_MAX: usize = 2_500;

struct House {
    dictionary: Dictionary,
    ranks: Ranks,
    lists: Lists,
    tables: BTreeMap<String, policy::lists::Table>,
    choices: BTreeMap<String, Vec<String>>,
}

impl House {
    fn new() -> Self {
        let text = generate::dictionary();
        let source = Sources::default().add("facts.toml", text.clone());
        let dictionary = dictionary::parse(&[(source, text.as_str())], &Vocabulary::default()).dictionary;
        let rank = |name: &str| Rank { name: name.to_owned(), gate: false };
        Self {
            dictionary: dictionary.expect("no errors"),
            ranks: Ranks(vec![rank("ncd"), rank("lcd")]),
            lists: Lists::default(),
            tables: BTreeMap::new(),
            choices: CHOICES.iter().map(|name| ((*name).to_owned(), TONES.map(str::to_owned).to_vec())).collect(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context { dictionary: &self.dictionary, ranks: &self.ranks, lists: &self.lists, tables: &self.tables }
    }
}

fn read(text: &str) -> PolicyFile {
    let parsed = policy::parse::parse(Sources::default().add("random.cov", text), text);
    parsed.file.unwrap_or_else(|| panic!("{:?}\n{text}", parsed.diagnostics))
}

/// A policy, and another that shares most of its lines.
fn two_versions(random: &mut Random) -> (String, String) {
    let before = generate::policy(random, 0, "lcd");
    if random.chance(30) {
        return (before, generate::policy(random, 0, "lcd"));
    }
    let changes: [(&str, &str); 6] = [
        (">= 2 ", ">= 3 "),
        ("<= 5", "<= 4"),
        ("when all", "when any"),
        ("not itching", "itching"),
        ("fair dark", "dark"),
        ("otherwise not covered", "otherwise silent"),
    ];
    let mut after = before.clone();
    for (old, new) in changes {
        if random.chance(60) {
            after = after.replacen(old, new, 1);
        }
    }
    (before, after)
}

/// A complete case in the numbered facts of a program.
fn row(program: &Program, dictionary: &Dictionary, world: &World) -> Vec<Cell> {
    let slots = (0..).take(program.slots.len());
    slots.map(|slot| Cell::known(world.get(&key(program, slot, dictionary)).copied().unwrap_or_default())).collect()
}

/// Every case lies in a region exactly if its outcome changes, and the region says how.
fn agrees(
    house: &House,
    program: &Program,
    changes: &Changes,
    (before, after): (&Oracle<'_>, &Oracle<'_>),
    worlds: &[World],
    explain: &str,
) -> usize {
    assert!(changes.complete, "{explain}");
    let mut changed = 0;
    for world in worlds {
        let (old, new) = (before.says(world, &house.choices), after.says(world, &house.choices));
        let cells = row(program, &house.dictionary, world);
        let inside: Vec<_> = changes.regions.iter().filter(|region| region.holds(&cells) == MET).collect();
        assert_eq!(inside.is_empty(), old == new, "{world:?}: {old:?} to {new:?}, in {inside:?}\n{explain}");
        changed += usize::from(old != new);
        for region in inside {
            let one = |set: policy::program::OutcomeSet| -> Vec<Says> { set.iter().map(says).collect() };
            assert_eq!((one(region.before), one(region.after)), (vec![old], vec![new]), "{world:?}\n{explain}");
        }
    }
    for region in &changes.regions {
        let mut cells: Vec<Cell> = program.slots.iter().map(|slot| slot.domain).collect();
        for (slot, cell) in &region.witness {
            cells[*slot as usize] = *cell;
        }
        assert_eq!(region.holds(&cells), MET, "the witness lies in its region\n{explain}");
    }
    changed
}

#[test]
fn regions_are_what_trying_every_case_finds() {
    let house = House::new();
    let context = house.context();
    let (mut compared, mut cases, mut changed, mut found) = (0_u64, 0, 0, 0);
    let pairs = crate::setting("COVERED_DIFF_PAIRS", PAIRS);
    for pair in 0..pairs {
        let mut random = Random::new(SEED + pair);
        let (old, new) = two_versions(&mut random);
        let (before, after) = (read(&old), read(&new));
        let explain = format!("pair {pair} of seed {SEED}\n{old}\n{new}");
        let versions =
            Versions::new(&before.clone().into(), &after.clone().into(), &context, &[]).expect("both compile");
        let oracles = [&before, &after].map(|file| Oracle::new(vec![vec![file]], &house.choices));
        let both = Oracle::new(vec![vec![&before, &after]], &house.choices);
        let count: usize = both.candidates.values().map(Vec::len).try_fold(1, usize::checked_mul).unwrap_or(usize::MAX);
        if count > CASES_MAX {
            continue;
        }
        let program = compile(&[before.clone().into(), after.clone().into()], &context).expect("both compile");
        let worlds = both.completions(&World::new());
        changed += agrees(&house, &program, &versions.changes, (&oracles[0], &oracles[1]), &worlds, &explain);
        for region in &versions.changes.regions {
            assert!(!versions.conditions(region).is_empty() || region.facts.is_empty());
            assert!(versions.example(region).starts_with('{'));
        }
        compared += 1;
        cases += worlds.len();
        found += versions.changes.regions.len();
    }
    println!("{compared} pairs from seed {SEED}: {changed} of {cases} cases change, in {found} regions");
    assert!(compared > pairs / 2 && changed > cases / 10, "the generator has become too easy");
}

/// The same for whole stacks of two ranks.
#[test]
fn regions_of_stacks_are_what_trying_every_case_finds() {
    let house = House::new();
    let context = house.context();
    let (mut compared, mut changed) = (0_u64, 0);
    let pairs = crate::setting("COVERED_DIFF_PAIRS", PAIRS);
    for pair in 0..pairs {
        let mut random = Random::new(SEED + 1_000_000 + pair);
        let rank = |number| if number == 0 { "ncd" } else { "lcd" };
        let texts: Vec<String> =
            (0..3).map(|number| generate::policy_of(&mut random, number, rank(number), 2)).collect();
        let files: Vec<PolicyFile> = texts.iter().map(|text| read(text)).collect();
        let texts = format!("pair {pair} of seed {SEED}\n{}", texts.concat());
        let entries: Vec<Entry> = files.iter().cloned().map(Entry::from).collect();
        let program = compile(&entries, &context).expect("all compile");
        let all = Selection::new(
            &program,
            &[RankInStack::binding(0), RankInStack::binding(1)],
            jiff::civil::date(2026, 6, 15),
            None,
        );
        // The new stack has one policy less.
        let mut fewer = all.clone();
        let last = fewer.policies.len() - 1;
        fewer.policies.truncate(last);
        fewer.ranks.last_mut().expect("two ranks").policies.end -= 1;
        let before = Oracle::new(vec![vec![&files[0]], vec![&files[1], &files[2]]], &house.choices);
        let after = Oracle::new(vec![vec![&files[0]], vec![&files[1]]], &house.choices);
        let count: usize =
            before.candidates.values().map(Vec::len).try_fold(1, usize::checked_mul).unwrap_or(usize::MAX);
        if count > CASES_MAX {
            continue;
        }
        let changes = regions(&program, &all, &fewer, Composition::Stack, &Exclusions::none());
        let worlds = before.completions(&World::new());
        changed += agrees(&house, &program, &changes, (&before, &after), &worlds, &texts) as u64;
        compared += 1;
    }
    println!("{compared} stacks: {changed} cases change");
    assert!(compared > pairs / 5 && changed > compared, "the generator has become too easy");
}
