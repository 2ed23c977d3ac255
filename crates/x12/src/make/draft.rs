//! A file taken apart into lines, so that one thing in it can be changed.

/// A change to an example, as an overlay writes it. A segment is the first that starts so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// `set SEGMENT ELEMENT VALUE`
    Set { start: String, element: usize, value: String },
    /// `remove SEGMENT`
    Remove { start: String },
    /// `add SEGMENT NEW*SEGMENT`: after it.
    Add { start: String, segment: String },
}

/// An example has no segment of more elements.
const ELEMENTS_MAX: usize = 99;

impl Change {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ').map(str::trim);
        let (verb, start) = (words.next()?, words.next()?.to_owned());
        let rest = words.next().unwrap_or("");
        // A value that ends its segment would be two.
        if start.is_empty() || rest.contains('~') {
            return None;
        }
        match verb {
            "set" => {
                let (element, value) = rest.split_once(' ').unwrap_or((rest, ""));
                let element = element.parse().ok().filter(|element| (1..=ELEMENTS_MAX).contains(element))?;
                Some(Self::Set { start, element, value: value.trim().to_owned() })
            }
            "remove" if rest.is_empty() => Some(Self::Remove { start }),
            "add" if !rest.is_empty() => Some(Self::Add { start, segment: rest.to_owned() }),
            _ => None,
        }
    }
}

/// Segments of an example, with the usual separators.
pub(super) struct Draft {
    segments: Vec<String>,
}

impl Draft {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let segments = text.split_terminator('~').map(|segment| segment.trim_start().to_owned());
        Self { segments: segments.filter(|segment| !segment.is_empty()).collect() }
    }

    /// Index of the segment number `nth` (from 0) that starts with `start`.
    fn find(&self, start: &str, nth: usize) -> usize {
        let found = self.segments.iter().enumerate().filter(|(_, segment)| segment.starts_with(start)).nth(nth);
        found.map(|(index, _)| index).expect("an edit names a segment that the example has")
    }

    /// Makes a change; when the segment that it is about is not there, says how that one would start.
    pub(super) fn change(&mut self, change: &Change) -> Result<(), String> {
        let (Change::Set { start, .. } | Change::Remove { start } | Change::Add { start, .. }) = change;
        if !self.segments.iter().any(|segment| segment.starts_with(start)) {
            return Err(start.clone());
        }
        match change {
            Change::Set { element, value, .. } => self.set(start, *element, value),
            Change::Remove { .. } => self.remove(start),
            Change::Add { segment, .. } => self.after(start, segment),
        }
        Ok(())
    }

    /// Sets element `element` of the first segment that starts with `start`.
    pub(super) fn set(&mut self, start: &str, element: usize, value: &str) {
        self.set_nth(start, 0, element, value);
    }

    pub(super) fn set_nth(&mut self, start: &str, nth: usize, element: usize, value: &str) {
        let index = self.find(start, nth);
        let mut elements: Vec<&str> = self.segments[index].split('*').collect();
        if elements.len() <= element {
            elements.resize(element + 1, "");
        }
        elements[element] = value;
        while elements.last() == Some(&"") {
            elements.pop();
        }
        self.segments[index] = elements.join("*");
    }

    pub(super) fn remove(&mut self, start: &str) {
        let index = self.find(start, 0);
        self.segments.remove(index);
    }

    /// Puts a segment after the first one that starts with `start`.
    pub(super) fn after(&mut self, start: &str, segment: &str) {
        let index = self.find(start, 0);
        self.segments.insert(index + 1, segment.to_owned());
    }

    pub(super) fn swap(&mut self, start: &str, nth: usize) {
        let index = self.find(start, nth);
        self.segments.swap(index, index + 1);
    }

    /// Repeats the segments from the first that starts with `from` to the first that starts with
    /// `to`.
    pub(super) fn repeat(&mut self, from: &str, to: &str) {
        let (first, last) = (self.find(from, 0), self.find(to, 0));
        let copy = self.segments[first..=last].to_vec();
        self.segments.splice(last + 1..last + 1, copy);
    }

    /// Makes SE01 right again after segments came or went.
    pub(super) fn recount(&mut self) {
        let mut start = 0;
        for index in 0..self.segments.len() {
            if self.segments[index].starts_with("ST*") {
                start = index;
            }
            if let Some(rest) = self.segments[index].strip_prefix("SE*") {
                let control = rest.split('*').nth(1).unwrap_or_default();
                self.segments[index] = format!("SE*{}*{control}", index - start + 1);
            }
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.segments.iter().flat_map(|segment| [segment.as_str(), "~\n"]).collect::<String>().into_bytes()
    }
}
