//! Search by the beginnings of names, telephone and record numbers: opened into memory, never written down.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;

use crate::audit::{Action, Touch, name};
use crate::database::rows;
use crate::nouns::Patient;
use crate::record::{Order, Query, Record, Stored};
use crate::rows::Rows;
use crate::store::{Inner, Store};
use crate::work::Work;
use crate::{Id, StoreError};

/// Most patients that a search shows.
pub const HITS_MAX: usize = 50;

/// More words than a name has.
const WORDS_MAX: usize = 8;

/// The words of every patient. It follows the audit: an entry about a patient that it has not seen tells what to read again.
#[derive(Default)]
pub(crate) struct Names {
    /// The last entry of the audit that it has seen.
    seq: i64,
    loaded: bool,
    words: BTreeMap<String, BTreeSet<Id<Patient>>>,
    people: HashMap<Id<Patient>, Person>,
}

struct Person {
    sorts: String,
    words: BTreeSet<String>,
}

impl Names {
    fn forget(&mut self, id: Id<Patient>) {
        for word in self.people.remove(&id).map(|person| person.words).unwrap_or_default() {
            if let Some(ids) = self.words.get_mut(&word) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.words.remove(&word);
                }
            }
        }
    }

    fn learn(&mut self, id: Id<Patient>, patient: &Patient) {
        self.forget(id);
        let words = words_of(patient);
        for word in &words {
            self.words.entry(word.clone()).or_default().insert(id);
        }
        let sorts = fold(&format!("{}\u{1}{}", patient.family.reveal(), patient.given.reveal()));
        self.people.insert(id, Person { sorts, words });
    }

    /// Those of whom each word is the beginning of a word.
    fn hits(&self, words: &[String], limit: usize) -> Vec<Id<Patient>> {
        let mut found: Option<BTreeSet<Id<Patient>>> = None;
        for word in words {
            let range = self.words.range(word.clone()..).take_while(|(known, _)| known.starts_with(word.as_str()));
            let ids: BTreeSet<_> = range.flat_map(|(_, ids)| ids.iter().copied()).collect();
            found = Some(match found {
                Some(found) => found.intersection(&ids).copied().collect(),
                None => ids,
            });
        }
        let mut found: Vec<_> = found.unwrap_or_default().into_iter().collect();
        found.sort_by(|a, b| self.people[a].sorts.cmp(&self.people[b].sorts).then(a.cmp(b)));
        found.truncate(limit);
        found
    }
}

impl Inner {
    /// Brings the names up to the audit's head, in a transaction of its own: what an act has not committed yet is not among them.
    async fn follow(&self, mut rows: Rows) -> Result<(), StoreError> {
        let (seq,) =
            crate::database::row!(&mut rows.tx, (i64,), "SELECT seq FROM audit_head")?.ok_or(StoreError::Empty)?;
        let (known, loaded) = {
            let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            (names.seq, names.loaded)
        };
        if loaded && known >= seq {
            return Ok(());
        }
        let mut learned: Vec<(Id<Patient>, Option<Patient>)> = Vec::new();
        if loaded {
            let sql = "SELECT DISTINCT record FROM audit WHERE seq > $1 AND seq <= $2 AND noun = 'patient' \
                       AND action IN ('create', 'update', 'remove', 'shred')";
            for (id,) in rows!(&mut rows.tx, (String,), sql, known, seq)? {
                let id: Id<Patient> = id.parse().map_err(|_| StoreError::Tampered { noun: Patient::NOUN, id })?;
                match rows.get(id).await {
                    Ok(stored) => learned.push((id, Some(stored.body))),
                    Err(StoreError::NotFound { .. } | StoreError::Shredded { .. }) => learned.push((id, None)),
                    Err(error) => return Err(error),
                }
            }
        } else {
            let mut query = Query::<Patient>::all().order(Order::Oldest);
            loop {
                let page = rows.find(&query).await?;
                learned.extend(page.items.into_iter().map(|stored| (stored.id, Some(stored.body))));
                let Some(next) = page.next else { break };
                query = query.after(Some(next));
            }
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.seq > seq || (names.loaded && !loaded) {
            // Another search was faster.
            return Ok(());
        }
        for (id, patient) in learned {
            match patient {
                Some(patient) => names.learn(id, &patient),
                None => names.forget(id),
            }
        }
        names.seq = seq;
        names.loaded = true;
        Ok(())
    }
}

impl Store {
    /// Opens the names of all patients into memory, so that the first search is not slow. It is entered in the audit.
    ///
    /// # Errors
    /// When one of them was tampered with, or the database fails.
    pub async fn load_names(&self, act: &crate::Act) -> Result<usize, StoreError> {
        let mut work = self.begin(act).await?;
        work.touched.push(Touch {
            action: Action::Search,
            noun: Patient::NOUN.into(),
            record: None,
            patient: None,
            note: None,
            row_hash: None,
        });
        self.inner.follow(self.reading().await?).await?;
        work.commit().await?;
        Ok(self.inner.names.lock().unwrap_or_else(PoisonError::into_inner).people.len())
    }
}

impl Work {
    /// Patients of whom each of the words is the beginning of a name, a telephone number (whole, without area, or its last four digits), a
    /// record number or a date of birth, sorted by name. Each is opened anew and entered in the audit: somebody saw it. What this act itself
    /// changed is not found yet.
    ///
    /// # Errors
    /// When one of them was tampered with.
    pub async fn search(&mut self, words: &str, limit: usize) -> Result<Vec<Stored<Patient>>, StoreError> {
        let words: Vec<String> = split(words).take(WORDS_MAX).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let reading = Rows::new(self.store.pool.read().await?, std::sync::Arc::clone(&self.rows.ring));
        self.store.follow(reading).await?;
        let hits = {
            let names = self.store.names.lock().unwrap_or_else(PoisonError::into_inner);
            names.hits(&words, limit.clamp(1, HITS_MAX))
        };
        let mut found: HashMap<_, _> = HashMap::new();
        if !hits.is_empty() {
            let page = self.rows.find(&Query::<Patient>::all().ids(hits.iter().copied())).await?;
            found.extend(page.items.into_iter().map(|stored| (stored.id, stored)));
        }
        let mut shown = Vec::with_capacity(hits.len());
        for id in hits {
            let Some(stored) = found.remove(&id) else { continue };
            self.touched.push(Touch {
                action: Action::Search,
                noun: Patient::NOUN.into(),
                record: name(id),
                patient: name(id),
                note: None,
                row_hash: None,
            });
            shown.push(stored);
        }
        Ok(shown)
    }
}

/// The words that a patient is found by.
fn words_of(patient: &Patient) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for text in [Some(patient.family.reveal()), Some(patient.given.reveal()), patient.preferred.reveal().as_ref()] {
        words.extend(text.into_iter().flat_map(|text| split(text)));
    }
    words.extend(patient.mrn.reveal().iter().map(|mrn| fold(mrn)));
    words.extend(patient.birth_date.reveal().iter().map(ToString::to_string));
    if let Some(phone) = patient.phone.reveal() {
        let digits = crate::record::fold("phone", phone);
        for tail in [digits.len(), 7, 4] {
            words.extend(digits.len().checked_sub(tail).map(|from| digits[from..].to_string()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words of a text, folded: divided by blanks and by what names are put together with. Digits with hyphens stay whole: a date, a number.
fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|char: char| char.is_whitespace() || matches!(char, ',' | ';')).flat_map(|part| {
        let numeric = part.chars().any(|char| char.is_ascii_digit());
        let parts: Vec<String> =
            if numeric { vec![fold(part)] } else { part.split(['-', '\'', '’', '.']).map(fold).collect() };
        parts.into_iter().filter(|word| !word.is_empty())
    })
}

/// Lower case, without the marks of Latin letters.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match char {
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ď' | 'đ' | 'ð' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => folded.push('i'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'ŕ' | 'ŗ' | 'ř' => folded.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ţ' | 'ť' | 'ț' => folded.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            // Marks that stand apart from their letter.
            '\u{300}'..='\u{36f}' => {}
            char => folded.push(char),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded() {
        let words: Vec<_> = split("  O’Brien-Müller, Zoë  MRN-17 1980-02-29 ").collect();
        assert_eq!(words, ["o", "brien", "muller", "zoe", "mrn-17", "1980-02-29"]);
        assert_eq!(fold("Łukasz Straße"), "lukasz strasse");
    }
}
