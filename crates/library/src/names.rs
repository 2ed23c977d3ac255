//! Finding an entry by what a person typed.

use std::collections::BTreeMap;

use codes::suggest;

/// Longest name that is looked up; longer text is cut for the error and never matches.
pub const NAME_CHARACTERS_MAX: usize = 64;

/// Most near names that an error lists.
const NEAR_MAX: usize = 3;

/// Shortest word that two names may share to be called near.
const SHARED_WORD_CHARACTERS_MIN: usize = 4;

/// Why a name leads to no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing has this name.
    #[error("there is no {what} `{input}`{}", said(.near))]
    Unknown {
        /// What was looked for: `payer`.
        what: &'static str,
        /// What was typed, cut short.
        input: String,
        /// Names that are near, the best first.
        near: Vec<String>,
    },
    /// The name means several things.
    #[error("`{input}` can mean several: {} ({question})", choices.join(", "))]
    Ambiguous {
        /// What was looked for: `payer`.
        what: &'static str,
        /// What was typed.
        input: String,
        /// The identifiers it can mean.
        choices: Vec<String>,
        /// The question that settles it.
        question: String,
    },
}

fn said(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

impl NameError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "L0801",
            Self::Ambiguous { .. } => "L0802",
        }
    }
}

/// The form under which names are compared: lower case, without punctuation and accents, single spaces.
///
/// `Crow's Feet` and `crows-feet` are the same name.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for character in name.chars().flat_map(char::to_lowercase).map(plain) {
        if character.is_alphanumeric() {
            folded.push(character);
        } else if !matches!(character, '\'' | '’' | '®' | '™') && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.trim().to_owned()
}

/// A letter without its accent: brand names are typed without.
fn plain(character: char) -> char {
    match character {
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

/// Names, each leading to one entry or to a question.
#[derive(Clone, Debug)]
pub(crate) struct Names<T> {
    what: &'static str,
    /// By folded name: the name as written, and where it leads.
    names: BTreeMap<String, (String, T)>,
    /// By folded name: the name as written, and the index of the question.
    ambiguous: BTreeMap<String, (String, usize)>,
    questions: Vec<Question>,
}

#[derive(Clone, Debug)]
struct Question {
    choices: Vec<String>,
    text: String,
}

/// A name that leads elsewhere already.
pub(crate) struct Taken;

impl<T: Copy + PartialEq> Names<T> {
    /// No names yet. `what` is what they name: `payer`.
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, names: BTreeMap::new(), ambiguous: BTreeMap::new(), questions: Vec::new() }
    }

    /// Adds a name. Saying the same twice is no harm.
    ///
    /// # Errors
    /// If the name already leads to another entry.
    pub(crate) fn add(&mut self, name: &str, leads_to: T) -> Result<(), Taken> {
        let folded = fold(name);
        match self.names.get(&folded) {
            Some((_, other)) if *other != leads_to => Err(Taken),
            _ if self.ambiguous.contains_key(&folded) => Err(Taken),
            _ => {
                self.names.insert(folded, (name.to_owned(), leads_to));
                Ok(())
            }
        }
    }

    /// Every name that leads to one entry, as it was written, with where it leads.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&str, T)> {
        self.names.values().map(|(name, leads_to)| (name.as_str(), *leads_to))
    }

    /// Adds a name that means several things.
    ///
    /// # Errors
    /// If the name already leads somewhere.
    pub(crate) fn add_ambiguous(&mut self, name: &str, question: usize) -> Result<(), Taken> {
        let folded = fold(name);
        if self.names.contains_key(&folded) || self.ambiguous.contains_key(&folded) {
            return Err(Taken);
        }
        self.ambiguous.insert(folded, (name.to_owned(), question));
        Ok(())
    }

    /// Adds a question that [`Names::add_ambiguous`] can point to.
    pub(crate) fn add_question(&mut self, choices: Vec<String>, text: String) -> usize {
        self.questions.push(Question { choices, text });
        self.questions.len() - 1
    }

    /// Where a name leads.
    pub(crate) fn find(&self, typed: &str) -> Result<T, NameError> {
        let input: String = typed.trim().chars().take(NAME_CHARACTERS_MAX).collect();
        let folded = fold(&input);
        if let Some((_, leads_to)) = self.names.get(&folded) {
            return Ok(*leads_to);
        }
        if let Some((_, question)) = self.ambiguous.get(&folded) {
            let Question { choices, text } = self.questions[*question].clone();
            return Err(NameError::Ambiguous { what: self.what, input, choices, question: text });
        }
        Err(NameError::Unknown { what: self.what, near: self.near(&folded), input })
    }

    /// Names that may have been meant: the one that is a slip of the pen away; else known names inside the typed text, the
    /// longest first, then names that hold a word of it.
    fn near(&self, folded: &str) -> Vec<String> {
        let written = |key: &str| {
            let name = self.names.get(key).map(|(name, _)| name);
            name.or_else(|| self.ambiguous.get(key).map(|(name, _)| name)).cloned()
        };
        let keys = || self.names.keys().chain(self.ambiguous.keys()).map(String::as_str);
        if let Some(slip) = suggest(folded, keys()) {
            return written(slip).into_iter().collect();
        }
        let holds = |text: &str, part: &str| format!(" {text} ").contains(&format!(" {part} "));
        let mut inside: Vec<&str> = keys().filter(|key| holds(folded, key)).collect();
        inside.sort_by_key(|key| std::cmp::Reverse(key.len()));
        let long_words = folded.split(' ').filter(|word| word.chars().count() >= SHARED_WORD_CHARACTERS_MIN);
        let mut sharing: Vec<&str> = long_words.flat_map(|word| keys().filter(move |key| holds(key, word))).collect();
        sharing.sort_by_key(|key| key.len());
        let mut near = Vec::new();
        for key in inside.into_iter().chain(sharing) {
            if let Some(name) = written(key)
                && !near.contains(&name)
                && near.len() < NEAR_MAX
            {
                near.push(name);
            }
        }
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names<u8> {
        let mut names = Names::new("treatment");
        for (name, leads_to) in [("Crow's feet", 1), ("lip flip", 1), ("laser hair removal", 2), ("Juvéderm", 3)] {
            assert!(names.add(name, leads_to).is_ok());
        }
        let question = names.add_question(vec!["a".to_owned(), "b".to_owned()], "Which?".to_owned());
        assert!(names.add_ambiguous("BBL", question).is_ok());
        names
    }

    #[test]
    fn case_punctuation_and_accents_do_not_matter() {
        let names = names();
        for typed in ["crows feet", "CROW’S-FEET", " crow's  feet "] {
            assert_eq!(names.find(typed), Ok(1), "{typed}");
        }
        assert_eq!(names.find("juvederm"), Ok(3));
    }

    #[test]
    fn a_name_that_means_several_is_asked_back() {
        let error = names().find("bbl").unwrap_err();
        assert_eq!(error.to_string(), "`bbl` can mean several: a, b (Which?)");
        assert_eq!(error.code(), "L0802");
    }

    #[test]
    fn near_names_are_offered() {
        let near = |typed: &str| match names().find(typed) {
            Err(NameError::Unknown { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("lip filp"), ["lip flip"]);
        assert_eq!(near("crows feet and forehead"), ["Crow's feet"]);
        assert_eq!(near("hair removal by laser"), ["laser hair removal"]);
        assert_eq!(near("dentures"), Vec::<String>::new());
        assert_eq!(near(&"x".repeat(500)), Vec::<String>::new());
    }

    #[test]
    fn one_name_for_two_entries_is_refused() {
        let mut names = names();
        assert!(names.add("Lip-Flip", 1).is_ok());
        assert!(names.add("lip flip", 2).is_err());
        assert!(names.add("BBL", 2).is_err());
        assert!(names.add_ambiguous("lip flip", 0).is_err());
    }
}
