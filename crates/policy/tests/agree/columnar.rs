//! Many cases in columns give what each gives by itself.

use std::collections::BTreeMap;

use policy::columnar::{Memory, Table, determine, prove};
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::{self, Vocabulary};
use policy::eval::{Exactness, RankInStack, Scratch, Selection, compose, evaluate};
use policy::lists::Lists;
use policy::program::{Cell, Rank, Ranks};

use crate::generate::{self, Random};

const PROGRAMS: u64 = 120;
const SEED: u64 = 20_261_125;

/// What is known of one fact: a value around a threshold, a stretch, or nothing.
fn cell(random: &mut Random, domain: Cell) -> Cell {
    let value = |random: &mut Random| {
        let small = i64::try_from(random.below(40)).expect("a small number");
        small.clamp(domain.lo, domain.hi)
    };
    match random.below(4) {
        0 => domain,
        1 => {
            let (one, other) = (value(random), value(random));
            Cell::between(one.min(other), one.max(other))
        }
        2 if domain.hi == i64::MAX && random.chance(30) => Cell::known(i64::MAX),
        _ => Cell::known(value(random)),
    }
}

#[test]
fn columns_give_what_rows_give() {
    let text = generate::dictionary();
    let source = Sources::default().add("facts.toml", text.clone());
    let dictionary =
        dictionary::parse(&[(source, text.as_str())], &Vocabulary::default()).dictionary.expect("no errors");
    let rank = |name: &str| Rank { name: name.to_owned(), gate: false };
    let (ranks, lists, tables) = (Ranks(vec![rank("ncd"), rank("lcd")]), Lists::default(), BTreeMap::new());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
    let (mut cases, mut decided, mut proved) = (0, 0, 0);
    for number in 0..PROGRAMS {
        let mut random = Random::new(SEED + number);
        let entries: Vec<Entry> = (0..3)
            .map(|at| {
                let text = generate::policy(&mut random, at, if at == 0 { "ncd" } else { "lcd" });
                Entry::from(policy::parse::parse(source, &text).file.unwrap_or_else(|| panic!("{text}")))
            })
            .collect();
        let program = compile(&entries, &context).expect("all compile");
        let stack = [RankInStack::binding(0), RankInStack { rank: 1, binds: number % 2 == 0 }];
        let selection = Selection::new(&program, &stack, jiff::civil::date(2026, 6, 15), None);
        let mut table = Table::new(&program).expect("few cells");
        // Not a multiple of a block, and more than one.
        let rows: Vec<Vec<Cell>> =
            (0..700).map(|_| program.slots.iter().map(|slot| cell(&mut random, slot.domain)).collect()).collect();
        rows.iter().for_each(|row| table.push(row));
        let (mut decisions, mut scratch) = (Vec::new(), Scratch::new(&program));
        determine(&program, &selection, &table, &mut Memory::default(), &mut decisions);
        assert_eq!((decisions.len(), table.rows()), (rows.len(), rows.len()));
        prove(&program, &selection, &table, &mut Memory::default(), |proofs| {
            let at = selection.policies.iter().position(|policy| *policy == proofs.policy).expect("a selected policy");
            let nodes = program.policy(proofs.policy).nodes.clone();
            for (row, outcomes) in (0..proofs.rows).zip(proofs.outcomes()) {
                let cells = rows[proofs.first_row + row].as_slice();
                evaluate(&program, &selection, cells, &mut scratch.proof, &mut scratch.outcomes);
                assert_eq!(outcomes, scratch.outcomes[at], "program {number}: {cells:?}");
                let column = |node: usize| proofs.truth(node - nodes.start, row);
                assert!(nodes.clone().all(|node| column(node) == scratch.proof[node]), "program {number}: {cells:?}");
                proved += 1;
            }
        });
        for (row, decision) in rows.iter().zip(&decisions) {
            evaluate(&program, &selection, row.as_slice(), &mut scratch.proof, &mut scratch.outcomes);
            let expected = compose(&selection, &scratch.outcomes);
            assert_eq!(decision.outcomes, expected, "program {number}: {row:?}");
            assert_eq!(decision.exactness == Exactness::Exact, expected.is_decided());
            decided += usize::from(expected.is_decided());
        }
        cases += rows.len();
    }
    println!("{cases} cases in columns, {decided} decided, {proved} proofs");
    assert!(proved >= cases, "each case has a proof of each policy");
    assert!(decided > cases / 4 && decided < cases, "the generator has become too easy");
}
