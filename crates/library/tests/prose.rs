//! Pages in plain English leave nothing out: every label, quantity, code, quote and citation of every policy of the library.
//!
//! What must appear is taken from the text of the file, not from its tree, so that a part that the pages forget is found.

use library::Library;
use library::policies::PolicySource;
use policy::dictionary::Unit;
use policy::prose;

/// The parts of a line outside of quotation marks, and those inside.
fn parts(line: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            inside.push(part.to_owned());
        } else if let Some((before, _)) = part.split_once('#') {
            outside.push_str(before);
            break;
        } else {
            outside.push_str(part);
            outside.push(' ');
        }
    }
    (outside, inside)
}

/// How a word of the file stands on the page; none for words that the page says otherwise.
fn expected(word: &str, library: &Library) -> Vec<String> {
    let dictionary = library.dictionary();
    let word = word.trim_matches([',', ';', ')', '(', '{', '}', ':']);
    if !word.contains(|letter: char| letter.is_ascii_digit())
        || dictionary.fact_id(word).is_some()
        || Unit::from_word(word).is_some()
    {
        return Vec::new();
    }
    if let Ok(date) = word.parse() {
        return vec![prose::day(date)];
    }
    if let Some(payer) = library.payers().get(word) {
        return vec![payer.name.clone()];
    }
    if let Some(treatment) = library.menu().get(word) {
        return vec![treatment.name.clone()];
    }
    // `64642-64647`, `E08-E13`: both ends.
    match word.split_once('-') {
        Some((first, last)) if first.len() == last.len() => vec![first.to_owned(), last.to_owned()],
        // Values of a choice, such as `type-2-diabetes`.
        Some(_) => vec![word.replace(['-', '_'], " ")],
        None => vec![word.to_owned()],
    }
}

fn missing(policy: &PolicySource, library: &Library) -> Vec<String> {
    let entry = policy.entry().expect("the library has no error");
    let page = prose::page(&entry.file, library.glossary(), None);
    let text = prose::text(&page, usize::MAX);
    let dictionary = library.dictionary();
    let mut missing = Vec::new();
    let mut needs = |wanted: &str| {
        if !text.contains(wanted) {
            missing.push(format!("{}: `{wanted}`", policy.path()));
        }
    };
    let mut in_examples = false;
    for line in policy.text().lines().filter(|line| !line.trim_start().starts_with('#')) {
        in_examples |= line.starts_with("examples");
        let (outside, inside) = parts(line);
        for quoted in inside {
            match dictionary.document_id(&quoted) {
                Some(id) => needs(&dictionary.document(id).label),
                None => needs(&quoted.split_whitespace().collect::<Vec<_>>().join(" ")),
            }
        }
        if outside.starts_with("policy") || outside.starts_with("source") {
            continue;
        }
        for word in outside.split_whitespace() {
            expected(word, library).iter().for_each(|wanted| needs(wanted));
            if let Some(label) = word.strip_suffix(':').filter(|_| !in_examples) {
                needs(&format!("[{label}]"));
            }
        }
    }
    missing
}

#[test]
fn nothing_is_left_out() {
    let library = Library::embedded().expect("the library");
    let policies = library.policies().all();
    let missing: Vec<String> = policies.iter().flat_map(|policy| missing(policy, &library)).collect();
    println!("{} policies", policies.len());
    assert!(policies.len() > 400, "the library is here");
    assert!(missing.is_empty(), "{} left out:\n{}", missing.len(), missing.join("\n"));
}

/// Every criterion says how its part of the source was read, and when.
#[test]
fn every_criterion_is_graded_and_dated() {
    let library = Library::embedded().expect("the library");
    for policy in library.policies().all() {
        let entry = policy.entry().expect("the library has no error");
        let page = prose::page(&entry.file, library.glossary(), None);
        let notes = page.sections.iter().flat_map(|section| &section.parts).filter_map(|part| match part {
            prose::Part::Item(item) if item.depth == 0 => Some(item.notes.join(" ")),
            _ => None,
        });
        let graded = notes.filter(|notes| notes.contains("Source: ")).count();
        let criteria: usize = entry.file.clauses.iter().map(|clause| clause.criteria.len()).sum();
        assert!(graded >= criteria, "{}: {graded} of {criteria}", policy.path());
    }
}
