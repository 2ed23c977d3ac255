//! The earliest later day that brings a better verdict, by judging again at the days on which something turns.

use codes::dates::add_months;
use jiff::civil::Date;
use policy::eval::Scratch;
use policy::wait::turning_days;

use super::change::standing;
use super::duties::Granted;
use super::judge::{Judged, verdict};
use super::question::Question;
use crate::answer::Verdict;
use crate::derive::derive;

/// Most days that are tried; a history with more turning days is cut to the first.
const DAYS_TRIED_MAX: usize = 64;
/// Nobody plans further ahead.
const YEARS_AHEAD_MAX: i32 = 5;

/// The first later day with a better verdict, and that verdict. `None` once the service was given.
///
/// The patient's age stays what it is on the planned day: growing older is no advice.
pub(super) fn earliest(question: &Question<'_>, judged: &Judged) -> Option<(Date, Verdict)> {
    if !question.is_before_service() {
        return None;
    }
    let latest = add_months(question.case.date, 12 * YEARS_AHEAD_MAX);
    let mut days = turning_days(question.program, &question.stack.policies, &question.inputs, latest);
    days.truncate(DAYS_TRIED_MAX);
    days.into_iter().find_map(|day| {
        let mut case = question.case.clone();
        case.date = day;
        let mut derived = derive(&case, question.index, question.library);
        match question.inputs.facts.get("age_years") {
            Some(age) => derived.inputs.facts.insert("age_years".to_owned(), age.clone()),
            None => derived.inputs.facts.remove("age_years"),
        };
        let later = Question::with_inputs(&case, question.index, question.library, derived);
        let mut scratch = Scratch::new(later.program);
        let verdict = verdict(&later, &later.row.cells, &Granted::default(), &mut scratch);
        let better = standing(verdict) < standing(judged.verdict) && verdict != Verdict::Unknown;
        better.then_some((day, verdict))
    })
}
