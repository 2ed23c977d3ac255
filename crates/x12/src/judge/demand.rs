//! One demand of a receiver, and how it is judged.

use std::sync::Arc;

use codes::Cents;

use crate::judge::overlay::Asked;
use crate::judge::place::{Around, Condition, Malformed, Place, list};
use crate::judge::rules::{self as r, Rule};
use crate::judge::shape::Shape;
use crate::judge::sink::{At, Sink};
use crate::number::{amount, write_amount};
use crate::tree::LoopView;

/// What a receiver asks for in each instance of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    verb: Verb,
    /// Names of loops that stand inside each other, the one it is about last; none for a whole file.
    loops: Vec<String>,
    place: Place,
    conditions: Vec<Condition>,
    /// The transaction set it is about, such as `837P`; none for every set.
    set: Option<String>,
    /// Who asks, why, and where that can be read.
    asked: Arc<Asked>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verb {
    Require,
    Forbid,
    Only(Vec<String>),
    Longest(usize),
    Shape(Shape),
    /// An amount, at least so much.
    Least(Cents),
    /// At most so many claims in a file.
    Claims(u64),
}

/// Words that begin a demand.
pub(super) const VERBS: &[&str] = &["require", "forbid", "only", "longest", "shape", "least", "claims"];

impl Demand {
    /// Reads a demand: its verb and what follows it.
    pub(crate) fn parse(words: &[&str], set: Option<String>, asked: &Arc<Asked>) -> Result<Self, Malformed> {
        let (verb, words) = words.split_first().ok_or(Malformed("a demand begins with its verb"))?;
        let is_condition = |word: &&str| matches!(*word, "when" | "unless" | "if");
        let end = words.iter().position(is_condition).unwrap_or(words.len());
        let (own, mut rest) = words.split_at(end);
        let mut conditions = Vec::new();
        while !rest.is_empty() {
            let next = rest[1..].iter().position(is_condition).map_or(rest.len(), |next| next + 1);
            conditions.push(Condition::parse(&rest[..next])?);
            rest = &rest[next..];
        }
        let asked = Arc::clone(asked);
        if *verb == "claims" {
            let wrong = Malformed("say how many claims a file may have, such as `claims 5000`");
            let most = match own {
                [most] if conditions.is_empty() => most.parse().map_err(|_| wrong)?,
                _ => return Err(wrong),
            };
            let place = Place::parse("CLM")?;
            return Ok(Self { verb: Verb::Claims(most), loops: Vec::new(), place, conditions, set, asked });
        }
        let (path, place, rest) = match own {
            [path, place, rest @ ..] => (*path, Place::parse(place)?, rest),
            _ => return Err(Malformed("name a loop, and what it is about")),
        };
        // Claims and levels are dropped once they were judged, so the loop around them no longer has them.
        if place.segment.is_none() && (place.text.starts_with("2000") || matches!(&*place.text, "2100" | "2300")) {
            return Err(Malformed(
                "name the first segment of a level or claim in its own loop, such as `forbid 2000C HL`",
            ));
        }
        let verb = match (*verb, rest) {
            ("require", []) => Verb::Require,
            ("forbid", []) => Verb::Forbid,
            ("only", [values]) => Verb::Only(list(values)),
            ("only", _) => return Err(Malformed("name the values that are allowed, such as `CI,MC`")),
            ("longest", [most]) if most.parse::<usize>().is_ok() => Verb::Longest(most.parse().unwrap_or_default()),
            ("longest", _) => return Err(Malformed("say how many characters are allowed, such as `20`")),
            ("shape", [shape]) => Verb::Shape(Shape::parse(shape).ok_or(SHAPE)?),
            ("shape", _) => return Err(SHAPE),
            ("least", [least]) => Verb::Least(amount(least.as_bytes()).map_err(|_| LEAST)?),
            ("least", _) => return Err(LEAST),
            _ => return Err(Malformed("nothing may follow but `when` or `unless`, a place and its values")),
        };
        if !matches!(verb, Verb::Require | Verb::Forbid) && place.element == 0 {
            return Err(Malformed("name an element, such as `CLM01`"));
        }
        let loops = path.split('/').map(str::to_owned).collect();
        Ok(Self { verb, loops, place, conditions, set, asked })
    }

    /// Whether it is about this loop.
    fn is_about(&self, view: LoopView<'_>) -> bool {
        let mut around = std::iter::successors(Some(view), LoopView::parent);
        !self.loops.is_empty()
            && self.loops.iter().rev().all(|name| around.next().is_some_and(|outer| outer.name() == name))
            && self.is_for_set(view)
    }

    fn is_for_set(&self, view: LoopView<'_>) -> bool {
        self.set.as_ref().is_none_or(|set| view.set_name() == Some(set.as_str()))
    }

    /// Judges a loop; `first` is the number of its first condition among those of all demands.
    fn judge(&self, view: LoopView<'_>, first: usize, around: &mut Around, sink: &mut Sink) {
        if !self.conditions.iter().zip(first..).all(|(condition, number)| condition.holds(view, number, around)) {
            return;
        }
        let Some(head) = view.all_segments().next() else { return };
        if self.place.segment.is_none() {
            let mut found = view.named(&self.place.text).filter_map(|inner| inner.all_segments().next());
            match (&self.verb, found.next()) {
                (Verb::Require, None) => self.report(&r::RECEIVER_REQUIRES, At::inside(&head, view), sink),
                (Verb::Forbid, Some(first)) => self.report(&r::RECEIVER_FORBIDS, At::inside(&first, view), sink),
                _ => {}
            }
            return;
        }
        let mut is_sent = false;
        for segment in self.place.segments(view) {
            let value = self.place.value(&segment);
            if value.is_empty() {
                continue;
            }
            is_sent = true;
            if let Some(rule) = self.broken_by(value) {
                self.report(rule, self.place.at(&segment, view), sink);
            }
        }
        if self.verb == Verb::Require && !is_sent {
            let segment = self.place.segments(view).next();
            let at = segment.as_ref().map_or(At::inside(&head, view), |segment| self.place.at(segment, view));
            self.report(&r::RECEIVER_REQUIRES, at, sink);
        }
    }

    /// The rule that a value which was sent breaks.
    fn broken_by(&self, value: &[u8]) -> Option<&'static Rule> {
        // Bytes that continue a UTF-8 character are not new ones.
        let characters = || value.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let (is_broken, rule) = match &self.verb {
            Verb::Require | Verb::Claims(_) => return None,
            Verb::Forbid => (true, &r::RECEIVER_FORBIDS),
            Verb::Only(values) => (values.iter().all(|allowed| allowed.as_bytes() != value), &r::RECEIVER_VALUES),
            Verb::Longest(most) => (characters() > *most, &r::RECEIVER_LENGTH),
            Verb::Shape(shape) => (!shape.fits(value), &r::RECEIVER_VALUES),
            Verb::Least(least) => (amount(value).is_ok_and(|amount| amount < *least), &r::RECEIVER_VALUES),
        };
        is_broken.then_some(rule)
    }

    fn report(&self, rule: &'static Rule, at: At<'_>, sink: &mut Sink) {
        sink.report(rule, at.asking(&self.asked), self.message());
    }

    fn message(&self) -> String {
        let Asked { receiver, rule, says, .. } = &*self.asked;
        let (place, loop_name) = (&self.place.text, self.loops.join("/"));
        if !rule.is_empty() {
            return format!("{receiver}: {says} ({rule})");
        }
        let asks = match &self.verb {
            Verb::Require => format!("requires {place} in loop {loop_name}"),
            Verb::Forbid => format!("does not take {place} in loop {loop_name}"),
            Verb::Only(values) => format!("takes {} in {place} of loop {loop_name} only", values.join(", ")),
            Verb::Longest(most) => format!("takes {most} characters in {place} of loop {loop_name} at most"),
            Verb::Shape(shape) => format!("takes {place} of loop {loop_name} in the form {shape} only"),
            Verb::Least(least) => format!("takes {} in {place} of loop {loop_name} at least", write_amount(*least)),
            Verb::Claims(most) => format!("takes {most} claims in a file at most"),
        };
        let when: String = self.conditions.iter().map(Condition::to_string).collect();
        format!("{receiver} {asks}{when} ({})", self.asked.source)
    }
}

const SHAPE: Malformed = Malformed("write a form by character, such as `[1-9][A-Z][0-9]` or `PA[0-9][0-9]`");
const LEAST: Malformed = Malformed("write an amount, such as `0.01`");

/// Judges what is known of a loop when it ends: itself and the loops in it.
pub(crate) fn judge(demands: &[Demand], view: LoopView<'_>, sink: &mut Sink) {
    if demands.is_empty() {
        return;
    }
    let mut around = Around::new();
    for inner in std::iter::once(view).chain(view.all_loops()) {
        let mut first = 0;
        for demand in demands {
            if demand.is_about(inner) {
                demand.judge(inner, first, &mut around, sink);
            }
            first += demand.conditions.len();
        }
    }
}

/// Judges how many claims a file has, when the claim number `claims` ends.
pub(crate) fn judge_count(demands: &[Demand], claims: u64, view: LoopView<'_>, sink: &mut Sink) {
    for demand in demands {
        if matches!(demand.verb, Verb::Claims(most) if most.checked_add(1) == Some(claims))
            && demand.is_for_set(view)
            && let Some(head) = view.all_segments().next()
        {
            demand.report(&r::RECEIVER_CLAIMS, At::inside(&head, view), sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::{Options, Overlay, Report, judge};

    fn judged(bytes: &[u8], demands: &str) -> Report {
        let overlay = Overlay::parse(&format!("receiver Example Plan\nsource guide, page 3\n{demands}")).unwrap();
        judge(bytes, Options { overlay, ..Options::default() })
    }

    fn messages(demands: &str) -> Vec<String> {
        let report = judged(&crate::make::claims(), demands);
        report.findings.iter().map(|finding| format!("{} {}", finding.rule.id, finding.message)).collect()
    }

    #[test]
    fn each_demand_is_judged_in_its_loop() {
        for kept in [
            "require 2000A PRV",
            "require 2300 REF*G1 when REF*G1",
            "require 2300 REF*F8 when CLM05-3 7,8",
            "require 2400 REF*6R:02",
            "require 2000B 2010BB",
            "require TS 1000A",
            "forbid 2300 K3",
            "forbid 2300 2310D",
            "only 2000B SBR09 CI,MC",
            "only 2300 HI*ABK:01-1 ABK",
            "longest 2300 CLM01 6",
            "forbid 2300 REF*G1 unless SV101-2 J0585",
            "forbid 2300 CLM unless 2000B SBR01 P unless 2320 SBR01 P",
            "require 2300 2310B when 2430 when 2000B SBR09 MC",
            "forbid 2000B/2300/2310B NM1",
            "shape 2300 CLM01 EX000[1-4]",
            "least 2300 CLM02 98.6",
            "claims 4",
        ] {
            assert_eq!(messages(kept), Vec::<String>::new(), "{kept}");
        }
        assert_eq!(
            messages("longest 2300 CLM01 5"),
            vec!["X7004 Example Plan takes 5 characters in CLM01 of loop 2300 at most (guide, page 3)"; 4]
        );
        assert_eq!(messages("require 2300 REF*G1 when CLM05-1 11").len(), 3);
        assert_eq!(messages("forbid 2000C HL").len(), 1);
        assert_eq!(
            messages("forbid 2400 2430"),
            ["X7002 Example Plan does not take 2430 in loop 2400 (guide, page 3)"]
        );
        assert_eq!(messages("require 2400 SV105").len(), 6);
        assert_eq!(messages("only 2010BB NM109 1").len(), 4);
        assert_eq!(messages("require 2010AA REF*1G").len(), 1);
    }

    #[test]
    fn a_demand_says_what_it_asks_for_and_when() {
        for (demand, message) in [
            ("claims 3", "X7005 Example Plan takes 3 claims in a file at most (guide, page 3)"),
            (
                "shape 2300 CLM01 EX000[2-4]",
                "X7003 Example Plan takes CLM01 of loop 2300 in the form EX000[2-4] only (guide, page 3)",
            ),
            (
                "least 2300 CLM02 98.61 unless REF*G1",
                "X7003 Example Plan takes 98.61 in CLM02 of loop 2300 at least unless REF*G1 is sent (guide, page 3)",
            ),
            (
                "forbid 2000C/2300/2310B NM1 when 2000B SBR09 CI,MC",
                "X7002 Example Plan does not take NM1 in loop 2000C/2300/2310B when SBR09 of loop 2000B is CI or MC (guide, page 3)",
            ),
            (
                "forbid 2300 2310B when 2000C",
                "X7002 Example Plan does not take 2310B in loop 2300 when 2000C is sent (guide, page 3)",
            ),
        ] {
            assert_eq!(messages(demand), [message]);
        }
    }

    #[test]
    fn a_demand_can_be_of_one_set() {
        let rule = |set| {
            format!("address A\nread 2026-08-05\nrule A-1\nset {set}\nsection B\nsays C\ndo D\nonly TS BHT06 RP\n")
        };
        assert_eq!(messages(&rule("837P")), ["X7003 Example Plan: C (A-1)"]);
        assert_eq!(messages(&rule("837I")), Vec::<String>::new());
    }

    #[test]
    fn a_demand_says_where_and_for_which_claim() {
        let report = judged(&crate::make::claims(), "only 2400 SV105 22\nforbid 2410 LIN");
        assert_eq!(report.findings.len(), 1);
        let finding = &report.findings[0];
        assert_eq!(
            (finding.claim.as_deref(), finding.loop_path.as_str()),
            (Some("EX0001"), "2000A/2000B/2300/2400/2410")
        );
    }
}
