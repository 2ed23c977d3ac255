//! Other libraries, against which visits are replayed: the operator names a folder of them, an owner chooses one by its name. The choice
//! is kept with the practice, so that it holds for every server; each server reads the library from its own folder.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use library::Library;
use store::Stored;
use store::nouns::Practice;
use tokio::sync::Mutex;

use super::answers::Answers;
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// More libraries than a year has revisions; each that was chosen once stays in memory.
const LIBRARIES_MAX: usize = 50;
/// A version or a quarter is shorter.
const NAME_CHARACTERS_MAX: usize = 64;
/// Under this key the settings of the practice say which was chosen.
const CHOSEN: &str = "other_library";

/// Reads the library in a folder, or says why it cannot be read.
pub type Load = Arc<dyn Fn(&Path) -> Result<Library, String> + Send + Sync>;

/// A folder of libraries.
pub struct Others {
    folder: PathBuf,
    load: Load,
    /// What was read stays as it was read.
    read: Mutex<HashMap<String, Arc<Answers>>>,
}

impl Others {
    /// The libraries of a folder, one in each folder within it.
    #[must_use]
    pub fn new(folder: PathBuf, load: Load) -> Self {
        Self { folder, load, read: Mutex::default() }
    }

    /// Their names, sorted: of folders, and plain enough for an address and a log.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = self.folder.read_dir().into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().is_dir());
        let names: BTreeSet<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.into_iter().filter(|name| is_name(name)).take(LIBRARIES_MAX).collect()
    }

    async fn answers(&self, name: &str) -> Result<Arc<Answers>, Problem> {
        let mut read = self.read.lock().await;
        if let Some(answers) = read.get(name) {
            return Ok(Arc::clone(answers));
        }
        if !self.names().iter().any(|known| known == name) {
            return Err(not_here(name));
        }
        let (load, folder) = (Arc::clone(&self.load), self.folder.join(name));
        let loaded = tokio::task::spawn_blocking(move || load(&folder)).await.map_err(|_| Problem::internal())?;
        let library = loaded.map_err(|error| {
            tracing::error!(library = name, error, "another library cannot be read");
            let next = "whoever runs this server finds the cause in its log; until then choose another in the settings";
            conflict(format!("the library `{name}` has errors"), next)
        })?;
        let answers = Arc::new(Answers::new(Box::leak(Box::new(library))));
        read.insert(name.to_owned(), Arc::clone(&answers));
        Ok(answers)
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.len() <= NAME_CHARACTERS_MAX && !name.starts_with('.') && name.bytes().all(is_plain)
}

/// A conflict that names a library.
fn conflict(detail: String, next: &'static str) -> Problem {
    Problem::new(axum::http::StatusCode::CONFLICT, "W0409", "conflict", detail, next)
}

fn not_here(name: &str) -> Problem {
    conflict(
        format!("this server has no library `{name}`"),
        "put it into the folder of libraries of every server, or choose another in the settings",
    )
}

/// The choice that is kept with a practice.
fn chosen(practice: &Practice) -> Option<String> {
    practice.settings[CHOSEN].as_str().map(str::to_owned)
}

impl Desk {
    /// Offers libraries for replay; the first offer stays.
    pub fn offer_libraries(&self, others: Others) {
        let _ = self.others().set(others);
    }

    /// The names of the libraries that are offered here.
    #[must_use]
    pub fn other_names(&self) -> Vec<String> {
        self.others().get().map(Others::names).unwrap_or_default()
    }

    /// The name of the library that an owner chose, here or at another server.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn other_chosen(&self) -> Result<Option<String>, Problem> {
        Ok(chosen(&self.store().peek(self.store().practice()).await?.body))
    }

    /// Chooses the library that visits are replayed against, or none. It holds for every server from the next request on.
    ///
    /// # Errors
    /// If it is not offered here, or somebody changed the practice meanwhile.
    pub async fn choose_other(&self, who: &Who, name: Option<&str>) -> Result<Stored<Practice>, Problem> {
        if let Some(name) = name
            && !self.other_names().iter().any(|known| known == name)
        {
            let next = "take one of those that are listed; whoever runs this server puts them into a folder";
            return Err(Problem::field("/name", "W0210", "no library of this name is offered here", next));
        }
        let kept = self.store().peek(self.store().practice()).await?;
        let mut body = kept.body.clone();
        let mut settings = body.settings.as_object().cloned().unwrap_or_default();
        match name {
            Some(name) => settings.insert(CHOSEN.to_owned(), name.into()),
            None => settings.remove(CHOSEN),
        };
        body.settings = if settings.is_empty() { serde_json::Value::Null } else { settings.into() };
        self.change(who, kept.id, kept.version, &body, None).await
    }

    /// The library that was chosen, with what was compiled of it; none, if none was.
    ///
    /// # Errors
    /// If this server has it not, or it has errors.
    pub async fn other_answers(&self) -> Result<Option<Arc<Answers>>, Problem> {
        let Some(name) = self.other_chosen().await? else { return Ok(None) };
        let desk = self.clone();
        // Who goes away, or waits for too long, leaves the reading behind: the next request finds the library read.
        let reading = tokio::spawn(async move {
            match desk.others().get() {
                Some(others) => others.answers(&name).await.map(Some),
                None => Err(not_here(&name)),
            }
        });
        reading.await.map_err(|_| Problem::internal())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["2027-q1", "next_year.2", "A"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["..", ".hidden", "a/b", "a b", "ä", "<b>", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
