//! Facts that only several cases together give.

use std::collections::{BTreeMap, BTreeSet};

use codes::{Ndc, Npi, ProcedureCode};
use jiff::civil::Date;
use policy::ast::Number;
use policy::inputs::{Inputs, Known};

use super::lines;
use crate::case::{Case, Line, NoticeKind, Occurrence, Practice};

/// Fewest services from which a rate says something.
const RATE_SERVICES_MIN: usize = 10;
/// Office visits of the highest level.
const TOP_LEVEL: [&str; 2] = ["99205", "99215"];
/// Office visits.
const VISITS: [&str; 9] = ["99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215"];

/// Several cases, with what they give together.
#[derive(Debug)]
pub struct Book<'c> {
    cases: Vec<&'c Case>,
    practice: Practice,
    minutes: BTreeMap<(Npi, Date), u32>,
    billed: BTreeMap<Ndc, u64>,
    vials: BTreeMap<&'c str, BTreeSet<String>>,
    photos: BTreeMap<&'c str, BTreeSet<String>>,
    services: BTreeMap<Service, usize>,
    abn: BTreeMap<ProcedureCode, Rate>,
    waivers: Rate,
    twenty_five: BTreeMap<Npi, Rate>,
    top_level: BTreeMap<Npi, Rate>,
}

/// What makes two services the same.
type Service = (String, ProcedureCode, Date, Option<Npi>, Option<u32>, Option<String>, Option<&'static str>);

/// How many of how many.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    part: usize,
    all: usize,
}

impl Rate {
    fn add(&mut self, counts: bool) {
        self.all += 1;
        self.part += usize::from(counts);
    }

    /// In whole percent, rounded down; nothing of too few.
    fn percent(self) -> Option<i64> {
        (self.all >= RATE_SERVICES_MIN).then(|| i64::try_from(100 * self.part / self.all).unwrap_or(i64::MAX))
    }
}

impl<'c> Book<'c> {
    /// The cases of a book.
    #[must_use]
    pub fn new(cases: Vec<&'c Case>) -> Self {
        let mut book = Self {
            cases,
            practice: Practice::default(),
            minutes: BTreeMap::new(),
            billed: BTreeMap::new(),
            vials: BTreeMap::new(),
            photos: BTreeMap::new(),
            services: BTreeMap::new(),
            abn: BTreeMap::new(),
            waivers: Rate::default(),
            twenty_five: BTreeMap::new(),
            top_level: BTreeMap::new(),
        };
        for at in 0..book.cases.len() {
            book.add(at);
        }
        book
    }

    /// Its cases.
    #[must_use]
    pub fn cases(&self) -> &[&'c Case] {
        &self.cases
    }

    /// All lines, as pairs of case and line.
    #[must_use]
    pub fn lines(&self) -> Vec<(usize, usize)> {
        lines(&self.cases)
    }

    fn add(&mut self, at: usize) {
        let case = self.cases[at];
        self.practice.open_minutes = self.practice.open_minutes.or(case.practice.open_minutes);
        self.practice.absences.extend(&case.practice.absences);
        self.practice.closures.extend(&case.practice.closures);
        self.practice.purchases.extend(&case.practice.purchases);
        let patient = patient(case, at);
        for photo in &case.photos {
            self.photos.entry(&photo.sha256).or_default().insert(patient.clone());
        }
        if let Some(Known::YesNo(waived)) = case.chart.get("cost_share_waived") {
            let excused = case.chart.get("waiver_reason_on_file") == Some(&Known::YesNo(true));
            self.waivers.add(*waived && !excused);
        }
        for line in &case.lines {
            self.add_line(case, line, &patient);
        }
        self.add_visit(case);
    }

    fn add_line(&mut self, case: &'c Case, line: &'c Line, patient: &str) {
        if let (Some(npi), Some(minutes)) = (case.clinician.npi, line.minutes) {
            *self.minutes.entry((npi, case.date)).or_default() += minutes;
        }
        for code in line.codes.iter().flatten() {
            if let (Some(ndc), Some(units)) = (code.ndc.or(line.drug.ndc), code.units) {
                *self.billed.entry(ndc).or_default() += u64::from(units) + u64::from(code.wasted.unwrap_or_default());
            }
            if let Some(vial) = &code.vial {
                self.vials.entry(vial).or_default().insert(patient.to_owned());
            }
            *self.services.entry(service(case, line, code.code, code.units, patient)).or_default() += 1;
            let given = case.notices.iter().any(|notice| {
                notice.kind == NoticeKind::Abn
                    && !matches!(notice.given, Some(Occurrence::Never))
                    && notice.codes.as_ref().is_none_or(|of| of.contains(&code.code))
            });
            self.abn.entry(code.code).or_default().add(given);
        }
    }

    /// Levels and modifiers of the visits of one day.
    fn add_visit(&mut self, case: &Case) {
        let Some(npi) = case.clinician.npi else { return };
        let codes: Vec<_> = case.lines.iter().flat_map(|line| line.codes.iter().flatten()).collect();
        let is_visit = |code: &ProcedureCode| VISITS.contains(&code.as_str());
        for code in codes.iter().filter(|code| is_visit(&code.code)) {
            self.top_level.entry(npi).or_default().add(TOP_LEVEL.contains(&code.code.as_str()));
        }
        if codes.iter().any(|code| code.code.is_cpt() && !is_visit(&code.code)) {
            let with = codes.iter().any(|code| {
                is_visit(&code.code) && code.modifiers.iter().flatten().any(|modifier| modifier.as_str() == "25")
            });
            self.twenty_five.entry(npi).or_default().add(with);
        }
    }

    /// The facts of one line that the book gives.
    pub(crate) fn facts_of(&self, at: usize, line: usize, inputs: &mut Inputs) {
        let case = self.cases[at];
        let judged = &case.lines[line];
        let codes = judged.codes.as_deref().unwrap_or_default();
        let patient = patient(case, at);
        let mut put = |fact: &str, known: Known| inputs.facts.insert(fact.to_owned(), known);
        if self.is_away(case) {
            put("clinician_away", Known::YesNo(true));
        }
        if let Some(minutes) = case.clinician.npi.and_then(|npi| self.minutes.get(&(npi, case.date))) {
            put("clinician_minutes_that_day", Known::Number(Number::whole(i64::from(*minutes))));
            if let Some(open) = self.practice.open_minutes {
                put("day_longer_than_open_hours", Known::YesNo(*minutes > open));
            }
        }
        if codes.iter().any(|code| code.ndc.or(judged.drug.ndc).is_some_and(|ndc| self.exceeds_purchases(ndc))) {
            put("units_exceed_purchases", Known::YesNo(true));
        }
        let vials = codes.iter().filter_map(|code| code.vial.as_deref());
        // Without the units that a vial holds, one single-dose vial is for one patient.
        let shared = |vial: &str| self.vials.get(vial).is_some_and(|patients| patients.len() > 1);
        let single = case.chart.get("single_dose_vial") == Some(&Known::YesNo(true));
        if vials.into_iter().any(|vial| shared(vial) && (single || self.is_overdrawn(vial))) {
            put("vial_overdrawn", Known::YesNo(true));
        }
        if case
            .photos
            .iter()
            .any(|photo| self.photos.get(photo.sha256.as_str()).is_some_and(|patients| patients.len() > 1))
        {
            put("photo_in_two_charts", Known::YesNo(true));
        }
        let twice = |code: &crate::case::LineCode| {
            self.services.get(&service(case, judged, code.code, code.units, &patient)).is_some_and(|count| *count > 1)
        };
        if codes.iter().any(twice) {
            put("billed_twice", Known::YesNo(true));
        }
        let mut rate = |fact: &str, rate: Option<i64>| {
            if let Some(rate) = rate {
                put(fact, Known::Number(Number::whole(rate)));
            }
        };
        rate("abn_rate_percent", codes.iter().filter_map(|code| self.abn.get(&code.code)?.percent()).max());
        rate("waiver_rate_percent", self.waivers.percent());
        let of_clinician = |rates: &BTreeMap<Npi, Rate>| rates.get(&case.clinician.npi?)?.percent();
        rate("modifier_25_rate_percent", of_clinician(&self.twenty_five));
        rate("top_level_rate_percent", of_clinician(&self.top_level));
    }

    fn is_away(&self, case: &Case) -> bool {
        let lies = |from: Date, until: Date| from <= case.date && case.date <= until;
        let Practice { absences, closures, .. } = &self.practice;
        absences.iter().any(|away| Some(away.npi) == case.clinician.npi && lies(away.from, away.until))
            || closures.iter().any(|closed| lies(closed.from, closed.until))
    }

    /// Whether more units of a package were billed than bought; a package of which no purchase is recorded says nothing.
    fn exceeds_purchases(&self, ndc: Ndc) -> bool {
        let bought = self.practice.purchases.iter().filter(|purchase| purchase.ndc == ndc);
        let bought: Option<u64> = bought.map(|purchase| u64::from(purchase.units)).reduce(|all, units| all + units);
        bought.is_some_and(|bought| self.billed.get(&ndc).is_some_and(|billed| *billed > bought))
    }

    /// Whether more was taken from a vial than the largest size that a case gives for it.
    fn is_overdrawn(&self, vial: &str) -> bool {
        let mut used = 0;
        let mut size = None;
        for case in &self.cases {
            let codes = case.lines.iter().flat_map(|line| line.codes.iter().flatten());
            for code in codes.filter(|code| code.vial.as_deref() == Some(vial)) {
                used += i64::from(code.units.unwrap_or_default()) + i64::from(code.wasted.unwrap_or_default());
                if let Some(Known::Number(number)) = case.chart.get("vial_size_units") {
                    size = size.max(number.at_scale(0));
                }
            }
        }
        size.is_some_and(|size| used > size)
    }
}

/// What stands for the patient of a case; without a reference each case is a patient of its own.
fn patient(case: &Case, at: usize) -> String {
    case.patient.reference.as_ref().map_or_else(|| format!("case {at}"), |reference| reference.expose().clone())
}

fn service(case: &Case, line: &Line, code: ProcedureCode, units: Option<u32>, patient: &str) -> Service {
    let side = line.side.map(crate::case::Side::word);
    (patient.to_owned(), code, case.date, case.clinician.npi, units, line.region.clone(), side)
}
