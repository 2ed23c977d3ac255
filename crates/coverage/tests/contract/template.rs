//! The template is a case file of its own.

use std::path::Path;

use crate::reference::Names;
use coverage::case::{Notation, decode, template};

#[test]
fn template_decodes_with_everything_open() {
    let text = template("botox", []);
    crate::expected::compare(Path::new("tests/case/template.toml"), &text);
    let decoded = decode("template.toml", &text, Notation::Toml, &Names).unwrap_or_else(|errors| panic!("{errors}"));
    let case = decoded.case;
    assert_eq!(case.lines[0].treatment.as_deref(), Some("botulinum-toxin"));
    assert_eq!(case.patient, Default::default());
    assert_eq!(case.facility, Default::default());
    assert_eq!(case.clinician, Default::default());
    assert_eq!(case.coverage, Default::default());
}
