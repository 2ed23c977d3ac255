//! The rows of the key table.

use super::ValueType::{
    Choice, Count, Date, DateOrFalse, Decimal, Diagnosis, Duration, List, Modifier, Money, MoneyByCode, Named, Ndc,
    Npi, Percent, PlaceOfService, Procedure, State, Text, YesNo,
};
use super::{Key, Names, Section, Shape, practice};
use crate::case::words::{
    AuthorizationStatus, Benefit, Course, DrugSource, Examiner, FacilityKind, Funding, License, Network, NoticeKind,
    Outcome, Product, Purpose, PurposeBy, ServiceOutcome, Sex, Side, Supervisor,
};

/// Most services in one visit; a claim file of one visit has a tenth of it.
pub(crate) const LINES_MAX: usize = 200;
/// Most codes of one service.
const CODES_MAX: usize = 50;
/// Most diagnoses of one service: as many as a claim can carry.
const DIAGNOSES_MAX: usize = 12;
/// Most entries of history, documents or trials: decades of weekly visits.
const ENTRIES_MAX: usize = 5_000;
/// Most units of one code in one visit; billing units of a drug reach thousands.
const UNITS_MAX: u32 = 99_999;

/// Every section, the top first; parents before children.
pub const SECTIONS: &[Section] = &[
    Section { path: "", shape: Shape::One, doc: "The visit.", keys: TOP },
    Section {
        path: "patient",
        shape: Shape::One,
        doc: "What a rule may ask about the patient; never a name or an address.",
        keys: PATIENT,
    },
    Section { path: "coverage", shape: Shape::One, doc: "The plan that is asked to pay.", keys: COVERAGE },
    Section {
        path: "coverage.benefits",
        shape: Shape::One,
        doc: "What the plan says about the patient's share; nothing is guessed from elsewhere.",
        keys: BENEFITS,
    },
    Section {
        path: "other_coverage",
        shape: Shape::Many { max: 5 },
        doc: "Another plan of the same patient; same keys as `[coverage]`.",
        keys: COVERAGE,
    },
    Section {
        path: "other_coverage.benefits",
        shape: Shape::One,
        doc: "What the other plan says about the patient's share.",
        keys: BENEFITS,
    },
    Section { path: "facility", shape: Shape::One, doc: "Where the service is given.", keys: FACILITY },
    Section { path: "clinician", shape: Shape::One, doc: "Who performs the service.", keys: CLINICIAN },
    Section {
        path: "clinician.supervisor",
        shape: Shape::One,
        doc: "Who supervises or delegates the service.",
        keys: SUPERVISOR,
    },
    Section {
        path: "line",
        shape: Shape::Many { max: LINES_MAX },
        doc: "One service of the visit, judged on its own.",
        keys: LINE,
    },
    Section { path: "line.drug", shape: Shape::One, doc: "The product that is given or prescribed.", keys: DRUG },
    Section {
        path: "line.code",
        shape: Shape::Many { max: CODES_MAX },
        doc: "One code of the service with its units and modifiers; the long form of `codes`.",
        keys: CODE,
    },
    Section {
        path: "chart",
        shape: Shape::Facts,
        doc: "What the chart says: facts of the dictionary; `false` says no, `\"?\"` says asked and not known.",
        keys: &[],
    },
    Section {
        path: "trial",
        shape: Shape::Many { max: ENTRIES_MAX },
        doc: "An earlier treatment and how it ended.",
        keys: TRIAL,
    },
    Section {
        path: "document",
        shape: Shape::Many { max: ENTRIES_MAX },
        doc: "A document of the chart, or that there is none.",
        keys: DOCUMENT,
    },
    Section {
        path: "authorization",
        shape: Shape::Many { max: 100 },
        doc: "A prior authorization that the payer was asked for.",
        keys: AUTHORIZATION,
    },
    Section {
        path: "notice",
        shape: Shape::Many { max: 100 },
        doc: "A notice or contract that the patient was given.",
        keys: NOTICE,
    },
    Section {
        path: "reading",
        shape: Shape::Many { max: ENTRIES_MAX },
        doc: "A number of the chart that was measured on several dates, one entry for each.",
        keys: READING,
    },
    practice::OWNERS,
    practice::BILLING,
    practice::REGISTRATIONS,
    practice::ACCREDITATIONS,
    practice::PHOTOS,
    practice::PRACTICE,
    practice::ABSENCES,
    practice::CLOSURES,
    practice::PURCHASES,
    Section { path: "history", shape: Shape::One, doc: "Earlier services, of every provider.", keys: HISTORY },
    Section {
        path: "history.service",
        shape: Shape::Many { max: ENTRIES_MAX },
        doc: "One earlier service.",
        keys: SERVICE,
    },
];

const TOP: &[Key] = &[
    Key::new("date", Date, "Date of service.", "2026-11-23").required(),
    Key::new("as_of", Date, "The day the question is asked; without it, the date of service.", "2026-11-20"),
];

const PATIENT: &[Key] = &[
    Key::new("birth_date", Date, "Date of birth.", "1980-01-31").private(),
    Key::new(
        "age",
        Count { min: 0, max: 130 },
        "Age in years on the date of service, in place of the date of birth.",
        "46",
    ),
    Key::new("sex", Choice(Sex::WORDS), "Sex recorded with the payer.", "\"female\""),
    Key::new("home_state", State, "State where the patient lives; it decides Medicaid.", "\"MI\""),
    Key::new(
        "reference",
        Text,
        "Any word that stands for the same patient in several cases of a list; never a name.",
        "\"P-17\"",
    )
    .private(),
];

const COVERAGE: &[Key] = &[
    Key::new("payer", Named(Names::Payer), "Who is asked to pay.", "\"medicare\""),
    Key::new(
        "class",
        Named(Names::PayerClass),
        "Kind of coverage, where the payer alone does not tell.",
        "\"commercial\"",
    ),
    Key::new("plan", Text, "Name of the plan on the card.", "\"Example Choice\""),
    Key::new("product", Choice(Product::WORDS), "Kind of plan.", "\"ppo\""),
    Key::new(
        "funding",
        Choice(Funding::WORDS),
        "Who bears the risk, an insurer or the employer itself.",
        "\"insured\"",
    ),
    Key::new("issue_state", State, "State where the contract was issued; it decides state mandates.", "\"OH\""),
    Key::new(
        "network",
        Choice(Network::WORDS),
        "Whether the practice is in the plan's network on that day.",
        "\"out\"",
    ),
    Key::new(
        "benefit",
        Choice(Benefit::WORDS),
        "Which benefit pays, for a drug given in the practice or filled at a pharmacy.",
        "\"medical\"",
    ),
    Key::new("rank", Count { min: 1, max: 6 }, "Which plan pays first: 1 before 2.", "1"),
];

const BENEFITS: &[Key] = &[
    Key::new("checked", Date, "The day the plan gave these figures.", "2026-11-19"),
    Key::new(
        "allowed",
        MoneyByCode,
        "What the plan allows for one unit of each code, by contract or fee schedule.",
        "{ 64615 = \"131.20\" }",
    ),
    Key::new("deductible_remaining", Money, "What is left of the deductible.", "150.00"),
    Key::new("coinsurance_percent", Percent, "The patient's part of the allowed amount after the deductible.", "20"),
    Key::new("copay", Money, "Fixed amount for the visit.", "40.00"),
    Key::new("out_of_pocket_remaining", Money, "What is left until the plan pays everything.", "2500.00"),
    Key::new("out_of_network_benefits", YesNo, "Whether the plan pays anything out of network.", "true"),
];

const FACILITY: &[Key] = &[
    Key::new("kind", Choice(FacilityKind::WORDS), "What kind of place it is.", "\"medical-spa\""),
    Key::new("state", State, "State of service; it decides scope of practice and the Medicare contractor.", "\"MI\""),
    Key::new("county", Text, "County or independent city; Virginia has two Medicare contractors.", "\"Washtenaw\""),
    Key::new("place_of_service", PlaceOfService, "Place-of-service code of the claim.", "\"11\""),
    Key::new("npi", Npi, "NPI of the practice.", "\"1234567893\""),
    Key::new(
        "licensed",
        YesNo,
        "Whether it holds every licence that the state asks for, in force on that day.",
        "true",
    ),
    Key::new("accredited_by", List { of: &Text, max: 10 }, "Bodies that accredit it.", "[\"AAAHC\"]"),
    Key::new("owner", Text, "Licence of whoever owns it.", "\"MD\""),
    Key::new(
        "enrolled",
        List { of: &Named(Names::Payer), max: 100 },
        "Every payer that the practice is enrolled with.",
        "[\"medicare\"]",
    ),
    Key::new(
        "network",
        List { of: &Named(Names::Payer), max: 100 },
        "Every payer whose network the practice is in.",
        "[\"aetna\"]",
    ),
    Key::new("sanctioned", YesNo, "Whether it is on a federal or state exclusion list.", "false"),
];

const CLINICIAN: &[Key] = &[
    Key::new("license", Choice(License::WORDS), "Licence of the person who performs the service.", "\"NP\""),
    Key::new("license_state", State, "State that issued the licence.", "\"MI\""),
    Key::new("license_from", Date, "First day of the licence.", "2024-04-01"),
    Key::new("license_expires", Date, "Last day of the licence.", "2027-03-31"),
    Key::new("npi", Npi, "NPI of the person.", "\"1234567893\""),
    Key::new(
        "enrolled",
        List { of: &Named(Names::Payer), max: 100 },
        "Every payer that the person is enrolled with.",
        "[\"medicare\"]",
    ),
    Key::new(
        "network",
        List { of: &Named(Names::Payer), max: 100 },
        "Every payer whose network the person is in.",
        "[\"aetna\"]",
    ),
    Key::new("opted_out_from", DateOrFalse, "First day of the Medicare opt-out; `false` if there is none.", "false"),
    Key::new("opted_out_until", Date, "Last day of the Medicare opt-out.", "2027-06-30"),
    Key::new("excluded", YesNo, "Whether the person is on a federal or state exclusion list.", "false"),
    Key::new(
        "exam_by",
        Choice(Examiner::WORDS),
        "Licence of whoever examined the patient before the service.",
        "\"NP\"",
    ),
    Key::new("exam_date", DateOrFalse, "Day of that good-faith exam; `false` if there was none.", "2026-11-02"),
    Key::new("order", DateOrFalse, "Day of the order for this service; `false` if there is none.", "2026-11-02"),
];

const SUPERVISOR: &[Key] = &[
    Key::new("license", Choice(Supervisor::WORDS), "Licence of the supervisor.", "\"MD\""),
    Key::new("npi", Npi, "NPI of the supervisor.", "\"1234567893\""),
];

const LINE: &[Key] = &[
    Key::new("treatment", Named(Names::Treatment), "What is done, in the words of the menu.", "\"botox\""),
    Key::new(
        "codes",
        List { of: &Procedure, max: CODES_MAX },
        "Codes of the service, units not recorded; `[[line.code]]` is the long form.",
        "[\"64615\", \"J0585\"]",
    ),
    Key::new("purpose", Choice(Purpose::WORDS), "For looks, or for a medical problem.", "\"medical\""),
    Key::new(
        "purpose_by",
        Choice(PurposeBy::WORDS),
        "Who says so; a medical purpose counts once the clinician documents it.",
        "\"clinician\"",
    ),
    Key::new(
        "diagnoses",
        List { of: &Diagnosis, max: DIAGNOSES_MAX },
        "Diagnoses that the clinician made, the primary first.",
        "[\"G43.709\"]",
    ),
    Key::new("region", Named(Names::Region), "Part of the body.", "\"head-neck\""),
    Key::new("side", Choice(Side::WORDS), "Side of the body.", "\"both\""),
    Key::new(
        "course",
        Choice(Course::WORDS),
        "First course of the treatment, or one that continues it.",
        "\"initial\"",
    ),
    Key::new("price", Money, "What the patient is really charged for the whole service, after discounts.", "1200.00"),
    Key::new("minutes", Count { min: 1, max: 1_440 }, "Minutes that the clinician spent on it.", "30"),
    Key::new(
        "responsible",
        Choice(License::WORDS),
        "Licence of whoever answers for this service medically; `none` if nobody does.",
        "\"MD\"",
    ),
];

const DRUG: &[Key] = &[
    Key::new("name", Text, "Brand name as on the vial or pen.", "\"Botox\""),
    Key::new(
        "source",
        Choice(DrugSource::WORDS),
        "The manufacturer's approved product, a generic, or compounded.",
        "\"brand\"",
    ),
    Key::new("ndc", Ndc, "National Drug Code of the package.", "\"00023-1145-01\""),
];

const CODE: &[Key] = &[
    Key::new("code", Procedure, "CPT or HCPCS code.", "\"J0585\"").required(),
    Key::new("units", Count { min: 1, max: UNITS_MAX }, "Billing units given to the patient.", "155"),
    Key::new(
        "wasted",
        Count { min: 0, max: UNITS_MAX },
        "Billing units of the single-dose vial that were discarded.",
        "45",
    ),
    Key::new("modifiers", List { of: &Modifier, max: 4 }, "Modifiers on the claim line.", "[\"LT\"]"),
    Key::new("charge", Money, "What is really charged for all units of this code.", "900.00"),
    Key::new("ndc", Ndc, "National Drug Code of the package.", "\"00023-1145-01\""),
    Key::new("vial", Text, "Lot and number of the vial, as in the drug log.", "\"C1234-07\""),
    Key::new(
        "pointers",
        List { of: &Count { min: 1, max: 12 }, max: 4 },
        "Which of the line's diagnoses this code is for: 1 is the first.",
        "[1]",
    ),
];

const TRIAL: &[Key] = &[
    Key::new("class", Named(Names::TrialClass), "Class of the treatment.", "\"beta_blocker\"").required(),
    Key::new("agent", Text, "Drug or device that was tried.", "\"propranolol\""),
    Key::new("start", Date, "First day.", "2026-02-01"),
    Key::new("end", Date, "Last day; without it the treatment goes on.", "2026-05-01"),
    Key::new("length", Duration, "How long it lasted, where the days are not recorded.", "\"3 months\""),
    Key::new("outcome", Choice(Outcome::WORDS), "How it ended.", "\"failed\""),
];

const DOCUMENT: &[Key] = &[
    Key::new("kind", Named(Names::Document), "Kind of document.", "\"headache diary\"").required(),
    Key::new("date", Date, "Its date.", "2026-11-02"),
    Key::new("on_file", YesNo, "`false`: somebody looked and there is none.", "true"),
];

const AUTHORIZATION: &[Key] = &[
    Key::new("number", Text, "Number that the payer gave.", "\"A-0001\"").private(),
    Key::new(
        "codes",
        List { of: &Procedure, max: CODES_MAX },
        "Codes it is for; without it, every code of the visit.",
        "[\"64615\", \"J0585\"]",
    ),
    Key::new("units", Count { min: 1, max: UNITS_MAX }, "Most units it allows.", "200"),
    Key::new("from", Date, "First day it is good for.", "2026-11-01"),
    Key::new("until", Date, "Last day it is good for.", "2027-01-31"),
    Key::new(
        "status",
        Choice(AuthorizationStatus::WORDS),
        "What the payer said; without it, approved.",
        "\"approved\"",
    ),
];

const NOTICE: &[Key] = &[
    Key::new(
        "kind",
        Choice(NoticeKind::WORDS),
        "Which notice; `restriction` is the patient's request not to bill the plan (45 CFR 164.522).",
        "\"abn\"",
    )
    .required(),
    Key::new("given", DateOrFalse, "Day it was given; `false` if it was not.", "2026-11-20"),
    Key::new("signed", DateOrFalse, "Day it was signed; `false` if it was not.", "2026-11-20"),
    Key::new("option", Count { min: 1, max: 3 }, "Option that the patient chose on an ABN.", "1"),
    Key::new("reason", YesNo, "Whether an ABN says why Medicare may not pay.", "true"),
    Key::new("estimate", Money, "The price that the notice names.", "300.00"),
    Key::new("edition", Date, "Edition of the form: the expiry that is printed on it.", "2026-01-31"),
    Key::new(
        "codes",
        List { of: &Procedure, max: CODES_MAX },
        "Codes it is for; without it, every code of the visit.",
        "[\"64615\"]",
    ),
];

const READING: &[Key] = &[
    Key::new("fact", Named(Names::Measure), "What was measured.", "\"total_testosterone\"").required(),
    Key::new("date", Date, "The day.", "2026-10-05").required(),
    Key::new("value", Decimal, "The number, in the unit of the fact.", "250").required(),
    Key::new("last_listed", YesNo, "`true`: there are no readings besides those listed.", "true"),
];

const HISTORY: &[Key] = &[Key::new(
    "complete_since",
    Date,
    "From this day on every earlier service is listed; without it the list may lack anything.",
    "2025-01-01",
)];

const SERVICE: &[Key] = &[
    Key::new("code", Procedure, "CPT or HCPCS code.", "\"64615\"").required(),
    Key::new("date", Date, "Date of that service.", "2026-08-15").required(),
    Key::new("units", Count { min: 1, max: UNITS_MAX }, "Billing units.", "155"),
    Key::new("payer", Named(Names::Payer), "Who paid for it.", "\"medicare\""),
    Key::new("outcome", Choice(ServiceOutcome::WORDS), "What came of it.", "\"helped\""),
    Key::new("region", Named(Names::Region), "Part of the body.", "\"head-neck\""),
    Key::new("side", Choice(Side::WORDS), "Side of the body.", "\"both\""),
];
