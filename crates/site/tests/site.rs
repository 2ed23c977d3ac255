//! The site of the whole library, and of one that tries to break it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use library::Library;
use site::Page;

static PAGES: LazyLock<Vec<Page>> =
    LazyLock::new(|| site::pages(&Library::embedded().expect("the library")).expect("it can be read"));

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "input"];

/// One start of an element.
struct Tag {
    element: String,
    attributes: BTreeMap<String, String>,
}

/// Reads a page as strictly as these pages are written: every element ends, every value is quoted, nothing is left over. Gives the
/// elements, and the text without markup.
fn read(page: &Page) -> (Vec<Tag>, String) {
    let mut rest = page.content.strip_prefix("<!doctype html>").unwrap_or_else(|| panic!("{}: no doctype", page.path));
    let (mut open, mut tags, mut text) = (Vec::new(), Vec::new(), String::new());
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = end_of_tag(rest).unwrap_or_else(|| panic!("{}: a tag does not end: {rest:.80}", page.path));
        let inside = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(element) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(element), "{}: an element ends that was not open", page.path);
            continue;
        }
        let tag = tag(inside);
        if !VOID.contains(&tag.element.as_str()) {
            open.push(tag.element.clone());
        }
        // What stands in these is no markup.
        if ["style", "script"].contains(&tag.element.as_str()) {
            let end = rest.find(&format!("</{}>", tag.element)).expect("it ends");
            rest = &rest[end..];
        }
        tags.push(tag);
    }
    text.push_str(rest);
    assert!(open.is_empty(), "{}: not ended: {open:?}", page.path);
    (tags, text)
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, letter)| {
        quoted ^= letter == '"';
        (letter == '>' && !quoted).then_some(at)
    })
}

fn tag(inside: &str) -> Tag {
    let (element, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"').expect("a value ends");
        assert!(
            attributes.insert(name.trim().to_owned(), value.to_owned()).is_none(),
            "{name} stands twice in {inside}"
        );
        rest = after;
    }
    assert_eq!(rest.trim(), "", "{inside}");
    Tag { element: element.to_owned(), attributes }
}

#[test]
fn every_page_is_whole_and_stands_alone() {
    let ids: BTreeMap<&str, BTreeSet<String>> = PAGES
        .iter()
        .map(|page| {
            (page.path.as_str(), read(page).0.into_iter().filter_map(|tag| tag.attributes.get("id").cloned()).collect())
        })
        .collect();
    let mut links = 0;
    for page in PAGES.iter() {
        let (tags, _) = read(page);
        let count = |element: &str| tags.iter().filter(|tag| tag.element == element).count();
        assert_eq!(
            (count("h1"), count("title"), count("main"), count("header"), count("footer")),
            (1, 1, 1, 1, 1),
            "{}",
            page.path
        );
        let named: Vec<&String> = tags.iter().filter_map(|tag| tag.attributes.get("id")).collect();
        assert_eq!(named.len(), ids[page.path.as_str()].len(), "{}: an id stands twice", page.path);
        for tag in &tags {
            assert!(
                !tag.attributes.keys().any(|name| name.starts_with("on") || name == "style" || name == "src"),
                "{}",
                page.path
            );
            assert!(
                !["img", "iframe", "link", "object", "form", "base"].contains(&tag.element.as_str()),
                "{}",
                page.path
            );
            for name in ["aria-labelledby", "for"] {
                let target = tag.attributes.get(name);
                assert!(target.is_none_or(|target| named.contains(&target)), "{}: {name} leads nowhere", page.path);
            }
            let Some(href) = tag.attributes.get("href") else { continue };
            links += 1;
            if href.starts_with("http://") || href.starts_with("https://") {
                assert!(tag.attributes["rel"].contains("noreferrer"), "{}", page.path);
                continue;
            }
            let (file, place) = href.split_once('#').map_or((href.as_str(), None), |(file, place)| (file, Some(place)));
            let target = match (file.strip_prefix("../"), page.path.starts_with("policies/")) {
                (Some(file), true) => file.to_owned(),
                (None, true) if file.is_empty() => page.path.clone(),
                (None, true) => format!("policies/{file}"),
                _ if file.is_empty() => page.path.clone(),
                _ => file.to_owned(),
            };
            let found = ids.get(target.as_str()).unwrap_or_else(|| panic!("{}: {href} leads nowhere", page.path));
            assert!(place.is_none_or(|place| found.contains(place)), "{}: {href} leads to no place", page.path);
        }
    }
    assert!(links > 5_000, "{links} links");
}

/// Headings go down one level at a time, so that a screen reader's list of them is a table of contents.
#[test]
fn headings_skip_no_level() {
    for page in PAGES.iter() {
        let mut level = 0;
        for tag in read(page).0 {
            if let Some(next) = tag.element.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) {
                assert!(next <= level + 1, "{}: h{level} is followed by h{next}", page.path);
                level = next;
            }
        }
    }
}

/// Nothing is run or shown but the style and script of the program, each known by its hash.
#[test]
fn the_security_policy_holds() {
    for page in PAGES.iter() {
        let (tags, _) = read(page);
        let meta = tags
            .iter()
            .find(|tag| tag.attributes.get("http-equiv").is_some_and(|name| name == "Content-Security-Policy"));
        let policy = meta.expect("every page has one").attributes["content"].replace("&#39;", "'");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("; base-uri 'none'; form-action 'none'") && !policy.contains("unsafe"), "{policy}");
        let scripts = tags.iter().filter(|tag| tag.element == "script").count();
        assert_eq!(scripts, if page.path == "index.html" { 2 } else { 0 }, "{}", page.path);
        assert_eq!(policy.contains("script-src 'none'"), page.path != "index.html");
    }
}

#[test]
fn names_of_pages_stay_in_their_folder() {
    let mut names = BTreeSet::new();
    for page in PAGES.iter() {
        let name = page.path.strip_prefix("policies/").unwrap_or(&page.path);
        assert!(
            name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter)),
            "{name}"
        );
        assert!(name.ends_with(".html") && !name.starts_with(['.', '-']) && name.len() < 120, "{name}");
        assert!(names.insert(page.path.clone()), "{name} twice");
    }
}

#[test]
fn the_same_library_gives_the_same_bytes() {
    let again = site::pages(&Library::embedded().expect("the library")).expect("it can be read");
    assert!(*PAGES == again);
}

#[test]
fn a_later_version_says_what_changed() {
    let changed: Vec<&Page> = PAGES.iter().filter(|page| page.content.contains("id=\"changes\"")).collect();
    assert!(!changed.is_empty());
    for page in changed {
        assert!(page.content.contains("Show the lines that changed"), "{}", page.path);
    }
}

/// A policy whose every text is markup: it is shown as text, links only to the web, and leaves its folder nowhere.
#[test]
fn hostile_texts_stay_texts() {
    let folder = std::env::temp_dir().join(format!("covered-site-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("facts")).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    let attack = "</script></code><script>alert(1)</script><img src=x onerror=alert(1)>' onclick='x";
    write(
        "facts/evil.toml",
        &format!(
            "[evil]\ntype = \"yes-no\"\nlabel = \"{attack}\"\nquestion = \"{attack}?\"\nwho = \"patient\"\nwhere = \"{attack}\"\nmove = \"never\"\n"
        ),
    );
    for (number, id) in ["../../../etc/passwd", "..", "a/B", "A/b", "con", "\u{e4}\u{e4}", attack].iter().enumerate() {
        write(
            &format!("{number}.cov"),
            &format!(
                "policy \"{id}\" \"{attack}\"\nrank plan_document\nscope payer aetna\nfor 15822\ndates 2026-01-01 ..\n\
                 source \"{attack}\" \"javascript:alert(1)\" text read 2026-11-23\ncaveat \"{attack}\"\n\n\
                 covered when all\n  a: evil @ \"{attack}\" > \"{attack}\"\n  b: unverified \"{attack}\"\n\notherwise unread \"{attack}\"\n\n\
                 examples\n  \"{attack}\" {{ evil yes }} => covered if b\n"
            ),
        );
    }
    let folder_of_files: PathBuf = folder.clone();
    let loaded = Library::embedded().expect("the library").with_overlay(&folder_of_files);
    std::fs::remove_dir_all(&folder).expect("the folder was made here");
    let library = loaded.unwrap_or_else(|error| panic!("{error}"));
    let pages = site::pages(&library).expect("it can be read");
    assert_eq!(pages.len(), PAGES.len() + 7);
    let mut seen = BTreeSet::new();
    for page in &pages {
        let (tags, text) = read(page);
        assert!(seen.insert(page.path.to_lowercase()), "{} twice", page.path);
        assert!(!page.path.contains(".."), "{}", page.path);
        for tag in &tags {
            assert!(!tag.attributes.keys().any(|name| name.starts_with("on")), "{}", page.path);
            assert!(
                tag.element != "img" && !tag.attributes.values().any(|value| value.starts_with("javascript:")),
                "{}",
                page.path
            );
        }
        let scripts = tags.iter().filter(|tag| tag.element == "script").count();
        assert_eq!(scripts, if page.path == "index.html" { 2 } else { 0 }, "{}", page.path);
        if page.path.contains("etc-passwd") {
            assert!(text.contains("&lt;script&gt;alert(1)") && text.contains("javascript:alert(1)"), "{text}");
        }
    }
}
