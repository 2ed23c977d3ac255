//! Single tests: which numbered fact they read, and which of its values meet them.

use super::builder::Builder;
use super::flatten::{Shape, Tree};
use crate::ast::{
    self, Atom, Comparison, Duration, DurationUnit, Items, Measure, Name, Number, Operand, Quantity, Value, ValueSet,
};
use crate::diagnostic::codes::compile as explained;
use crate::dictionary::{Fact, FactId, FactType, Unit};
use crate::program::{CHOICE_VALUES_MAX, Cell, Mask, NEVER, Past, Services, SlotId, SlotKey};
use crate::span::{Span, Spanned};

/// Everything that a number can be.
const ANY_NUMBER: Cell = Cell::between(i64::MIN, i64::MAX);
/// Counts and stretches of time are never negative.
const NOT_NEGATIVE: Cell = Cell::between(0, i64::MAX);

impl Builder<'_> {
    pub(super) fn atom(&mut self, atom: &Atom, span: Span) -> Tree {
        self.try_atom(atom, span).unwrap_or_else(|| Tree::all(Vec::new()))
    }

    /// `None` after an error was recorded.
    fn try_atom(&mut self, atom: &Atom, span: Span) -> Option<Tree> {
        match atom {
            Atom::Fact(name) => {
                let (id, fact) = self.fact(name)?;
                if fact.fact_type != FactType::YesNo {
                    let help = format!("compare it: `{} >= …` or `{} = …`", name.value, name.value);
                    self.error(
                        explained::WRONG_TYPE.code,
                        name.span,
                        format!("`{}` is not a yes-no fact", name.value),
                        "stands alone here",
                        help,
                    );
                    return None;
                }
                let slot = self.named(id);
                Some(Shape::InRange(slot, 1, 1).into())
            }
            Atom::Compare { fact, comparison, operand } => self.compare(fact, comparison, operand),
            Atom::In { fact, negated, set } => {
                let tree = self.value_in(fact, set)?;
                Some(if *negated { self.negate(tree) } else { tree })
            }
            Atom::Diagnosis { position, negated, set } => {
                let set = self.diagnosis_set(set)?;
                let slot = self.slot(SlotKey::Diagnosis(*position, set), Cell::between(0, 1));
                let wanted = i64::from(!*negated);
                Some(Shape::InRange(slot, wanted, wanted).into())
            }
            Atom::Billed(items) => Some(self.items(items)),
            Atom::SameDay(codes) => {
                let set = self.code_set(codes)?;
                let slot = self.slot(SlotKey::SameDay(set), Cell::between(0, 1));
                Some(Shape::InRange(slot, 1, 1).into())
            }
            Atom::Since { end, failed, codes, within, per, comparison, duration, or_never } => {
                let services =
                    Services { set: self.code_set(codes)?, failed: *failed, per: per.as_ref().map(|per| per.value) };
                let past = Past { services, end: *end, within: within.as_ref().map(|within| within.value) };
                let (limit, months) = in_days_or_months(duration.value);
                let key = if months { SlotKey::SinceMonths(past) } else { SlotKey::SinceDays(past) };
                let slot = self.slot(key, NOT_NEGATIVE);
                let (lo, hi) = self.stretch(comparison, limit, months)?;
                Some(match (*or_never, hi == i64::MAX) {
                    (true, true) => Shape::InRange(slot, lo.max(0), NEVER).into(),
                    // Short ago or never: all but what lies between.
                    (true, false) => Shape::OutOfRange(slot, hi.saturating_add(1), NEVER - 1).into(),
                    (false, _) => Shape::InRange(slot, lo.max(0), hi.min(NEVER - 1)).into(),
                })
            }
            Atom::Amount { measure, failed, codes, window, per, comparison, limit } => {
                let set = self.code_set(codes)?;
                let services = Services { set, failed: *failed, per: per.as_ref().map(|per| per.value) };
                let key = match measure {
                    Measure::Count => SlotKey::Count(services, window.value),
                    Measure::Units => SlotKey::Units(services, window.value),
                };
                let Some(whole) = limit.value.at_scale(0) else {
                    self.error(
                        explained::TOO_MANY_DIGITS.code,
                        limit.span,
                        "a count is a whole number".to_owned(),
                        "has digits after the point",
                        "write the number without a point".to_owned(),
                    );
                    return None;
                };
                let slot = self.slot(key, NOT_NEGATIVE);
                Some(range(slot, comparison.value, whole))
            }
            Atom::Trial { class, length, or_contraindicated: true } => {
                let tried = self.try_atom(
                    &Atom::Trial { class: class.clone(), length: *length, or_contraindicated: false },
                    span,
                )?;
                let slot = self.slot(SlotKey::Contraindicated(class.value.clone()), Cell::between(0, 1));
                Some(Tree::any(vec![tried, Shape::InRange(slot, 1, 1).into()]))
            }
            Atom::Trial { class, length, or_contraindicated: false } => {
                if self.context.dictionary.trial_class_id(&class.value).is_none() {
                    let known = self.context.dictionary.trial_classes().iter().map(|class| class.name.as_str());
                    let help = codes::suggest(&class.value, known).map_or_else(
                        || "add it to the dictionary: [trial_class.…] with its label".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.error(
                        explained::UNKNOWN_TRIAL.code,
                        class.span,
                        format!("there is no class of earlier treatment `{}`", class.value),
                        "not in the dictionary",
                        help,
                    );
                    return None;
                }
                let Some((comparison, duration)) = length else {
                    let slot = self.slot(SlotKey::TrialDays(class.value.clone()), NOT_NEGATIVE);
                    return Some(Shape::InRange(slot, 1, i64::MAX).into());
                };
                let (limit, months) = in_days_or_months(duration.value);
                let key = if months {
                    SlotKey::TrialMonths(class.value.clone())
                } else {
                    SlotKey::TrialDays(class.value.clone())
                };
                let slot = self.slot(key, NOT_NEGATIVE);
                let (lo, hi) = self.stretch(comparison, limit, months)?;
                Some(Shape::InRange(slot, lo, hi).into())
            }
            Atom::Readings { fact, comparison, limit, dates, within } => {
                self.readings(fact, comparison.value, limit, dates.value, within.as_ref().map(|within| within.value))
            }
            Atom::Document { kind, within, before_service } => {
                self.document(kind)?;
                let key = SlotKey::Document {
                    kind: ast::value_key(&kind.value),
                    within: within.as_ref().map(|d| d.value),
                    before_service: *before_service,
                };
                let slot = self.slot(key, Cell::between(0, 1));
                Some(Shape::InRange(slot, 1, 1).into())
            }
            Atom::Unverified(text) => {
                let _ = span;
                Some(self.unseen(&text.value))
            }
        }
    }

    /// A number that was measured so on several dates.
    fn readings(
        &mut self,
        name: &Name,
        comparison: Comparison,
        limit: &Quantity,
        dates: u32,
        within: Option<Duration>,
    ) -> Option<Tree> {
        let (id, fact) = self.fact(name)?;
        let FactType::Number { unit, decimals } = fact.fact_type else {
            let message = format!("`{}` is not a number", name.value);
            self.error(
                explained::WRONG_TYPE.code,
                name.span,
                message,
                "measured on several dates",
                "only numbers are measured: name such a fact".to_owned(),
            );
            return None;
        };
        let limit = self.limit(&fact, unit, decimals, limit)?;
        let (lo, hi) = match comparison {
            Comparison::AtLeast => (limit, i64::MAX),
            Comparison::MoreThan => (limit.saturating_add(1), i64::MAX),
            Comparison::AtMost => (i64::MIN, limit),
            Comparison::LessThan => (i64::MIN, limit.saturating_sub(1)),
            Comparison::Equal => (limit, limit),
            Comparison::NotEqual => {
                let help = "write `<` or `>`: readings are counted on one side of a limit".to_owned();
                let message = "readings are compared with one limit".to_owned();
                self.error(explained::WRONG_TYPE.code, name.span, message, "counted by dates", help);
                return None;
            }
        };
        let slot = self.slot(SlotKey::Readings { fact: id, lo, hi, within }, NOT_NEGATIVE);
        Some(Shape::InRange(slot, i64::from(dates), i64::MAX).into())
    }

    /// Does the dictionary know this kind of document?
    pub(super) fn document(&mut self, kind: &Spanned<String>) -> Option<()> {
        let key = ast::value_key(&kind.value);
        let known = self.context.dictionary.documents();
        if known.iter().any(|document| ast::value_key(&document.name) == key) {
            return Some(());
        }
        let help = codes::suggest(&kind.value, known.iter().map(|document| document.name.as_str())).map_or_else(
            || "add it to the dictionary: [document.\"…\"] with label, question, who".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.error(
            explained::UNKNOWN_DOCUMENT.code,
            kind.span,
            format!("there is no kind of document `{}`", kind.value),
            "not in the dictionary",
            help,
        );
        None
    }

    fn fact(&mut self, name: &Name) -> Option<(FactId, Fact)> {
        let dictionary = self.context.dictionary;
        if let Some(id) = dictionary.fact_id(&name.value) {
            return Some((id, dictionary.fact(id).clone()));
        }
        let help = codes::suggest(&name.value, dictionary.facts().iter().map(|fact| fact.name.as_str()))
            .map_or_else(|| "add it to a file of library/facts".to_owned(), |near| format!("did you mean `{near}`?"));
        self.error(
            explained::UNKNOWN_FACT.code,
            name.span,
            format!("there is no fact `{}`", name.value),
            "not in the dictionary",
            help,
        );
        None
    }

    fn named(&mut self, id: FactId) -> SlotId {
        let fact = self.context.dictionary.fact(id);
        let domain = match &fact.fact_type {
            FactType::YesNo => Cell::between(0, 1),
            FactType::Number { .. } => ANY_NUMBER,
            FactType::Choice { values } => {
                Cell::between(0, i64::try_from(values.len()).expect("INVARIANT: choices are bounded") - 1)
            }
            FactType::Name => Cell::between(0, 0),
        };
        self.slot(SlotKey::Named(id), domain)
    }

    fn compare(&mut self, name: &Name, comparison: &Spanned<Comparison>, operand: &Operand) -> Option<Tree> {
        let (id, fact) = self.fact(name)?;
        match (&fact.fact_type, operand) {
            (FactType::Number { unit, decimals }, Operand::Number(quantity)) => {
                let limit = self.limit(&fact, *unit, *decimals, quantity)?;
                let slot = self.named(id);
                Some(range(slot, comparison.value, limit))
            }
            (FactType::Number { decimals, .. }, Operand::Table { table, argument, .. }) => {
                let (argument_id, argument_fact) = self.fact(argument)?;
                if !matches!(argument_fact.fact_type, FactType::Number { .. }) {
                    self.error(
                        explained::WRONG_TYPE.code,
                        argument.span,
                        format!("`{}` is not a number", argument.value),
                        "argument of a table",
                        "a table is looked up by a number: name such a fact of the dictionary".to_owned(),
                    );
                    return None;
                }
                let Some(rows) = self.context.tables.get(&table.value) else {
                    self.error(
                        explained::UNKNOWN_TABLE.code,
                        table.span,
                        format!("there is no table `{}`", table.value),
                        "",
                        "add library/tables/NAME.csv with the columns from,value".to_owned(),
                    );
                    return None;
                };
                let FactType::Number { decimals: of_argument, .. } = argument_fact.fact_type else { return None };
                let at = self.table(&table.value, rows, of_argument, *decimals, table.span)?;
                let slot = self.slot(SlotKey::TableMargin(id, at, argument_id), ANY_NUMBER);
                Some(range(slot, comparison.value, 0))
            }
            (FactType::Choice { .. } | FactType::Name, Operand::Value(value)) => self.equals(name, comparison, value),
            (FactType::Choice { .. } | FactType::Name, Operand::Number(quantity)) => {
                self.equals(name, comparison, &Value { span: quantity.span, text: quantity.written.clone() })
            }
            (FactType::YesNo, Operand::Value(value)) if matches!(value.text.as_str(), "yes" | "no") => {
                let wanted = i64::from((value.text == "yes") == (comparison.value == Comparison::Equal));
                let slot = self.named(id);
                Some(Shape::InRange(slot, wanted, wanted).into())
            }
            (kind, _) => {
                let help = match kind {
                    FactType::YesNo => format!("write `{0}` or `not {0}`", name.value),
                    FactType::Number { .. } => format!("write `{} >= NUMBER`", name.value),
                    FactType::Choice { .. } | FactType::Name => {
                        format!("write `{0} = VALUE` or `{0} in VALUE VALUE`", name.value)
                    }
                };
                self.error(
                    explained::WRONG_TYPE.code,
                    comparison.span,
                    format!("this test does not fit `{}`", name.value),
                    "",
                    help,
                );
                None
            }
        }
    }

    fn limit(&mut self, fact: &Fact, unit: Unit, decimals: u8, quantity: &Quantity) -> Option<i64> {
        match in_fact_units(quantity, unit, decimals) {
            Ok(limit) => Some(limit),
            Err(Misfit::Unit(written)) => {
                let help = format!("give the number in {unit}: that is what `{}` is measured in", fact.name);
                self.error(
                    explained::UNIT.code,
                    quantity.span,
                    format!("{written} cannot be turned into {unit}"),
                    "wrong unit",
                    help,
                );
                None
            }
            Err(Misfit::Digits) => {
                let help = match decimals {
                    0 => format!("write a whole number: `{}` keeps no digits after the point", fact.name),
                    _ => format!("write at most {decimals} digits after the point: `{}` keeps no more", fact.name),
                };
                self.error(
                    explained::TOO_MANY_DIGITS.code,
                    quantity.span,
                    "the number has more digits than the fact keeps".to_owned(),
                    "",
                    help,
                );
                None
            }
        }
    }

    fn equals(&mut self, name: &Name, comparison: &Spanned<Comparison>, value: &Value) -> Option<Tree> {
        let tree = self.value_in(name, &ValueSet::Values(vec![value.clone()]))?;
        match comparison.value {
            Comparison::Equal => Some(tree),
            Comparison::NotEqual => Some(self.negate(tree)),
            _ => {
                self.error(
                    explained::WRONG_TYPE.code,
                    comparison.span,
                    format!("the values of `{}` have no order", name.value),
                    "",
                    "write `=` or `!=`, or `in` with several values".to_owned(),
                );
                None
            }
        }
    }

    fn value_in(&mut self, name: &Name, set: &ValueSet) -> Option<Tree> {
        let (id, fact) = self.fact(name)?;
        if !matches!(fact.fact_type, FactType::Choice { .. } | FactType::Name) {
            self.error(
                explained::WRONG_TYPE.code,
                name.span,
                format!("`{}` is neither a choice nor a name", name.value),
                "stands before `in`",
                format!("compare it: `{} >= …`", name.value),
            );
            return None;
        }
        let values = match set {
            ValueSet::Values(values) => values.clone(),
            ValueSet::List(list) => {
                self.rows(list)?.into_iter().map(|row| Value { span: list.span, text: row.code.clone() }).collect()
            }
        };
        let mut mask: Mask = [0; 4];
        for value in &values {
            let at = match &fact.fact_type {
                FactType::Choice { values: known } => match fact.value_id(&value.text) {
                    Some(value) => value.0 as usize,
                    None => {
                        let help = codes::suggest(&value.text, known.iter().map(String::as_str)).map_or_else(
                            || format!("values: {}", known.iter().take(12).cloned().collect::<Vec<_>>().join(", ")),
                            |near| format!("did you mean `{near}`?"),
                        );
                        self.error(
                            explained::UNKNOWN_VALUE.code,
                            value.span,
                            format!("`{}` is no value of `{}`", value.text, name.value),
                            "",
                            help,
                        );
                        return None;
                    }
                },
                _ => self.name_index(id, value),
            };
            if at + 1 >= CHOICE_VALUES_MAX {
                self.error(
                    explained::TOO_MANY_VALUES.code,
                    value.span,
                    format!("`{}` has more than {CHOICE_VALUES_MAX} values", name.value),
                    "",
                    "split what it names into several facts".to_owned(),
                );
                return None;
            }
            mask[at / 64] |= 1 << (at % 64);
        }
        let slot = self.named(id);
        let mask = self.mask(mask);
        Some(Shape::InMask(slot, mask).into())
    }

    /// Codes or treatments on the line.
    pub(super) fn items(&mut self, items: &Items) -> Tree {
        let mut members = Vec::new();
        if !items.codes.items.is_empty()
            && let Some(set) = self.code_set(&items.codes)
        {
            let slot = self.slot(SlotKey::Billed(set), Cell::between(0, 1));
            members.push(Shape::InRange(slot, 1, 1).into());
        }
        if let Some(first) = items.treatments.first() {
            let name = Spanned { value: "treatment".to_owned(), span: first.span };
            let values =
                items.treatments.iter().map(|name| Value { span: name.span, text: name.value.clone() }).collect();
            members.extend(self.value_in(&name, &ValueSet::Values(values)));
        }
        Tree::any(members)
    }

    /// The opposite of a tree of tests.
    pub(super) fn negate(&mut self, tree: Tree) -> Tree {
        let criterion = tree.criterion;
        let shape = match tree.shape {
            Shape::InRange(slot, 1, 1) if matches!(self.program.slots[slot as usize].key, SlotKey::Unseen { .. }) => {
                Shape::InRange(slot, 1, 1)
            }
            Shape::InRange(slot, lo, hi) => Shape::OutOfRange(slot, lo, hi),
            Shape::OutOfRange(slot, lo, hi) => Shape::InRange(slot, lo, hi),
            Shape::InMask(slot, mask) => {
                let opposite = self.program.masks[mask as usize].map(|word| !word);
                Shape::InMask(slot, self.mask(opposite))
            }
            Shape::All(members) => Shape::Any(members.into_iter().map(|member| self.negate(member)).collect()),
            Shape::Any(members) => Shape::All(members.into_iter().map(|member| self.negate(member)).collect()),
            Shape::AtLeast(least, members) => {
                let fewer = u16::try_from(members.len()).expect("INVARIANT: the parser bounds the members of a group")
                    + 1
                    - least;
                Shape::AtLeast(fewer, members.into_iter().map(|member| self.negate(member)).collect())
            }
        };
        Tree { shape, criterion }
    }

    /// `least..=most` for a comparison of a stretch of time.
    fn stretch(&mut self, comparison: &Spanned<Comparison>, limit: i64, months: bool) -> Option<(i64, i64)> {
        match comparison.value {
            Comparison::AtLeast => Some((limit, i64::MAX)),
            Comparison::LessThan => Some((0, limit - 1)),
            Comparison::MoreThan if !months => Some((limit + 1, i64::MAX)),
            Comparison::AtMost if !months => Some((0, limit)),
            _ => {
                self.error(
                    explained::MONTHS.code,
                    comparison.span,
                    "a stretch of time is compared with `>=` or `<`".to_owned(),
                    "",
                    "calendar months have no fixed length: write `>= N months` or `< N months`, or count in days"
                        .to_owned(),
                );
                None
            }
        }
    }
}

/// Why a number does not fit a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It was written in a unit that cannot be converted.
    Unit(Unit),
    /// It has more digits than the fact keeps, or is too large.
    Digits,
}

/// A number in the unit of a fact, times ten to the digits that the fact keeps.
pub(crate) fn in_fact_units(quantity: &Quantity, unit: Unit, decimals: u8) -> Result<i64, Misfit> {
    let scaled = |digits: Option<i64>| {
        digits.and_then(|digits| Number { digits, ..quantity.number }.at_scale(decimals)).ok_or(Misfit::Digits)
    };
    let digits = quantity.number.digits;
    match quantity.unit.as_ref().map(|unit| unit.value) {
        None => scaled(Some(digits)),
        Some(written) => match (written.in_units_of(unit), unit.in_units_of(written)) {
            (Some(factor), _) => scaled(digits.checked_mul(i64::from(factor))),
            (None, Some(factor)) if digits % i64::from(factor) == 0 => scaled(Some(digits / i64::from(factor))),
            _ => Err(Misfit::Unit(written)),
        },
    }
}

/// The test `fact CMP limit`.
fn range(slot: SlotId, comparison: Comparison, limit: i64) -> Tree {
    match comparison {
        Comparison::AtLeast => Shape::InRange(slot, limit, i64::MAX),
        Comparison::MoreThan => Shape::InRange(slot, limit.saturating_add(1), i64::MAX),
        Comparison::AtMost => Shape::InRange(slot, i64::MIN, limit),
        Comparison::LessThan => Shape::InRange(slot, i64::MIN, limit.saturating_sub(1)),
        Comparison::Equal => Shape::InRange(slot, limit, limit),
        Comparison::NotEqual => Shape::OutOfRange(slot, limit, limit),
    }
    .into()
}

/// A duration in days, or in months if that is how it was written.
fn in_days_or_months(duration: Duration) -> (i64, bool) {
    let count = i64::from(duration.count);
    match duration.unit {
        DurationUnit::Day => (count, false),
        DurationUnit::Week => (count * 7, false),
        DurationUnit::Month => (count, true),
        DurationUnit::Year => (count * 12, true),
    }
}
