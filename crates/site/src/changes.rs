//! What changed from one version of a policy to the next.

use policy::diff::Versions;

use crate::html::Html;
use crate::lines::{Line, compare};
use crate::shelf::{Shelf, Version};

pub(crate) fn section(shelf: &Shelf<'_>, before: &Version<'_>, now: &Version<'_>, html: &mut Html) {
    html.within("section", &[("aria-labelledby", "changes")], |html| {
        html.leaf("h2", &[("id", "changes")], "What changed");
        html.within("p", &[], |html| {
            html.text("Against the ");
            html.leaf("a", &[("href", &before.page)], &format!("version for {}", before.dates()));
            html.text(".");
        });
        regions(shelf, before, now, html);
        let lines = compare(before.source.text(), now.source.text());
        html.within("details", &[("class", "screen")], |html| {
            html.leaf("summary", &[], "Show the lines that changed");
            html.within(
                "pre",
                &[("class", "changes"), ("tabindex", "0"), ("aria-label", "Lines that changed")],
                |html| {
                    for line in lines {
                        match line {
                            Line::Stayed(text) => html.leaf("span", &[], &format!("  {text}")),
                            Line::Went(text) => html.leaf("span", &[("class", "gone")], &format!("- {text}")),
                            Line::Came(text) => html.leaf("span", &[("class", "come")], &format!("+ {text}")),
                        }
                    }
                },
            );
        });
    });
}

/// Which cases get another outcome.
fn regions(shelf: &Shelf<'_>, before: &Version<'_>, now: &Version<'_>, html: &mut Html) {
    let context = shelf.library.context();
    let Ok(versions) = Versions::new(&before.entry, &now.entry, &context, &[shelf.library.classes_of_payers()]) else {
        return;
    };
    let regions = &versions.changes.regions;
    let conditions: Vec<Vec<String>> = regions.iter().map(|region| versions.conditions(region)).collect();
    let common: Vec<&String> = match conditions.as_slice() {
        [first, others @ ..] if !others.is_empty() => {
            first.iter().filter(|condition| others.iter().all(|other| other.contains(condition))).collect()
        }
        _ => Vec::new(),
    };
    if !common.is_empty() {
        html.leaf("p", &[], "In all that changes:");
        html.within("ul", &[], |html| common.iter().for_each(|condition| html.leaf("li", &[], condition)));
    }
    for (region, conditions) in regions.iter().zip(&conditions) {
        let (before, after) = (versions.outcome(region.before), versions.outcome(region.after));
        html.leaf("p", &[], &format!("From “{before}” to “{after}”, where:"));
        html.within("ul", &[], |html| {
            let own = conditions.iter().filter(|condition| !common.contains(condition));
            own.for_each(|condition| html.leaf("li", &[], condition));
            html.within("li", &[], |html| {
                html.text("for example: ");
                html.leaf("code", &[], &versions.example(region));
            });
        });
    }
    let summary = match (versions.changes.complete, regions.is_empty()) {
        (true, true) => "No case gets another outcome.",
        (true, false) => "Every other case keeps its outcome.",
        (false, _) => "The comparison ended at its limit (N001): whether other cases change was not found out.",
    };
    html.leaf("p", &[], summary);
}
