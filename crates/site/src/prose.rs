//! The plain English of a policy as HTML.

use policy::prose::{Item, Part, Section};

use crate::html::Html;
use crate::shelf::slug;

pub(crate) fn section(html: &mut Html, section: &Section) {
    let id = slug(&section.heading);
    html.within("section", &[("aria-labelledby", &id)], |html| {
        html.leaf("h2", &[("id", &id)], &section.heading);
        let mut parts = section.parts.as_slice();
        while let Some((part, rest)) = parts.split_first() {
            match part {
                Part::Text(text) => {
                    paragraph(html, text);
                    parts = rest;
                }
                Part::Blank(words) => {
                    html.within("p", &[("class", "blank")], |html| {
                        html.text(words);
                        html.leaf("span", &[], "");
                    });
                    parts = rest;
                }
                Part::Item(_) => {
                    let end = parts.iter().position(|part| !matches!(part, Part::Item(_))).unwrap_or(parts.len());
                    let items: Vec<&Item> = parts[..end]
                        .iter()
                        .filter_map(|part| if let Part::Item(item) = part { Some(item) } else { None })
                        .collect();
                    list(html, &items);
                    parts = &parts[end..];
                }
            }
        }
    });
}

/// An address of the library's becomes a link.
fn paragraph(html: &mut Html, text: &str) {
    html.within("p", &[], |html| match text.strip_prefix("Address: ") {
        Some(address) => {
            html.text("Address: ");
            html.address(address);
        }
        None => html.text(text),
    });
}

/// Items of one depth; deeper ones stand inside of the item before them.
fn list(html: &mut Html, items: &[&Item]) {
    let Some(depth) = items.first().map(|item| item.depth) else { return };
    html.within("ul", &[("class", "items")], |html| {
        let mut items = items;
        while let Some((item, rest)) = items.split_first() {
            let end = rest.iter().position(|other| other.depth <= depth).unwrap_or(rest.len());
            html.within("li", &[], |html| {
                html.leaf("span", &[("class", "number")], &item.number);
                if let Some(label) = &item.label {
                    html.leaf("code", &[("class", "label")], label);
                }
                html.text(&item.says);
                if !item.notes.is_empty() {
                    html.within("ul", &[("class", "notes")], |html| {
                        item.notes.iter().for_each(|note| html.leaf("li", &[], note));
                    });
                }
                list(html, &rest[..end]);
            });
            items = &rest[end..];
        }
    });
}
