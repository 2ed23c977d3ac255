//! `covered x12 diff`: two claim files, or claims and their remittance.

use serde_json::{Value, json};
use x12::Document;
use x12::diff::{Difference, claims_differ, payments_differ};
use x12::number::counted;

use super::arguments::Diff;
use super::{failure, file, plain, print_json, record};
use crate::Done;
use crate::output::{Failure, print};

pub(super) fn run(wanted: &Diff) -> Result<Done, Failure> {
    let before_bytes = file::whole(&wanted.before)?;
    let after_bytes = file::whole(&wanted.after)?;
    let (before, after) = (Document::read(&before_bytes), Document::read(&after_bytes));
    // Claims that were cut off would show up as differences.
    for (path, document) in [(&wanted.before, &before), (&wanted.after, &after)] {
        if let Err(error) = document.completeness() {
            let message = format!("`{}` is {error}", path.display());
            return Err(failure(error.code(), &message, "ask for the whole file; `x12 fix` repairs wrong counts"));
        }
    }
    if sets(&before).any(|set| set != b"837") {
        let message = format!("`{}` is no claim file", wanted.before.display());
        return Err(failure("I0008", &message, "name the claims (837) first, then the other claims or the remittance"));
    }
    let differences = if sets(&after).any(|set| set == b"835") {
        payments_differ(&before, &after)
    } else {
        claims_differ(&before, &after, wanted.privacy.shows_phi())
    };
    if wanted.json {
        let all: Vec<Value> = differences.iter().map(value).collect();
        let records = [record::value(before.record()), record::value(after.record())];
        print_json(&json!({ "format": 1, "records": records, "differences": all }))?;
    } else {
        print(&text(&differences))?;
    }
    Ok(if differences.is_empty() { Done::Answered } else { Done::FoundErrors })
}

/// ST01 of each transaction set.
fn sets<'d>(document: &'d Document<'_>) -> impl Iterator<Item = &'d [u8]> {
    document.tree.transactions().filter_map(|transaction| Some(transaction.first("ST")?.value(1)))
}

fn text(differences: &[Difference]) -> String {
    let shown = |value: &str| if value.is_empty() { "nothing".to_owned() } else { plain(value) };
    let mut out = String::new();
    for difference in differences {
        let (before, after) = (shown(&difference.before), shown(&difference.after));
        out.push_str(&format!(
            "claim {}: {}: {before} -> {after}\n",
            plain(&difference.claim),
            plain(&difference.what)
        ));
    }
    out.push_str(&counted(differences.len() as u64, "difference"));
    out.push('\n');
    out
}

fn value(difference: &Difference) -> Value {
    json!({
        "claim": difference.claim,
        "what": difference.what,
        "before": difference.before,
        "after": difference.after,
    })
}
