//! Statements of examples as text.

use crate::ast::{Answer, Bind, BindKind, Duration, DurationUnit, Example, FactAnswer, Name, Number};

/// An example up to its `=>`: `"401 units"  "typical" but units J0585 401`.
pub(super) fn example(example: &Example) -> String {
    let binds = binds(&example.binds);
    let case = match &example.base {
        Some(base) => format!("{} but {binds}", quoted(&base.value)),
        None => format!("{{ {binds} }}"),
    };
    let at = example.at.map(|at| format!(" at {}", at.value)).unwrap_or_default();
    format!("{}  {case}{at}", quoted(&example.name.value))
}

/// The statements with a comma between them.
pub(super) fn binds(binds: &[Bind]) -> String {
    let binds: Vec<String> = binds.iter().map(|one| bind(&one.kind)).collect();
    binds.join(", ")
}

/// One statement.
pub(super) fn bind(kind: &BindKind) -> String {
    match kind {
        BindKind::Fact { fact, value } => {
            let value = match value {
                FactAnswer::Yes => "yes".to_owned(),
                FactAnswer::No => "no".to_owned(),
                FactAnswer::Open => "?".to_owned(),
                FactAnswer::Number(quantity) => quantity.written.clone(),
                FactAnswer::Value(value) => word(&value.text),
            };
            format!("{} {value}", fact.value)
        }
        BindKind::Diagnoses(codes) => format!("dx {}", answer(codes, "none", |codes| names(codes))),
        BindKind::Codes(codes) => format!("codes {}", answer(codes, "none", |codes| names(codes))),
        BindKind::Units { code, number: units } => {
            format!("units {} {}", code.value, answer(units, "0", |units| number(units.value)))
        }
        BindKind::Last { code, before } => {
            format!(
                "last {} {}",
                code.value,
                answer(before, "never", |time| format!("{} before", duration(time.value)))
            )
        }
        BindKind::Service { code, before, units, region, side, failed } => {
            let units = units.as_ref().map(|units| format!(" units {}", number(units.value))).unwrap_or_default();
            let region = region.as_ref().map(|region| format!(" region {}", word(&region.text))).unwrap_or_default();
            let side = side.as_ref().map(|side| format!(" side {}", word(&side.text))).unwrap_or_default();
            let outcome = match failed {
                None => "",
                Some(true) => " failed",
                Some(false) => " helped",
            };
            format!("service {} {} before{units}{region}{side}{outcome}", code.value, duration(before.value))
        }
        BindKind::Reading { fact, value } => {
            let value = answer(value, "none", |(quantity, before)| {
                format!("{} at {} before", quantity.written, duration(before.value))
            });
            format!("reading {} {value}", fact.value)
        }
        BindKind::Contraindicated(class) => format!("trial {} contraindicated", class.value),
        BindKind::History(known) => format!("history {}", answer(known, "none", |()| "none".to_owned())),
        BindKind::Trial { class, length } => {
            format!("trial {} {}", class.value, answer(length, "none", |time| duration(time.value)))
        }
        BindKind::Document { kind, before } => {
            let age = answer(before, "none", |time| format!("{} before", duration(time.value)));
            format!("document {} {age}", quoted(&kind.value))
        }
    }
}

fn answer<T>(answer: &Answer<T>, nothing: &str, known: impl Fn(&T) -> String) -> String {
    match answer {
        Answer::Known(value) => known(value),
        Answer::None => nothing.to_owned(),
        Answer::Open => "?".to_owned(),
    }
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
    names.join(" ")
}

/// A value as a word, or as a string where it is none.
fn word(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|next| next.is_ascii_alphanumeric() || "_-.".contains(next));
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn duration(duration: Duration) -> String {
    let unit = match duration.unit {
        DurationUnit::Day => "day",
        DurationUnit::Week => "week",
        DurationUnit::Month => "month",
        DurationUnit::Year => "year",
    };
    format!("{} {unit}{}", duration.count, if duration.count == 1 { "" } else { "s" })
}

/// A number without needless zeros at its end.
pub(super) fn number(number: Number) -> String {
    let (mut digits, mut scale) = (number.digits, u32::from(number.scale));
    while scale > 0 && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0width$}", digits.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = text.split_at(text.len() - scale as usize);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
