//! One demand of a receiver, and how it is judged.

use std::sync::Arc;

use crate::judge::rules::{self as r, Rule};
use crate::judge::sink::{At, Sink};
use crate::segment::{Segment, SegmentId};
use crate::tree::LoopView;

/// What a receiver asks for in each instance of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    verb: Verb,
    loop_name: String,
    place: Place,
    condition: Option<Condition>,
    /// Who asks, and where that can be read, as the end of a message.
    receiver: Arc<str>,
    source: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verb {
    Require,
    Forbid,
    Only(Vec<String>),
    Longest(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    place: Place,
    /// Empty when it is enough that something is sent.
    values: Vec<String>,
}

/// A segment, an element or component of one, or a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    text: String,
    /// None for a loop, whose name is the text.
    segment: Option<SegmentId>,
    qualifier: String,
    /// 0 for the whole segment.
    element: usize,
    component: usize,
}

/// Why a demand cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

const PLACE: Malformed = Malformed("name a segment, an element or a loop, such as `REF*F8`, `CLM05-3` or `2310B`");

impl Place {
    fn parse(text: &str) -> Result<Self, Malformed> {
        let place = |segment, qualifier: &str, element, component| Self {
            text: text.to_owned(),
            segment,
            qualifier: qualifier.to_owned(),
            element,
            component,
        };
        if text.starts_with(|first: char| first.is_ascii_digit()) || text == "TS" || text == "PLB" {
            return Ok(place(None, "", 0, 0));
        }
        let (name, numbers) = match text.split_once('*') {
            Some((name, rest)) => match rest.split_once(':') {
                Some((_, numbers)) => (name, numbers),
                None => (name, ""),
            },
            // Two digits follow an identifier of two or three characters.
            None => text.split('-').next().map_or((text, ""), |head| match head.len() {
                4 | 5 if head.is_ascii() => text.split_at(head.len() - 2),
                _ => (text, ""),
            }),
        };
        let qualifier = text.split_once('*').map_or("", |(_, rest)| rest.split(':').next().unwrap_or(""));
        let (element, component) = numbers.split_once('-').unwrap_or((numbers, ""));
        let number = |digits: &str| match digits {
            "" => Ok(0),
            digits => digits.parse::<usize>().ok().filter(|number| *number > 0).ok_or(PLACE),
        };
        let id = SegmentId::new(name.as_bytes());
        if id == SegmentId::NONE || text.contains('*') && qualifier.is_empty() {
            return Err(PLACE);
        }
        Ok(place(Some(id), qualifier, number(element)?, number(component)?))
    }

    /// The segments of a loop that it means.
    fn segments<'t>(&self, view: LoopView<'t>) -> impl Iterator<Item = Segment<'t>> {
        let qualifier = self.qualifier.as_bytes();
        let id = self.segment.unwrap_or(SegmentId::NONE);
        view.all_of(id).filter(move |segment| {
            qualifier.is_empty() || segment.value(1) == qualifier || segment.component(1, 1) == qualifier
        })
    }

    fn value<'t>(&self, segment: &Segment<'t>) -> &'t [u8] {
        match (self.element, self.component) {
            (0, _) => segment.bytes,
            (element, 0) => segment.value(element),
            (element, component) => segment.component(element, component),
        }
    }

    fn at<'t>(&self, segment: &'t Segment<'t>, view: LoopView<'t>) -> At<'t> {
        At::inside(segment, view).component(self.element, self.component)
    }
}

impl Condition {
    /// Whether it holds for a loop. What it asks about may stand in the loop, in one inside it, or in one around it: the
    /// nearest that has it tells.
    fn holds(&self, view: LoopView<'_>) -> bool {
        let inside = std::iter::once(view).chain(view.all_loops());
        let mut known = self.answer(inside.flat_map(|inner| self.place.segments(inner)));
        let mut around = view.parent();
        while let (None, Some(outer)) = (known, around) {
            known = self.answer(self.place.segments(outer));
            around = outer.parent();
        }
        known.unwrap_or(false)
    }

    /// Whether one of the segments has a value that is wanted; none when there is no such segment.
    fn answer<'t>(&self, segments: impl Iterator<Item = Segment<'t>>) -> Option<bool> {
        let mut values = segments.map(|segment| self.place.value(&segment)).peekable();
        values.peek()?;
        let wanted = |value: &[u8]| self.values.iter().any(|wanted| wanted.as_bytes() == value);
        Some(values.any(|value| if self.values.is_empty() { !value.is_empty() } else { wanted(value) }))
    }
}

impl Demand {
    /// Reads what follows the verb.
    pub(crate) fn parse(verb: &str, words: &[&str], receiver: &str, source: &str) -> Result<Self, Malformed> {
        let (own, condition) = match words.iter().position(|word| matches!(*word, "when" | "if")) {
            Some(at) => (&words[..at], Some(&words[at..])),
            None => (words, None),
        };
        let list = |text: &str| text.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        let (loop_name, place, rest) = match own {
            [loop_name, place, rest @ ..] => (*loop_name, Place::parse(place)?, rest),
            _ => return Err(Malformed("name a loop, and what it is about")),
        };
        // Claims and levels are dropped once they were judged, so the loop around them no longer has them.
        if place.segment.is_none() && (place.text.starts_with("2000") || matches!(&*place.text, "2100" | "2300")) {
            return Err(Malformed(
                "name the first segment of a level or claim in its own loop, such as `forbid 2000C HL`",
            ));
        }
        let verb = match (verb, rest) {
            ("require", []) => Verb::Require,
            ("forbid", []) => Verb::Forbid,
            ("only", [values]) => Verb::Only(list(values)),
            ("only", _) => return Err(Malformed("name the values that are allowed, such as `CI,MC`")),
            ("longest", [most]) if most.parse::<usize>().is_ok() => Verb::Longest(most.parse().unwrap_or_default()),
            ("longest", _) => return Err(Malformed("say how many characters are allowed, such as `20`")),
            _ => return Err(Malformed("nothing may follow but `when`, a place and its values")),
        };
        if matches!(verb, Verb::Only(_) | Verb::Longest(_)) && place.element == 0 {
            return Err(Malformed("name an element, such as `CLM01`"));
        }
        let condition = match condition {
            None => None,
            Some(["when", place]) => Some(Condition { place: Place::parse(place)?, values: Vec::new() }),
            Some(["when", place, values]) => Some(Condition { place: Place::parse(place)?, values: list(values) }),
            Some(_) => {
                return Err(Malformed("a condition is `when`, a place and its values, such as `when CLM05-3 7,8`"));
            }
        };
        let (receiver, source) = (receiver.into(), source.into());
        Ok(Self { verb, loop_name: loop_name.to_owned(), place, condition, receiver, source })
    }

    fn judge(&self, view: LoopView<'_>, sink: &mut Sink) {
        if self.condition.as_ref().is_some_and(|condition| !condition.holds(view)) {
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
            let at = self.place.at(&segment, view);
            match &self.verb {
                Verb::Require => {}
                Verb::Forbid => self.report(&r::RECEIVER_FORBIDS, at, sink),
                Verb::Only(values) => {
                    if values.iter().all(|allowed| allowed.as_bytes() != value) {
                        self.report(&r::RECEIVER_VALUES, at, sink);
                    }
                }
                Verb::Longest(most) => {
                    // Bytes that continue a UTF-8 character are not new ones.
                    if value.iter().filter(|byte| **byte & 0xC0 != 0x80).count() > *most {
                        self.report(&r::RECEIVER_LENGTH, at, sink);
                    }
                }
            }
        }
        if self.verb == Verb::Require && !is_sent {
            let segment = self.place.segments(view).next();
            let at = segment.as_ref().map_or(At::inside(&head, view), |segment| self.place.at(segment, view));
            self.report(&r::RECEIVER_REQUIRES, at, sink);
        }
    }

    fn report(&self, rule: &'static Rule, at: At<'_>, sink: &mut Sink) {
        let (receiver, place, loop_name) = (&self.receiver, &self.place.text, &self.loop_name);
        let asks = match &self.verb {
            Verb::Require => format!("requires {place} in loop {loop_name}"),
            Verb::Forbid => format!("does not take {place} in loop {loop_name}"),
            Verb::Only(values) => format!("takes {} in {place} of loop {loop_name} only", values.join(", ")),
            Verb::Longest(most) => format!("takes {most} characters in {place} of loop {loop_name} at most"),
        };
        let when = match &self.condition {
            None => String::new(),
            Some(Condition { place, values }) if values.is_empty() => format!(" when {} is sent", place.text),
            Some(Condition { place, values }) => format!(" when {} is {}", place.text, values.join(" or ")),
        };
        sink.report(rule, at, format!("{receiver} {asks}{when} ({})", self.source));
    }
}

/// Judges what is known of a loop when it ends: itself and the loops in it.
pub(crate) fn judge(demands: &[Demand], view: LoopView<'_>, sink: &mut Sink) {
    if demands.is_empty() {
        return;
    }
    for inner in std::iter::once(view).chain(view.all_loops()) {
        for demand in demands.iter().filter(|demand| demand.loop_name == inner.name()) {
            demand.judge(inner, sink);
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
