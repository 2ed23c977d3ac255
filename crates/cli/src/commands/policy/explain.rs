//! `covered policy explain`: a policy as sentences that somebody signs.

use std::path::Path;
use std::sync::Arc;

use library::Library;
use policy::ast::PolicyFile;
use policy::diagnostic::Severity;
use policy::parse::parse;
use policy::prose;

use crate::Done;
use crate::args::Explain;
use crate::output::{COLUMNS, Failure, findings, print};
use crate::source;

pub(super) fn run(wanted: &Explain, library: &Library) -> Result<Done, Failure> {
    let (file, text) = if Path::new(&wanted.policy).exists() || wanted.policy.ends_with(".cov") {
        from_file(Path::new(&wanted.policy), library)?
    } else {
        let policy = super::version(&wanted.policy, wanted.date, library)?.0;
        let entry = policy.entry().map_err(|errors| Failure::Errors(findings(errors, library.sources())))?;
        (entry.file, policy.text().to_owned())
    };
    let page = prose::page(&file, library.glossary(), Some(&library::fingerprint(&text)));
    print(&prose::text(&page, COLUMNS))?;
    Ok(Done::Answered)
}

/// A policy of a file that compiles: sentences about names that nothing defines would mislead.
fn from_file(path: &Path, library: &Library) -> Result<(Arc<PolicyFile>, String), Failure> {
    let text = source::read_policy(path)?;
    let mut sources = library.sources().clone();
    let parsed = parse(sources.add(path.display().to_string(), text.clone()), &text);
    let mut found = parsed.diagnostics;
    if let Some(file) = parsed.file.map(Arc::new) {
        let entry = policy::compile::Entry { file: Arc::clone(&file), entered_by_practice: false };
        match library.compile(&[entry]) {
            Ok(_) => return Ok((file, text)),
            Err(errors) => found.extend(errors),
        }
    }
    found.retain(|finding| finding.severity == Severity::Error);
    Err(Failure::Errors(findings(&found, &sources)))
}
