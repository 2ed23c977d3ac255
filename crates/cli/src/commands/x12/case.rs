//! One line of a professional claim (837P) as a case, with the claim's other lines of the same service.
//!
//! What the line says becomes known, and everything else stays open: a claim does not say what the chart says. Of the
//! patient only the date of birth is taken over; names, addresses and numbers stay in the file.

use std::path::Path;

use codes::{CodeSet, ProcedureCode};
use coverage::reference::PayerClass;
use library::Library;
use library::menu::Treatment;
use toml::{Table, Value};
use x12::Document;
use x12::number::counted;
use x12::view::{Claim, Party, ServiceLine, claims, text};

use super::{failure, file, plain};
use crate::args::Questions;
use crate::output::Failure;
use crate::source;

/// The case that a claim line and the flags describe, with a name for messages, as a file would say it.
///
/// # Errors
/// When the file is not whole, the line cannot be told, or a flag contradicts the claim.
pub(crate) fn case_text(
    path: &Path,
    line: u32,
    claim: Option<&str>,
    questions: &Questions,
    library: &Library,
) -> Result<(String, String), Failure> {
    let bytes = file::whole(path)?;
    let document = Document::read(&bytes);
    document.completeness().map_err(|error| {
        failure(error.code(), error, "a claim that was cut off is not answered; `covered x12 check` says more")
    })?;
    let claim = choose(&document, claim)?;
    let number = plain(&text(claim.number()));
    let Some(found) = claim.lines().find(|found| text(found.number()).parse() == Ok(line)) else {
        let message = format!("claim `{number}` has no line {line}");
        let help = format!("it has {}", counted(claim.lines().count() as u64, "line"));
        return Err(failure("I0012", &message, &help));
    };
    if found.procedure_kind() != b"HC" {
        let message = format!("line {line} of claim `{number}` has no HCPCS or CPT code");
        return Err(failure("I0012", &message, "only lines of professional claims (837P) become cases"));
    }
    let Some((date, _)) = found.service_period() else {
        let message = format!("line {line} of claim `{number}` has no date of service");
        return Err(failure("I0012", &message, "add DTP*472 to the line"));
    };
    let mut case = source::case_table(questions, date);
    set_payer(&mut case, &claim, questions, library)?;
    set_patient(&mut case, &claim);
    set_place_and_people(&mut case, &claim, &found);
    set_line(&mut case, &claim, &service(&claim, &found, library));
    Ok((format!("claim {number} line {line}"), case.to_string()))
}

/// The claim with this number, or the only one.
fn choose<'d>(document: &'d Document<'_>, wanted: Option<&str>) -> Result<Claim<'d>, Failure> {
    let matching = |claim: &Claim<'_>| wanted.is_none_or(|wanted| text(claim.number()) == wanted);
    let mut found = claims(&document.tree).filter(matching);
    let (message, help) = match (found.next(), found.next()) {
        (Some(claim), None) => return Ok(claim),
        (None, _) if wanted.is_some() => ("the file has no claim of this number", "compare with CLM01 of the claim"),
        (None, _) => ("the file holds no claim", "name a file of claims (837P)"),
        (Some(_), Some(_)) if wanted.is_some() => {
            ("several claims have this number", "part the file with `covered x12 split --by claim`")
        }
        (Some(_), Some(_)) => ("the file holds several claims", "name one with --claim and its number, CLM01"),
    };
    Err(failure("I0012", &message, help))
}

/// The payer, where name and kind of coverage of the claim agree; else as asked.
fn set_payer(case: &mut Table, claim: &Claim<'_>, questions: &Questions, library: &Library) -> Result<(), Failure> {
    let known = claim.payer().and_then(|payer| {
        let filing = claim.coverage().map_or(&[][..], |coverage| coverage.value(9));
        let found = library.payers().find(&payer.last_name().expose()).ok()?;
        (class_of(filing) == Some(found.class)).then_some(found)
    });
    let Some(known) = known else { return Ok(()) };
    if let Some(asked) = &questions.payer
        && library.payers().find(asked).is_ok_and(|asked| asked.id != known.id)
    {
        let message = format!("the claim goes to {}, and --payer names another", known.name);
        return Err(failure("I0013", &message, "leave --payer out, or name a claim to that payer"));
    }
    section(case, "coverage").insert("payer".to_owned(), known.id.clone().into());
    Ok(())
}

/// The class of coverage that a claim filing indicator (SBR09) surely means; none for those that mean several.
fn class_of(filing: &[u8]) -> Option<PayerClass> {
    Some(match filing {
        b"MB" => PayerClass::OriginalMedicare,
        b"16" => PayerClass::MedicareAdvantage,
        b"MC" => PayerClass::Medicaid,
        b"CH" => PayerClass::Tricare,
        b"FI" => PayerClass::Fehb,
        b"12" | b"13" | b"14" | b"15" | b"BL" | b"CI" | b"HM" => PayerClass::Commercial,
        _ => return None,
    })
}

fn set_patient(case: &mut Table, claim: &Claim<'_>) {
    let birth = claim.patient().and_then(|patient| x12::dates::day(patient.birth_date().expose_bytes()));
    if let Some(birth) = birth {
        section(case, "patient").insert("birth_date".to_owned(), birth.to_string().into());
    }
}

fn set_place_and_people(case: &mut Table, claim: &Claim<'_>, line: &ServiceLine<'_>) {
    let place = match line.place_of_service() {
        [] => claim.place_of_service(),
        own => own,
    };
    let billing = claim.billing_provider();
    let inside = |name: &str| {
        let of_line = line.view().named(name).next();
        of_line.and_then(Party::of)
    };
    let of_claim = |name: &str| claim.view().named(name).next().and_then(Party::of);
    // Without a party of its own, the service was given by whoever bills, if that is a person.
    let rendering = inside("2420A").or_else(|| claim.rendering_provider()).or(billing.filter(Party::is_person));
    let supervisor = inside("2420D").or_else(|| of_claim("2310D"));
    let facility = section(case, "facility");
    set(facility, "place_of_service", place);
    set(facility, "npi", billing.and_then(|party| party.npi()).unwrap_or_default());
    if let Some(npi) = rendering.and_then(|party| party.npi()) {
        set(section(case, "clinician"), "npi", npi);
    }
    if let Some(npi) = supervisor.and_then(|party| party.npi()) {
        let supervisor = section(case, "clinician").entry("supervisor").or_insert_with(|| Table::new().into());
        if let Some(supervisor) = supervisor.as_table_mut() {
            set(supervisor, "npi", npi);
        }
    }
}

/// The lines of one service: the line that was asked for, then those that the menu knows as parts of the same treatment,
/// on the same day and for one of the same diagnoses.
///
/// A claim has a line for each code, such as the injection and its drug; a policy speaks of the service, so the drug's
/// line answers for the injection's condition that there is a drug.
fn service<'d>(claim: &Claim<'d>, asked: &ServiceLine<'d>, library: &Library) -> Vec<ServiceLine<'d>> {
    let code = |line: &ServiceLine<'_>| text(line.procedure()).parse::<ProcedureCode>().ok();
    let mut lines = vec![*asked];
    let Some(asked_code) = code(asked) else { return lines };
    let treatments: Vec<CodeSet> = library.menu().all().iter().map(Treatment::possible_codes).collect();
    let mut codes = vec![asked_code];
    for line in claim.lines().filter(|line| line.service_period() == asked.service_period()) {
        let shares = line.pointers().any(|pointer| asked.pointers().any(|of_asked| of_asked == pointer));
        let Some(code) = code(&line).filter(|code| shares && !codes.contains(code)) else { continue };
        if treatments.iter().any(|all| all.contains(asked_code) && all.contains(code)) {
            codes.push(code);
            lines.push(line);
        }
    }
    lines
}

fn set_line(case: &mut Table, claim: &Claim<'_>, service: &[ServiceLine<'_>]) {
    let all: Vec<&[u8]> = claim.diagnoses().map(|diagnosis| diagnosis.code()).collect();
    // Positions on the claim, from 0; the first of the line that was asked for comes first: it is primary for the line.
    let mut used: Vec<usize> = Vec::new();
    for position in service.iter().flat_map(|line| positions(line, all.len())) {
        if !used.contains(&position) {
            used.push(position);
        }
    }
    // Editions before ICD-10-CM cannot be said in a case.
    if !claim.diagnoses().all(|diagnosis| diagnosis.qualifier().starts_with(b"A")) {
        used.clear();
    }
    let codes: Vec<Value> = service
        .iter()
        .map(|line| {
            let mut code = code_table(line);
            let pointers = positions(line, all.len()).filter_map(|at| used.iter().position(|position| *position == at));
            let pointers: Vec<Value> =
                pointers.filter_map(|place| i64::try_from(place + 1).ok()).map(Value::from).collect();
            if !pointers.is_empty() {
                code.insert("pointers".to_owned(), pointers.into());
            }
            code.into()
        })
        .collect();
    let Some(Value::Array(lines)) = case.get_mut("line") else { return };
    let Some(Value::Table(line)) = lines.first_mut() else { return };
    if !used.is_empty() {
        let diagnoses: Vec<Value> = used.iter().map(|position| text(all[*position]).into_owned().into()).collect();
        line.insert("diagnoses".to_owned(), diagnoses.into());
    }
    line.insert("code".to_owned(), codes.into());
}

/// The diagnoses that a line points to, by position on the claim from 0.
fn positions(line: &ServiceLine<'_>, diagnoses: usize) -> impl Iterator<Item = usize> {
    let pointers = line.pointers().filter_map(|pointer| text(pointer).parse::<usize>().ok()?.checked_sub(1));
    pointers.filter(move |position| *position < diagnoses)
}

fn code_table(line: &ServiceLine<'_>) -> Table {
    let mut code = Table::new();
    set(&mut code, "code", line.procedure());
    // The claim lists every modifier, so that there is none is known as well.
    let modifiers: Vec<Value> = line.modifiers().map(|modifier| text(modifier).into_owned().into()).collect();
    code.insert("modifiers".to_owned(), modifiers.into());
    // Minutes and fractions of a unit are no billing units.
    if line.unit_kind() == b"UN"
        && let Ok(units @ 1..) = text(line.units()).parse::<u32>()
    {
        code.insert("units".to_owned(), i64::from(units).into());
    }
    if let Ok(charge) = line.charge() {
        code.insert("charge".to_owned(), x12::number::write_amount(charge).into());
    }
    set(&mut code, "ndc", line.drug_code().unwrap_or_default());
    code
}

/// The section of this name, made where it is missing.
fn section<'c>(case: &'c mut Table, name: &str) -> &'c mut Table {
    case.entry(name)
        .or_insert_with(|| Table::new().into())
        .as_table_mut()
        .expect("INVARIANT: the sections of a case are tables")
}

/// Sets a key where the claim has a value for it.
fn set(table: &mut Table, key: &str, value: &[u8]) {
    if !value.is_empty() {
        table.insert(key.to_owned(), text(value).into_owned().into());
    }
}
