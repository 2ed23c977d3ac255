//! The keys of a case and the fact dictionary of the library speak of the same things.

use coverage::case::key_of_fact;
use coverage::case::keys::{Section, ValueType};
use coverage::reference::Reference;
use policy::dictionary::{FactType, GivenBy};

use crate::reference::Names;

fn value_type_of(path: &str) -> ValueType {
    let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
    Section::at(section).and_then(|section| section.key(key)).expect("a key").value
}

#[test]
fn every_fact_of_the_case_has_a_key() {
    for fact in Names.dictionary().facts().iter().filter(|fact| fact.given_by == GivenBy::Case) {
        assert!(key_of_fact(&fact.name).is_some(), "{} has no key", fact.name);
    }
}

#[test]
fn closed_words_are_those_of_the_dictionary() {
    let mut compared = 0;
    for fact in Names.dictionary().facts().iter().filter(|fact| fact.given_by == GivenBy::Case) {
        let key = key_of_fact(&fact.name).expect("a key");
        if let (FactType::Choice { values }, ValueType::Choice(words)) = (&fact.fact_type, value_type_of(key)) {
            assert_eq!(values, words, "{} and {key}", fact.name);
            compared += 1;
        }
    }
    assert!(compared >= 12, "only {compared} facts have closed words");
}
