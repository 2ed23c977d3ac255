//! What no single value can show: dates in order, codes valid on their date, keys that contradict each other.

use codes::hcpcs::CodeStatus;
use codes::icd10::IcdStatus;
use codes::place_of_service::PlaceStatus;
use codes::{CodeLists, IcdCode, ProcedureCode};
use jiff::civil::Date;
use policy::span::{Span, Spanned};

use super::Occurrence;
use super::error::{CaseError, Located, Note};
use super::read::Record;
use super::value::Value;
use crate::reference::{PayerClass, Reference};

/// Checks a whole case and adds what is wrong, and what could not be checked.
pub(super) fn check(
    root: &Record,
    reference: &dyn Reference,
    lists: &dyn CodeLists,
    errors: &mut Vec<Located>,
    notes: &mut Vec<Note>,
) {
    let as_of = root.date("as_of").or_else(|| root.date("date"));
    let mut check = Check { lists, errors, notes: Vec::new(), as_of };
    check.top(root);
    check.coverages(root, reference);
    if let Some(facility) = root.child("facility") {
        check.place_of_service(root, facility);
    }
    if let Some(clinician) = root.child("clinician") {
        check.clinician(clinician);
    }
    for line in root.children_named("line") {
        check.line(root, line);
    }
    check.exclusions(root);
    check.past(root);
    let mut found = std::mem::take(&mut check.notes);
    found.sort();
    found.dedup();
    notes.append(&mut found);
}

struct Check<'a> {
    lists: &'a dyn CodeLists,
    errors: &'a mut Vec<Located>,
    notes: Vec<Note>,
    as_of: Option<Date>,
}

/// A key with its place and its date.
type Day = (String, Span, Date);

impl Check<'_> {
    fn error(&mut self, span: Span, error: CaseError) {
        self.errors.push(Located { span, error });
    }

    fn contradiction(&mut self, span: Span, message: &str, help: &str) {
        self.error(span, CaseError::Contradiction { message: message.to_owned(), help: help.to_owned() });
    }

    fn in_order(&mut self, earlier: Option<Day>, later: Option<Day>) {
        if let (Some((earlier, _, first)), Some((later, span, second))) = (earlier, later)
            && second < first
        {
            self.error(span, CaseError::DatesOutOfOrder { earlier, later });
        }
    }

    /// What is recorded as having happened cannot lie after the day of the question.
    fn happened(&mut self, day: Option<Day>) {
        if let (Some((key, span, date)), Some(as_of)) = (day, self.as_of)
            && date > as_of
        {
            self.error(span, CaseError::InTheFuture { key, limit: "as_of" });
        }
    }

    fn top(&mut self, root: &Record) {
        let nothing = "the case has no service to judge";
        if root.children_named("line").next().is_none() {
            self.error(Span::new(root.span.start, root.span.start), CaseError::NothingToJudge { message: nothing });
        }
        let Some(patient) = root.child("patient") else { return };
        self.in_order(day(patient, "birth_date"), day(root, "date"));
        self.in_order(day(patient, "birth_date"), day(root, "as_of"));
        if let (Some(_), Some(age)) = (patient.get("birth_date"), patient.get("age")) {
            let message = "both `birth_date` and `age` are given";
            self.contradiction(age.span, message, "keep one; the date of birth tells the age on any day");
        }
    }

    fn coverages(&mut self, root: &Record, reference: &dyn Reference) {
        let all = || root.children_named("coverage").chain(root.children_named("other_coverage"));
        for coverage in all() {
            self.class_of_payer(coverage, reference);
            if let Some(benefits) = coverage.child("benefits") {
                self.happened(day(benefits, "checked"));
            }
        }
        let mut ranks: Vec<u32> = Vec::new();
        for coverage in all() {
            let rank = coverage.count("rank").unwrap_or(if coverage.section.path == "coverage" { 1 } else { 0 });
            if rank > 0 && ranks.contains(&rank) {
                let span = coverage.get("rank").map_or(coverage.span, |rank| rank.span);
                let message = format!("two plans have rank {rank}");
                self.contradiction(span, &message, "give each plan its own `rank`; 1 pays first");
            }
            ranks.push(rank);
        }
    }

    fn class_of_payer(&mut self, coverage: &Record, reference: &dyn Reference) {
        let (Some(payer), Some(class)) = (coverage.text("payer"), coverage.get("class")) else { return };
        let Value::Word(written) = &class.value else { return };
        if let Ok(payer) = reference.payer(&payer)
            && PayerClass::from_word(written) != Some(payer.class)
        {
            let message = format!("`{}` is {}, not `{written}`", payer.id, payer.class.name());
            self.contradiction(
                class.span,
                &message,
                "take `class` out, or name the payer of this class (`covered payers`)",
            );
        }
    }

    fn place_of_service(&mut self, root: &Record, facility: &Record) {
        let (Some(code), Some(date)) = (facility.place_of_service("place_of_service"), root.date("date")) else {
            return;
        };
        if codes::place_of_service::lookup(code, date) == PlaceStatus::Unassigned {
            let span = facility.get("place_of_service").map_or(facility.span, |value| value.span);
            self.error(span, CaseError::UnknownPlaceOfService { found: code.to_string() });
        }
    }

    fn clinician(&mut self, clinician: &Record) {
        self.in_order(day(clinician, "license_from"), day(clinician, "license_expires"));
        self.in_order(day(clinician, "opted_out_from"), day(clinician, "opted_out_until"));
        self.happened(day(clinician, "exam_date"));
        self.happened(day(clinician, "order"));
    }

    fn line(&mut self, root: &Record, line: &Record) {
        let nothing = "this line names neither a treatment nor codes";
        if line.get("treatment").is_none()
            && line.get("codes").is_none()
            && line.children_named("code").next().is_none()
        {
            self.error(line.span, CaseError::NothingToJudge { message: nothing });
        }
        let date = root.date("date");
        for (diagnosis, span) in
            spanned_list(line, "diagnoses", |value| if let Value::Diagnosis(code) = value { Some(*code) } else { None })
        {
            self.diagnosis(diagnosis, span, date);
        }
        let procedure = |value: &Value| if let Value::Procedure(code) = value { Some(*code) } else { None };
        let mut seen: Vec<ProcedureCode> = Vec::new();
        let long = line.children_named("code").filter_map(|code| {
            let value = code.get("code")?;
            Some((procedure(&value.value)?, value.span))
        });
        for (code, span) in long.chain(spanned_list(line, "codes", procedure)) {
            if seen.contains(&code) && line.get("codes").is_some() {
                let message = format!("`{code}` stands twice on this line");
                self.contradiction(span, &message, "keep the long form, `[[line.code]]`, and take it out of `codes`");
            } else {
                self.procedure(code, span, date);
            }
            seen.push(code);
        }
        self.pointers(line);
    }

    fn pointers(&mut self, line: &Record) {
        let diagnoses = line.diagnoses("diagnoses").unwrap_or_default().len();
        for code in line.children_named("code") {
            let Some(pointers) = code.get("pointers") else { continue };
            let missing = code.counts("pointers").unwrap_or_default().into_iter().find(|at| *at as usize > diagnoses);
            if let Some(missing) = missing {
                let message = format!("`pointers` names diagnosis {missing}, and the line has {diagnoses}");
                self.contradiction(pointers.span, &message, "1 is the first of the line's `diagnoses`");
            }
        }
    }

    fn diagnosis(&mut self, code: IcdCode, span: Span, date: Option<Date>) {
        let Some(date) = date else { return };
        match self.lists.diagnosis(code, date) {
            IcdStatus::Billable => {}
            IcdStatus::Header { billable_below, examples } => {
                let examples = examples.iter().map(ToString::to_string).collect();
                let error = CaseError::DiagnosisHeader { code: code.to_string(), below: billable_below, examples };
                self.error(span, error);
            }
            IcdStatus::Unknown { nearest } => {
                let nearest = nearest.iter().map(ToString::to_string).collect();
                self.error(
                    span,
                    CaseError::DiagnosisUnknown { code: code.to_string(), date: date.to_string(), nearest },
                );
            }
            IcdStatus::NotValidOn { from, until } => {
                let valid = validity(from, until);
                let error = CaseError::DiagnosisNotValid { code: code.to_string(), date: date.to_string(), valid };
                self.error(span, error);
            }
            IcdStatus::OutsideWindow { window } => self.not_checked("Diagnosis codes", window),
        }
    }

    fn procedure(&mut self, code: ProcedureCode, span: Span, date: Option<Date>) {
        let Some(date) = date else { return };
        match self.lists.procedure(code, date) {
            // CPT belongs to the AMA: there is no table to check against, and saying so each time helps nobody.
            CodeStatus::Listed { .. } | CodeStatus::NotChecked => {}
            CodeStatus::NotValidOn { from, until } => {
                let message = format!("`{code}` is not valid on {date}: {}", validity(from, until));
                self.error(span, CaseError::ProcedureNotValid { message, nearest: None });
            }
            CodeStatus::Unknown { nearest } => {
                let message = format!("there is no HCPCS code `{code}` on {date}");
                let nearest = nearest.first().map(ToString::to_string);
                self.error(span, CaseError::ProcedureNotValid { message, nearest });
            }
            CodeStatus::OutsideWindow { window } => self.not_checked("HCPCS codes", window),
        }
    }

    fn not_checked(&mut self, what: &str, window: codes::Interval) {
        let last = window.until.map(|until| until.yesterday().unwrap_or(until).to_string());
        let last = last.unwrap_or_else(|| "today".to_owned());
        let text = format!("{what} not checked: the table is for {} to {last}.", window.from);
        self.notes.push(Note { code: "N0001", text });
    }

    /// Diagnoses of the case that an exclusion note keeps apart. Whether the two are related, or the patient has both, is the
    /// clinician's to say: a note, not an error.
    fn exclusions(&mut self, root: &Record) {
        let Some(date) = root.date("date") else { return };
        let lines = root.children_named("line").filter_map(|line| line.diagnoses("diagnoses"));
        let mut diagnoses: Vec<IcdCode> = lines.flatten().collect();
        diagnoses.sort();
        diagnoses.dedup();
        for (at, one) in diagnoses.iter().enumerate() {
            for other in &diagnoses[at + 1..] {
                for found in self.lists.exclusions(*one, *other, date) {
                    let (rule, meaning, under, note) = (found.rule(), found.meaning(), &found.under, &found.note);
                    let text = format!(
                        "{one} with {other}: {meaning} ({rule} under {under}: {note}; ICD-10-CM tabular list of {}).",
                        found.list
                    );
                    self.notes.push(Note { code: "N0002", text });
                }
            }
        }
    }

    /// Trials, documents, authorizations, notices, history.
    fn past(&mut self, root: &Record) {
        for trial in root.children_named("trial") {
            self.in_order(day(trial, "start"), day(trial, "end"));
            self.happened(day(trial, "start"));
            self.happened(day(trial, "end"));
            let never = trial.text("outcome").as_deref() == Some(super::Outcome::NotTried.word());
            if let Some(start) = trial.get("start").filter(|_| never) {
                let message = "a treatment that was not tried has a first day";
                self.contradiction(start.span, message, "take the day out, or say how the treatment ended");
            }
        }
        for document in root.children_named("document") {
            self.happened(day(document, "date"));
            if let (Some(date), Some(false)) = (document.get("date"), document.yes_no("on_file")) {
                let message = "a document that is not on file has a date";
                self.contradiction(date.span, message, "take the date out, or `on_file = false`");
            }
        }
        for authorization in root.children_named("authorization") {
            self.in_order(day(authorization, "from"), day(authorization, "until"));
        }
        for notice in root.children_named("notice") {
            self.in_order(day(notice, "given"), day(notice, "signed"));
            self.happened(day(notice, "given"));
            self.happened(day(notice, "signed"));
        }
        for reading in root.children_named("reading") {
            self.happened(day(reading, "date"));
        }
        if let Some(history) = root.child("history") {
            self.happened(day(history, "complete_since"));
            for service in history.children_named("service") {
                self.happened(day(service, "date"));
            }
        }
    }
}

/// The day behind a key, if there is one.
fn day(record: &Record, key: &str) -> Option<Day> {
    let Spanned { value, span } = record.get(key)?;
    match value {
        Value::Date(date) | Value::Occurrence(Occurrence::On(date)) => Some((key.to_owned(), *span, *date)),
        _ => None,
    }
}

fn spanned_list<T>(record: &Record, key: &str, item: impl Fn(&Value) -> Option<T>) -> Vec<(T, Span)> {
    match record.get(key).map(|value| &value.value) {
        Some(Value::List(items)) => {
            items.iter().filter_map(|value| item(&value.value).map(|found| (found, value.span))).collect()
        }
        _ => Vec::new(),
    }
}

fn validity(from: Option<Date>, until: Option<Date>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("it is valid from {from} up to the day before {until}"),
        (Some(from), None) => format!("it is valid from {from}"),
        (None, Some(until)) => format!("it ended on the day before {until}"),
        (None, None) => "it is not valid on that day".to_owned(),
    }
}
