//! The heat map: how closely each treatment was read for each class of coverage and large payer.

use std::fmt::Write as _;

use library::menu::Treatment;
use library::policies::PolicySource;
use library::ranks::Effect;
use library::{Library, Service, Wanted};
use policy::ast::Grade;

use super::grade_word;
use crate::output::Failure;

/// Named payers that have a column of their own: those with the most policies.
const PAYERS_MAX: usize = 8;

const CELL: usize = 22;
const ROW: usize = 16;
const LEFT: usize = 230;
const TOP: usize = 180;
const BELOW: usize = 60;
/// Room for the last label, which leans to the right.
const RIGHT: usize = 110;

/// Longest label; the whole name stands in the tooltip of each cell.
const LABEL_CHARACTERS_MAX: usize = 38;

/// Fill and ink of a grade: darker is closer, and every cell has its number besides.
const COLOURS: [(Grade, &str, &str); 6] = [
    (Grade::Text, "#08306b", "#fff"),
    (Grade::Page, "#2171b5", "#fff"),
    (Grade::Mirror, "#6baed6", "#000"),
    (Grade::Digest, "#c6dbef", "#000"),
    (Grade::Header, "#fdd0a2", "#000"),
    (Grade::Known, "#f0f0f0", "#000"),
];

/// A class of coverage, or one payer.
struct Column {
    label: String,
    class: Option<&'static str>,
    payer: Option<String>,
}

/// The policies that speak of one treatment in one column.
struct Cell {
    best: Grade,
    policies: usize,
}

/// The picture.
pub(crate) fn svg(library: &Library) -> Result<String, Failure> {
    let policies = specific(library)?;
    let columns = columns(library, &policies);
    let treatments = library.menu().all();
    let (width, height) = (LEFT + columns.len() * CELL + RIGHT, TOP + treatments.len() * ROW + BELOW);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"10\">\n\
         <title>How closely each treatment was read</title>\n\
         <desc>A row for each treatment, a column for each class of coverage and for the payers with the most policies. The \
         number is how many policies speak of it; the colour, how closely the best of their sources was read. General rules, such as \
         that on work for looks, are not counted.</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (index, column) in columns.iter().enumerate() {
        let x = LEFT + index * CELL + CELL / 2 + 4;
        let y = TOP - 6;
        let label = escaped(&cut(&column.label));
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" transform=\"rotate(-60 {x} {y})\">{label}</text>");
    }
    for (index, treatment) in treatments.iter().enumerate() {
        let y = TOP + index * ROW;
        let name = escaped(&treatment.name);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 6,
            y + 11,
            escaped(&cut(&treatment.name))
        );
        for (place, column) in columns.iter().enumerate() {
            let cell = cell(treatment, column, &policies);
            draw(&mut out, LEFT + place * CELL, y, cell.as_ref(), &format!("{name}, {}", escaped(&column.label)));
        }
    }
    legend(&mut out, TOP + treatments.len() * ROW + 20);
    out.push_str("</svg>\n");
    Ok(out)
}

fn draw(out: &mut String, x: usize, y: usize, cell: Option<&Cell>, what: &str) {
    let (width, height) = (CELL - 2, ROW - 2);
    let Some(Cell { best, policies }) = cell else {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#ddd\"><title>{what}: no \
             policy of its own</title></rect>"
        );
        return;
    };
    let (fill, ink) = colours(*best);
    let _ = writeln!(
        out,
        "<g><title>{what}: {policies} policies, best read: {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\" fill=\"{fill}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"9\" \
         fill=\"{ink}\">{policies}</text></g>",
        grade_word(*best),
        x + width / 2,
        y + 11,
    );
}

fn legend(out: &mut String, y: usize) {
    for (index, (grade, fill, _)) in COLOURS.iter().enumerate() {
        let x = 20 + index * 70;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"14\" height=\"12\" fill=\"{fill}\"/><text x=\"{}\" y=\"{}\">{}</text>",
            x + 18,
            y + 10,
            grade_word(*grade)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"20\" y=\"{}\">Colour: how closely the best source was read. Number: policies.</text>",
        y + 28
    );
}

fn colours(grade: Grade) -> (&'static str, &'static str) {
    let row = COLOURS.iter().find(|(known, ..)| *known == grade);
    let (_, fill, ink) = row.expect("INVARIANT: every grade has its colours");
    (fill, ink)
}

/// Policies that decide of named services, with the grade of their source: no gates, no general rules.
fn specific(library: &Library) -> Result<Vec<(&PolicySource, Grade)>, Failure> {
    let ranks = library.ranks();
    let is_gate = |rank: &str| ranks.find(rank).is_some_and(|rank| ranks.rank(rank).effect == Effect::Gate);
    let readings = library.policy_sources()?;
    let all = library.policies().all().iter().zip(readings);
    let specific = all.filter(|(policy, _)| policy.header().services.is_some() && !is_gate(&policy.header().rank));
    Ok(specific.map(|(policy, reading)| (policy, reading.grade)).collect())
}

fn columns(library: &Library, policies: &[(&PolicySource, Grade)]) -> Vec<Column> {
    let classes = library.classes().all().iter().filter(|entry| entry.class.word() != "self-pay");
    let mut columns: Vec<Column> = classes
        .map(|entry| Column { label: entry.name.clone(), class: Some(entry.class.word()), payer: None })
        .collect();
    let count = |id: &str| policies.iter().filter(|(policy, _)| names_payer(policy, id)).count();
    let mut payers: Vec<(usize, &library::payers::Payer)> =
        library.payers().all().iter().map(|payer| (count(&payer.id), payer)).filter(|(count, _)| *count > 0).collect();
    payers.sort_by_key(|(count, payer)| (std::cmp::Reverse(*count), payer.id.clone()));
    let payers = payers.into_iter().take(PAYERS_MAX);
    columns.extend(payers.map(|(_, payer)| Column {
        label: payer.name.clone(),
        class: None,
        payer: Some(payer.id.clone()),
    }));
    columns
}

fn names_payer(policy: &PolicySource, payer: &str) -> bool {
    policy.header().payers.as_ref().is_some_and(|payers| payers.iter().any(|named| named == payer))
}

fn cell(treatment: &Treatment, column: &Column, policies: &[(&PolicySource, Grade)]) -> Option<Cell> {
    let codes = treatment.possible_codes();
    let service = Service { codes: Some(&codes), treatment: Some(&treatment.id) };
    let in_column = |policy: &PolicySource| match (&column.class, &column.payer) {
        (_, Some(payer)) => names_payer(policy, payer),
        (class, None) => {
            policy.header().payers.is_none()
                && policy.header().classes.is_some()
                && policy.header().may_concern(Wanted { class: *class, ..Wanted::default() })
        }
    };
    let speaks = policies.iter().filter(|(policy, _)| in_column(policy) && policy.header().may_speak_of(service));
    let grades: Vec<Grade> = speaks.map(|(_, grade)| *grade).collect();
    Some(Cell { best: *grades.iter().min()?, policies: grades.len() })
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARACTERS_MAX {
        return label.to_owned();
    }
    label.chars().take(LABEL_CHARACTERS_MAX - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
