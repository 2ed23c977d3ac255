//! Days by which somebody must act, and ways of appeal.

use codes::dates::{Clock, MissingDay, Period, Starts, Within, add_business_days, business_days_between};
use codes::{Cents, StateCode};
use coverage::reference::PayerClass;
use jiff::civil::Date;
use policy::dictionary::Who;

use super::{Authority, Law, authority};
use crate::reader::{Entry, Reader};

/// A day by which somebody must act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Identifier: `medicare-refund`.
    pub id: String,
    /// What is to be done.
    pub does: String,
    /// Who does it.
    pub who: Who,
    /// Kinds of coverage it belongs to; empty: any.
    pub classes: Vec<PayerClass>,
    /// The state whose law it is; `None`: federal law.
    pub state: Option<StateCode>,
    /// The event.
    pub from: String,
    /// How the last day follows from it.
    pub clock: Clock,
    /// A further length of time, and what for.
    pub extended: Option<(Period, String)>,
    /// Where it stands.
    pub authority: Authority,
}

/// The clock of the good-faith estimate (45 CFR 149.610(b)(1)(vi)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// What is to be done.
    pub does: String,
    /// After a request.
    pub on_request: Period,
    /// After scheduling, by how far ahead the service is.
    pub bands: Vec<Band>,
    /// Where it stands.
    pub authority: Authority,
}

/// What is due for a service that is scheduled so far ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Least business days ahead.
    pub ahead_min: u32,
    /// Most business days ahead.
    pub ahead_max: Option<u32>,
    /// How long there is; `None`: nothing is due.
    pub within: Option<Period>,
}

impl Estimate {
    /// The last day to give an estimate that was asked for.
    #[must_use]
    pub fn due_on_request(&self, requested: Date) -> Date {
        self.on_request.after(requested)
    }

    /// The last day to give an estimate for a service that was scheduled; `None`: none is due unless somebody asks.
    ///
    /// Days ahead are business days after the day of scheduling, up to and including the day of service.
    #[must_use]
    pub fn due_on_scheduling(&self, scheduled: Date, service: Date) -> Option<Date> {
        let ahead = business_days_between(scheduled, service);
        let fits = |band: &&Band| band.ahead_min <= ahead && band.ahead_max.is_none_or(|most| ahead <= most);
        Some(self.bands.iter().find(fits)?.within?.after(scheduled))
    }

    /// The first day of service, scheduled on a day, for which an estimate is due without a request.
    #[must_use]
    pub fn first_service_with_estimate(&self, scheduled: Date) -> Option<Date> {
        let band = self.bands.iter().find(|band| band.within.is_some())?;
        Some(add_business_days(scheduled, i32::try_from(band.ahead_min).ok()?))
    }
}

/// A way of appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealPath {
    /// Identifier: `original-medicare`.
    pub id: String,
    /// What the coverage is called.
    pub name: String,
    /// Kinds of coverage.
    pub classes: Vec<PayerClass>,
    /// The levels, the first first.
    pub levels: Vec<AppealLevel>,
    /// Where it stands.
    pub authority: Authority,
}

/// One level of an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealLevel {
    /// What it is called.
    pub name: String,
    /// From the notice to the last day of filing; `None`: nobody files, or it was not read.
    pub file: Option<Clock>,
    /// How long the decision takes, the usual first, each with what it is for.
    pub decide: Vec<(&'static str, Within)>,
    /// The least that must be at stake, by year.
    pub amounts: Vec<Amount>,
    /// The least that must be at stake, where it is the same in every year.
    pub always_least: Option<Cents>,
    /// What limits it.
    pub note: Option<String>,
}

/// The least that must be at stake in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The year.
    pub year: i16,
    /// The amount.
    pub least: Cents,
}

impl AppealLevel {
    /// The least that must be at stake in a year: `None` where no amount is asked, `Some(None)` where that year's is not known.
    #[must_use]
    pub fn least(&self, year: i16) -> Option<Option<Cents>> {
        if self.amounts.is_empty() {
            return self.always_least.map(Some);
        }
        Some(self.amounts.iter().find(|amount| amount.year == year).map(|amount| amount.least))
    }
}

/// What each length of a decision is for, with its key.
const DECISIONS: [(&str, &str); 4] = [
    ("decide", "decision"),
    ("decide_payment", "decision on payment after the service"),
    ("decide_expedited", "expedited decision"),
    ("preliminary", "preliminary review"),
];

const WHO: [(&str, Who); 6] = [
    ("clinician", Who::Clinician),
    ("patient", Who::Patient),
    ("front-desk", Who::FrontDesk),
    ("biller", Who::Biller),
    ("payer", Who::Payer),
    ("practice", Who::Practice),
];

pub(super) fn read_deadlines(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    for mut entry in reader.entries(root, "deadline") {
        let deadline = deadline(reader, &mut entry);
        reader.finish(entry);
        law.deadlines.extend(deadline);
    }
    if let Some(mut entry) = reader.table_if_any(root, "estimate") {
        law.estimate = estimate(reader, &mut entry);
        reader.finish(entry);
    }
}

fn deadline(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<Deadline> {
    let id = reader.id(entry);
    let does = reader.text(entry, "does");
    let who = reader.word(entry, "who", &WHO);
    let classes = classes(reader, entry);
    let state = reader.text_if_any(entry, "state").and_then(|state| reader.parsed(&state));
    let from = reader.text(entry, "from");
    let clock = clock(reader, entry, "within");
    let extended = period(reader, entry, "extended");
    let extended_for = reader.text_if_any(entry, "extended_for").map_or_else(String::new, |text| text.value);
    let authority = authority(reader, entry);
    Some(Deadline {
        id: id?.value,
        does: does?.value,
        who: who?,
        classes,
        state,
        from: from?.value,
        clock: clock?,
        extended: extended.map(|period| (period, extended_for)),
        authority: authority?,
    })
}

fn estimate(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<Estimate> {
    let _ = reader.id(entry);
    let does = reader.text(entry, "does");
    let _ = reader.word(entry, "who", &WHO);
    let _ = classes(reader, entry);
    let on_request = period(reader, entry, "on_request");
    let mut bands = Vec::new();
    for mut band in reader.entries(entry, "band") {
        let ahead_min = reader.number_if_any(&mut band, "ahead_min").unwrap_or_default();
        let ahead_max = reader.number_if_any(&mut band, "ahead_max");
        let within = period(reader, &mut band, "within");
        reader.finish(band);
        bands.push(Band { ahead_min, ahead_max, within });
    }
    let authority = authority(reader, entry);
    Some(Estimate { does: does?.value, on_request: on_request?, bands, authority: authority? })
}

/// The clock under a key, with what goes with it; `None` without the key.
fn clock(reader: &mut Reader<'_>, entry: &mut Entry<'_>, key: &'static str) -> Option<Clock> {
    let within = reader.text_if_any(entry, key).and_then(|within| reader.parsed::<Within>(&within));
    let before = reader.flag(entry, "before");
    let starts = reader.word_if_any(entry, "counts", &[("from-year-end", Starts::AtYearEnd)]);
    let receipt = period(reader, entry, "receipt");
    let missing = reader.word_if_any(entry, "missing", &[("first-of-next", MissingDay::FirstOfNext)]);
    let (starts, missing) = (starts.unwrap_or_default(), missing.unwrap_or_default());
    Some(Clock { within: within?, before, starts, receipt, missing })
}

fn period(reader: &mut Reader<'_>, entry: &mut Entry<'_>, key: &'static str) -> Option<Period> {
    let written = reader.text_if_any(entry, key)?;
    reader.parsed(&written)
}

/// Kinds of coverage under `classes`.
pub(super) fn classes(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Vec<PayerClass> {
    let written = reader.texts(entry, "classes");
    written.iter().filter_map(|class| reader.one_of("classes", class, &PayerClass::ALL)).collect()
}

pub(super) fn read_appeals(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    for mut entry in reader.entries(root, "path") {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let classes = classes(reader, &mut entry);
        let levels: Vec<AppealLevel> =
            reader.entries(&mut entry, "level").into_iter().filter_map(|entry| level(reader, entry)).collect();
        let authority = authority(reader, &mut entry);
        reader.finish(entry);
        if let (Some(id), Some(name), Some(authority)) = (id, name, authority) {
            law.appeals.push(AppealPath { id: id.value, name: name.value, classes, levels, authority });
        }
    }
}

fn level(reader: &mut Reader<'_>, mut entry: Entry<'_>) -> Option<AppealLevel> {
    let name = reader.text(&mut entry, "name");
    let file = clock(reader, &mut entry, "file");
    let mut decide = Vec::new();
    for (key, what) in DECISIONS {
        let written = reader.text_if_any(&mut entry, key);
        decide.extend(written.and_then(|written| reader.parsed(&written)).map(|within| (what, within)));
    }
    let mut amounts = Vec::new();
    for mut amount in reader.entries(&mut entry, "amounts") {
        let year = reader.number_if_any(&mut amount, "year").and_then(|year| i16::try_from(year).ok());
        let least = reader.text(&mut amount, "dollars").and_then(|dollars| reader.parsed(&dollars));
        reader.finish(amount);
        amounts.extend(year.zip(least).map(|(year, least)| Amount { year, least }));
    }
    let always_least = reader.text_if_any(&mut entry, "least").and_then(|dollars| reader.parsed(&dollars));
    let note = reader.text_if_any(&mut entry, "note").map(|note| note.value);
    reader.finish(entry);
    Some(AppealLevel { name: name?.value, file, decide, amounts, always_least, note })
}
