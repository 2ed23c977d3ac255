//! `determine` allocates nothing once its memory has been used, decided or not, by rows or by columns.

#[path = "support/generate.rs"]
mod generate;

use std::collections::BTreeMap;

use generate::{NUMBERS, Random, YES_NO};
use jiff::civil::date;
use policy::ast::Number;
use policy::bind::bind;
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::Vocabulary;
use policy::eval::{Columns, RankInStack, Scratch, Selection, determine};
use policy::inputs::{Inputs, Known};
use policy::lists::Lists;
use policy::program::{Cell, Rank, Ranks};

#[test]
fn determine_allocates_nothing() {
    let mut sources = Sources::default();
    let text = generate::dictionary();
    let facts = sources.add("facts.toml", text.clone());
    let dictionary =
        policy::dictionary::parse(&[(facts, &text)], &Vocabulary::default()).dictionary.expect("no errors");
    let ranks = Ranks(vec![Rank { name: "lcd".to_owned(), gate: false }]);
    let (lists, tables) = (Lists::default(), BTreeMap::new());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
    let mut random = Random::new(7);
    let entries: Vec<Entry> = (0..40)
        .map(|number| {
            let text = generate::policy(&mut random, number, "lcd");
            let source = sources.add("random.cov", text.clone());
            policy::parse::parse(source, &text).file.expect("no errors").into()
        })
        .collect();
    let program = compile(&entries, &context).expect("no errors");
    let selection = Selection::new(&program, &[RankInStack::binding(0)], date(2026, 6, 15), None);
    let rows: Vec<Vec<Cell>> = (0..200)
        .map(|_| {
            let mut inputs = Inputs::new(date(2026, 6, 15));
            for name in YES_NO {
                if random.chance(70) {
                    inputs.facts.insert(name.to_owned(), Known::YesNo(random.chance(50)));
                }
            }
            for name in NUMBERS {
                if random.chance(70) {
                    let value = i64::try_from(random.below(8)).expect("small");
                    inputs.facts.insert(name.to_owned(), Known::Number(Number::whole(value)));
                }
            }
            bind(&program, &dictionary, &inputs).cells
        })
        .collect();
    let columns: Vec<Vec<Cell>> =
        (0..program.slots.len()).map(|slot| rows.iter().map(|row| row[slot]).collect()).collect();
    let columns: Vec<&[Cell]> = columns.iter().map(Vec::as_slice).collect();

    let mut scratch = Scratch::new(&program);
    let mut decided = [Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len())];
    let run = |decided: &mut Vec<_>, scratch: &mut Scratch, by_columns: bool| {
        decided.clear();
        for (index, row) in rows.iter().enumerate() {
            let decision = if by_columns {
                determine(&program, &selection, &Columns { columns: &columns, row: index }, scratch)
            } else {
                determine(&program, &selection, row.as_slice(), scratch)
            };
            decided.push(decision);
        }
    };
    run(&mut decided[0], &mut scratch, false);
    let undecided = decided[0].iter().filter(|decision| !decision.outcomes.is_decided()).count();
    assert!(undecided > 20 && undecided < 180, "{undecided} of 200 are undecided: the cases have become one-sided");

    let allocations = allocation_counter::measure(|| {
        run(&mut decided[0], &mut scratch, false);
        run(&mut decided[1], &mut scratch, true);
    });
    assert_eq!(allocations.count_total, 0);
    assert_eq!(decided[0], decided[1], "rows and columns give the same");
}
