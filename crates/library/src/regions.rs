//! Parts of the body.

use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Spanned};

use crate::finding;
use crate::names::{NameError, Names};
use crate::reader::{Entry, Reader};

/// One part of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What cases and policies write: `armpit`.
    pub id: String,
    /// Plain words.
    pub name: String,
    /// The part that it belongs to, by id.
    pub parent: Option<String>,
}

/// The parts of the body (`regions.toml`), in the order of the values of the fact `region`.
///
/// A region and all its parts are one run of that order.
#[derive(Clone, Debug)]
pub struct Regions {
    entries: Vec<Region>,
    names: Names<usize>,
}

impl Regions {
    /// All regions, in order.
    #[must_use]
    pub fn all(&self) -> &[Region] {
        &self.entries
    }

    /// The region with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Region> {
        self.entries.iter().find(|region| region.id == id)
    }

    /// The region that a person means.
    ///
    /// # Errors
    /// If no region has this name.
    pub fn find(&self, typed: &str) -> Result<&Region, NameError> {
        self.names.find(typed).map(|index| &self.entries[index])
    }

    /// A region and all its parts, in order; empty if there is no such region.
    #[must_use]
    pub fn with_parts(&self, id: &str) -> &[Region] {
        let Some(start) = self.entries.iter().position(|region| region.id == id) else { return &[] };
        let parts = self.entries[start + 1..].iter().take_while(|region| self.is_below(region, id)).count();
        &self.entries[start..=start + parts]
    }

    fn is_below(&self, region: &Region, id: &str) -> bool {
        let mut above = region.parent.as_deref();
        while let Some(parent) = above {
            if parent == id {
                return true;
            }
            above = self.get(parent).and_then(|parent| parent.parent.as_deref());
        }
        false
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self { entries: Vec::new(), names: Names::new("body region") };
        for entry in reader.entries(&mut file, "region") {
            loaded.add(&mut reader, entry);
        }
        reader.finish(file);
        loaded
    }

    fn add(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let parent = reader.text_if_any(&mut entry, "parent");
        let aliases = reader.texts(&mut entry, "aliases");
        reader.finish(entry);
        let (Some(id), Some(name)) = (id, name) else { return };
        if let Some(parent) = &parent {
            self.check_parent(reader, parent);
        }
        for alias in [&id, &name].into_iter().chain(&aliases) {
            reader.add_name(&mut self.names, alias, self.entries.len());
        }
        self.entries.push(Region { id: id.value, name: name.value, parent: parent.map(|parent| parent.value) });
    }

    /// A part stands below the region it belongs to, or below another part of that.
    fn check_parent(&self, reader: &mut Reader<'_>, parent: &Spanned<String>) {
        if self.get(&parent.value).is_none() {
            reader.unknown("region above", parent, self.entries.iter().map(|region| region.id.as_str()));
            return;
        }
        let below =
            self.entries.last().is_some_and(|last| last.id == parent.value || self.is_below(last, &parent.value));
        if !below {
            let message = format!("a part of `{}` stands directly below it and its other parts", parent.value);
            reader.error(&finding::ORDER, parent.span, message);
        }
    }
}
