//! The page of one version of a policy.

use policy::prose;

use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version, slug};
use crate::{Page, changes};

pub(crate) fn page(shelf: &Shelf<'_>, version: &Version<'_>) -> Page {
    let file = version.file();
    let frame = Frame { library: shelf.library, title: &file.title, root: "../", here: "", search: None };
    let content = document(&frame, |html| main(shelf, version, html));
    Page { path: format!("policies/{}", version.page), content }
}

fn main(shelf: &Shelf<'_>, version: &Version<'_>, html: &mut Html) {
    let file = version.file();
    html.within("p", &[("class", "meta")], |html| {
        html.leaf("code", &[], &file.id);
        html.text(&format!(", {}, {}", shelf.rank(&file.rank), version.dates()));
        if version.source.entered_by_practice() {
            html.text(", entered by the practice");
        }
    });
    let versions = shelf.versions_of(&file.id);
    let at = versions.iter().position(|other| other.page == version.page).unwrap_or_default();
    if versions.len() > 1 {
        others(versions, at, html);
    }
    let text = version.source.text();
    let page = prose::page(file, shelf.library.glossary(), Some(&library::fingerprint(text)));
    let (signature, sections) = page.sections.split_last().expect("INVARIANT: the last section is the signature");
    sections.iter().for_each(|section| crate::prose::section(html, section));
    if let Some(before) = at.checked_sub(1).map(|before| &versions[before]) {
        changes::section(shelf, before, version, html);
    }
    facts(shelf, version, html);
    html.within("section", &[("class", "screen"), ("aria-labelledby", "the-file")], |html| {
        html.leaf("h2", &[("id", "the-file")], "The file itself");
        html.leaf("p", &[("class", "meta")], version.source.path());
        html.within("details", &[], |html| {
            html.leaf("summary", &[], "Show the policy as it is written");
            html.within("pre", &[("tabindex", "0"), ("aria-label", "Policy file")], |html| {
                html.leaf("code", &[], text)
            });
        });
    });
    crate::prose::section(html, signature);
}

/// The other versions of the same policy.
fn others(versions: &[Version<'_>], at: usize, html: &mut Html) {
    html.within("nav", &[("aria-label", "Versions of this policy")], |html| {
        html.within("ul", &[("class", "plain")], |html| {
            for (index, other) in versions.iter().enumerate().rev() {
                html.within("li", &[], |html| {
                    let words = format!("Version for {}", other.dates());
                    if index == at {
                        html.leaf("b", &[], &format!("{words} (this page)"));
                    } else {
                        html.leaf("a", &[("href", &other.page)], &words);
                    }
                });
            }
        });
    });
}

/// The facts that it asks for, each with its question.
fn facts(shelf: &Shelf<'_>, version: &Version<'_>, html: &mut Html) {
    let dictionary = shelf.library.dictionary();
    let facts: Vec<_> =
        version.named.facts.iter().filter_map(|name| dictionary.fact_id(name)).map(|id| dictionary.fact(id)).collect();
    if facts.is_empty() {
        return;
    }
    html.within("section", &[("class", "screen"), ("aria-labelledby", "facts-asked")], |html| {
        html.leaf("h2", &[("id", "facts-asked")], "Facts it asks for");
        html.within("ul", &[], |html| {
            for fact in facts {
                html.within("li", &[], |html| {
                    let href = format!("../facts.html#fact-{}", slug(&fact.name));
                    html.within("a", &[("href", &href)], |html| html.leaf("code", &[], &fact.name));
                    html.text(&format!(": {}", fact.question));
                });
            }
        });
    });
}
