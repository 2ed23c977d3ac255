//! Every document that policies rest on: how closely it was read, when, and what rests on it.

use std::collections::BTreeMap;

use policy::show::grade_words;

use crate::Page;
use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version};

/// The policies of one document.
type Document<'s, 'l> = Vec<&'s Version<'l>>;

pub(crate) fn page(shelf: &Shelf<'_>) -> Page {
    let frame = Frame { library: shelf.library, title: "Sources", root: "", here: "sources.html", search: None };
    Page { path: "sources.html".to_owned(), content: document(&frame, |html| main(shelf, html)) }
}

fn main(shelf: &Shelf<'_>, html: &mut Html) {
    let mut documents: BTreeMap<(&str, Option<&str>), Document<'_, '_>> = BTreeMap::new();
    for version in shelf.versions() {
        let source = &version.file().source;
        let address = source.url.as_ref().map(|url| url.value.as_str());
        documents.entry((&source.citation, address)).or_default().push(version);
    }
    html.leaf(
        "p",
        &[],
        &format!(
            "{} documents. How closely each was read, from the strongest: the full text, the authority's page, a copy elsewhere, a \
             summary; or it is only known to exist, or is general knowledge. An address leads to somebody else's site.",
            documents.len()
        ),
    );
    html.within("ul", &[("class", "plain")], |html| {
        for ((citation, address), versions) in &documents {
            html.within("li", &[], |html| entry(citation, *address, versions, html));
        }
    });
}

fn entry(citation: &str, address: Option<&str>, versions: &[&Version<'_>], html: &mut Html) {
    html.leaf("b", &[], citation);
    if let Some(address) = address {
        html.within("span", &[("class", "meta")], |html| html.address(address));
    }
    html.within("details", &[], |html| {
        let count = versions.len();
        html.leaf("summary", &[], &format!("{count} {}", if count == 1 { "policy" } else { "policies" }));
        html.within("ul", &[], |html| {
            for version in versions {
                let source = &version.file().source;
                html.within("li", &[], |html| {
                    html.leaf("a", &[("href", &format!("policies/{}", version.page))], &version.file().title);
                    let read =
                        source.read.map(|read| format!(", {}", policy::prose::day(read.value))).unwrap_or_default();
                    html.leaf("small", &[], &format!(" ({}{read})", grade_words(source.grade.value)));
                });
            }
        });
    });
}
