//! The first page: search, and every policy by the authority that its identifier begins with.

use std::collections::BTreeMap;

use library::Library;
use policy::prose::Names as _;

use crate::Page;
use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version, slug};

pub(crate) fn page(shelf: &Shelf<'_>) -> Page {
    let data = search_data(shelf);
    let frame = Frame { library: shelf.library, title: "Policies", root: "", here: "index.html", search: Some(&data) };
    Page { path: "index.html".to_owned(), content: document(&frame, |html| main(shelf, html)) }
}

fn main(shelf: &Shelf<'_>, html: &mut Html) {
    let count = shelf.newest().count();
    html.leaf(
        "p",
        &[],
        &format!(
            "{count} policies: what each authority says of a service, in plain English, with its source, how closely that was read, \
             and when. What exists and was not read says so."
        ),
    );
    html.within("div", &[("class", "search"), ("role", "search"), ("id", "search"), ("hidden", "hidden")], |html| {
        html.leaf("label", &[("for", "words")], "Search by payer, treatment, code or fact");
        html.void("input", &[("type", "search"), ("id", "words"), ("autocomplete", "off"), ("spellcheck", "false")]);
        html.leaf("p", &[("role", "status"), ("id", "found")], "");
        html.leaf("ul", &[("class", "plain"), ("id", "results"), ("aria-label", "Search results")], "");
    });
    html.leaf("h2", &[], "By authority");
    let mut authorities: BTreeMap<String, Vec<&Version<'_>>> = BTreeMap::new();
    for version in shelf.newest() {
        let id: &str = &version.file().id;
        let name = self::authority(shelf.library, id.split('/').next().unwrap_or(id));
        authorities.entry(name).or_default().push(version);
    }
    let mut named: Vec<(String, Vec<&Version<'_>>)> = authorities.into_iter().collect();
    named.sort_by_key(|(name, _)| name.to_lowercase());
    for (name, versions) in named {
        html.within("details", &[], |html| {
            html.leaf("summary", &[], &format!("{name} ({})", versions.len()));
            html.within("ul", &[("class", "plain")], |html| {
                versions.iter().for_each(|version| entry(shelf, version, html))
            });
        });
    }
}

/// Authorities that are no payer.
const AUTHORITIES: [(&str, &str); 10] = [
    ("cfr", "Code of Federal Regulations"),
    ("check", "Checks for red flags"),
    ("cms", "CMS and its Medicare contractors"),
    ("default", "General rules of a kind of coverage"),
    ("epsdt", "Medicaid under 21 (EPSDT)"),
    ("gate", "Who may do it, and who may bill it"),
    ("ma", "Medicare Advantage plans"),
    ("part-d", "Medicare Part D"),
    ("state", "State law"),
    ("statute", "Federal law"),
];

/// The name of an authority, by the first part of the identifiers of its policies.
#[must_use]
pub fn authority(library: &Library, authority: &str) -> String {
    if let Some((_, name)) = AUTHORITIES.iter().find(|(id, _)| *id == authority) {
        return (*name).to_owned();
    }
    let payer = || library.payers().find(authority).ok().map(|payer| payer.name.clone());
    library.value("payer", authority).or_else(payer).unwrap_or_else(|| authority.to_owned())
}

/// One policy of a list.
pub(crate) fn entry(shelf: &Shelf<'_>, version: &Version<'_>, html: &mut Html) {
    html.within("li", &[], |html| {
        html.leaf("a", &[("href", &format!("policies/{}", version.page))], &version.file().title);
        html.leaf("span", &[("class", "meta")], &meta(shelf, version));
    });
}

fn meta(shelf: &Shelf<'_>, version: &Version<'_>) -> String {
    let file = version.file();
    format!("{}, {}, {}", file.id.value, shelf.rank(&file.rank), version.dates())
}

/// What the search knows: for each entry its link, its name, a remark, and its words in small letters.
fn search_data(shelf: &Shelf<'_>) -> String {
    let dictionary = shelf.library.dictionary();
    let mut entries: Vec<[String; 4]> = Vec::new();
    for version in shelf.newest() {
        let file = version.file();
        let mut words = vec![
            file.title.value.clone(),
            file.id.value.clone(),
            file.source.citation.value.clone(),
            file.rank.value.clone(),
        ];
        words.extend(version.named.codes.iter().cloned());
        words.extend(
            version
                .named
                .treatments
                .iter()
                .flat_map(|id| [id.clone(), shelf.library.value("treatment", id).unwrap_or_default()]),
        );
        words.extend(version.named.facts.iter().cloned());
        words.extend(
            version
                .named
                .facts
                .iter()
                .filter_map(|name| dictionary.fact_id(name))
                .map(|id| dictionary.fact(id).label.clone()),
        );
        for (fact, value) in &version.named.values {
            words.push(value.clone());
            words.extend(shelf.library.value(fact, value));
        }
        entries.push([
            format!("policies/{}", version.page),
            file.title.value.clone(),
            meta(shelf, version),
            words.join(" ").to_lowercase(),
        ]);
    }
    for fact in dictionary.facts() {
        let words = format!("{} {} {} fact", fact.name, fact.label, fact.question).to_lowercase();
        entries.push([
            format!("facts.html#fact-{}", slug(&fact.name)),
            fact.label.clone(),
            format!("fact, {}", fact.name),
            words,
        ]);
    }
    serde_json::to_string(&entries).expect("INVARIANT: texts are always JSON")
}
