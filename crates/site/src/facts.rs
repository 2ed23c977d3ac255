//! The dictionary: every fact, document and class of earlier treatment, and which policies ask for it.

use std::collections::BTreeMap;

use policy::dictionary::{Fact, FactType, GivenBy, Move, Who};

use crate::Page;
use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version, slug};

/// Most policies that are named for one fact; the search finds the others.
const POLICIES_MAX: usize = 40;

pub(crate) fn page(shelf: &Shelf<'_>) -> Page {
    let frame = Frame { library: shelf.library, title: "Facts", root: "", here: "facts.html", search: None };
    Page { path: "facts.html".to_owned(), content: document(&frame, |html| main(shelf, html)) }
}

fn main(shelf: &Shelf<'_>, html: &mut Html) {
    let dictionary = shelf.library.dictionary();
    let mut asked: BTreeMap<&str, Vec<&Version<'_>>> = BTreeMap::new();
    for version in shelf.newest() {
        version.named.facts.iter().for_each(|fact| asked.entry(fact).or_default().push(version));
    }
    html.leaf(
        "p",
        &[],
        "What a policy may ask for. A fact that nobody recorded stays open, and open is never “no”; the few that are taken for granted \
         say so. A fact that is never suggested may be a reason, and never advice.",
    );
    html.leaf("h2", &[], "Asked of people");
    dictionary.facts().iter().filter(|fact| fact.given_by == GivenBy::Chart).for_each(|fact| entry(fact, &asked, html));
    html.leaf("h2", &[], "Known from the case");
    dictionary.facts().iter().filter(|fact| fact.given_by == GivenBy::Case).for_each(|fact| entry(fact, &asked, html));
    html.leaf("h2", &[], "Documents");
    html.within("ul", &[("class", "plain")], |html| {
        for kind in dictionary.documents() {
            html.within("li", &[], |html| {
                html.leaf("b", &[], &kind.label);
                html.leaf(
                    "span",
                    &[("class", "meta")],
                    &format!("“{}”. {} Asked of {}.", kind.name, kind.question, who(kind.who)),
                );
            });
        }
    });
    html.leaf("h2", &[], "Earlier treatments");
    html.within("ul", &[("class", "plain")], |html| {
        for class in dictionary.trial_classes() {
            html.within("li", &[], |html| {
                html.leaf("code", &[], &class.name);
                html.text(&format!(": {}", class.label));
            });
        }
    });
}

fn entry(fact: &Fact, asked: &BTreeMap<&str, Vec<&Version<'_>>>, html: &mut Html) {
    html.leaf("h3", &[("id", &format!("fact-{}", slug(&fact.name)))], &fact.name);
    html.leaf("p", &[], &fact.question);
    let mut meta = format!("{}. Asked of {}", kind(fact), who(fact.who));
    if let Some(place) = &fact.found_in {
        meta.push_str(&format!("; found in: {place}"));
    }
    if fact.movable == Move::Never {
        meta.push_str("; never suggested");
    }
    html.leaf("p", &[("class", "meta")], &format!("{meta}."));
    if let Some(assumed) = &fact.assumed {
        html.leaf("p", &[("class", "meta")], &format!("If not recorded: {}.", assumed.says));
    }
    let policies = asked.get(fact.name.as_str()).map_or(&[][..], Vec::as_slice);
    if policies.is_empty() {
        return;
    }
    html.within("details", &[], |html| {
        let count = policies.len();
        let shown = if count > POLICIES_MAX { format!(", the first {POLICIES_MAX} here") } else { String::new() };
        let noun = if count == 1 { "policy asks" } else { "policies ask" };
        html.leaf("summary", &[], &format!("{count} {noun} for it{shown}"));
        html.within("ul", &[], |html| {
            for version in policies.iter().take(POLICIES_MAX) {
                html.within("li", &[], |html| {
                    html.leaf("a", &[("href", &format!("policies/{}", version.page))], &version.file().title);
                });
            }
        });
    });
}

fn kind(fact: &Fact) -> String {
    match &fact.fact_type {
        FactType::YesNo => "Yes or no".to_owned(),
        FactType::Number { unit, .. } => format!("A number ({unit})"),
        FactType::Choice { values } if values.len() <= 12 => format!("One of: {}", values.join(", ")),
        FactType::Choice { values } => format!("One of {} values", values.len()),
        FactType::Name => "A name".to_owned(),
    }
}

const fn who(who: Who) -> &'static str {
    match who {
        Who::Clinician => "the clinician",
        Who::Patient => "the patient",
        Who::FrontDesk => "the front desk",
        Who::Biller => "the biller",
        Who::Payer => "the payer",
        Who::Practice => "the practice",
    }
}
