//! The case: one visit's services under one plan, as far as they are recorded.
//!
//! A case comes from a TOML or JSON text by [`decode`], which checks everything at once; every field that is
//! `None` is open, which is never the same as "no".

mod build;
mod check;
mod decode;
mod error;
mod fact_keys;
mod json_text;
pub mod keys;
mod mask;
mod practice;
mod read;
mod schema;
mod template;
mod toml_text;
mod tree;
mod value;
mod words;

use std::collections::BTreeMap;

use codes::{Cents, CentsInterval, IcdCode, Modifier, Ndc, Npi, PlaceOfService, ProcedureCode, StateCode};
use jiff::civil::Date;
use policy::ast::{Duration, Number};
use policy::inputs::{Document, Known};

pub(crate) use decode::tree_of;
pub use decode::{CaseErrors, Decoded, FILE_BYTES_MAX, Notation, decode, decode_by};
pub use error::{CaseError, Located, Note};
pub use fact_keys::key_of_fact;
pub use practice::{
    Absence, Accreditation, Billing, Closure, Owner, Photo, Practice, Purchase, Registration, holds_on,
};
pub use schema::schema;
pub use template::template;
pub(crate) use tree::{Node, NodeKind, Table};
pub(crate) use value::is_payment_modifier;
pub use words::{
    AuthorizationStatus, Benefit, BillingEntity, Course, DrugSource, Examiner, FacilityKind, Funding, License, Network,
    NoticeKind, Outcome, Product, Purpose, PurposeBy, RegistrationKind, ServiceOutcome, Sex, Side, Supervisor,
};

use crate::private::Private;
use crate::reference::PayerClass;

/// One visit under one plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Date of service.
    pub date: Date,
    /// The day the question is asked.
    pub as_of: Date,
    /// What rules ask about the patient.
    pub patient: Patient,
    /// The plan that is asked to pay.
    pub coverage: Coverage,
    /// Other plans of the same patient.
    pub other_coverage: Vec<Coverage>,
    /// Where the service is given.
    pub facility: Facility,
    /// Who performs it.
    pub clinician: Clinician,
    /// The services, each judged on its own; never empty in a decoded case.
    pub lines: Vec<Line>,
    /// Facts of the chart by dictionary name.
    pub chart: BTreeMap<String, Known>,
    /// Earlier treatments.
    pub trials: Vec<Trial>,
    /// Documents on file, or known not to be.
    pub documents: Vec<Document>,
    /// Prior authorizations that were asked for.
    pub authorizations: Vec<Authorization>,
    /// Notices, contracts and requests.
    pub notices: Vec<Notice>,
    /// Numbers that were measured on several dates.
    pub readings: Vec<Reading>,
    /// Owners of the practice.
    pub owners: Vec<Owner>,
    /// Who files the claims and is paid.
    pub billing: Billing,
    /// Licences and registrations of place, person and devices.
    pub registrations: Vec<Registration>,
    /// Accreditations of the place.
    pub accreditations: Vec<Accreditation>,
    /// Pictures in the chart.
    pub photos: Vec<Photo>,
    /// Records of the practice that claims are held against.
    pub practice: Practice,
    /// Earlier services.
    pub history: History,
}

impl Case {
    /// A case with nothing known but the date of service, which is also the day of the question.
    ///
    /// It has no lines yet; a case that is judged has at least one.
    #[must_use]
    pub fn new(date: Date) -> Self {
        Self {
            date,
            as_of: date,
            patient: Patient::default(),
            coverage: Coverage::default(),
            other_coverage: Vec::new(),
            facility: Facility::default(),
            clinician: Clinician::default(),
            lines: Vec::new(),
            chart: BTreeMap::new(),
            trials: Vec::new(),
            documents: Vec::new(),
            authorizations: Vec::new(),
            notices: Vec::new(),
            readings: Vec::new(),
            owners: Vec::new(),
            billing: Billing::default(),
            registrations: Vec::new(),
            accreditations: Vec::new(),
            photos: Vec::new(),
            practice: Practice::default(),
            history: History::default(),
        }
    }
}

/// What rules ask about the patient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patient {
    /// Date of birth.
    pub birth_date: Option<Private<Date>>,
    /// Age in years on the date of service, where the date of birth is not given.
    pub age: Option<u32>,
    /// Sex recorded with the payer.
    pub sex: Option<Sex>,
    /// State where the patient lives.
    pub home_state: Option<StateCode>,
    /// What stands for the same patient in several cases.
    pub reference: Option<Private<String>>,
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Identifier of the payer.
    pub payer: Option<String>,
    /// Kind of coverage; the payer's own unless the case says it.
    pub class: Option<PayerClass>,
    /// Name of the plan.
    pub plan: Option<String>,
    /// Kind of plan.
    pub product: Option<Product>,
    /// Who bears the risk.
    pub funding: Option<Funding>,
    /// State where the contract was issued.
    pub issue_state: Option<StateCode>,
    /// Whether the practice is in its network, where the case says so outright.
    pub network: Option<Network>,
    /// Which benefit pays.
    pub benefit: Option<Benefit>,
    /// Which plan pays first, from 1.
    pub rank: Option<u32>,
    /// What the plan says about the patient's share.
    pub benefits: Benefits,
}

/// What a plan says about the patient's share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Benefits {
    /// The day the plan gave these figures.
    pub checked: Option<Date>,
    /// Allowed amount of one unit, by code.
    pub allowed: BTreeMap<ProcedureCode, Cents>,
    /// What is left of the deductible.
    pub deductible_remaining: Option<Cents>,
    /// The patient's percentage after the deductible.
    pub coinsurance_percent: Option<u32>,
    /// Fixed amount for the visit.
    pub copay: Option<Cents>,
    /// What is left until the plan pays everything.
    pub out_of_pocket_remaining: Option<Cents>,
    /// Whether the plan pays anything out of network.
    pub out_of_network_benefits: Option<bool>,
}

/// Where the service is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facility {
    /// Kind of place.
    pub kind: Option<FacilityKind>,
    /// State of service.
    pub state: Option<StateCode>,
    /// County or independent city.
    pub county: Option<String>,
    /// Place-of-service code.
    pub place_of_service: Option<PlaceOfService>,
    /// NPI of the practice.
    pub npi: Option<Npi>,
    /// Whether it holds every licence the state asks for.
    pub licensed: Option<bool>,
    /// Bodies that accredit it.
    pub accredited_by: Option<Vec<String>>,
    /// Licence of whoever owns it.
    pub owner: Option<String>,
    /// Every payer it is enrolled with, by identifier.
    pub enrolled: Option<Vec<String>>,
    /// Every payer whose network it is in, by identifier.
    pub network: Option<Vec<String>>,
    /// Whether it is on an exclusion list.
    pub sanctioned: Option<bool>,
}

/// Who performs the service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clinician {
    /// Licence.
    pub license: Option<License>,
    /// State that issued it.
    pub license_state: Option<StateCode>,
    /// Its first day.
    pub license_from: Option<Date>,
    /// Its last day.
    pub license_expires: Option<Date>,
    /// NPI of the person.
    pub npi: Option<Npi>,
    /// Every payer the person is enrolled with, by identifier.
    pub enrolled: Option<Vec<String>>,
    /// Every payer whose network the person is in, by identifier.
    pub network: Option<Vec<String>>,
    /// First day of the Medicare opt-out.
    pub opted_out_from: Option<Occurrence>,
    /// Its last day.
    pub opted_out_until: Option<Date>,
    /// Whether the person is on an exclusion list.
    pub excluded: Option<bool>,
    /// Licence of whoever examined the patient.
    pub exam_by: Option<Examiner>,
    /// The good-faith exam.
    pub exam: Option<Occurrence>,
    /// The order for this service.
    pub order: Option<Occurrence>,
    /// Licence of whoever supervises.
    pub supervisor: Option<Supervisor>,
    /// NPI of whoever supervises.
    pub supervisor_npi: Option<Npi>,
}

/// Something that happened on a day, or did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// Asked: it did not happen.
    Never,
    /// It happened on this day.
    On(Date),
    /// It happened; the day is not recorded.
    Undated,
}

/// One service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Identifier of the treatment.
    pub treatment: Option<String>,
    /// The treatment as it was written: `frown lines`.
    pub menu_name: Option<String>,
    /// Its codes.
    pub codes: Option<Vec<LineCode>>,
    /// What it is for.
    pub purpose: Option<Purpose>,
    /// Who says so.
    pub purpose_by: Option<PurposeBy>,
    /// Diagnoses, the primary first.
    pub diagnoses: Option<Vec<IcdCode>>,
    /// Identifier of the region.
    pub region: Option<String>,
    /// Side of the body.
    pub side: Option<Side>,
    /// First course, or one that continues it.
    pub course: Option<Course>,
    /// The product.
    pub drug: Drug,
    /// What the patient is really charged for the whole service.
    pub price: Option<Cents>,
    /// Minutes that the clinician spent on it.
    pub minutes: Option<u32>,
    /// Licence of whoever answers for it medically.
    pub responsible: Option<License>,
    /// What the public fee schedule allows. No case file says it: whoever has imported the schedule adds it.
    pub fee_schedule: Option<FeeSchedule>,
}

/// What Medicare's fee schedule allows for a line.
#[derive(Clone, Debug, PartialEq)]
pub struct FeeSchedule {
    /// The amount, or its bounds where it hangs on something that the case does not say.
    pub allowed: CentsInterval,
    /// Which schedule, and what the bounds hang on.
    pub says: String,
}

/// The product that is given or prescribed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drug {
    /// Brand name.
    pub name: Option<String>,
    /// Where it comes from.
    pub source: Option<DrugSource>,
    /// National Drug Code.
    pub ndc: Option<Ndc>,
}

/// One code of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct LineCode {
    /// The code.
    pub code: ProcedureCode,
    /// Billing units given.
    pub units: Option<u32>,
    /// Billing units discarded.
    pub wasted: Option<u32>,
    /// Modifiers on the claim line, if it was prepared.
    pub modifiers: Option<Vec<Modifier>>,
    /// What is really charged for all units.
    pub charge: Option<Cents>,
    /// National Drug Code.
    pub ndc: Option<Ndc>,
    /// Lot and number of the vial.
    pub vial: Option<String>,
    /// Which diagnoses of the line, from 1.
    pub pointers: Vec<u32>,
}

/// An earlier treatment.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Class of the dictionary.
    pub class: String,
    /// Drug or device.
    pub agent: Option<String>,
    /// First day.
    pub start: Option<Date>,
    /// Last day; with a start and without an end it goes on.
    pub end: Option<Date>,
    /// Length, where the days are not recorded.
    pub length: Option<Duration>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// A prior authorization that the payer was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authorization {
    /// Number that the payer gave.
    pub number: Option<Private<String>>,
    /// Codes; `None`: every code of the visit.
    pub codes: Option<Vec<ProcedureCode>>,
    /// Most units.
    pub units: Option<u32>,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// What the payer said.
    pub status: Option<AuthorizationStatus>,
}

/// A notice, contract or request.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Which.
    pub kind: NoticeKind,
    /// Day it was given.
    pub given: Option<Occurrence>,
    /// Day it was signed.
    pub signed: Option<Occurrence>,
    /// Option that the patient chose on an ABN.
    pub option: Option<u32>,
    /// Whether an ABN says why Medicare may not pay.
    pub reason: Option<bool>,
    /// The price that it names.
    pub estimate: Option<Cents>,
    /// Edition of the form, by the expiry that is printed on it.
    pub edition: Option<Date>,
    /// Codes; `None`: every code of the visit.
    pub codes: Option<Vec<ProcedureCode>>,
}

/// Earlier services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// From this day on every service is listed.
    pub complete_since: Option<Date>,
    /// Those known.
    pub services: Vec<Service>,
}

/// One earlier service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The code.
    pub code: ProcedureCode,
    /// Its date.
    pub date: Date,
    /// Billing units.
    pub units: Option<u32>,
    /// Who paid.
    pub payer: Option<String>,
    /// Identifier of the region.
    pub region: Option<String>,
    /// Side of the body.
    pub side: Option<Side>,
    /// What came of it.
    pub outcome: Option<ServiceOutcome>,
}

/// A number that was measured on one of several dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Name of the fact.
    pub fact: String,
    /// The day.
    pub date: Date,
    /// The number, in the unit of the fact.
    pub value: Number,
    /// Whether there are no readings besides those listed.
    pub last_listed: bool,
}
