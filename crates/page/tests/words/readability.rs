//! How hard a text is to read, by the two formulas that are usual for health texts.
//!
//! English: Kincaid and others, Naval Technical Training Command report 8-75 (1975). Spanish: Fernández Huerta, "Medidas
//! sencillas de lecturabilidad" (1959), in the corrected form 206.84 - 60 syllables a word - 1.02 words a sentence.

/// Names that a reader knows by sight or has on the card in front of them; each counts as a word of two syllables.
const NAMES: [&str; 12] = [
    "medicare",
    "medicaid",
    "tricare",
    "advantage",
    "original",
    "aetna",
    "covered",
    "fehb",
    "pace",
    "cms-1490s",
    "botox",
    "insurance",
];

struct Counts {
    sentences: f64,
    words: f64,
    syllables: f64,
}

#[expect(clippy::float_arithmetic, reason = "the formulas are of averages")]
fn counts(text: &str, syllables: impl Fn(&str) -> usize) -> Counts {
    let mut counts = Counts { sentences: 0.0, words: 0.0, syllables: 0.0 };
    for word in text.split_whitespace() {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect::<String>().to_lowercase();
        if bare.is_empty() {
            continue;
        }
        counts.words += 1.0;
        counts.syllables += if NAMES.contains(&bare.as_str()) { 2.0 } else { syllables(&bare).max(1) as f64 };
        if word.trim_end_matches(['"', ')', '”']).ends_with(['.', '?', '!', ':', ';']) {
            counts.sentences += 1.0;
        }
    }
    counts.sentences = counts.sentences.max(1.0);
    counts.words = counts.words.max(1.0);
    counts
}

/// The grade of the US school at which a text is understood (Flesch and Kincaid).
#[expect(clippy::float_arithmetic, reason = "a formula over counts of words; no money is near")]
pub(crate) fn english_grade(text: &str) -> f64 {
    let Counts { sentences, words, syllables } = counts(text, english_syllables);
    0.39 * words / sentences + 11.8 * syllables / words - 15.59
}

/// Reading ease from 0 to 100, higher is easier (Fernández Huerta).
#[expect(clippy::float_arithmetic, reason = "a formula over counts of words; no money is near")]
pub(crate) fn spanish_ease(text: &str) -> f64 {
    let Counts { sentences, words, syllables } = counts(text, spanish_syllables);
    206.84 - 60.0 * syllables / words - 1.02 * words / sentences
}

/// Groups of vowels, without an `e` that is not heard.
fn english_syllables(word: &str) -> usize {
    let letters: Vec<char> = word.chars().collect();
    let is_vowel = |at: usize| letters.get(at).is_some_and(|letter| "aeiouy".contains(*letter));
    let mut groups = (0..letters.len()).filter(|at| is_vowel(*at) && (*at == 0 || !is_vowel(at - 1))).count();
    // Two vowels that are two syllables: cre-ate, me-di-um, so-ci-al keep one in speech, sci-ence two.
    for apart in ["ia", "io", "eo", "ua", "ie"] {
        let heard_as_one =
            ["tion", "sion", "cial", "tial", "cian", "gion", "friend", "field", "lief", "piece", "people"];
        if word.contains(apart) && !heard_as_one.iter().any(|part| word.contains(part)) {
            groups += word.matches(apart).count();
        }
    }
    // The last syllable of "people" is heard, that of "file" is not.
    let heard_le = word.ends_with("le") && letters.len() > 2 && !is_vowel(letters.len() - 3);
    let silent = word.len() > 2
        && (word.ends_with('e') && !heard_le || word.ends_with("es") && !ends_hissing(word) || silent_ed(word));
    if silent && groups > 1 { groups - 1 } else { groups }
}

fn ends_hissing(word: &str) -> bool {
    ["ses", "ces", "ges", "zes", "xes", "ches", "shes", "ies"].iter().any(|end| word.ends_with(end))
}

fn silent_ed(word: &str) -> bool {
    word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded") && !word.ends_with("ied")
}

/// Vowels, where a weak one (i, u without an accent) joins its neighbour.
fn spanish_syllables(word: &str) -> usize {
    let word = word.replace("qu", "q").replace("gue", "ge").replace("gui", "gi").replace("gué", "gé");
    let strong = |letter: char| "aeoáéíóú".contains(letter);
    let weak = |letter: char| "iuü".contains(letter);
    let mut count = 0;
    let mut before: Option<char> = None;
    for letter in word.chars() {
        if strong(letter) || weak(letter) {
            let joins = before.is_some_and(|before| {
                (weak(letter) && (strong(before) || weak(before))) || (strong(letter) && weak(before))
            });
            if !joins {
                count += 1;
            }
            before = Some(letter);
        } else {
            before = None;
        }
    }
    count
}

#[test]
fn syllables_of_words_that_the_page_uses() {
    for (word, expected) in [
        ("plan", 1),
        ("clinic", 2),
        ("question", 2),
        ("medical", 3),
        ("before", 2),
        ("asked", 1),
        ("needed", 2),
        ("file", 1),
        ("science", 2),
        ("people", 2),
    ] {
        assert_eq!(english_syllables(word), expected, "{word}");
    }
    for (word, expected) in
        [("pregunta", 3), ("clínica", 3), ("quién", 1), ("día", 2), ("guía", 2), ("estado", 3), ("cuesta", 2)]
    {
        assert_eq!(spanish_syllables(word), expected, "{word}");
    }
}
