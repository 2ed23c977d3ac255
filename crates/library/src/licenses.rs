//! Licences of the people who treat, order or supervise. Who may do what is a rule of a state, not of this table.

use policy::diagnostic::Diagnostic;
use policy::span::SourceId;

use crate::names::{NameError, Names};
use crate::reader::Reader;

/// One kind of licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// What cases and policies write: `NP`.
    pub id: String,
    /// Plain words.
    pub name: String,
    /// The same in Spanish.
    pub name_es: Option<String>,
}

/// The kinds of licence (`licenses.toml`).
#[derive(Clone, Debug)]
pub struct Licenses {
    entries: Vec<License>,
    names: Names<usize>,
}

impl Licenses {
    /// All kinds of licence, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[License] {
        &self.entries
    }

    /// The licence that a person means.
    ///
    /// # Errors
    /// If no licence has this name, or several answer to it (`nurse`).
    pub fn find(&self, typed: &str) -> Result<&License, NameError> {
        self.names.find(typed).map(|index| &self.entries[index])
    }

    pub(crate) fn load(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(source, findings);
        let mut file = reader.parse(text);
        let mut loaded = Self { entries: Vec::new(), names: Names::new("licence") };
        for mut entry in reader.entries(&mut file, "license") {
            let id = reader.id(&mut entry);
            let name = reader.text(&mut entry, "name");
            let name_es = reader.text_if_any(&mut entry, "name_es").map(|name| name.value);
            let aliases = reader.texts(&mut entry, "aliases");
            reader.finish(entry);
            let (Some(id), Some(name)) = (id, name) else { continue };
            for alias in [&id, &name].into_iter().chain(&aliases) {
                reader.add_name(&mut loaded.names, alias, loaded.entries.len());
            }
            loaded.entries.push(License { id: id.value, name: name.value, name_es });
        }
        let ids: Vec<String> = loaded.entries.iter().map(|license| license.id.clone()).collect();
        for entry in reader.entries(&mut file, "ambiguous") {
            reader.ambiguous(entry, "licenses", "licence", &ids, &mut loaded.names);
        }
        reader.finish(file);
        loaded
    }
}
