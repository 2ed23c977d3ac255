//! Medicare contractors (MACs) by the place where the service is given.

use codes::StateCode;
use policy::ast::Grade;
use policy::diagnostic::Diagnostic;
use policy::span::SourceId;

use crate::finding;
use crate::names::fold;
use crate::reader::{Entry, Reader};

/// One jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mac {
    /// The jurisdiction, as policies write it: `J5`.
    pub id: String,
    /// The company that holds the contract.
    pub contractor: String,
    /// The states and territories that belong to it.
    pub states: Vec<StateCode>,
    /// How closely the list of states was read.
    pub grade: Grade,
    /// Where it was read.
    pub source: Option<String>,
}

/// A state that is divided between two contractors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The state.
    pub state: StateCode,
    /// The contractor of the listed counties; the rest of the state belongs to the contractor that lists the state.
    pub mac: String,
    /// Counties and independent cities that belong to `mac`.
    pub counties: Vec<String>,
    /// Counties and independent cities for which no source says which contractor it is.
    pub open: Vec<String>,
    /// How closely this was read.
    pub grade: Grade,
    /// Where it was read.
    pub source: Option<String>,
    /// What it says there.
    pub quote: Option<String>,
}

/// What may change some jurisdictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The jurisdictions, by id.
    pub macs: Vec<String>,
    /// What was heard.
    pub says: String,
}

/// The contractors (`macs.toml`), in the order of the values of the fact `mac`.
#[derive(Clone, Debug)]
pub struct Macs {
    entries: Vec<Mac>,
    splits: Vec<Split>,
    watches: Vec<Watch>,
}

impl Macs {
    /// All jurisdictions, in order.
    #[must_use]
    pub fn all(&self) -> &[Mac] {
        &self.entries
    }

    /// The jurisdiction with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Mac> {
        self.entries.iter().find(|mac| mac.id == id)
    }

    /// The states that are divided between two contractors.
    #[must_use]
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// What may change the jurisdictions.
    #[must_use]
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// The contractors that a place may belong to: one, or two neighbours in the order of [`Macs::all`] where the state is
    /// divided and the county is not known or not settled. Counties are compared without `County` and `City of`;
    /// a name that both a county and a city bear (`Fairfax`) is settled only with the word.
    ///
    /// ```
    /// let library = library::Library::embedded()?;
    /// let ids = |county| -> Vec<&str> {
    ///     library.macs().at(codes::StateCode::VA, county).iter().map(|mac| mac.id.as_str()).collect()
    /// };
    /// assert_eq!(ids(Some("Arlington")), ["JL"]);
    /// assert_eq!(ids(Some("Henrico County")), ["JM"]);
    /// assert_eq!(ids(None), ["JL", "JM"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, state: StateCode, county: Option<&str>) -> Vec<&Mac> {
        let home = self.entries.iter().find(|mac| mac.states.contains(&state));
        let Some(split) = self.splits.iter().find(|split| split.state == state) else {
            return home.into_iter().collect();
        };
        let away = self.get(&split.mac);
        match county.map(|county| split.holds(county)) {
            Some(Some(true)) => away.into_iter().collect(),
            Some(Some(false)) => home.into_iter().collect(),
            Some(None) | None => self.entries.iter().filter(|mac| Some(*mac) == home || Some(*mac) == away).collect(),
        }
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self { entries: Vec::new(), splits: Vec::new(), watches: Vec::new() };
        for entry in reader.entries(&mut file, "mac") {
            loaded.add(&mut reader, entry);
        }
        for entry in reader.entries(&mut file, "split") {
            loaded.add_split(&mut reader, entry);
        }
        for entry in reader.entries(&mut file, "watch") {
            loaded.add_watch(&mut reader, entry);
        }
        let missing: Vec<&str> = StateCode::ALL
            .into_iter()
            .filter(|state| !loaded.entries.iter().any(|mac| mac.states.contains(state)))
            .map(StateCode::as_str)
            .collect();
        if !missing.is_empty() {
            let message = format!("no contractor has {}", missing.join(", "));
            reader.error(&finding::STATES, file.span, message);
        }
        reader.finish(file);
        loaded
    }

    fn add(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let id = reader.id(&mut entry);
        let contractor = reader.text(&mut entry, "contractor");
        let grade = reader.word(&mut entry, "grade", &GRADES);
        let source = reader.text_if_any(&mut entry, "source");
        let mut states = Vec::new();
        for written in reader.texts(&mut entry, "states") {
            let Some(state) = reader.parsed::<StateCode>(&written) else { continue };
            if let Some(other) = self.entries.iter().find(|mac| mac.states.contains(&state)) {
                reader.error(&finding::STATES, written.span, format!("`{state}` already belongs to `{}`", other.id));
            }
            states.push(state);
        }
        reader.finish(entry);
        let (Some(id), Some(contractor), Some(grade)) = (id, contractor, grade) else { return };
        if self.get(&id.value).is_some() {
            reader.error(&finding::TWICE, id.span, format!("`{}` is defined twice", id.value));
        }
        let source = source.map(|source| source.value);
        self.entries.push(Mac { id: id.value, contractor: contractor.value, states, grade, source });
    }

    fn add_split(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let span = entry.span;
        let state = reader.text(&mut entry, "state").and_then(|written| reader.parsed::<StateCode>(&written));
        let mac = reader.text(&mut entry, "mac");
        let grade = reader.word(&mut entry, "grade", &GRADES);
        let source = reader.text_if_any(&mut entry, "source");
        let quote = reader.text_if_any(&mut entry, "quote");
        let values = |texts: Vec<policy::span::Spanned<String>>| texts.into_iter().map(|text| text.value).collect();
        let counties = values(reader.texts(&mut entry, "counties"));
        let open = values(reader.texts(&mut entry, "open"));
        reader.finish(entry);
        let (Some(state), Some(mac), Some(grade)) = (state, mac, grade) else { return };
        let at = |found: &dyn Fn(&Mac) -> bool| self.entries.iter().position(found);
        let Some(away) = at(&|entry| entry.id == mac.value) else {
            reader.unknown("contractor", &mac, self.entries.iter().map(|entry| entry.id.as_str()));
            return;
        };
        let home = at(&|entry| entry.states.contains(&state));
        if home.is_none_or(|home| home.abs_diff(away) != 1) {
            let message = format!("the two contractors of `{state}` do not stand side by side");
            reader.error(&finding::ORDER, span, message);
        }
        let source = source.map(|source| source.value);
        let quote = quote.map(|quote| quote.value);
        self.splits.push(Split { state, mac: mac.value, counties, open, grade, source, quote });
    }

    fn add_watch(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let macs = reader.texts(&mut entry, "macs");
        let says = reader.text(&mut entry, "says");
        reader.finish(entry);
        for mac in &macs {
            if self.get(&mac.value).is_none() {
                reader.unknown("contractor", mac, self.entries.iter().map(|entry| entry.id.as_str()));
            }
        }
        let Some(says) = says else { return };
        self.watches.push(Watch { macs: macs.into_iter().map(|mac| mac.value).collect(), says: says.value });
    }
}

impl Split {
    /// Whether a county belongs to [`Split::mac`]; `None` if that is not settled.
    fn holds(&self, county: &str) -> Option<bool> {
        let typed = Place::of(county);
        let among = |places: &[String]| places.iter().any(|place| typed.may_be(&Place::of(place)));
        match (among(&self.counties), among(&self.open)) {
            (held, false) => Some(held),
            (_, true) => None,
        }
    }
}

/// A county or an independent city, with the word that tells which if it was written.
struct Place {
    name: String,
    kind: Option<&'static str>,
}

impl Place {
    fn of(written: &str) -> Self {
        let folded = fold(written);
        for (start, end, kind) in [("", " county", "county"), ("", " city", "city"), ("city of ", "", "city")] {
            if let Some(name) = folded.strip_suffix(end).and_then(|rest| rest.strip_prefix(start))
                && name.len() < folded.len()
            {
                return Self { name: name.to_owned(), kind: Some(kind) };
            }
        }
        Self { name: folded, kind: None }
    }

    fn may_be(&self, other: &Self) -> bool {
        self.name == other.name && (self.kind.is_none() || other.kind.is_none() || self.kind == other.kind)
    }
}

const GRADES: [(&str, Grade); 6] = [
    ("text", Grade::Text),
    ("page", Grade::Page),
    ("mirror", Grade::Mirror),
    ("digest", Grade::Digest),
    ("header", Grade::Header),
    ("known", Grade::Known),
];
