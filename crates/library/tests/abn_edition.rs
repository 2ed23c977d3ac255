//! An ABN on an edition of the form that was no longer in use is as good as none.

use coverage::answer::Route;
use coverage::case::{Decoded, Notation, decode};
use coverage::determine::determine;
use library::Library;

/// The route and its modifier, for an ABN with option 1 that was signed on the day it was given.
fn route(library: &Library, asked: &str, given: &str, edition: &str) -> (Route, Vec<String>) {
    let vignette = include_str!("../../../tests/vignettes/people/abn-option-1.toml");
    let (before, rest) = vignette.split_once("given = ").expect("the vignette has a notice");
    let (_, after) = rest.split_once(", option").expect("the notice has an option");
    let text = format!("{before}given = {given}, signed = {given}, edition = {edition}, option{after}")
        .replace("as_of = 2026-11-23", &format!("as_of = {asked}"));
    let Decoded { case, notes } = decode("case", &text, Notation::Toml, library).expect("the case is good");
    let answer = determine(&case, &notes, &library.for_case(&case).expect("the policies compile"));
    let line = &answer.lines[0];
    (line.route, line.modifiers.iter().map(|needed| needed.modifier.to_string()).collect())
}

#[test]
fn counts_only_while_in_use() {
    let library = Library::embedded().expect("the library is sound");
    let (before, after) = ("2026-11-23", "2026-12-08");
    for asked in [before, after] {
        let (way, modifiers) = route(&library, asked, "2026-11-20", "2026-01-31");
        assert_eq!(way, Route::Claim, "the edition in use, asked on {asked}");
        assert!(modifiers.iter().any(|modifier| modifier == "GA"));
    }
    let (way, modifiers) = route(&library, before, "2026-11-20", "2023-06-30");
    assert_eq!(way, Route::Ask, "an old edition: a new notice can still be given");
    assert!(!modifiers.iter().any(|modifier| modifier == "GA"));
    let (way, modifiers) = route(&library, after, "2026-11-20", "2023-06-30");
    assert_eq!(way, Route::Claim, "an old edition, and the service was given");
    assert!(modifiers.iter().any(|modifier| modifier == "GZ"));
    // On the day before the edition that is known had to be used, nothing is known of an older one.
    let (way, _) = route(&library, after, "2023-06-29", "2023-06-30");
    assert_eq!(way, Route::Claim);
}
