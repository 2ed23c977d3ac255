//! The later days on which something turns: a stretch since an earlier service is over, a window no longer holds one, a policy begins.
//!
//! Between two such days nothing that is tested changes by waiting, so the earliest day with another answer is one of them.

use codes::dates::{add_days, add_months};
use jiff::civil::{Date, date};

use crate::ast::{Duration, DurationUnit, Window};
use crate::inputs::Inputs;
use crate::program::{Node, PolicyIndex, Program, SlotKey};

/// Days after the date of service, up to and with `latest`, on which a test of the history that these policies make turns, or on
/// which any policy of the program begins. In rising order.
#[must_use]
pub fn turning_days(program: &Program, policies: &[PolicyIndex], inputs: &Inputs, latest: Date) -> Vec<Date> {
    let mut days: Vec<Date> = program.policies.iter().filter_map(|policy| policy.from).collect();
    for index in policies {
        for node in &program.nodes[program.policy(*index).nodes.clone()] {
            if let Node::InRange { slot, lo, hi } | Node::OutOfRange { slot, lo, hi } = *node {
                let key = &program.slots[slot as usize].key;
                days.extend(days_of(program, inputs, key, [lo, hi.saturating_add(1)]));
            }
        }
    }
    days.retain(|day| *day > inputs.service_date && *day <= latest);
    days.sort_unstable();
    days.dedup();
    days
}

/// Days on which one numbered fact crosses one of these thresholds.
fn days_of(program: &Program, inputs: &Inputs, key: &SlotKey, thresholds: [i64; 2]) -> Vec<Date> {
    let in_set = |set: usize| -> Vec<Date> {
        let services = inputs.history.services.iter();
        let same = services.filter(|service| program.code_sets[set].contains(service.code, inputs.service_date));
        same.map(|service| service.date).collect()
    };
    let whole = |threshold: &i64| i32::try_from(*threshold).ok();
    match key {
        SlotKey::SinceDays(past) | SlotKey::SinceMonths(past) => {
            let months = matches!(key, SlotKey::SinceMonths(_));
            let later = |day: Date, count: i32| if months { add_months(day, count) } else { add_days(day, count) };
            let mut services = in_set(past.services.set);
            // Where a place or a result decides which services count, any may be the one; else only the last and the first.
            if past.services.per.is_none() && !past.services.failed && past.within.is_none() {
                services.sort_unstable();
                services = services.first().into_iter().chain(services.last()).copied().collect();
            }
            let leaves = past.within.map(|within| services.iter().map(move |day| after(*day, within)).collect());
            let leaves: Vec<Date> = leaves.unwrap_or_default();
            let crossed = services.iter().flat_map(|day| thresholds.iter().filter_map(whole).map(|n| later(*day, n)));
            crossed.chain(leaves.iter().copied()).collect()
        }
        SlotKey::Count(services, window) | SlotKey::Units(services, window) => {
            in_set(services.set).into_iter().filter_map(|service| out_of(*window, service)).collect()
        }
        SlotKey::Readings { fact: _, within: Some(within), .. } => {
            let dates = inputs.readings.values().flat_map(|readings| &readings.list).map(|(date, _)| *date);
            dates.map(|date| after(date, *within)).collect()
        }
        _ => Vec::new(),
    }
}

/// The first day on which a service no longer counts in a window.
fn out_of(window: Window, service: Date) -> Option<Date> {
    match window {
        Window::In(duration) => Some(after(service, duration)),
        Window::CalendarMonth => Some(add_months(service.first_of_month(), 1)),
        Window::CalendarYear => Some(date(service.year().checked_add(1)?, 1, 1)),
        Window::Today | Window::Ever => None,
    }
}

fn after(service: Date, duration: Duration) -> Date {
    let count = i32::try_from(duration.count).unwrap_or(i32::MAX);
    match duration.unit {
        DurationUnit::Day => add_days(service, count),
        DurationUnit::Week => add_days(service, count.saturating_mul(7)),
        DurationUnit::Month => add_months(service, count),
        DurationUnit::Year => add_months(service, count.saturating_mul(12)),
    }
}
