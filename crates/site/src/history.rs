//! When which policy began, ended or was read.

use std::cmp::Reverse;

use policy::span::Spanned;

use crate::Page;
use crate::frame::{Frame, document};
use crate::html::Html;
use crate::shelf::{Shelf, Version};

pub(crate) fn page(shelf: &Shelf<'_>) -> Page {
    let frame = Frame { library: shelf.library, title: "History", root: "", here: "history.html", search: None };
    Page { path: "history.html".to_owned(), content: document(&frame, |html| main(shelf, html)) }
}

fn main(shelf: &Shelf<'_>, html: &mut Html) {
    html.leaf(
        "p",
        &[],
        "Policies by the first date of service for which they hold, the newest first. A page with an earlier version says what changed.",
    );
    let mut dated: Vec<&Version<'_>> = shelf.versions().filter(|version| version.file().dates.from.is_some()).collect();
    dated.sort_by_key(|version| Reverse(version.file().dates.from.map(|from| from.value)));
    table(shelf, "Policies with a first day", &dated, html);
    let undated: Vec<&Version<'_>> = shelf.versions().filter(|version| version.file().dates.from.is_none()).collect();
    if !undated.is_empty() {
        html.leaf("h2", &[], "Without a first day");
        html.leaf("p", &[], "Their sources do not say, or were not read so far.");
        table(shelf, "Policies without a first day", &undated, html);
    }
}

fn table(shelf: &Shelf<'_>, caption: &str, versions: &[&Version<'_>], html: &mut Html) {
    html.within("div", &[("class", "table"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)], |html| {
        html.within("table", &[], |html| {
            html.leaf("caption", &[], caption);
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    ["From", "Before", "Policy", "Read"]
                        .iter()
                        .for_each(|name| html.leaf("th", &[("scope", "col")], name));
                });
            });
            html.within("tbody", &[], |html| versions.iter().for_each(|version| row(shelf, version, html)));
        });
    });
}

fn row(shelf: &Shelf<'_>, version: &Version<'_>, html: &mut Html) {
    let file = version.file();
    html.within("tr", &[], |html| {
        html.leaf("td", &[("class", "day")], &day(file.dates.from));
        html.leaf("td", &[("class", "day")], &day(file.dates.until));
        html.within("td", &[], |html| {
            html.leaf("a", &[("href", &format!("policies/{}", version.page))], &file.title);
            let versions = shelf.versions_of(&file.id).len();
            if versions > 1 {
                html.leaf("small", &[], &format!(" ({versions} versions)"));
            }
        });
        html.leaf("td", &[("class", "day")], &day(file.source.read));
    });
}

/// A day, or a dash.
fn day<T: std::fmt::Display>(day: Option<Spanned<T>>) -> String {
    day.map_or_else(|| "–".to_owned(), |day| day.value.to_string())
}
