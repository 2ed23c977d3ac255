//! The form of CHANGELOG.md: for each release a paragraph that says what it means to users, then a list.

use tidy::root;

struct Release<'a> {
    heading: &'a str,
    blocks: Vec<&'a str>,
}

fn releases(text: &str) -> Vec<Release<'_>> {
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let blocks = body.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).collect();
            Release { heading, blocks }
        })
        .collect()
}

/// `0.1.0 (2026-11-23)` as something to compare.
fn version(heading: &str) -> Option<[u32; 3]> {
    let (version, day) = heading.split_once(" (")?;
    let day: String = day.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    let numbers: Vec<u32> = version.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (day == "0000-00-00)").then_some(())?;
    numbers.try_into().ok()
}

#[test]
fn the_changelog_has_its_form() {
    let text = std::fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(text.starts_with("# Changelog\n"), "the first line is `# Changelog`");
    let releases = releases(&text);
    assert!(!releases.is_empty(), "no release, not even `## Unreleased`");
    let mut newer: Option<[u32; 3]> = None;
    for (index, Release { heading, blocks }) in releases.iter().enumerate() {
        let [paragraph, list, ..] = blocks.as_slice() else { panic!("`{heading}`: a paragraph, then a list") };
        assert!(!paragraph.starts_with(['-', '*', '#']), "`{heading}` begins with a paragraph");
        assert!(list.starts_with("- ") || list.starts_with("### "), "`{heading}`: after the paragraph comes a list");
        if index == 0 && *heading == "Unreleased" {
            continue;
        }
        let version = version(heading).unwrap_or_else(|| panic!("`{heading}` is not of the form `0.1.0 (2026-11-23)`"));
        assert!(newer.is_none_or(|newer| newer > version), "`{heading}` is out of order");
        newer = Some(version);
    }
}
