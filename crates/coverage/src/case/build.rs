//! From records to the domain types.
//!
//! Nothing is checked here: what a record holds has the type of its key.

use std::collections::BTreeMap;

use codes::{Cents, IcdCode, Modifier, ProcedureCode, StateCode};
use jiff::civil::Date;
use policy::inputs::Document;

use super::practice;
use super::read::Record;
use super::value::Value;
use super::{
    Authorization, AuthorizationStatus, Benefit, Benefits, Case, Clinician, Course, Coverage, Drug, DrugSource,
    Examiner, Facility, FacilityKind, Funding, History, License, Line, LineCode, Network, Notice, NoticeKind,
    Occurrence, Outcome, Patient, Product, Purpose, PurposeBy, Reading, Service, ServiceOutcome, Sex, Side, Supervisor,
    Trial,
};
use crate::private::Private;
use crate::reference::{PayerClass, Reference};

/// Getters by type, one for each kind of value.
macro_rules! getters {
    ($($getter:ident -> $type:ty: $variant:ident,)+) => {
        impl Record {
            $(
                pub(super) fn $getter(&self, key: &str) -> Option<$type> {
                    match &self.get(key)?.value {
                        Value::$variant(value) => Some(value.clone()),
                        other => unreachable!("`{key}` holds {other:?}"),
                    }
                }
            )+
        }
    };
}

getters! {
    date -> Date: Date,
    occurrence -> Occurrence: Occurrence,
    yes_no -> bool: YesNo,
    text -> String: Word,
    state -> StateCode: State,
    npi -> codes::Npi: Npi,
    procedure -> ProcedureCode: Procedure,
    ndc -> codes::Ndc: Ndc,
    place_of_service -> codes::PlaceOfService: PlaceOfService,
    money -> Cents: Money,
    count -> u32: Count,
    decimal -> policy::ast::Number: Decimal,
    duration -> policy::ast::Duration: Duration,
}

impl Record {
    pub(super) fn word<T>(&self, key: &str, from_word: impl Fn(&str) -> Option<T>) -> Option<T> {
        from_word(&self.text(key)?)
    }

    fn list<T>(&self, key: &str, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        match &self.get(key)?.value {
            Value::List(items) => Some(items.iter().filter_map(|value| item(&value.value)).collect()),
            other => unreachable!("`{key}` holds {other:?}"),
        }
    }

    fn words(&self, key: &str) -> Option<Vec<String>> {
        self.list(key, |value| if let Value::Word(word) = value { Some(word.clone()) } else { None })
    }

    pub(super) fn procedures(&self, key: &str) -> Option<Vec<ProcedureCode>> {
        self.list(key, |value| if let Value::Procedure(code) = value { Some(*code) } else { None })
    }

    pub(super) fn diagnoses(&self, key: &str) -> Option<Vec<IcdCode>> {
        self.list(key, |value| if let Value::Diagnosis(code) = value { Some(*code) } else { None })
    }

    fn modifiers(&self, key: &str) -> Option<Vec<Modifier>> {
        self.list(key, |value| if let Value::Modifier(modifier) = value { Some(*modifier) } else { None })
    }

    pub(super) fn counts(&self, key: &str) -> Option<Vec<u32>> {
        self.list(key, |value| if let Value::Count(count) = value { Some(*count) } else { None })
    }

    fn money_by_code(&self, key: &str) -> BTreeMap<ProcedureCode, Cents> {
        match self.get(key).map(|value| &value.value) {
            Some(Value::MoneyByCode(amounts)) => amounts.iter().copied().collect(),
            _ => BTreeMap::new(),
        }
    }
}

/// The case that the top record holds; `None` if it has no date, which was already noted.
pub(super) fn build(root: &Record, reference: &dyn Reference) -> Option<Case> {
    let date = root.date("date")?;
    Some(Case {
        date,
        as_of: root.date("as_of").unwrap_or(date),
        patient: root.child("patient").map(patient).unwrap_or_default(),
        coverage: root.child("coverage").map(|record| coverage(record, reference)).unwrap_or_default(),
        other_coverage: root.children_named("other_coverage").map(|record| coverage(record, reference)).collect(),
        facility: root.child("facility").map(facility).unwrap_or_default(),
        clinician: root.child("clinician").map(clinician).unwrap_or_default(),
        lines: root.children_named("line").map(|record| line(record, reference)).collect(),
        chart: root.child("chart").map(chart).unwrap_or_default(),
        trials: root.children_named("trial").filter_map(trial).collect(),
        documents: root.children_named("document").filter_map(document).collect(),
        authorizations: root.children_named("authorization").map(authorization).collect(),
        notices: root.children_named("notice").filter_map(notice).collect(),
        readings: root.children_named("reading").filter_map(reading).collect(),
        owners: practice::owners(root),
        billing: practice::billing(root),
        registrations: practice::registrations(root),
        accreditations: practice::accreditations(root),
        photos: practice::photos(root),
        practice: practice::practice(root),
        history: root.child("history").map(history).unwrap_or_default(),
    })
}

fn patient(record: &Record) -> Patient {
    Patient {
        birth_date: record.date("birth_date").map(Private::new),
        age: record.count("age"),
        sex: record.word("sex", Sex::from_word),
        home_state: record.state("home_state"),
        reference: record.text("reference").map(Private::new),
    }
}

fn coverage(record: &Record, reference: &dyn Reference) -> Coverage {
    let payer = record.text("payer");
    let class_of_payer = || Some(reference.payer(payer.as_deref()?).ok()?.class);
    Coverage {
        class: record.word("class", PayerClass::from_word).or_else(class_of_payer),
        payer,
        plan: record.text("plan"),
        product: record.word("product", Product::from_word),
        funding: record.word("funding", Funding::from_word),
        issue_state: record.state("issue_state"),
        network: record.word("network", Network::from_word),
        benefit: record.word("benefit", Benefit::from_word),
        rank: record.count("rank"),
        benefits: record.child("benefits").map(benefits).unwrap_or_default(),
    }
}

fn benefits(record: &Record) -> Benefits {
    Benefits {
        checked: record.date("checked"),
        allowed: record.money_by_code("allowed"),
        deductible_remaining: record.money("deductible_remaining"),
        coinsurance_percent: record.count("coinsurance_percent"),
        copay: record.money("copay"),
        out_of_pocket_remaining: record.money("out_of_pocket_remaining"),
        out_of_network_benefits: record.yes_no("out_of_network_benefits"),
    }
}

fn facility(record: &Record) -> Facility {
    Facility {
        kind: record.word("kind", FacilityKind::from_word),
        state: record.state("state"),
        county: record.text("county"),
        place_of_service: record.place_of_service("place_of_service"),
        npi: record.npi("npi"),
        licensed: record.yes_no("licensed"),
        accredited_by: record.words("accredited_by"),
        owner: record.text("owner"),
        enrolled: record.words("enrolled"),
        network: record.words("network"),
        sanctioned: record.yes_no("sanctioned"),
    }
}

fn clinician(record: &Record) -> Clinician {
    let supervisor = record.child("supervisor");
    Clinician {
        license: record.word("license", License::from_word),
        license_state: record.state("license_state"),
        license_from: record.date("license_from"),
        license_expires: record.date("license_expires"),
        npi: record.npi("npi"),
        enrolled: record.words("enrolled"),
        network: record.words("network"),
        opted_out_from: record.occurrence("opted_out_from"),
        opted_out_until: record.date("opted_out_until"),
        excluded: record.yes_no("excluded"),
        exam_by: record.word("exam_by", Examiner::from_word),
        exam: record.occurrence("exam_date"),
        order: record.occurrence("order"),
        supervisor: supervisor.and_then(|record| record.word("license", Supervisor::from_word)),
        supervisor_npi: supervisor.and_then(|record| record.npi("npi")),
    }
}

fn line(record: &Record, reference: &dyn Reference) -> Line {
    let written = record.text("treatment");
    let treatment = written.as_deref().and_then(|name| reference.treatment(name).ok());
    let implied = treatment.as_ref().map(|treatment| treatment.implied.clone()).unwrap_or_default();
    let short = record.procedures("codes").map(|codes| codes.into_iter().map(bare_code).collect::<Vec<_>>());
    let long: Vec<LineCode> = record.children_named("code").filter_map(line_code).collect();
    let codes = match (short, long.is_empty()) {
        (short, true) => short,
        (short, false) => Some(long.into_iter().chain(short.unwrap_or_default()).collect()),
    };
    let drug = record.child("drug");
    Line {
        treatment: treatment.map(|treatment| treatment.id.to_owned()),
        menu_name: written,
        codes,
        purpose: record.word("purpose", Purpose::from_word),
        purpose_by: record.word("purpose_by", PurposeBy::from_word),
        diagnoses: record.diagnoses("diagnoses"),
        region: record.text("region").or(implied.region),
        side: record.word("side", Side::from_word),
        course: record.word("course", Course::from_word),
        drug: Drug {
            name: drug.and_then(|record| record.text("name")).or(implied.drug),
            source: drug.and_then(|record| record.word("source", DrugSource::from_word)).or(implied.drug_source),
            ndc: drug.and_then(|record| record.ndc("ndc")),
        },
        price: record.money("price"),
        minutes: record.count("minutes"),
        responsible: record.word("responsible", License::from_word),
        fee_schedule: None,
    }
}

fn bare_code(code: ProcedureCode) -> LineCode {
    LineCode {
        code,
        units: None,
        wasted: None,
        modifiers: None,
        charge: None,
        ndc: None,
        vial: None,
        pointers: Vec::new(),
    }
}

fn line_code(record: &Record) -> Option<LineCode> {
    Some(LineCode {
        units: record.count("units"),
        wasted: record.count("wasted"),
        modifiers: record.modifiers("modifiers"),
        charge: record.money("charge"),
        ndc: record.ndc("ndc"),
        vial: record.text("vial"),
        pointers: record.counts("pointers").unwrap_or_default(),
        ..bare_code(record.procedure("code")?)
    })
}

fn chart(record: &Record) -> BTreeMap<String, policy::inputs::Known> {
    record.facts.iter().map(|(name, known)| (name.clone(), known.value.clone())).collect()
}

fn trial(record: &Record) -> Option<Trial> {
    Some(Trial {
        class: record.text("class")?,
        agent: record.text("agent"),
        start: record.date("start"),
        end: record.date("end"),
        length: record.duration("length"),
        outcome: record.word("outcome", Outcome::from_word),
    })
}

fn document(record: &Record) -> Option<Document> {
    let on_file = record.yes_no("on_file").unwrap_or(true);
    Some(Document { kind: record.text("kind")?, date: record.date("date"), on_file })
}

fn authorization(record: &Record) -> Authorization {
    Authorization {
        number: record.text("number").map(Private::new),
        codes: record.procedures("codes"),
        units: record.count("units"),
        from: record.date("from"),
        until: record.date("until"),
        status: record.word("status", AuthorizationStatus::from_word),
    }
}

fn notice(record: &Record) -> Option<Notice> {
    Some(Notice {
        kind: record.word("kind", NoticeKind::from_word)?,
        given: record.occurrence("given"),
        signed: record.occurrence("signed"),
        option: record.count("option"),
        reason: record.yes_no("reason"),
        estimate: record.money("estimate"),
        edition: record.date("edition"),
        codes: record.procedures("codes"),
    })
}

fn history(record: &Record) -> History {
    History {
        complete_since: record.date("complete_since"),
        services: record.children_named("service").filter_map(service).collect(),
    }
}

fn service(record: &Record) -> Option<Service> {
    Some(Service {
        code: record.procedure("code")?,
        date: record.date("date")?,
        units: record.count("units"),
        payer: record.text("payer"),
        region: record.text("region"),
        side: record.word("side", Side::from_word),
        outcome: record.word("outcome", ServiceOutcome::from_word),
    })
}

fn reading(record: &Record) -> Option<Reading> {
    Some(Reading {
        fact: record.text("fact")?,
        date: record.date("date")?,
        value: record.decimal("value")?,
        last_listed: record.yes_no("last_listed").unwrap_or(false),
    })
}
