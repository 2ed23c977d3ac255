//! The table files, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Candidate, Check, Row, SLOTS, Table, Usage, packed, slot};
use crate::segment::SegmentId;

pub(super) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    [
        include_str!("../tables/837p.txt"),
        include_str!("../tables/835.txt"),
        include_str!("../tables/837i.txt"),
        include_str!("../tables/837d.txt"),
        include_str!("../tables/270.txt"),
        include_str!("../tables/271.txt"),
        include_str!("../tables/276.txt"),
        include_str!("../tables/277.txt"),
        include_str!("../tables/277ca.txt"),
        include_str!("../tables/278.txt"),
        include_str!("../tables/278former.txt"),
        include_str!("../tables/820.txt"),
        include_str!("../tables/834.txt"),
        include_str!("../tables/997.txt"),
        include_str!("../tables/999.txt"),
    ]
    .into_iter()
    .zip(0..)
    .map(|(source, number)| compile(source, number))
    .collect()
});

/// One line of a table file.
#[derive(Clone, Copy)]
struct Line {
    depth: usize,
    text: &'static str,
}

fn compile(source: &'static str, number: u16) -> Table {
    let lines: Vec<Line> = source
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| Line { depth: (line.len() - line.trim_start().len()) / 2, text: line.trim() })
        .collect();
    let mut table = Table {
        number,
        set: "",
        versions: Vec::new(),
        unit: "",
        strict: false,
        levels: Vec::new(),
        rows: Vec::new(),
        by_id: HashMap::new(),
        told_by_first: 0,
        told_otherwise: 0,
    };
    let body = lines.iter().position(|line| line.text.starts_with("loop")).expect("a table has a loop");
    for line in &lines[..body] {
        let mut words = line.text.split_whitespace();
        match words.next() {
            Some("set") => {
                table.set = words.next().expect("a set line names ST01");
                table.versions = words.collect();
            }
            Some("unit") => table.unit = words.next().expect("a unit line names a loop"),
            Some("strict") => table.strict = true,
            Some("hl") => {
                table.levels = words
                    .map(|pair| pair.split_once('>').expect("an hl line holds parent>child"))
                    .map(|(parent, child)| (child, parent))
                    .collect();
            }
            other => panic!("a table does not start with {other:?}"),
        }
    }
    add_rows(&mut table, &lines, body, 0, None);
    for index in 0..table.rows.len() {
        if table.rows[index].is_loop {
            let first = usize::from(table.rows[index].children[0]);
            table.rows[index].id = table.rows[first].id;
            table.rows[index].when = table.rows[first].when.clone();
        }
    }
    place_rows(&mut table);
    for (index, row) in (0..).zip(&table.rows) {
        table.by_id.entry(row.id).or_default().push(index);
        match &row.when[..] {
            [] => {}
            [Check { element: 1, component: 0, .. }] => table.told_by_first |= 1 << slot(row.id),
            _ => table.told_otherwise |= 1 << slot(row.id),
        }
    }
    table
}

/// Adds the rows that stand at `depth` from line `from` on, and what is inside them.
fn add_rows(table: &mut Table, lines: &[Line], from: usize, depth: usize, parent: Option<u16>) {
    let mut at = from;
    while let Some(line) = lines.get(at).filter(|line| line.depth >= depth) {
        let next = at + 1;
        if line.depth == depth {
            let mut words = line.text.split_whitespace();
            match words.next() {
                Some("part") => return,
                Some("use") => {
                    let name = words.next().expect("a use line names a part");
                    let part = lines
                        .iter()
                        .position(|line| line.text.strip_prefix("part ") == Some(name))
                        .expect("a used part is defined");
                    add_rows(table, lines, part + 1, 0, parent);
                }
                Some("loop") => {
                    let row = loop_row(table, line.text, parent);
                    add_rows(table, lines, next, depth + 1, Some(row));
                }
                _ => segment_row(table, line.text, parent),
            }
        }
        at = next;
    }
}

fn push(table: &mut Table, mut row: Row, parent: Option<u16>) -> u16 {
    let index = u16::try_from(table.rows.len()).expect("a table has fewer than 65536 rows");
    row.parent = parent.unwrap_or(Table::ROOT);
    table.rows.push(row);
    if let Some(parent) = parent {
        table.rows[usize::from(parent)].children.push(index);
    }
    index
}

fn loop_row(table: &mut Table, text: &'static str, parent: Option<u16>) -> u16 {
    let mut words = text.splitn(5, ' ').skip(1);
    let mut word = || words.next().expect("a loop has name, usage, repeats and title");
    let (name, usage, max, title) = (word(), word(), word(), word());
    assert!(name.len() <= 8, "a loop's name has eight characters at most");
    let row = Row { name, name_number: packed(name.as_bytes()), title, is_loop: true, ..row(usage, max) };
    push(table, row, parent)
}

fn segment_row(table: &mut Table, text: &'static str, parent: Option<u16>) {
    let mut words = text.split_whitespace();
    let mut word = || words.next().expect("a segment has name, usage and repeats");
    let (name, usage, max) = (word(), word(), word());
    let mut row = Row { id: SegmentId::new(name.as_bytes()), name, ..row(usage, max) };
    for check in words {
        let split = check.find(['?', '!']).expect("a check has a mark");
        let (place, codes) = check.split_at(split);
        let (element, component) = place.split_once('-').unwrap_or((place, "0"));
        let number = |text: &str| text.parse().expect("a check names an element");
        let codes_of_check: Vec<_> = codes[1..].split(',').filter(|code| !code.is_empty()).map(str::as_bytes).collect();
        assert!(codes_of_check.iter().all(|code| code.len() <= 8), "a code has eight characters at most");
        let parsed = Check {
            element: number(element),
            component: number(component),
            packed: codes_of_check.iter().map(|code| packed(code)).collect(),
            codes: codes_of_check,
        };
        if codes.starts_with('?') {
            row.when.push(parsed);
        } else {
            row.checks.push(parsed);
        }
    }
    let (coded, needed) = row.checks.iter().cloned().partition(|check| check.component > 0 || !check.codes.is_empty());
    row.coded = coded;
    row.needed = needed.iter().fold(0, |needed, check: &Check| needed | 1 << check.element);
    push(table, row, parent);
}

fn row(usage: &str, max: &str) -> Row {
    Row {
        id: SegmentId::NONE,
        name: "",
        name_number: 0,
        title: "",
        is_loop: false,
        usage: match usage {
            "R" => Usage::Required,
            "S" => Usage::Situational,
            "4" => Usage::Former,
            other => panic!("`{other}` is no usage"),
        },
        max: if max == "*" { u32::MAX } else { max.parse().expect("repeats are a number or *") },
        position: 0,
        parent: 0,
        children: Vec::new(),
        by_slot: Vec::new(),
        places: 0,
        slots: Vec::new(),
        required: Vec::new(),
        when: Vec::new(),
        checks: Vec::new(),
        needed: 0,
        coded: Vec::new(),
        holds_unit: false,
    }
}

/// Numbers the rows of each loop and marks the loops that hold the unit.
fn place_rows(table: &mut Table) {
    for index in 0..table.rows.len() {
        let children = table.rows[index].children.clone();
        let mut position = 0;
        let mut previous = SegmentId::NONE;
        for child in children {
            let child = &mut table.rows[usize::from(child)];
            if child.id != previous {
                position += 1;
                previous = child.id;
            }
            child.position = position;
        }
        if table.rows[index].is_loop {
            let place = |position: &u16| {
                let child = table.rows[index].children[usize::from(*position)];
                table.rows[usize::from(child)].id.slot(SLOTS)
            };
            // The first child starts the loop and is never searched for.
            let mut by_slot: Vec<u16> = (0..).zip(&table.rows[index].children).skip(1).map(|(at, _)| at).collect();
            by_slot.sort_by_key(place);
            let starts = (0..=SLOTS).map(|slot| by_slot.partition_point(|position| place(position) < slot));
            let slots = starts.map(|start| u16::try_from(start).expect("a loop has fewer than 65536 rows")).collect();
            table.rows[index].places = by_slot.iter().fold(0, |places, position| places | 1 << place(position));
            let row = u16::try_from(index).expect("a table has fewer than 65536 rows");
            table.rows[index].by_slot = by_slot.iter().map(|slot| Candidate::of(table, row, *slot)).collect();
            table.rows[index].slots = slots;
        }
        let must_be = |child: &u16| table.rows[usize::from(*child)].usage == Usage::Required;
        let required = (0..).zip(&table.rows[index].children).filter(|(_, child)| must_be(child)).map(|(slot, _)| slot);
        table.rows[index].required = required.collect();
    }
    // Parents come before their children, so one pass from the end carries the mark up.
    for index in (1..table.rows.len()).rev() {
        let row = &table.rows[index];
        let holds = row.is_loop && (row.holds_unit || row.name == table.unit);
        if holds {
            let parent = usize::from(row.parent);
            table.rows[index].holds_unit = true;
            table.rows[parent].holds_unit = true;
        }
    }
}
