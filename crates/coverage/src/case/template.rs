//! A case file to fill in.

use std::fmt::Write;

use policy::dictionary::{Fact, FactType, GivenBy, Who};

use super::keys::{Key, SECTIONS, Section, Shape, ValueType};

/// Sections that most questions need; the others stand as a hint at the end.
const USUAL: [&str; 7] = ["", "patient", "coverage", "facility", "clinician", "line", "chart"];

/// A TOML case for one treatment, everything open, with the facts that its policies ask for.
///
/// `treatment` is an identifier or name of the menu; `facts` are those that the policies about it read, in the
/// order in which they should be asked; facts that the case itself gives are left out.
#[must_use]
pub fn template<'f>(treatment: &str, facts: impl IntoIterator<Item = &'f Fact>) -> String {
    let mut text = String::new();
    comment(
        &mut text,
        "One visit. Fill in what is known; \"?\" means not recorded. Write no name and no member number.",
    );
    text.push('\n');
    for section in SECTIONS.iter().filter(|section| USUAL.contains(&section.path)) {
        heading(&mut text, section);
        if section.shape == Shape::Facts {
            chart(&mut text, facts_of_chart(facts));
            break;
        }
        for key in section.keys {
            key_line(&mut text, key, treatment);
        }
    }
    text.push_str("\n# More sections, where they matter:\n");
    for section in SECTIONS.iter().filter(|section| !USUAL.contains(&section.path)) {
        let brackets = if matches!(section.shape, Shape::Many { .. }) { ("[[", "]]") } else { ("[", "]") };
        let keys: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
        let line = format!("{}{}{}  {}", brackets.0, section.path, brackets.1, keys.join(", "));
        comment(&mut text, &line);
    }
    text
}

fn facts_of_chart<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> impl Iterator<Item = &'f Fact> {
    facts.into_iter().filter(|fact| fact.given_by == GivenBy::Chart)
}

fn heading(text: &mut String, section: &Section) {
    match section.shape {
        _ if section.path.is_empty() => {}
        Shape::Many { .. } => _ = writeln!(text, "\n[[{}]]", section.path),
        Shape::One | Shape::Facts => _ = writeln!(text, "\n[{}]", section.path),
    }
}

fn key_line(text: &mut String, key: &Key, treatment: &str) {
    // No examples: an example diagnosis beside the treatment would read like advice.
    let values = match key.value {
        ValueType::Choice(words) => format!(": {}", words.join(", ")),
        _ => String::new(),
    };
    comment(text, &format!("{}{values}.", key.doc.trim_end_matches('.')));
    // A required key cannot stay open, so it stands with a value for the reader to change.
    let value = match key.name {
        "treatment" => format!("{treatment:?}"),
        _ if key.required => key.example.to_owned(),
        _ => "\"?\"".to_owned(),
    };
    _ = writeln!(text, "{} = {value}", key.name);
}

fn chart<'f>(text: &mut String, facts: impl Iterator<Item = &'f Fact>) {
    for fact in facts {
        let kind = match &fact.fact_type {
            FactType::YesNo => "true or false".to_owned(),
            FactType::Number { unit, .. } => unit.to_string(),
            FactType::Choice { values } => values.join(", "),
            FactType::Name => "text".to_owned(),
        };
        comment(text, &format!("{} ({}; {kind})", fact.question, asked_of(fact.who)));
        _ = writeln!(text, "{} = \"?\"", fact.name);
    }
}

/// A comment, wrapped at 80 columns.
fn comment(text: &mut String, words: &str) {
    let mut width = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if width == 0 || width + 1 + length > 78 {
            text.push_str(if width == 0 { "#" } else { "\n#  " });
            width = if width == 0 { 1 } else { 3 };
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + length;
    }
    text.push('\n');
}

fn asked_of(who: Who) -> &'static str {
    match who {
        Who::Clinician => "clinician",
        Who::Patient => "patient",
        Who::FrontDesk => "front desk",
        Who::Biller => "biller",
        Who::Payer => "payer",
        Who::Practice => "practice",
    }
}
