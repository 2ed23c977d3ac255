//! Procedure and drug codes that policies name, and the lists of codes.

use std::collections::BTreeMap;

use policy::ast::ListName;
use policy::prose::Names as _;

use crate::Page;
use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version};

pub(crate) fn page(shelf: &Shelf<'_>) -> Page {
    let frame = Frame { library: shelf.library, title: "Codes", root: "", here: "codes.html", search: None };
    Page { path: "codes.html".to_owned(), content: document(&frame, |html| main(shelf, html)) }
}

fn main(shelf: &Shelf<'_>, html: &mut Html) {
    let mut codes: BTreeMap<&str, Vec<&Version<'_>>> = BTreeMap::new();
    for version in shelf.newest() {
        version.named.codes.iter().for_each(|code| codes.entry(code).or_default().push(version));
    }
    html.leaf(
        "p",
        &[],
        "Codes that policies name, with what the menu of this library uses them for, in our own words. Official descriptions of \
         procedure codes belong to their publisher and are not here.",
    );
    html.leaf("h2", &[], "Procedures and drugs");
    for (code, versions) in &codes {
        html.within("details", &[], |html| {
            let words = shelf.library.service(code).map(|words| format!(", {words}")).unwrap_or_default();
            html.leaf("summary", &[], &format!("{code}{words} ({})", versions.len()));
            html.within("ul", &[], |html| {
                for version in versions {
                    html.within("li", &[], |html| {
                        html.leaf("a", &[("href", &format!("policies/{}", version.page))], &version.file().title);
                    });
                }
            });
        });
    }
    html.leaf("h2", &[], "Lists");
    lists(shelf, html);
}

fn lists(shelf: &Shelf<'_>, html: &mut Html) {
    let lists = shelf.library.context().lists;
    let names: Vec<ListName> = lists.names().collect();
    // A list with groups is the sum of them.
    let whole = |list: &&ListName| {
        list.group.is_some() || !names.iter().any(|other| other.name == list.name && other.group.is_some())
    };
    for list in names.iter().filter(whole) {
        html.within("details", &[], |html| {
            let rows = lists.rows(list).unwrap_or_default();
            html.leaf("summary", &[], &format!("{list} ({})", rows.len()));
            html.within("ul", &[], |html| {
                for row in rows {
                    let day = |word: &str, day: Option<_>| {
                        day.map(|day| format!(", {word} {}", policy::prose::day(day))).unwrap_or_default()
                    };
                    html.leaf("li", &[], &format!("{}{}{}", row.code, day("from", row.from), day("before", row.until)));
                }
            });
        });
    }
}
