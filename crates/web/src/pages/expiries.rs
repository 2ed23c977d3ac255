//! What ends, and when: licences, accreditations, enrolments and agreements.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use store::Stored;
use store::nouns::{Clinician, Facility, Licence};

use super::people;

/// What ends later is not in the queue.
const DAYS_MAX: i32 = 90;
/// What ended earlier than this is history.
const DAYS_OVER_MAX: i32 = 365;

/// The parts of the queue by the days that are left.
pub(super) const PARTS: [(&str, RangeInclusive<i32>); 4] = [
    ("Over", -DAYS_OVER_MAX..=-1),
    ("Within 30 days", 0..=30),
    ("Within 60 days", 31..=60),
    ("Within 90 days", 61..=DAYS_MAX),
];

/// Something that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) whose: String,
    pub(super) href: String,
    pub(crate) what: String,
    pub(crate) until: Date,
    pub(crate) days_left: i32,
}

/// What ends within ninety days or ended within a year, the first first. What was renewed is not over: of one kind and state the last
/// end counts.
pub(crate) fn ending(clinicians: &[Stored<Clinician>], facilities: &[Stored<Facility>], today: Date) -> Vec<Ending> {
    let mut found = Vec::new();
    for clinician in clinicians.iter().filter(|clinician| clinician.active) {
        let (whose, href) = (people::clinician_name(clinician), format!("/clinicians/{}", clinician.id));
        add(&mut found, &whose, &href, "licence", &clinician.licences, today);
        add(&mut found, &whose, &href, "enrolment", &clinician.enrolments, today);
        for supervision in &clinician.supervision {
            push(&mut found, &whose, &href, "supervision agreement".to_owned(), supervision.holds.until, today);
        }
    }
    for facility in facilities.iter().filter(|facility| facility.active) {
        let href = format!("/facilities/{}", facility.id);
        add(&mut found, &facility.name, &href, "licence", &facility.licences, today);
        add(&mut found, &facility.name, &href, "accreditation", &facility.accreditations, today);
    }
    found.sort_by(|one, other| (one.until, &one.whose, &one.what).cmp(&(other.until, &other.whose, &other.what)));
    found
}

fn add(found: &mut Vec<Ending>, whose: &str, href: &str, noun: &str, papers: &[Licence], today: Date) {
    for paper in papers {
        let renewed = papers.iter().any(|other| {
            (&other.kind, &other.state) == (&paper.kind, &paper.state)
                && match (other.holds.until, paper.holds.until) {
                    (None, Some(_)) => true,
                    (Some(other), Some(this)) => other > this,
                    _ => false,
                }
        });
        if !renewed {
            let state = paper.state.as_ref().map_or_else(String::new, |state| format!(", {state}"));
            push(found, whose, href, format!("{} {noun}{state}", paper.kind), paper.holds.until, today);
        }
    }
}

fn push(found: &mut Vec<Ending>, whose: &str, href: &str, what: String, until: Option<Date>, today: Date) {
    let Some(until) = until else { return };
    let days_left = today.until(until).map_or(i32::MAX, |span| span.get_days());
    if (-DAYS_OVER_MAX..=DAYS_MAX).contains(&days_left) {
        found.push(Ending { whose: whose.to_owned(), href: href.to_owned(), what, until, days_left });
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use store::Id;
    use store::nouns::Interval;

    use super::*;

    fn licence(until: Date) -> Licence {
        Licence { kind: "RN".to_owned(), holds: Interval { from: None, until: Some(until) }, ..Licence::default() }
    }

    fn stored(licences: Vec<Licence>) -> Stored<Clinician> {
        let body = Clinician { name: "Invented".to_owned(), active: true, licences, ..Clinician::default() };
        Stored {
            id: Id::new(Timestamp::UNIX_EPOCH),
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            body,
        }
    }

    #[test]
    fn both_sides_of_every_edge() {
        let today = date(2026, 11, 23);
        let ends = |until| ending(&[stored(vec![licence(until)])], &[], today).first().map(|ending| ending.days_left);
        assert_eq!(ends(date(2027, 2, 21)), Some(90));
        assert_eq!(ends(date(2027, 2, 22)), None);
        assert_eq!(ends(today), Some(0));
        assert_eq!(ends(date(2026, 11, 22)), Some(-1));
        let of_part = |days: i32| PARTS.iter().filter(|(_, range)| range.contains(&days)).count();
        assert!((-365..=90).all(|days| of_part(days) == 1));
    }

    #[test]
    fn what_was_renewed_is_not_over() {
        let today = date(2026, 11, 23);
        assert_eq!(ending(&[stored(vec![licence(date(2026, 11, 1)), licence(date(2028, 11, 1))])], &[], today), []);
    }
}
