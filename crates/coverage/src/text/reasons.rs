//! "Why": at most five reasons, under the policy that each comes from, cited, dated and graded once.

use super::page::Page;
use crate::answer::{Answer, Because, CriterionOutcome, Day, LineAnswer, Verdict};

/// Most characters of one reason; a group of ten alternatives would fill the page.
const REASON_CHARACTERS_MAX: usize = 320;
/// Most near misses that are told.
const NEAR_MISSES_MAX: usize = 2;

/// Tells the reasons of a line, at most so many, with at most so many notes on their sources.
pub(super) fn tell(page: &mut Page, answer: &Answer, line: &LineAnswer, most: usize, notes: usize) {
    let payer = answer.payer.as_ref().filter(|_| line.verdict == Verdict::Unknown && speaks_nowhere(line));
    if line.because.is_empty() && line.unread.is_empty() && line.near_misses.is_empty() && payer.is_none() {
        return;
    }
    page.heading("Why");
    if let Some(payer) = payer {
        let nobody =
            format!("No text of {} in the library is known to speak about this case. That is no \"no\".", payer.name);
        page.paragraph("  ", &nobody);
    }
    let different = different(&line.because);
    let mut notes = notes;
    for group in grouped(different.iter().copied().take(most)) {
        tell_group(page, line, &group, &mut notes);
    }
    let more = different.len().saturating_sub(most);
    if more > 0 {
        page.item(&format!("and {more} more; the whole proof (--explain) lists them"));
    }
    for unread in &line.unread {
        page.item(&format!("Not read: {} ({})", unread.why, unread.document));
    }
    for miss in line.near_misses.iter().take(NEAR_MISSES_MAX) {
        page.item(&format!("Close, but not for this case: {}: {}", miss.title, miss.why));
    }
}

/// Whether the library has nothing at all on the case: no reason, and no text that exists and was not read.
fn speaks_nowhere(line: &LineAnswer) -> bool {
    line.unread.is_empty() && line.because.is_empty()
}

/// The reasons without those that a stronger source gives in the same words.
#[must_use]
pub fn different(because: &[Because]) -> Vec<&Because> {
    let mut list: Vec<&Because> = Vec::new();
    for reason in because {
        let said_already = |other: &&Because| {
            !reason.criterion.is_empty() && other.text == reason.text && other.outcome == reason.outcome
        };
        match list.iter().position(said_already) {
            None => list.push(reason),
            Some(at) if strength(reason) > strength(list[at]) => list[at] = reason,
            Some(_) => {}
        }
    }
    list
}

/// How closely the text was read, the closest highest.
fn strength(because: &Because) -> u8 {
    match because.grade.as_str() {
        "text" => 5,
        "page" => 4,
        "mirror" => 3,
        "digest" => 2,
        "header" => 1,
        _ => 0,
    }
}

/// The reasons of each policy together, the policies in the order of their first reason.
fn grouped<'a>(reasons: impl Iterator<Item = &'a Because>) -> Vec<Vec<&'a Because>> {
    let mut groups: Vec<Vec<&Because>> = Vec::new();
    for reason in reasons {
        match groups.iter_mut().find(|group| group[0].policy == reason.policy) {
            Some(group) => group.push(reason),
            None => groups.push(vec![reason]),
        }
    }
    groups
}

/// One policy: its title, its source, its reasons, and what to know about the source.
fn tell_group(page: &mut Page, line: &LineAnswer, group: &[&Because], notes: &mut usize) {
    // What was read best names the source; a reason that was read less closely says so itself.
    let Some(best) = group.iter().rev().max_by_key(|because| strength(because)) else { return };
    let document = common(group.iter().map(|because| because.citation.as_str()));
    page.wrapped("  ", "    ", &format!("{}: {}", best.title, source(best, document)));
    for because in group {
        let weaker = if strength(because) < strength(best) {
            format!(" [{}]", closeness(&because.grade))
        } else {
            String::new()
        };
        page.item(&format!("{}{weaker}", said_as(line, because, &cut(&because.text))));
    }
    for caveat in best.caveats.iter().take(*notes) {
        page.below(&format!("Note: {caveat}"));
    }
    *notes = notes.saturating_sub(best.caveats.len());
}

/// What the citations have in common: the document, where each reason names its own part.
fn common<'a>(mut citations: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = citations.next() else { return "" };
    let shared = citations.fold(first, |shared, other| {
        let parts: Vec<usize> = shared.match_indices(", ").map(|(at, _)| at).chain([shared.len()]).collect();
        let fits = |end: &&usize| {
            other.strip_prefix(&shared[..**end]).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
        };
        parts.iter().rev().find(fits).map_or("", |end| &shared[..*end])
    });
    if shared.is_empty() { first } else { shared }
}

/// A reason with how it came out: a criterion alone reads like its opposite where it is not met.
#[must_use]
pub fn said(line: &LineAnswer, because: &Because) -> String {
    said_as(line, because, &because.text)
}

fn said_as(line: &LineAnswer, because: &Because, text: &str) -> String {
    if because.criterion.is_empty() {
        return because.text.clone();
    }
    let decides_against = matches!(line.verdict, Verdict::NotCovered | Verdict::NotBillableHere);
    let state = match because.outcome {
        CriterionOutcome::Met if decides_against && because.kind.is_some() => "Against it",
        CriterionOutcome::Met => "Met",
        CriterionOutcome::NotMet => "Not met",
        CriterionOutcome::Open => "Open",
        CriterionOutcome::Unread => "Not read",
    };
    format!("{state}: {text}")
}

/// A long condition, cut at a word; the whole proof has all of it.
fn cut(text: &str) -> String {
    let Some((at, _)) = text.char_indices().nth(REASON_CHARACTERS_MAX) else { return text.to_owned() };
    let end = text[..at].rfind(' ').unwrap_or(at);
    format!("{} …", &text[..end])
}

/// How closely a text was read, in words.
fn closeness(grade: &str) -> &'static str {
    match grade {
        "text" => "full text",
        "page" => "the authority's page",
        "mirror" => "a copy elsewhere",
        "digest" => "a summary only",
        "header" => "the heading only",
        _ => "general knowledge",
    }
}

/// How closely a text was read, and when.
pub(super) fn how_read(grade: &str, read: Option<Day>) -> String {
    let was_read = !matches!(grade, "header" | "known");
    let read = read.map_or_else(String::new, |day| format!(", {} {day}", if was_read { "read" } else { "as of" }));
    format!("{}{read}", closeness(grade))
}

/// Citation, and how closely the text was read.
fn source(because: &Because, document: &str) -> String {
    let own = if because.entered_by_practice { "; entered by the practice" } else { "" };
    format!("{document} ({}{own})", how_read(&because.grade, because.read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_is_cited_once_whatever_its_parts() {
        let of = |citations: &[&'static str]| common(citations.iter().copied());
        assert_eq!(of(&["LCD L1, Toxins, migraine", "LCD L1, Toxins", "LCD L1, Toxins, limits"]), "LCD L1, Toxins");
        assert_eq!(of(&["42 CFR 424.505"]), "42 CFR 424.505");
        // A citation that only begins alike is another document.
        assert_eq!(of(&["LCD L1, Toxins A", "LCD L1, Toxins B"]), "LCD L1");
        assert_eq!(of(&["NCD 1", "LCD 2"]), "NCD 1");
        assert_eq!(of(&[]), "");
    }
}
