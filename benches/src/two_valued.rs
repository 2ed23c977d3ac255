//! The policies for languages that know only true and false: whether a policy surely covers, and whether it possibly does.
//!
//! An open fact is one that is absent. A criterion is surely met when its fact is there and passes; it is possibly met unless its
//! fact is there and fails. Both follow through a policy as they do for three values, so "surely" is met and "possibly" is not
//! "not met"; what only possibly covers is open. What a criterion is on its own, these languages do not leave behind.

use crate::workload::{CHOICE_VALUES, Criterion, Policy, Question, fact_name};

/// How a language writes a look-up. "And", "or" and "not" are `&&`, `||` and `!` in all of them.
#[derive(Clone, Copy, Debug)]
pub struct Syntax {
    /// Whether a fact is recorded.
    pub has: fn(&str) -> String,
    /// Its value.
    pub value: fn(&str) -> String,
    /// Whether the value is one of a literal list.
    pub is_in: fn(&str, &[&str]) -> String,
}

/// The condition under which a policy covers in every completion of the open facts.
#[must_use]
pub fn surely(policy: &Policy, syntax: Syntax) -> String {
    Writer { syntax, sure: true }.policy(policy)
}

/// The condition under which it covers in some completion.
#[must_use]
pub fn possibly(policy: &Policy, syntax: Syntax) -> String {
    Writer { syntax, sure: false }.policy(policy)
}

struct Writer {
    syntax: Syntax,
    sure: bool,
}

impl Writer {
    fn policy(&self, policy: &Policy) -> String {
        let opposite = Self { syntax: self.syntax, sure: !self.sure };
        let none = policy.exclusions.iter().map(|criterion| format!("!({})", opposite.criterion(criterion)));
        let plain = policy.plain.iter().map(|criterion| self.criterion(criterion));
        let either = policy.either.each_ref().map(|criterion| self.criterion(criterion));
        let [a, b, c] = policy.two_of.each_ref().map(|criterion| self.criterion(criterion));
        let some = [format!("({})", either.join(" || ")), format!("(({a} && ({b} || {c})) || ({b} && {c}))")];
        none.chain(plain).chain(some).collect::<Vec<_>>().join(" && ")
    }

    fn criterion(&self, criterion: &Criterion) -> String {
        let name = fact_name(criterion.fact);
        let (has, test) = ((self.syntax.has)(&name), self.test(&name, &criterion.question));
        if self.sure { format!("({has} && {test})") } else { format!("(!({has}) || {test})") }
    }

    fn test(&self, name: &str, question: &Question) -> String {
        let value = (self.syntax.value)(name);
        match question {
            Question::Yes => value,
            Question::No => format!("!{value}"),
            Question::AtLeast(least) => format!("{value} >= {least}"),
            Question::AtMost(most) => format!("{value} <= {most}"),
            Question::In(values) => (self.syntax.is_in)(&value, values),
            Question::NotIn(values) => {
                let others: Vec<&str> = CHOICE_VALUES.into_iter().filter(|value| !values.contains(value)).collect();
                (self.syntax.is_in)(&value, &others)
            }
        }
    }
}
