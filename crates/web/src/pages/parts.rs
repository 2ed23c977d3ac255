//! Small pieces that many pages show alike: verdicts, days, money, sentences.

use askama::Template;
use coverage::answer::{Verdict, WhoWord};
use jiff::civil::Date;

/// The outer ring of most signs.
const RING: &str = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z";

/// A verdict as sign, word and colour; the sign tells it without the colour.
#[derive(Template)]
#[template(path = "chip.html")]
pub(crate) struct Chip {
    word: &'static str,
    says: &'static str,
    strokes: &'static [&'static str],
}

impl askama::filters::HtmlSafe for Chip {}

pub(crate) fn chip(verdict: impl std::borrow::Borrow<Verdict>) -> Chip {
    let verdict = *verdict.borrow();
    Chip { word: verdict.word(), says: verdict_name(verdict), strokes: strokes(verdict) }
}

/// The strokes of a verdict's sign, in a box of 24 by 24.
pub(crate) fn strokes(verdict: Verdict) -> &'static [&'static str] {
    match verdict {
        Verdict::Covered => &[RING, "m8 12.5 2.8 2.8L16 9.5"],
        Verdict::CoveredIf => &[RING, "M12 3v18", "M12 7h6M12 12h9M12 17h6"],
        Verdict::PriorAuthorization => &["M7 3h10M7 21h10M8 3v4l8 10v4M16 3v4L8 17v4"],
        Verdict::PatientClaim => &["M9 5 4 10l5 5", "M4 10h10a6 6 0 0 1 0 11h-3"],
        Verdict::NotCovered => &[RING, "m9 9 6 6M15 9l-6 6"],
        Verdict::NotBillableHere => &[RING, "m6 6 12 12"],
        Verdict::Unknown => &[RING, "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .9-1 1.7", "M12 17v.010"],
    }
}

/// The verdict from its word in a kept answer.
pub(crate) fn verdict_of(word: &str) -> Option<Verdict> {
    VERDICTS.into_iter().find(|verdict| verdict.word() == word)
}

/// Every verdict, the best first.
pub(crate) const VERDICTS: [Verdict; 7] = [
    Verdict::Covered,
    Verdict::CoveredIf,
    Verdict::PriorAuthorization,
    Verdict::PatientClaim,
    Verdict::NotCovered,
    Verdict::NotBillableHere,
    Verdict::Unknown,
];

/// The verdict in the words of the staff.
pub(crate) fn verdict_name(verdict: impl std::borrow::Borrow<Verdict>) -> &'static str {
    match verdict.borrow() {
        Verdict::Covered => "Covered",
        Verdict::CoveredIf => "Covered if …",
        Verdict::PriorAuthorization => "Prior authorization",
        Verdict::PatientClaim => "Patient may claim",
        Verdict::NotCovered => "Not covered",
        Verdict::NotBillableHere => "Not billable here",
        Verdict::Unknown => "Not known",
    }
}

/// Who can answer, as a heading over the questions.
pub(crate) fn whom(who: WhoWord) -> &'static str {
    match who {
        WhoWord::Patient => "The patient can tell",
        WhoWord::FrontDesk => "The front desk can tell",
        WhoWord::Clinician => "Ask the clinician",
        WhoWord::Payer => "Ask the plan",
        WhoWord::Biller => "The biller can tell",
        WhoWord::Practice => "The practice can tell",
    }
}

/// Who can answer, inside of a sentence.
pub(crate) fn person(who: WhoWord) -> &'static str {
    match who {
        WhoWord::Patient => "the patient",
        WhoWord::FrontDesk => "the front desk",
        WhoWord::Clinician => "the clinician",
        WhoWord::Payer => "the plan",
        WhoWord::Biller => "the biller",
        WhoWord::Practice => "the practice",
    }
}

/// How closely a source was read.
pub(crate) fn grade(grade: &str) -> &str {
    match grade {
        "text" => "full text",
        "page" => "the page of the authority",
        "mirror" => "a copy elsewhere",
        "digest" => "a summary only",
        "header" => "the heading only",
        "known" => "general knowledge",
        other => other,
    }
}

/// An address that may become a link: nothing but `https`.
pub(crate) fn safe_url(url: &Option<String>) -> Option<&str> {
    url.as_deref().filter(|url| url.starts_with("https://"))
}

/// A text that begins with a capital.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A day as people here write it: `Nov 23, 2026`.
pub(crate) fn day(day: impl std::borrow::Borrow<Date>) -> String {
    let day = day.borrow();
    format!("{} {}, {}", month(day.month()), day.day(), day.year())
}

/// A day with its weekday: `Mon, Nov 23, 2026`.
pub(crate) fn weekday(date: Date) -> String {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
    format!("{}, {}", names[index], day(date))
}

/// A moment where this machine is: `Nov 23, 2026, 14:05`.
pub(crate) fn moment(at: jiff::Timestamp) -> String {
    let here = at.to_zoned(jiff::tz::TimeZone::system());
    format!("{}, {:02}:{:02}", day(here.date()), here.hour(), here.minute())
}

fn month(month: i8) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(month - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or("?")
}
