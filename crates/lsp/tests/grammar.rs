//! The TextMate grammar in `editors/vscode` knows the words of the language.

use std::path::Path;

use policy::ast::{Grade, Kind};
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pattern(grammar: &Value, rule: &str) -> String {
    grammar["repository"][rule]["match"].as_str().unwrap_or_else(|| panic!("no rule {rule}")).to_owned()
}

/// Is the word one of the choices of a pattern?
fn has(pattern: &str, word: &str) -> bool {
    pattern.split(['(', ')', '|', ':', '?']).any(|choice| choice == word)
}

#[test]
fn every_word_has_its_colour() {
    let grammar = read("covered.tmLanguage.json");
    let statements = pattern(&grammar, "statement");
    for word in policy::lex::STATEMENT_WORDS {
        assert!(has(&statements, word) || (word == "not" && statements.contains("not covered")), "{word}");
    }
    let kinds = pattern(&grammar, "kind");
    for (_, word) in Kind::ALL {
        assert!(has(&kinds, word), "{word}");
    }
    let grades = pattern(&grammar, "grade");
    for (_, word) in Grade::ALL {
        assert!(has(&grades, word), "{word}");
    }
}

#[test]
fn every_rule_is_used_and_every_file_is_there() {
    let grammar = read("covered.tmLanguage.json");
    let rules = grammar["repository"].as_object().expect("rules");
    let used: Vec<&str> =
        grammar["patterns"].as_array().expect("patterns").iter().filter_map(|rule| rule["include"].as_str()).collect();
    assert_eq!(used.len(), rules.len());
    assert!(rules.keys().all(|rule| used.contains(&format!("#{rule}").as_str())));

    let package = read("package.json");
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    let contributes = &package["contributes"];
    assert_eq!(contributes["grammars"][0]["scopeName"], grammar["scopeName"]);
    assert_eq!(contributes["languages"][0]["id"], contributes["grammars"][0]["language"]);
    read("language-configuration.json");
}
