//! What every reader must do with any input: end, not panic, and keep its promises about what it read.
//!
//! Each function takes one input and panics where a promise is broken. `fuzz/run` searches for such inputs with libFuzzer;
//! `tests/replay.rs` tries again, in every test run, all inputs that are kept in `corpus/` and `crashers/`.

mod case;
mod codebook;
mod ledger;
mod lsp;
mod policy;
mod store;
mod x12;

use std::sync::LazyLock;

use ::policy::diagnostic::{Diagnostic, Sources, Style, render_all};
use library::Library;

pub use case::case;
pub use codebook::codebook;
pub use ledger::ledger;
pub use lsp::lsp;
pub use policy::policy;
pub use store::store;
pub use x12::{x12, x12_fix, x12_judge};

/// Takes one input; panics where a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by name. Its folders in `corpus/` and `crashers/` are called by the part before the hyphen: what reads the same
/// kind of text tries the same inputs.
pub const TARGETS: [(&str, Target); 9] = [
    ("case", case),
    ("codebook", codebook),
    ("ledger", ledger),
    ("lsp", lsp),
    ("policy", policy),
    ("store", store),
    ("x12", x12),
    ("x12-judge", x12_judge),
    ("x12-fix", x12_fix),
];

/// What policies and cases may name.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::embedded().expect("the embedded library has no error"));

/// Prints what is wrong with the only file of `sources`.
///
/// # Panics
/// If a finding has a place that is not in the file, or a control character would reach the terminal.
fn print(diagnostics: &[Diagnostic], sources: &Sources) {
    for label in diagnostics.iter().flat_map(|found| &found.labels) {
        let (start, end) = (label.span.start as usize, label.span.end as usize);
        let text = sources.text(label.source);
        assert!(text.is_none_or(|text| text.get(start..end).is_some()), "{label:?} is not a place of the text");
    }
    let printed = render_all(diagnostics, sources, Style::default());
    assert!(is_plain(&printed), "a control character was printed");
}

/// Whether a text can go to a terminal: nothing in it steers one.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t'))
}
