//! A condition as somebody would say it aloud: `at least 12 weeks since the last 64615, or none before`.

use super::phrase::{
    Words, alternatives, amount_words, comparison_words, duration, number, per_words, quantity, turned, window_words,
};
use crate::ast::{
    Atom, CodeItem, CodeSet, Comparison, Criterion, DiagnosisPosition, End, Expr, ExprKind, Items, Measure, Name,
    Number, Operand, Per, Value, ValueSet, Window,
};
use crate::dictionary::{Dictionary, FactType};
use crate::span::Spanned;

/// The plain name of a value of a fact: the treatment `botulinum-toxin` is a botulinum toxin injection. `None`: as it is written.
pub type ValueName<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

/// How a fact that every case has is said; `{}` is its value. Everything else is its label with the value.
const CASE_FACTS: [(&str, &str, &str); 6] = [
    ("age_years", "the patient is {} old", "the patient is not {} old"),
    ("drug", "the product is {}", "the product is not {}"),
    ("payer", "the payer is {}", "the payer is not {}"),
    ("product", "the kind of plan is {}", "the kind of plan is not {}"),
    ("service_state", "it is done in {}", "it is not done in {}"),
    ("treatment", "the treatment is {}", "the treatment is not {}"),
];

/// Values that are a sentence of their own.
const CASE_VALUES: [(&str, &str, &str, &str); 4] = [
    ("purpose", "cosmetic", "it is done for looks", "it is not done for looks"),
    ("purpose", "medical", "it is done for a medical reason", "it is not done for a medical reason"),
    ("network", "in", "the practice is in the plan's network", "the practice is not in the plan's network"),
    ("network", "out", "the practice is out of the plan's network", "the practice is not out of the plan's network"),
];

/// Values that are written in capitals.
const CAPITALS: [&str; 5] = ["ppo", "hmo", "epo", "pos", "hdhp"];

/// A condition as somebody would say it aloud. Of a diagnosis it says no code: a list of what a payer accepts, read to somebody who has
/// another diagnosis, would be coaching.
///
/// ```
/// use policy::{dictionary::Dictionary, parse, show, span::SourceId};
/// let text = "policy \"x\" \"X\"\nrank lcd\nfor 64615\ndates ..\nsource \"x\" text\n\
///     covered when all\n  gap: since last 64615 >= 12 weeks or never\notherwise not covered\n";
/// let file = parse::parse(SourceId(0), text).file.expect("no errors");
/// assert_eq!(
///     show::spoken(&file.clauses[0].criteria[0].expr, &Dictionary::default(), &|_, _| None),
///     "at least 12 weeks since the last 64615, or none before",
/// );
/// ```
#[must_use]
pub fn spoken(expr: &Expr, dictionary: &Dictionary, names: ValueName<'_>) -> String {
    Speaker { words: Words { dictionary }, names }.expr(expr, false)
}

/// A value of a fact as somebody says it: `graft donor skin`, `PPO`.
#[must_use]
pub fn spoken_value(fact: &str, value: &str, names: ValueName<'_>) -> String {
    if let Some(name) = names(fact, value) {
        return name;
    }
    if CAPITALS.contains(&value) { value.to_uppercase() } else { value.replace(['-', '_'], " ") }
}

/// Whether a fact with this value is a sentence of its own, so that its opposite needs no saying.
#[must_use]
pub fn is_sentence(fact: &str, value: &str) -> bool {
    CASE_VALUES.iter().any(|(of, word, ..)| *of == fact && *word == value)
}

struct Speaker<'a> {
    words: Words<'a>,
    names: ValueName<'a>,
}

impl Speaker<'_> {
    fn expr(&self, expr: &Expr, negated: bool) -> String {
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner, !negated),
            ExprKind::Atom(atom) => self.atom(atom, negated),
            ExprKind::AtLeast { count, members } => {
                let not = if negated { "not " } else { "" };
                format!("{not}at least {} of these: {}", count.value, self.members(members, "; "))
            }
            ExprKind::All(members) if negated => format!("not ({})", self.members(members, "; and ")),
            ExprKind::Any(members) if negated => format!("none of these: {}", self.members(members, "; ")),
            ExprKind::All(members) => self.members(members, "; and "),
            ExprKind::Any(members) => self.members(members, "; or "),
        }
    }

    /// The members of a group with these words between them; a group among them is put into brackets.
    fn members(&self, members: &[Criterion], between: &str) -> String {
        let member = |member: &Criterion| {
            let words = self.expr(&member.expr, false);
            let is_group = !matches!(&member.expr.kind, ExprKind::Atom(_) | ExprKind::Not(_));
            if is_group && members.len() > 1 { format!("({words})") } else { words }
        };
        members.iter().map(member).collect::<Vec<_>>().join(between)
    }

    fn atom(&self, atom: &Atom, negated: bool) -> String {
        let not = if negated { "not " } else { "" };
        match atom {
            Atom::Fact(fact) => self.yes_no(fact, negated),
            Atom::Compare { fact, comparison, operand } => {
                self.compare(fact, turned(comparison.value, negated), operand)
            }
            Atom::In { fact, negated: not_in, set } => {
                let outside = negated != *not_in;
                match set {
                    ValueSet::Values(values) => {
                        let texts: Vec<&str> = values.iter().map(|value: &Value| value.text.as_str()).collect();
                        self.values(fact, &texts, outside)
                    }
                    ValueSet::List(list) => {
                        let on = if outside { "not on" } else { "on" };
                        format!("{}: {on} the list of {}", self.words.label(fact), list_words(&list.value.name))
                    }
                }
            }
            Atom::Diagnosis { position, negated: not_in, .. } => diagnosis(*position, negated != *not_in),
            Atom::Billed(services) => {
                let bills = if negated { "does not bill" } else { "bills" };
                format!("the claim {bills} {}", self.items(services))
            }
            Atom::SameDay(set) => {
                let verb = if negated { "is not done" } else { "is done" };
                format!("{} {verb} on the same day", services(set))
            }
            Atom::Since { end, failed, codes: set, within, per, comparison, duration: time, or_never } => {
                let end = if *end == End::Last { "last" } else { "first" };
                let failed = if *failed { " that failed" } else { "" };
                let within =
                    within.as_ref().map_or_else(String::new, |time| format!(" within {}", duration(time.value)));
                let per = per_words(per.as_deref().copied());
                let how = comparison_words(turned(comparison.value, negated));
                let never = match (or_never, negated) {
                    (false, _) => "",
                    (true, false) => ", or none before",
                    (true, true) => ", and there was one before",
                };
                format!("{how} {} since the {end} {}{failed}{within}{per}{never}", duration(time.value), services(set))
            }
            Atom::Amount { measure, failed, codes: set, window, per, comparison, limit } => {
                let how = comparison_words(turned(comparison.value, negated));
                amount((*measure, *failed), set, window.value, per.as_deref().copied(), (how, limit.value))
            }
            Atom::Trial { class, length, or_contraindicated } => {
                let label = self.words.dictionary.trial_class_id(class);
                let label = label.map_or(class.value.as_str(), |id| &self.words.dictionary.trial_class(id).label);
                let tried = match length {
                    None if negated => format!("{label} not tried without success"),
                    None => format!("{label} tried without success"),
                    Some((how, time)) => {
                        let how = comparison_words(turned(how.value, negated));
                        format!("{label} tried without success for {how} {}", duration(time.value))
                    }
                };
                match (or_contraindicated, negated) {
                    (false, _) => tried,
                    (true, false) => format!("{tried}, or ruled out for a medical reason"),
                    (true, true) => format!("{tried}, and not ruled out for a medical reason"),
                }
            }
            Atom::Readings { .. } => self.words.atom(atom, negated).replacen(": on ", " on ", 1),
            Atom::Document { kind, within, before_service } => {
                let found = self.words.dictionary.document_id(kind);
                let label = found.map_or(kind.value.as_str(), |id| &self.words.dictionary.document(id).label);
                let before = if *before_service { ", made before the service" } else { "" };
                let age =
                    within.as_ref().map_or_else(String::new, |age| format!(", not older than {}", duration(age.value)));
                format!("{label} {not}on file{before}{age}")
            }
            Atom::Unverified(question) => question.value.clone(),
        }
    }

    /// `bleeding of the lesion`, `no bleeding of the lesion`.
    fn yes_no(&self, name: &Name, negated: bool) -> String {
        let label = self.words.label(name);
        if !negated {
            return label;
        }
        let own = self.words.fact(name).and_then(|fact| fact.label_no.clone());
        own.unwrap_or_else(|| {
            let bare = ["a ", "an ", "the "].iter().find_map(|article| label.strip_prefix(article));
            format!("no {}", bare.unwrap_or(&label))
        })
    }

    fn compare(&self, name: &Name, how: Comparison, operand: &Operand) -> String {
        let outside = how == Comparison::NotEqual;
        match operand {
            Operand::Value(value) => self.values(name, &[&value.text], outside),
            Operand::Table { argument, .. } => {
                let of = self.words.label(argument);
                let how = comparison_words(how);
                format!("{}: {how} what the table gives for the {of}", self.words.label(name))
            }
            Operand::Number(written) => match self.words.fact(name).map(|fact| &fact.fact_type) {
                Some(FactType::Choice { .. } | FactType::Name | FactType::YesNo) => {
                    self.values(name, &[&written.written], outside)
                }
                Some(FactType::Number { unit, .. }) => {
                    self.said(name, &format!("{} {}", comparison_words(how), quantity(written, Some(*unit))), false)
                }
                None => self.said(name, &format!("{} {}", comparison_words(how), quantity(written, None)), false),
            },
        }
    }

    fn values(&self, name: &Name, values: &[&str], outside: bool) -> String {
        if let [value] = values
            && let Some((_, _, is, is_not)) =
                CASE_VALUES.iter().find(|(fact, word, ..)| *fact == name.value && word == value)
        {
            return (if outside { *is_not } else { *is }).to_owned();
        }
        let said: Vec<String> = values.iter().map(|value| spoken_value(&name.value, value, self.names)).collect();
        self.said(name, &alternatives(&said), outside)
    }

    fn said(&self, name: &Name, value: &str, outside: bool) -> String {
        if let Some((_, is, is_not)) = CASE_FACTS.iter().find(|(fact, ..)| *fact == name.value) {
            return (if outside { is_not } else { is }).replace("{}", value);
        }
        format!("{}: {}{value}", self.words.label(name), if outside { "not " } else { "" })
    }

    fn items(&self, items: &Items) -> String {
        let treatment = |name: &Name| spoken_value("treatment", &name.value, self.names);
        let treatments = items.treatments.iter().map(treatment);
        alternatives(&code_texts(&items.codes).into_iter().chain(treatments).collect::<Vec<_>>())
    }
}

fn diagnosis(position: DiagnosisPosition, outside: bool) -> String {
    let which = match position {
        DiagnosisPosition::Any => "the diagnosis",
        DiagnosisPosition::Primary => "the primary diagnosis",
        DiagnosisPosition::Other => "a further diagnosis",
    };
    format!("{which} is {}on this policy's list", if outside { "not " } else { "" })
}

/// `at most 200 units of J0585 on the day`.
fn amount(
    (measure, failed): (Measure, bool),
    set: &CodeSet,
    window: Window,
    per: Option<Per>,
    (how, limit): (&str, Number),
) -> String {
    let many = amount_words(measure, failed);
    let is_one = number(limit) == "1";
    let what = if is_one { many.replace("units", "unit").replace("services", "service") } else { many.to_owned() };
    format!("{how} {} {what} {} {}{}", number(limit), services(set), window_words(window), per_words(per))
}

/// Codes, or the name of a list of them.
fn services(set: &CodeSet) -> String {
    alternatives(&code_texts(set))
}

fn code_texts(set: &CodeSet) -> Vec<String> {
    let text = |item: &Spanned<CodeItem>| match &item.value {
        CodeItem::Code(code) => code.clone(),
        CodeItem::Range { first, last } => format!("{first} to {last}"),
        CodeItem::List(list) => format!("a code of the list of {}", list_words(&list.to_string())),
    };
    set.items.iter().map(text).collect()
}

/// `acts/global-surgery`: `global surgery`.
fn list_words(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).replace(['-', '_'], " ")
}

#[cfg(test)]
mod tests {
    use crate::dictionary::Dictionary;
    use crate::parse::parse;
    use crate::span::SourceId;

    /// What the only criterion of a policy says aloud.
    fn said(criterion: &str) -> String {
        let text = format!(
            "policy \"x\" \"X\"\nrank lcd\nfor 64615\ndates ..\nsource \"x\" text\n\
             covered when all\n  it: {criterion}\notherwise not covered\n"
        );
        let file = parse(SourceId(0), &text).file.expect("the criterion can be read");
        super::spoken(&file.clauses[0].criteria[0].expr, &Dictionary::default(), &|fact, value| {
            (fact == "treatment" && value == "botulinum-toxin").then(|| "toxin injection".to_owned())
        })
    }

    #[test]
    fn conditions_are_said_aloud() {
        for (written, aloud) in [
            ("purpose = cosmetic", "it is done for looks"),
            ("purpose != cosmetic", "it is not done for looks"),
            ("network = in", "the practice is in the plan's network"),
            ("treatment in botulinum-toxin", "the treatment is toxin injection"),
            ("product = ppo", "the kind of plan is PPO"),
            ("not bleeding", "no bleeding"),
            ("place in arms-or-legs buttocks", "place: arms or legs or buttocks"),
            ("units J0585 today <= 200", "at most 200 units of J0585 on the day"),
            ("units J0585 today <= 1", "at most 1 unit of J0585 on the day"),
            ("billed J0585", "the claim bills J0585"),
            ("not billed J0585", "the claim does not bill J0585"),
        ] {
            assert_eq!(said(written), aloud, "{written}");
        }
    }

    #[test]
    fn no_diagnosis_code_is_said() {
        assert_eq!(said("diagnosis in G43.709"), "the diagnosis is on this policy's list");
        assert_eq!(said("primary diagnosis not in L70.0"), "the primary diagnosis is not on this policy's list");
    }
}
