//! All policies, in order, each version with the name of its page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use library::policies::PolicySource;
use library::{Library, LibraryError};
use policy::ast::PolicyFile;
use policy::compile::Entry;
use policy::prose::Named;

/// Longest name of a page, without its number and ending: every file system takes it.
const SLUG_CHARACTERS_MAX: usize = 80;

/// Everything that pages are made of.
pub(crate) struct Shelf<'l> {
    pub(crate) library: &'l Library,
    /// By identifier; the versions of each from the oldest to the newest.
    policies: BTreeMap<String, Vec<Version<'l>>>,
}

/// One version of a policy.
pub(crate) struct Version<'l> {
    pub(crate) source: &'l PolicySource,
    pub(crate) entry: Entry,
    /// What it names.
    pub(crate) named: Named,
    /// Its page, below `policies/`.
    pub(crate) page: String,
}

impl Version<'_> {
    pub(crate) fn file(&self) -> &Arc<PolicyFile> {
        &self.entry.file
    }

    /// Whether a code stands in the policy itself, not in one of its lists.
    pub(crate) fn dates(&self) -> String {
        let day = |day: Option<policy::span::Spanned<_>>| day.map(|day| policy::prose::day(day.value));
        match (day(self.file().dates.from), day(self.file().dates.until)) {
            (None, None) => "any date of service".to_owned(),
            (Some(from), None) => format!("services from {from}"),
            (None, Some(until)) => format!("services before {until}"),
            (Some(from), Some(until)) => format!("services from {from}, before {until}"),
        }
    }
}

impl<'l> Shelf<'l> {
    pub(crate) fn new(library: &'l Library) -> Result<Self, LibraryError> {
        // All at once, so that every error is reported.
        library.entries(&[])?;
        let mut policies: BTreeMap<String, Vec<Version<'l>>> = BTreeMap::new();
        for source in library.policies().all() {
            let Ok(entry) = source.entry() else { continue };
            let named = Named::of(&entry.file);
            let id = entry.file.id.value.clone();
            policies.entry(id).or_default().push(Version { source, entry, named, page: String::new() });
        }
        let mut taken = BTreeSet::new();
        for (id, versions) in &mut policies {
            versions.sort_by_key(|version| (version.file().dates.from.map(|from| from.value), version.source.path()));
            let newest = versions.len() - 1;
            for (at, version) in versions.iter_mut().enumerate() {
                let day = version.file().dates.from.map(|from| from.value.to_string());
                let name = if at == newest { id.clone() } else { format!("{id} {}", day.unwrap_or_default()) };
                version.page = page_name(&name, &mut taken);
            }
        }
        Ok(Self { library, policies })
    }

    /// Every version, by identifier, the newest first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Version<'l>> {
        self.policies.values().flat_map(|versions| versions.iter().rev())
    }

    /// The newest version of every policy, by identifier.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Version<'l>> {
        self.policies.values().filter_map(|versions| versions.last())
    }

    /// All versions of one policy, from the oldest.
    pub(crate) fn versions_of(&self, id: &str) -> &[Version<'l>] {
        self.policies.get(id).map_or(&[], Vec::as_slice)
    }

    /// The name of a rank.
    pub(crate) fn rank(&self, rank: &str) -> String {
        policy::prose::Names::rank(self.library, rank).unwrap_or_else(|| rank.to_owned())
    }
}

/// A file name of small letters, digits and hyphens that no other page has: an identifier is any text, and must not lead out of
/// the folder.
fn page_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let slug = slug(name);
    let named = |number: u32| if number == 1 { format!("{slug}.html") } else { format!("{slug}-{number}.html") };
    let free = (1..).map(named).find(|name| !taken.contains(name)).expect("INVARIANT: fewer pages than numbers");
    taken.insert(free.clone());
    free
}

/// Small letters and digits, with hyphens between: also the name of a place in a page.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars() {
        if slug.len() >= SLUG_CHARACTERS_MAX {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "policy".to_owned() } else { slug.to_owned() }
}
