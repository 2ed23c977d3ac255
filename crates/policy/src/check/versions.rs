//! W121 and W122: days on which a policy says nothing.

use super::extent::Extents;
use super::finding;
use crate::ast::PolicyFile;
use crate::diagnostic::{Diagnostic, Severity};

/// Gaps between the versions of one policy, and policies that end without a successor.
pub(super) fn check(files: &[&PolicyFile], extents: Option<&Extents>, findings: &mut Vec<Diagnostic>) {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| (&files[*at].id.value, files[*at].dates.from.map(|from| from.value)));
    for (place, at) in order.iter().enumerate() {
        let earlier = files[*at];
        let Some(until) = earlier.dates.until else { continue };
        match order.get(place + 1).map(|next| files[*next]).filter(|later| later.id.value == earlier.id.value) {
            Some(later) => {
                if let Some(from) = later.dates.from.filter(|from| until.value < from.value) {
                    let message =
                        format!("no version of `{}` holds from {} up to {}", later.id.value, until.value, from.value);
                    findings.push(
                        Diagnostic::new(&finding::GAP, Severity::Warning, message)
                            .at(later.file, from.span, "the next version starts here")
                            .at(earlier.file, until.span, "the version before ends here")
                            .help(format!(
                                "if nothing changed in between, end the earlier one on {}; else write the version from {}",
                                from.value, until.value
                            )),
                    );
                }
            }
            None => {
                if extents.is_some_and(|extents| extents.has_successor(*at, until.value)) {
                    continue;
                }
                let message =
                    format!("`{}` ends on {} and no policy of its rank follows", earlier.id.value, until.value);
                findings.push(
                    Diagnostic::new(&finding::NO_SUCCESSOR, Severity::Warning, message)
                        .at(earlier.file, until.span, "from this day a weaker rank answers")
                        .help(format!(
                            "write the version `dates {} ..`; with `otherwise silent` if the authority says nothing any more",
                            until.value
                        )),
                );
            }
        }
    }
}
