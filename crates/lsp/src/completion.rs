//! Names and codes that may stand at a place.

use std::collections::BTreeMap;

use library::Library;
use policy::ast::{Grade, Kind};
use policy::prose::Names as _;
use serde_json::{Value, json};

use crate::document::is_word;
use crate::hover::kind;
use crate::position::Lines;

/// Most names that are offered at once; more come with more letters.
const OFFERED_MAX: usize = 200;

/// Kinds of the protocol: a value, a keyword, a field, a constant.
const VALUE: u8 = 12;
const KEYWORD: u8 = 14;
const FIELD: u8 = 5;
const CONSTANT: u8 = 21;

/// Keys of a scope, with the fact whose values follow.
const SCOPE: [(&str, &str); 11] = [
    ("payer", "payer"),
    ("class", "payer_class"),
    ("product", "product"),
    ("funding", "funding"),
    ("network", "network"),
    ("benefit", "benefit"),
    ("mac", "mac"),
    ("state", "service_state"),
    ("course", "course"),
    ("license", "clinician_license"),
    ("facility", "facility_kind"),
];

struct Offer {
    label: String,
    detail: String,
    kind: u8,
}

/// What may stand at a byte of a text, as the protocol writes it.
pub(crate) fn of(text: &str, offset: usize, library: &Library) -> Value {
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..offset];
    let word_start = before
        .rfind(|letter: char| !is_word(letter))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let (before, typed) = before.split_at(word_start);
    let in_string = before.matches('"').count() % 2 == 1;
    let mut offers = if in_string { documents(before, library) } else { offers(before, typed, library) };
    let key = typed.to_lowercase();
    if !in_string {
        offers.retain(|offer| offer.label.to_lowercase().contains(&key));
    }
    // What begins so comes first.
    offers.sort_by_key(|offer| (!offer.label.to_lowercase().starts_with(&key), offer.label.clone()));
    let incomplete = offers.len() > OFFERED_MAX;
    let lines = Lines::new(text);
    let range = json!({ "start": lines.json(line_start + word_start), "end": lines.json(offset) });
    let item = |(number, offer): (usize, &Offer)| {
        let mut item = json!({ "label": offer.label, "kind": offer.kind, "detail": offer.detail, "sortText": format!("{number:04}") });
        if !in_string {
            item["textEdit"] = json!({ "range": range, "newText": offer.label });
        }
        item
    };
    let items: Vec<Value> = offers.iter().take(OFFERED_MAX).enumerate().map(item).collect();
    json!({ "isIncomplete": incomplete, "items": items })
}

fn offers(before: &str, typed: &str, library: &Library) -> Vec<Offer> {
    let mut words = before.split_whitespace();
    let first = words.next().unwrap_or_default();
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let keyword = |words: &[&str]| {
        words.iter().map(|word| Offer { label: (*word).to_owned(), detail: String::new(), kind: KEYWORD }).collect()
    };
    match first {
        "" if before.is_empty() => keyword(&policy::lex::STATEMENT_WORDS),
        "rank" => {
            let ranks = library.ranks().ranks().iter();
            ranks.map(|rank| Offer { label: rank.id.clone(), detail: rank.name.clone(), kind: VALUE }).collect()
        }
        "scope" => scope(before, library),
        "source" => Grade::ALL
            .iter()
            .map(|(_, word)| Offer {
                label: (*word).to_owned(),
                detail: "how closely it was read".to_owned(),
                kind: KEYWORD,
            })
            .collect(),
        "for" => services(before, library),
        _ if last == "as" => Kind::ALL
            .iter()
            .map(|(_, word)| Offer {
                label: (*word).to_owned(),
                detail: "why it is not covered".to_owned(),
                kind: KEYWORD,
            })
            .collect(),
        _ if last == "in" && before.contains("diagnosis") => diagnoses(typed, library),
        _ if last == "dx" => diagnoses(typed, library),
        _ if typed.starts_with(|first: char| first.is_ascii_digit())
            || ["last", "billed", "units", "count", "codes"].contains(&last) =>
        {
            codes(library)
        }
        _ => facts(library),
    }
}

fn facts(library: &Library) -> Vec<Offer> {
    let dictionary = library.dictionary();
    let facts = dictionary.facts().iter().map(|fact| Offer {
        label: fact.name.clone(),
        detail: format!("{}: {}", kind(fact), fact.label),
        kind: FIELD,
    });
    let trials = dictionary.trial_classes().iter().map(|class| Offer {
        label: class.name.clone(),
        detail: format!("earlier treatment: {}", class.label),
        kind: FIELD,
    });
    let lists = library.context().lists.names().map(|list| Offer {
        label: list.to_string(),
        detail: "code list".to_owned(),
        kind: CONSTANT,
    });
    let words = [
        "unverified",
        "indicative",
        "grade",
        "document",
        "diagnosis",
        "since",
        "count",
        "units",
        "trial",
        "billed",
        "excuses",
        "when",
        "not",
    ];
    let words = words.iter().map(|word| Offer { label: (*word).to_owned(), detail: String::new(), kind: KEYWORD });
    facts.chain(trials).chain(lists).chain(words).collect()
}

/// Kinds of document, inside of the quotation marks after `document`.
fn documents(before: &str, library: &Library) -> Vec<Offer> {
    let Some((statement, _)) = before.rsplit_once('"') else { return Vec::new() };
    if !statement.trim_end().ends_with("document") {
        return Vec::new();
    }
    let documents = library.dictionary().documents().iter();
    documents.map(|kind| Offer { label: kind.name.clone(), detail: kind.label.clone(), kind: VALUE }).collect()
}

/// Values of the key that the term begins with, and further keys.
fn scope(before: &str, library: &Library) -> Vec<Offer> {
    let term = before.rsplit(';').next().unwrap_or_default();
    let key = SCOPE.iter().find(|(key, _)| term.split_whitespace().any(|word| word == *key));
    let Some((_, fact)) = key else {
        return SCOPE
            .iter()
            .map(|(key, _)| Offer { label: (*key).to_owned(), detail: "scope".to_owned(), kind: KEYWORD })
            .collect();
    };
    let dictionary = library.dictionary();
    let values = match dictionary.fact_id(fact).map(|id| &dictionary.fact(id).fact_type) {
        Some(policy::dictionary::FactType::Choice { values }) => values.as_slice(),
        _ => &[],
    };
    values
        .iter()
        .map(|value| Offer {
            label: value.clone(),
            detail: library.value(fact, value).unwrap_or_default(),
            kind: VALUE,
        })
        .collect()
}

fn services(before: &str, library: &Library) -> Vec<Offer> {
    if before.split_whitespace().any(|word| word == "treatment") {
        let menu = library.menu().all().iter();
        return menu
            .map(|treatment| Offer { label: treatment.id.clone(), detail: treatment.name.clone(), kind: VALUE })
            .collect();
    }
    let mut offers = codes(library);
    offers.push(Offer { label: "treatment".to_owned(), detail: "of the menu".to_owned(), kind: KEYWORD });
    offers.push(Offer { label: "with".to_owned(), detail: "on the same claim line".to_owned(), kind: KEYWORD });
    offers
}

/// Procedure and drug codes that the menu names, each with what it is used for.
fn codes(library: &Library) -> Vec<Offer> {
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    for treatment in library.menu().all() {
        let drugs =
            treatment.products.iter().filter_map(|product| Some((product.drug_code?.code, product.name.as_str())));
        let procedures = treatment.indications.iter().flat_map(|indication| {
            let drug = indication.drug_code.map(|drug| drug.code);
            indication.codes.iter().copied().chain(drug).map(|code| (code, indication.name.as_str()))
        });
        for (code, name) in procedures.chain(drugs) {
            codes.entry(code.to_string()).or_insert_with(|| format!("{}: {name}", treatment.name));
        }
    }
    codes.into_iter().map(|(label, detail)| Offer { label, detail, kind: CONSTANT }).collect()
}

/// Diagnosis lists, and once some letters are typed the codes of the lists and of the menu.
fn diagnoses(typed: &str, library: &Library) -> Vec<Offer> {
    let lists = library.context().lists;
    let mut offers: BTreeMap<String, String> =
        lists.names().map(|list| (list.to_string(), "code list".to_owned())).collect();
    if !typed.is_empty() {
        for list in lists.names().filter(|list| list.group.is_some()) {
            for row in lists.rows(&list).unwrap_or_default() {
                if row.code.contains('.') || row.code.starts_with(char::is_alphabetic) {
                    offers.entry(row.code.clone()).or_insert_with(|| list.to_string());
                }
            }
        }
        for treatment in library.menu().all() {
            for indication in &treatment.indications {
                for pattern in &indication.diagnosis_patterns {
                    offers.insert(pattern.clone(), indication.name.clone());
                }
            }
        }
    }
    offers.into_iter().map(|(label, detail)| Offer { label, detail, kind: CONSTANT }).collect()
}
