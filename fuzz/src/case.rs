//! Case files.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use codes::StateCode;
use coverage::answer::Answer;
use coverage::case::{Case, Notation, decode};
use coverage::determine::determine;
use coverage::interview::{self, Draft};
use coverage::text;
use library::Compiled;

use crate::{LIBRARY, is_plain, print};

/// Every policy of the library, with the gates of a state; compiled once for each state and kept.
fn whole(state: Option<StateCode>) -> &'static Compiled<'static> {
    static WHOLE: LazyLock<Mutex<HashMap<Option<StateCode>, &'static Compiled<'static>>>> =
        LazyLock::new(Mutex::default);
    let compile = || {
        let whole = LIBRARY.compiled_in(state).expect("the embedded library has no error");
        &*Box::leak(Box::new(whole))
    };
    WHOLE.lock().expect("nobody panicked with it").entry(state).or_insert_with(compile)
}

/// Reads a case in TOML or JSON, and prints what is wrong with it or the answer.
///
/// # Panics
/// If a step panics, if a refusal gives no reason, if a finding has no place in the text, if a control character reaches the
/// terminal, if the policies that were left out as surely of no concern change the answer, or if the draft that the page and
/// the interview fill in is another case than its file.
pub fn case(data: &[u8]) {
    let file = String::from_utf8_lossy(data);
    match decode("fuzz", &file, Notation::guess(&file), &*LIBRARY) {
        Err(errors) => {
            assert!(!errors.errors().is_empty(), "a refusal says why");
            let (sources, diagnostics) = errors.diagnostics();
            print(&diagnostics, &sources);
        }
        Ok(decoded) => {
            let answer = determine(&decoded.case, &decoded.notes, whole(decoded.case.facility.state));
            let said = text::render(&answer);
            for opening in ["What to do now: ", "You pay: "] {
                assert!(said.contains(opening), "the answer does not say `{opening}`");
            }
            assert!(is_plain(&said), "a control character was printed");
            let concerned = LIBRARY.for_case(&decoded.case).expect("the embedded library has no error");
            let again = determine(&decoded.case, &decoded.notes, &concerned);
            assert_eq!(answer.to_json(), again.to_json(), "policies that do not concern the case change the answer");
            draft(&file, &decoded.case, &answer);
        }
    }
}

/// A draft says what its file says, and takes or refuses whatever is typed.
fn draft(file: &str, case: &Case, answer: &Answer) {
    let draft = Draft::parse(file);
    let same = decode("draft", &draft.to_string(), Notation::Json, &*LIBRARY);
    assert_eq!(same.map(|decoded| decoded.case).ok().as_ref(), Some(case), "the draft is another case than its file");
    for question in interview::open(answer, LIBRARY.dictionary()) {
        let mut changed = draft.clone();
        if question.entry.write(&mut changed, file.lines().next().unwrap_or_default(), LIBRARY.dictionary()).is_ok() {
            let _ = decode("draft", &changed.to_string(), Notation::Json, &*LIBRARY);
        }
    }
}
