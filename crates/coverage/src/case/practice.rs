//! What a case says about the practice behind the visit: owners, registrations, accreditation, purchases, days away.

use codes::{Cents, Ndc, Npi, StateCode};
use jiff::civil::Date;

use super::read::Record;
use super::{BillingEntity, License, RegistrationKind};

/// An owner of the practice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Licence of the owner; [`License::Unlicensed`] for a lay person or a company.
    pub license: Option<License>,
    /// Part of the practice, in percent.
    pub percent: Option<u32>,
    /// Whether the owner is on an exclusion list.
    pub excluded: Option<bool>,
}

/// Who owns and who bills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Billing {
    /// Who files claims and is paid.
    pub entity: Option<BillingEntity>,
    /// Whether a management company runs the business for a fee.
    pub management_company: Option<bool>,
}

/// A licence, certificate or registration of the place, a person, a device or a drug store, with the days on which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Of what.
    pub kind: RegistrationKind,
    /// State that issued it.
    pub state: Option<StateCode>,
    /// First day.
    pub from: Option<Date>,
    /// Last day; `None`: not recorded.
    pub until: Option<Date>,
}

/// An accreditation of the place, with the days on which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accreditation {
    /// Who gave it.
    pub body: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

/// A picture in the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Records of the practice that claims are held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Practice {
    /// Minutes for which the practice is open on a day.
    pub open_minutes: Option<u32>,
    /// Days on which a clinician was away.
    pub absences: Vec<Absence>,
    /// Days on which the practice was closed.
    pub closures: Vec<Closure>,
    /// Drugs that were bought.
    pub purchases: Vec<Purchase>,
}

/// Days on which a clinician was away: on leave, abroad, or elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Who.
    pub npi: Npi,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// Days on which the practice was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// A drug that was bought, in billing units, less what is still in stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Package.
    pub ndc: Ndc,
    /// Billing units.
    pub units: u32,
    /// What was paid.
    pub paid: Option<Cents>,
}

/// Whether something with a first and a last day holds on a day; open where its last day is not recorded.
#[must_use]
pub fn holds_on(date: Date, from: Option<Date>, until: Option<Date>) -> Option<bool> {
    match (from, until) {
        (Some(from), _) if date < from => Some(false),
        (_, Some(until)) if date > until => Some(false),
        (_, Some(_)) => Some(true),
        (_, None) => None,
    }
}

pub(super) fn owners(root: &Record) -> Vec<Owner> {
    let owner = |record: &Record| Owner {
        license: record.word("license", License::from_word),
        percent: record.count("percent"),
        excluded: record.yes_no("excluded"),
    };
    root.children_named("owner").map(owner).collect()
}

pub(super) fn billing(root: &Record) -> Billing {
    let Some(record) = root.child("billing") else { return Billing::default() };
    Billing {
        entity: record.word("entity", BillingEntity::from_word),
        management_company: record.yes_no("management_company"),
    }
}

pub(super) fn registrations(root: &Record) -> Vec<Registration> {
    let registration = |record: &Record| {
        Some(Registration {
            kind: record.word("kind", RegistrationKind::from_word)?,
            state: record.state("state"),
            from: record.date("from"),
            until: record.date("until"),
        })
    };
    root.children_named("registration").filter_map(registration).collect()
}

pub(super) fn accreditations(root: &Record) -> Vec<Accreditation> {
    let accreditation = |record: &Record| {
        Some(Accreditation { body: record.text("body")?, from: record.date("from"), until: record.date("until") })
    };
    root.children_named("accreditation").filter_map(accreditation).collect()
}

pub(super) fn photos(root: &Record) -> Vec<Photo> {
    root.children_named("photo").filter_map(|record| Some(Photo { sha256: record.text("sha256")? })).collect()
}

pub(super) fn practice(root: &Record) -> Practice {
    let Some(record) = root.child("practice") else { return Practice::default() };
    let days = |record: &Record| record.date("from").zip(record.date("until"));
    let absence = |record: &Record| {
        let (from, until) = days(record)?;
        Some(Absence { npi: record.npi("npi")?, from, until })
    };
    let purchase = |record: &Record| {
        Some(Purchase { ndc: record.ndc("ndc")?, units: record.count("units")?, paid: record.money("paid") })
    };
    Practice {
        open_minutes: record.count("open_minutes"),
        absences: record.children_named("absence").filter_map(absence).collect(),
        closures: record
            .children_named("closure")
            .filter_map(|record| days(record).map(|(from, until)| Closure { from, until }))
            .collect(),
        purchases: record.children_named("purchase").filter_map(purchase).collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_interval_holds_on_both_of_its_ends() {
        let day = |day| Some(date(2026, 11, day));
        assert_eq!(holds_on(date(2026, 11, 1), day(1), day(30)), Some(true));
        assert_eq!(holds_on(date(2026, 11, 30), day(1), day(30)), Some(true));
        assert_eq!(holds_on(date(2026, 12, 1), day(1), day(30)), Some(false));
        assert_eq!(holds_on(date(2026, 10, 31), day(1), None), Some(false));
        assert_eq!(holds_on(date(2026, 11, 2), day(1), None), None, "the end is not recorded");
        assert_eq!(holds_on(date(2026, 11, 2), None, day(30)), Some(true));
    }
}
