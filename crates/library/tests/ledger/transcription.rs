//! Transcription is checked, not trusted: what a row says in numbers, codes and days stands in its policies, and what decides in a
//! policy stands in its rows. `UPDATE=1 cargo test -p library --test ledger transcription` adds what is not yet reviewed to
//! `library/sources/differences.csv`, with no reason: read each against its row, mend the policy where it is wrong, and write the
//! reason where it is right.
//!
//! Compared are criteria, limits, documents, places and persons, modifiers, denial codes and days. Not compared: a row's notes and what the
//! patient pays, which comment; 0, and 1 without a unit; modifiers of the route (GA, GX, GY, GZ), which the engine adds by one table, and
//! those that no answer may propose (25, 59, X, KX); denial codes where a row gives none, for then the policy has those of its kind of denial. Notes and records count as
//! evidence for what a policy says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use library::Library;
use library::ledger::{Home, Ledger, OWN, Row};
use policy::ast::Grade;

use crate::differences::{self, Reviewed};
use crate::policies::{self, Says};
use crate::sources::{self, Node, Source};
use crate::tokens::{self, Number, Token};

/// Modifiers that follow from the route of the money, and those that no answer may propose.
const NOT_OF_A_POLICY: [&str; 11] = ["GA", "GX", "GY", "GZ", "25", "59", "XE", "XP", "XS", "XU", "KX"];

/// Fields of a row that its policies must say, by the base.
const SAID: [&str; 8] = [
    "criteria",
    "continuation_criteria",
    "exclusions",
    "documentation",
    "limits",
    "site_provider",
    "effective",
    "value",
];

/// Keys below these that hold no fact of the rule.
const NAMES: [&str; 6] = ["fact", "op", "verified", "type", "drug_classes", "title"];

#[test]
fn rows_and_policies_say_the_same() {
    let library = Library::embedded().unwrap();
    let ledger = library.ledger().unwrap();
    let found = differences(&library, &ledger);
    let mut reviewed = differences::read();
    if std::env::var_os("UPDATE").is_some() {
        reviewed.retain(|line| found.iter().any(|(subject, token)| line.covers(subject, token)));
        let new: Vec<_> =
            found.iter().filter(|(subject, token)| !reviewed.iter().any(|line| line.covers(subject, token))).collect();
        let line = |(subject, token): &(String, String)| Reviewed {
            subject: subject.clone(),
            token: token.clone(),
            why: String::new(),
        };
        reviewed.extend(new.into_iter().map(line));
        differences::write(&reviewed);
    }
    let mut wrong = Vec::new();
    for (subject, token) in &found {
        if !reviewed.iter().any(|line| line.covers(subject, token)) {
            wrong.push(format!("{subject}: `{token}` is not on the other side"));
        }
    }
    for line in &reviewed {
        if !found.iter().any(|(subject, token)| line.covers(subject, token)) {
            wrong.push(format!("{}: `{}` is reviewed, and is no difference", line.subject, line.token));
        }
        if line.why.is_empty() {
            wrong.push(format!("{}: `{}` has no reason", line.subject, line.token));
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

/// Every difference, as subject and token.
fn differences(library: &Library, ledger: &Ledger) -> BTreeSet<(String, String)> {
    let sources: BTreeMap<&str, &Source> = sources::all().iter().map(|source| (source.key.as_str(), source)).collect();
    let policies = said_by_policies(library);
    let mut found = BTreeSet::new();
    for row in ledger.rows() {
        let Some(source) = sources.get(row.key.to_string().as_str()) else { continue };
        let homes: Vec<&Policy> = policy_homes(row).filter_map(|id| policies.get(id)).collect();
        if !homes.is_empty() && row.is_reading() {
            let said = |token: &Token| homes.iter().any(|policy| policy.says(token));
            let missing = said_by_row(&source.value).into_iter().filter(|token| !said(token));
            found.extend(missing.map(|token| (source.key.clone(), token.to_string())));
        }
    }
    for (id, policy) in &policies {
        let rows: Vec<&Row> = ledger.of_policy(id).filter(|row| row.key.base != OWN).collect();
        let sources: Vec<&Source> =
            rows.iter().filter_map(|row| sources.get(row.key.to_string().as_str()).copied()).collect();
        if !sources.is_empty() {
            found.extend(policy.unfounded(&sources).into_iter().map(|token| (id.clone(), token.to_string())));
        }
    }
    found.extend(codes_of_records(ledger, &policies));
    found
}

/// One policy, all versions together.
#[derive(Default)]
struct Policy {
    says: Says,
    /// The best grade that a version claims.
    grade: Option<Grade>,
}

impl Policy {
    fn says(&self, token: &Token) -> bool {
        self.says.decides.iter().chain(&self.says.words).any(|said| said.is(token))
    }

    /// What decides in the policy and stands in none of its rows.
    fn unfounded(&self, sources: &[&Source]) -> BTreeSet<Token> {
        let keys = sources.iter().flat_map(|source| source.records.iter().chain([&source.key]));
        let evidence: BTreeSet<&Token> = keys.filter_map(|key| evidence().get(key.as_str())).flatten().collect();
        let gives_denials = evidence.iter().any(|token| matches!(token, Token::Denial(_)));
        let counts = |token: &&Token| !is_trivial(token) && (gives_denials || !matches!(token, Token::Denial(_)));
        let is_new = |token: &&Token| !evidence.iter().any(|known| known.is(token));
        let mut unfounded: BTreeSet<Token> = self.says.decides.iter().filter(counts).filter(is_new).cloned().collect();
        let best = sources.iter().filter_map(|source| source.grade).min();
        if let Some((claimed, best)) = self.grade.zip(best)
            && claimed < best
            && claimed <= Grade::Digest
        {
            unfounded
                .extend(Grade::ALL.iter().filter(|(grade, _)| *grade == claimed).map(|(_, word)| Token::Grade(word)));
        }
        unfounded
    }
}

fn said_by_policies(library: &Library) -> BTreeMap<String, Policy> {
    let mut policies: BTreeMap<String, Policy> = BTreeMap::new();
    for entry in library.policies().all().iter().filter_map(|policy| policy.rules().ok()) {
        let policy = policies.entry(entry.file.id.value.clone()).or_default();
        let Says { decides, words } = policies::says(&entry.file, library);
        policy.says.decides.extend(decides);
        policy.says.words.extend(words);
        let grade = entry.file.source.grade.value;
        policy.grade = Some(policy.grade.map_or(grade, |best| best.min(grade)));
    }
    policies
}

fn policy_homes(row: &Row) -> impl Iterator<Item = &str> {
    row.homes.iter().filter_map(|home| match home {
        Home::Policy { id, .. } => Some(id.as_str()),
        Home::Entry { .. } => None,
    })
}

/// What a row's policies must say.
fn said_by_row(row: &Node) -> BTreeSet<Token> {
    let mut tokens = Vec::new();
    SAID.iter().for_each(|field| in_node(row.get(field), &mut tokens));
    tokens.extend(modifiers(row));
    tokens.extend(denials(row));
    let is_elsewhere =
        |token: &Token| matches!(token, Token::Modifier(code) if NOT_OF_A_POLICY.contains(&code.as_str()));
    tokens.into_iter().filter(|token| !is_trivial(token) && !is_elsewhere(token)).collect()
}

/// All that a row or record says, its notes too, by key.
fn evidence() -> &'static BTreeMap<&'static str, BTreeSet<Token>> {
    static EVIDENCE: LazyLock<BTreeMap<&str, BTreeSet<Token>>> = LazyLock::new(|| {
        sources::all().iter().map(|source| (source.key.as_str(), evidence_of(&source.value))).collect()
    });
    &EVIDENCE
}

fn evidence_of(node: &Node) -> BTreeSet<Token> {
    let mut tokens = Vec::new();
    in_node(node, &mut tokens);
    for (key, text) in node.texts() {
        tokens.extend(tokens::in_text(text));
        if !matches!(key, "url" | "title") {
            tokens.extend(tokens::diagnoses(text));
        }
        tokens.extend(modifiers_in(text));
    }
    tokens.extend(denials(node));
    tokens.into_iter().collect()
}

/// The tokens of a tree of criteria; a value takes the unit beside it.
fn in_node(node: &Node, tokens: &mut Vec<Token>) {
    match node {
        Node::Null => {}
        Node::Text(text) => tokens.extend(tokens::in_text(text)),
        Node::List(members) => members.iter().for_each(|member| in_node(member, tokens)),
        Node::Map(entries) => {
            let unit = Number::unit(node.get("unit").text());
            for (key, value) in entries.iter().filter(|(key, _)| !NAMES.contains(&key.as_str())) {
                let from = tokens.len();
                in_node(value, tokens);
                if key == "to" {
                    tokens[from..].iter_mut().for_each(half_open);
                }
                if key == "value" && unit.is_some() {
                    tokens[from..].iter_mut().for_each(|token| with_unit(token, unit));
                }
            }
        }
    }
}

/// A row names the last day, a policy the first day on which it holds no more.
fn half_open(token: &mut Token) {
    if let Token::Day(day) = token {
        let last: jiff::civil::Date = day.parse().expect("a day of the calendar");
        *day = last.tomorrow().expect("a day before the end of the calendar").to_string();
    }
}

fn with_unit(token: &mut Token, unit: Option<&'static str>) {
    if let Token::Number(number) = token
        && number.unit.is_none()
    {
        number.unit = unit;
    }
}

/// The modifiers that a row names, at the beginning of each entry.
fn modifiers(row: &Node) -> Vec<Token> {
    let texts = row.get("modifiers").texts();
    texts.iter().flat_map(|(_, text)| modifiers_in(text.split(['(', ':', ';']).next().unwrap_or_default())).collect()
}

/// Words of two capitals or digits.
fn modifiers_in(text: &str) -> impl Iterator<Item = Token> {
    let is_mark = |char: char| char.is_ascii_digit() || char.is_ascii_uppercase();
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    let modifiers = words.filter(move |word| word.len() == 2 && word.chars().all(is_mark));
    modifiers.map(|word| Token::Modifier(word.to_owned()))
}

fn denials(row: &Node) -> Vec<Token> {
    let lists = ["denial", "typical_denial"].iter().flat_map(|key| ["carc", "rarc"].map(|list| row.get(key).get(list)));
    lists
        .flat_map(Node::texts)
        .map(|(_, code)| Token::Denial(code.split(' ').next().unwrap_or_default().to_owned()))
        .collect()
}

/// 1 without a unit, and nothing at all: "one of these", "any".
fn is_trivial(token: &Token) -> bool {
    matches!(token, Token::Number(Number { written: 1_000, unit: None } | Number { written: 0, .. }))
}

/// Codes and diagnoses of a record that neither its policies nor the menu know.
fn codes_of_records(ledger: &Ledger, policies: &BTreeMap<String, Policy>) -> BTreeSet<(String, String)> {
    let menu = menu();
    let records: BTreeMap<&str, &Vec<String>> =
        sources::all().iter().map(|source| (source.key.as_str(), &source.records)).collect();
    let mut found = BTreeSet::new();
    for record in sources::all().iter().filter(|source| source.grade.is_none()) {
        let of_record = ledger.rows().iter().filter(|row| {
            let records = records.get(row.key.to_string().as_str());
            row.key.to_string() == record.key || records.is_some_and(|records| records.contains(&record.key))
        });
        let homes: BTreeSet<&str> = of_record.flat_map(policy_homes).collect();
        let homes: Vec<&Policy> = homes.into_iter().filter_map(|id| policies.get(id)).collect();
        let is_known =
            |token: &Token| menu.iter().any(|known| known.is(token)) || homes.iter().any(|policy| policy.says(token));
        let missing = codes(&record.value).into_iter().filter(|token| !is_known(token));
        found.extend(missing.map(|token| (record.key.clone(), token.to_string())));
    }
    found
}

fn codes(record: &Node) -> BTreeSet<Token> {
    let code_lists = ["procedure_codes", "drug_codes"].iter().flat_map(|list| record.get(list).members());
    let codes = code_lists.flat_map(|entry| tokens::in_text(entry.get("code").text()));
    let codes = codes.filter(|token| matches!(token, Token::Code(..)));
    let diagnoses = ["icd10_supporting", "icd10_support"].iter().flat_map(|list| record.get(list).texts());
    codes.chain(diagnoses.flat_map(|(_, text)| tokens::diagnoses(text))).collect()
}

/// Codes and diagnoses of the menu.
fn menu() -> Vec<Token> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../library/menu");
    let entries = std::fs::read_dir(folder).expect("library/menu is there");
    let texts = entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a text"));
    texts.flat_map(|text| [tokens::in_text(&text), tokens::diagnoses(&text)].concat()).collect()
}
