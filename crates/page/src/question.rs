//! Questions, as the page puts them.

use coverage::answer::Answer;
use coverage::case::keys::{Names, ValueType};
use coverage::interview::{self, Input, Question};
use library::Library;
use serde_json::{Value, json};

/// A question with what may be typed.
pub(crate) fn question(question: &Question, library: &Library) -> Value {
    json!({
        "about": question.about,
        "en": question.words,
        "es": question.words_es,
        "who": question.who.map(coverage::answer::WhoWord::word),
        "citation": question.citation,
        "input": input(&question.input, library),
        "hint": { "en": question.input.hint(), "es": question.input.hint_es() },
        "says": interview::says(&question.entry),
    })
}

/// The Spanish words of every open question of an answer, line by line in the order of `missing`; `null` where there are none.
pub(crate) fn missing(answer: &Answer, library: &Library) -> Vec<Vec<Option<String>>> {
    let dictionary = library.dictionary();
    let of_line = |line: &coverage::answer::LineAnswer| {
        line.missing.iter().map(|missing| interview::spanish(missing, dictionary)).collect()
    };
    answer.lines.iter().map(of_line).collect()
}

/// What may be typed, as a kind of field: `{kind, values?, unit?}`.
fn input(input: &Input, library: &Library) -> Value {
    match input {
        Input::YesNo => json!({ "kind": "yes-no" }),
        Input::Choice(values) => json!({ "kind": "choice", "values": values }),
        Input::Number { unit, decimals } => json!({ "kind": "number", "unit": unit, "decimals": decimals }),
        Input::Trial => json!({ "kind": "trial" }),
        Input::History => json!({ "kind": "history" }),
        Input::Units => json!({ "kind": "units" }),
        Input::Like(_) | Input::Word => json!({ "kind": "text" }),
        Input::Key(of) => key(*of, library),
    }
}

fn key(of: ValueType, library: &Library) -> Value {
    match of {
        ValueType::YesNo | ValueType::List { of: ValueType::Named(_), .. } => json!({ "kind": "yes-no" }),
        ValueType::Choice(values) => json!({ "kind": "choice", "values": values }),
        ValueType::Date => json!({ "kind": "date" }),
        ValueType::DateOrFalse => json!({ "kind": "date-or-no" }),
        ValueType::State => json!({ "kind": "state" }),
        ValueType::Count { .. } => json!({ "kind": "number", "unit": "", "decimals": 0 }),
        ValueType::Percent => json!({ "kind": "number", "unit": "percent", "decimals": 0 }),
        ValueType::Money => json!({ "kind": "number", "unit": "dollars", "decimals": 2 }),
        ValueType::Named(Names::Region) => {
            let regions = library.regions().all().iter();
            json!({ "kind": "choice", "values": regions.map(|region| region.id.as_str()).collect::<Vec<_>>() })
        }
        _ => json!({ "kind": "text" }),
    }
}
