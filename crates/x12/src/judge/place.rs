//! What a receiver's demand is about, and when it holds.

use std::collections::HashMap;

use crate::judge::sink::At;
use crate::segment::{Segment, SegmentId};
use crate::tree::{LoopView, NodeIndex};

/// A segment, an element or component of one, or a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) text: String,
    /// None for a loop, whose name is the text.
    pub(super) segment: Option<SegmentId>,
    qualifier: String,
    /// 0 for the whole segment.
    pub(super) element: usize,
    component: usize,
}

/// Why a demand cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Whether a word is the name of a loop.
fn is_loop(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) || text == "TS" || text == "PLB"
}

const PLACE: Malformed = Malformed("name a segment, an element or a loop, such as `REF*F8`, `CLM05-3` or `2310B`");

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let place = |segment, qualifier: &str, element, component| Self {
            text: text.to_owned(),
            segment,
            qualifier: qualifier.to_owned(),
            element,
            component,
        };
        if is_loop(text) {
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
    pub(super) fn segments<'t>(&self, view: LoopView<'t>) -> impl Iterator<Item = Segment<'t>> {
        let qualifier = self.qualifier.as_bytes();
        let id = self.segment.unwrap_or(SegmentId::NONE);
        view.all_of(id).filter(move |segment| {
            qualifier.is_empty() || segment.value(1) == qualifier || segment.component(1, 1) == qualifier
        })
    }

    pub(super) fn value<'t>(&self, segment: &Segment<'t>) -> &'t [u8] {
        match (self.element, self.component) {
            (0, _) => segment.bytes,
            (element, 0) => segment.value(element),
            (element, component) => segment.component(element, component),
        }
    }

    pub(super) fn at<'t>(&self, segment: &'t Segment<'t>, view: LoopView<'t>) -> At<'t> {
        At::inside(segment, view).component(self.element, self.component)
    }
}

/// What loops around others were found to say, so that each is asked once and not for every loop inside it: by the number of
/// the condition and the loop.
pub(super) type Around = HashMap<(usize, NodeIndex), Option<bool>>;

/// When a demand holds, or when it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// The loop that must have it; none where the nearest that has it tells.
    loop_name: Option<String>,
    place: Place,
    /// Empty when it is enough that something is sent.
    values: Vec<String>,
    /// The demand does not hold where this does.
    is_exception: bool,
}

impl Condition {
    /// Reads `when` or `unless`, a loop where one is named, a place, and its values.
    pub(super) fn parse(words: &[&str]) -> Result<Self, Malformed> {
        let wrong = Malformed("a condition is `when` or `unless`, a place and its values, such as `when CLM05-3 7,8`");
        let (mark, rest) = words.split_first().ok_or(wrong)?;
        let is_exception = match *mark {
            "when" => false,
            "unless" => true,
            _ => return Err(wrong),
        };
        let (loop_name, rest) = match rest {
            [name, rest @ ..] if is_loop(name) && !rest.is_empty() => (Some((*name).to_owned()), rest),
            rest => (None, rest),
        };
        let (place, values) = match rest {
            [place] => (Place::parse(place)?, Vec::new()),
            [place, values] => (Place::parse(place)?, list(values)),
            _ => return Err(wrong),
        };
        if place.segment.is_none() && (loop_name.is_some() || !values.is_empty()) {
            return Err(wrong);
        }
        Ok(Self { loop_name, place, values, is_exception })
    }

    /// Whether it lets a demand of a loop hold.
    ///
    /// What it asks about may stand in the loop, in one inside it, or in one around it: the nearest that has it tells. Where it
    /// names a loop, any of that name tells that is the loop itself, inside it, around it, or inside one around it.
    pub(super) fn holds(&self, view: LoopView<'_>, number: usize, around: &mut Around) -> bool {
        let mut known = self.tell(view, true);
        let mut outer = view.parent();
        // A named loop is looked for until one tells yes; what the nearest tells is told.
        while let (None, Some(loop_around)) = (known, outer) {
            known = *around
                .entry((number, loop_around.index()))
                .or_insert_with(|| self.tell(loop_around, self.loop_name.is_some() || self.place.segment.is_none()));
            outer = loop_around.parent();
        }
        known.unwrap_or(false) != self.is_exception
    }

    /// What a loop, and those inside it where they are asked too, tell; none when they do not.
    fn tell(&self, view: LoopView<'_>, inside: bool) -> Option<bool> {
        let inner = view.all_loops().take_while(|_| inside);
        let mut all = std::iter::once(view).chain(inner);
        match (&self.loop_name, self.place.segment) {
            (Some(name), _) => {
                let tells = |inner: LoopView<'_>| self.answer(self.place.segments(inner)) == Some(true);
                all.any(|inner| inner.name() == name && tells(inner)).then_some(true)
            }
            (None, None) => all.any(|inner| inner.name() == self.place.text).then_some(true),
            (None, Some(_)) => self.answer(all.flat_map(|inner| self.place.segments(inner))),
        }
    }

    /// Whether one of the segments has a value that is wanted; none when there is no such segment.
    fn answer<'t>(&self, segments: impl Iterator<Item = Segment<'t>>) -> Option<bool> {
        let mut values = segments.map(|segment| self.place.value(&segment)).peekable();
        values.peek()?;
        let wanted = |value: &[u8]| self.values.iter().any(|wanted| wanted.as_bytes() == value);
        Some(values.any(|value| if self.values.is_empty() { !value.is_empty() } else { wanted(value) }))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { loop_name, place, values, is_exception } = self;
        let mark = if *is_exception { "unless" } else { "when" };
        write!(formatter, " {mark} {}", place.text)?;
        if let Some(name) = loop_name {
            write!(formatter, " of loop {name}")?;
        }
        match &values[..] {
            [] => formatter.write_str(" is sent"),
            values => write!(formatter, " is {}", values.join(" or ")),
        }
    }
}

/// Values with commas between them.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect()
}
