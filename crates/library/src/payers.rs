//! Payers and classes of coverage.

use coverage::reference::PayerClass;
use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Spanned};

use crate::finding;
use crate::names::{NameError, Names};
use crate::reader::{Entry, Reader};

/// A class of coverage, as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassEntry {
    /// Which.
    pub class: PayerClass,
    /// Plain words.
    pub name: String,
}

/// The classes of coverage (`payer_classes.toml`), in the order of the values of the fact `payer_class`.
#[derive(Clone, Debug)]
pub struct PayerClasses {
    entries: Vec<ClassEntry>,
    names: Names<PayerClass>,
}

impl PayerClasses {
    /// All classes, in order.
    #[must_use]
    pub fn all(&self) -> &[ClassEntry] {
        &self.entries
    }

    /// The class that a person means.
    ///
    /// # Errors
    /// If no class has this name.
    pub fn find(&self, typed: &str) -> Result<PayerClass, NameError> {
        self.names.find(typed)
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self { entries: Vec::new(), names: Names::new("class of coverage") };
        for mut entry in reader.entries(&mut file, "class") {
            let id = reader.text(&mut entry, "id");
            let class = id.as_ref().and_then(|id| reader.one_of("id", id, &PayerClass::ALL));
            let name = reader.text(&mut entry, "name");
            let aliases = reader.texts(&mut entry, "aliases");
            reader.finish(entry);
            let (Some(id), Some(class), Some(name)) = (id, class, name) else { continue };
            for alias in [&id, &name].into_iter().chain(&aliases) {
                reader.add_name(&mut loaded.names, alias, class);
            }
            loaded.entries.push(ClassEntry { class, name: name.value });
        }
        reader.finish(file);
        loaded
    }
}

/// One payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// What cases and policies write: `uhc`.
    pub id: String,
    /// Plain words: `UnitedHealthcare`.
    pub name: String,
    /// The same in Spanish, where the name is not a proper name.
    pub name_es: Option<String>,
    /// Its class of coverage.
    pub class: PayerClass,
    /// The company of which it is an arm, by id. Rules of the parent bind the arm only where their scope names it.
    pub parent: Option<String>,
    /// Something to know when choosing it.
    pub note: Option<String>,
}

/// The payers (`payers.toml`), in the order of the values of the fact `payer`.
#[derive(Clone, Debug)]
pub struct Payers {
    entries: Vec<Payer>,
    names: Names<usize>,
}

impl Payers {
    /// All payers, in order.
    #[must_use]
    pub fn all(&self) -> &[Payer] {
        &self.entries
    }

    /// The payer with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Payer> {
        self.entries.iter().find(|payer| payer.id == id)
    }

    /// The payer that a person means by an id, a name or an alias.
    ///
    /// # Errors
    /// If no payer has this name, or several answer to it (`BCBS`).
    ///
    /// ```
    /// let library = library::Library::embedded()?;
    /// assert_eq!(library.payers().find("United Healthcare")?.id, "uhc");
    /// assert!(library.payers().find("BCBS").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, typed: &str) -> Result<&Payer, NameError> {
        self.names.find(typed).map(|index| &self.entries[index])
    }

    /// Every name that leads to one payer, as it was written.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Payer)> {
        self.names.written().map(|(name, index)| (name, &self.entries[index]))
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self { entries: Vec::new(), names: Names::new("payer") };
        for entry in reader.entries(&mut file, "payer") {
            loaded.add(&mut reader, entry);
        }
        let ids: Vec<String> = loaded.entries.iter().map(|payer| payer.id.clone()).collect();
        for entry in reader.entries(&mut file, "ambiguous") {
            reader.ambiguous(entry, "payers", "payer", &ids, &mut loaded.names);
        }
        reader.finish(file);
        loaded
    }

    fn add(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let name_es = reader.text_if_any(&mut entry, "name_es");
        let class = reader.word(&mut entry, "class", &PayerClass::ALL);
        let parent = reader.text_if_any(&mut entry, "parent");
        let note = reader.text_if_any(&mut entry, "note");
        let aliases = reader.texts(&mut entry, "aliases");
        reader.finish(entry);
        let (Some(id), Some(name), Some(class)) = (id, name, class) else { return };
        if let Some(parent) = &parent {
            self.check_parent(reader, parent);
        }
        for alias in [&id, &name].into_iter().chain(&name_es).chain(&aliases) {
            reader.add_name(&mut self.names, alias, self.entries.len());
        }
        let parent = parent.map(|parent| parent.value);
        let note = note.map(|note| note.value);
        let name_es = name_es.map(|name| name.value);
        self.entries.push(Payer { id: id.value, name: name.value, name_es, class, parent, note });
    }

    /// An arm stands directly below its parent or the parent's other arms.
    fn check_parent(&self, reader: &mut Reader<'_>, parent: &Spanned<String>) {
        if self.get(&parent.value).is_none() {
            reader.unknown("payer above", parent, self.entries.iter().map(|payer| payer.id.as_str()));
            return;
        }
        let last = self.entries.last();
        let below = last.is_some_and(|last| last.id == parent.value || last.parent.as_ref() == Some(&parent.value));
        if !below {
            let message = format!("an arm of `{}` stands directly below it", parent.value);
            reader.error(&finding::ORDER, parent.span, message);
        }
    }
}
