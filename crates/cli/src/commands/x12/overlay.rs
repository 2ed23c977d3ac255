//! Overlays: what a receiver asks for beyond the standard, by name or from a file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use x12::judge::{Asked, OVERLAYS, Overlay, OverlayRule};

use super::{failure, file};
use crate::output::{Failure, wrapped};

/// The overlay that comes with the program under this name, else that in the file.
pub(super) fn of(path: &Path) -> Result<Overlay, Failure> {
    if let Some(overlay) = path.to_str().and_then(Overlay::named) {
        return Ok(overlay);
    }
    // A word that is no file is a name that was not written right.
    if path.components().count() == 1 && path.extension().is_none() && path != Path::new("-") && !path.exists() {
        let names: Vec<_> = OVERLAYS.iter().map(|(name, _)| format!("`{name}`")).collect();
        let help = format!("{} come with the program; any other is a file", names.join(" and "));
        return Err(Failure::Name { message: format!("there is no overlay `{}`", path.display()), help });
    }
    let bytes = file::whole(path)?;
    Overlay::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        let place = format!("{}, {error}", path.display());
        failure(error.code(), &place, error.help())
    })
}

/// Who asks, as JSON.
pub(super) fn value(asked: &Asked) -> Value {
    let Asked { receiver, rule, says, source, address, section, quote, read, .. } = asked;
    json!({
        "receiver": receiver,
        "rule": rule,
        "says": says,
        "source": source,
        "address": address,
        "section": section,
        "quote": quote,
        "read": read.map(|day| day.to_string()),
    })
}

/// The rules of an overlay, each with its words and its source.
pub(super) fn text(rules: &[&OverlayRule]) -> String {
    let mut out = String::new();
    for OverlayRule { asked, set, .. } in rules {
        let Asked { receiver, rule, says, next_step, source, address, section, quote, read } = &**asked;
        let set = set.as_ref().map(|set| format!(", {set}")).unwrap_or_default();
        let _ = writeln!(out, "{}", wrapped(&format!("{rule} ({receiver}{set}): {says}"), 2));
        let _ = writeln!(out, "{}", wrapped(&format!("  What to do: {next_step}"), 4));
        let quote = if quote.is_empty() { String::new() } else { format!(": \u{201c}{quote}\u{201d}") };
        let read = read.map(|day| format!(", read {day}")).unwrap_or_default();
        let _ = writeln!(out, "{}", wrapped(&format!("  Source: {source}, {section}{quote}{read}"), 4));
        let _ = writeln!(out, "    {address}\n");
    }
    if out.is_empty() {
        out.push_str("This overlay has no rules of its own.\n");
    }
    out
}
