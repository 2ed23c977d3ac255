//! Keys about the practice behind the visit.

use super::ValueType::{Choice, Count, Date, Money, Ndc, Npi, State, Text, YesNo};
use super::{Key, Section, Shape};
use crate::case::words::{BillingEntity, License, RegistrationKind};

/// Most entries of records that claims are held against: years of purchases.
const RECORDS_MAX: usize = 10_000;
/// Minutes of a day.
const DAY_MINUTES: u32 = 1_440;
/// Most billing units of one purchase.
const PURCHASE_UNITS_MAX: u32 = 10_000_000;

pub(super) const OWNERS: Section = Section {
    path: "owner",
    shape: Shape::Many { max: 50 },
    doc: "An owner of the practice; the state may ask who it is.",
    keys: OWNER,
};

pub(super) const BILLING: Section =
    Section { path: "billing", shape: Shape::One, doc: "Who files the claims and is paid.", keys: BILLING_KEYS };

pub(super) const REGISTRATIONS: Section = Section {
    path: "registration",
    shape: Shape::Many { max: 100 },
    doc: "A licence or registration of the place, the person, a device or a laser, with the days on which it holds.",
    keys: REGISTRATION,
};

pub(super) const ACCREDITATIONS: Section = Section {
    path: "accreditation",
    shape: Shape::Many { max: 20 },
    doc: "An accreditation of the place, with the days on which it holds.",
    keys: ACCREDITATION,
};

pub(super) const PHOTOS: Section = Section {
    path: "photo",
    shape: Shape::Many { max: 1_000 },
    doc: "A picture in the chart, by its hash; it finds one picture in two charts.",
    keys: &[Key::new("sha256", Text, "SHA-256 of the file.", "\"9f86d0…\"").required()],
};

pub(super) const PRACTICE: Section = Section {
    path: "practice",
    shape: Shape::One,
    doc: "Records of the practice that claims are held against; one file of a list may carry them for all.",
    keys: &[Key::new(
        "open_minutes",
        Count { min: 1, max: DAY_MINUTES },
        "Minutes for which the practice is open on a day.",
        "600",
    )],
};

pub(super) const ABSENCES: Section = Section {
    path: "practice.absence",
    shape: Shape::Many { max: RECORDS_MAX },
    doc: "Days on which a clinician was on leave, abroad or elsewhere.",
    keys: &[
        Key::new("npi", Npi, "Who was away.", "\"1234567893\"").required(),
        Key::new("from", Date, "First day.", "2026-11-02").required(),
        Key::new("until", Date, "Last day.", "2026-11-15").required(),
    ],
};

pub(super) const CLOSURES: Section = Section {
    path: "practice.closure",
    shape: Shape::Many { max: RECORDS_MAX },
    doc: "Days on which the practice was closed.",
    keys: &[
        Key::new("from", Date, "First day.", "2026-12-24").required(),
        Key::new("until", Date, "Last day.", "2026-12-26").required(),
    ],
};

pub(super) const PURCHASES: Section = Section {
    path: "practice.purchase",
    shape: Shape::Many { max: RECORDS_MAX },
    doc: "A drug that was bought for the period of the cases, less what is still in stock.",
    keys: &[
        Key::new("ndc", Ndc, "Package.", "\"00023-1145-01\"").required(),
        Key::new("units", Count { min: 1, max: PURCHASE_UNITS_MAX }, "Billing units.", "1000").required(),
        Key::new("paid", Money, "What was paid.", "6200.00"),
    ],
};

const OWNER: &[Key] = &[
    Key::new(
        "license",
        Choice(License::WORDS),
        "Licence of the owner; `none` for a lay person or a company.",
        "\"MD\"",
    ),
    Key::new("percent", Count { min: 1, max: 100 }, "Part of the practice, in percent.", "100"),
    Key::new("excluded", YesNo, "Whether the owner is on a federal or state exclusion list.", "false"),
];

const BILLING_KEYS: &[Key] = &[
    Key::new("entity", Choice(BillingEntity::WORDS), "Who files the claims and is paid.", "\"practice\""),
    Key::new("management_company", YesNo, "Whether a management company runs the business for a fee.", "false"),
];

const REGISTRATION: &[Key] = &[
    Key::new("kind", Choice(RegistrationKind::WORDS), "What it is of.", "\"facility\"").required(),
    Key::new("state", State, "State that issued it.", "\"TX\""),
    Key::new("from", Date, "First day.", "2026-01-01"),
    Key::new("until", Date, "Last day; without it, whether it still holds is open.", "2026-12-31"),
];

const ACCREDITATION: &[Key] = &[
    Key::new("body", Text, "Who gave it.", "\"AAAHC\"").required(),
    Key::new("from", Date, "First day.", "2024-06-01"),
    Key::new("until", Date, "Last day; without it, whether it still holds is open.", "2027-05-31"),
];
