//! `covered practice`: what a case says of the practice itself: medical spa or day spa, owners, billing entity, registrations.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use codes::StateCode;
use coverage::case::{BillingEntity, Case, FacilityKind, License, Line, holds_on};
use jiff::civil::Date;
use library::Library;
use library::menu::TreatmentKind;
use library::states::{Cell, Permits, State, Strength, Tables};
use serde_json::{Value, json};

use super::states::{cell_json, rests_on};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

#[derive(Debug, Args)]
pub(crate) struct Practice {
    /// A case file in TOML or JSON; `-` reads standard input.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(wanted: &Practice, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let (case, _) = source::case(&source::name(&wanted.case), &source::read(&wanted.case)?, &library)?;
    let state = case.facility.state.map(|code| library.state(code)).transpose()?.flatten();
    let view = View { case: &case, library: &library, state };
    print(&if wanted.json { json_text(&view.json()) } else { view.text() })?;
    Ok(Done::Answered)
}

struct View<'v> {
    case: &'v Case,
    library: &'v Library,
    state: Option<(&'v State, &'v Tables)>,
}

/// What one service makes of the place.
struct Service {
    what: String,
    makes: &'static str,
    says: String,
}

/// A licence to practise: its holder may answer for a service.
const fn practises(license: License) -> bool {
    matches!(
        license,
        License::Md
            | License::Do
            | License::Np
            | License::Cns
            | License::Pa
            | License::Crna
            | License::Dds
            | License::Dpm
            | License::Od
    )
}

impl View<'_> {
    fn service(&self, line: &Line) -> Service {
        let treatment = line.treatment.as_deref().and_then(|id| self.library.menu().get(id));
        let what =
            treatment.map_or_else(|| "a service known by its codes".to_owned(), |treatment| treatment.name.clone());
        let personal = treatment.is_some_and(|treatment| treatment.kind == TreatmentKind::PersonalCare);
        let (makes, says) = match (personal, line.responsible) {
            (true, _) => {
                ("day-spa", "personal care: it needs no medical oversight and makes no place a medical one".to_owned())
            }
            (false, Some(license)) if practises(license) => {
                ("medical-spa", format!("medical: {} answers for it", license.word()))
            }
            (false, Some(_)) => (
                "nothing",
                "medical, and nobody with a licence to practise answers for it: it must not be given so".to_owned(),
            ),
            (false, None) => ("open", "medical: who answers for it is not recorded (line.responsible)".to_owned()),
        };
        Service { what, makes, says }
    }

    /// Where the kind that the case gives and its services do not go together.
    fn mismatch(&self, services: &[Service]) -> Option<&'static str> {
        let medical = services.iter().any(|service| service.makes != "day-spa");
        match self.case.facility.kind? {
            FacilityKind::DaySpa if medical => {
                Some("The case calls the place a day spa, and a service there is medical: it takes a medical practice.")
            }
            FacilityKind::MedicalSpa if !medical => {
                Some("The case calls the place a medical spa, and none of these services is medical.")
            }
            _ => None,
        }
    }

    /// An owner in plain words.
    fn who(&self, license: License) -> String {
        match license {
            License::Unlicensed => "somebody without a licence".to_owned(),
            license => self
                .library
                .licenses()
                .all()
                .iter()
                .find(|known| known.id == license.word())
                .map_or_else(|| license.word().to_owned(), |known| known.name.clone()),
        }
    }

    /// The cell that rules for an owner with this licence.
    fn rule(&self, license: License) -> Option<(&Cell, &Tables)> {
        let (state, tables) = self.state?;
        let fact = match license {
            License::Unlicensed => "owner_lay",
            License::Np | License::Cns => "owner_np",
            License::Pa => "owner_pa",
            License::Md | License::Do => return state.cell("ownership.physician").map(|cell| (cell, tables)),
            _ => return None,
        };
        let owner = tables.owners.iter().find(|owner| owner.fact == fact)?;
        state.cell(&owner.cell).map(|cell| (cell, tables))
    }

    fn physician_percent(&self) -> Option<u32> {
        let owners = &self.case.owners;
        let share = |owner: &coverage::case::Owner| match owner.license? {
            License::Md | License::Do => owner.percent,
            _ => Some(0),
        };
        owners.iter().map(share).sum::<Option<u32>>().filter(|_| !owners.is_empty())
    }

    /// Who may bill, in a sentence.
    fn billing(&self) -> String {
        let billing = &self.case.billing;
        let managed = match billing.management_company {
            Some(true) => {
                " A management company may run the business for a fee, where the state lets it; it bills no care in its own name."
            }
            _ => "",
        };
        match billing.entity {
            Some(BillingEntity::Practice) => format!("The practice bills, by its own NPI; each clinician renders under the own one.{managed}"),
            Some(BillingEntity::Clinician) => format!("The clinician bills alone.{managed}"),
            Some(BillingEntity::ManagementCompany) => "A management company is to bill: care is billed by whoever may give it. Ask counsel before a claim is filed.".to_owned(),
            None => format!("Who bills is not recorded (billing.entity).{managed}"),
        }
    }

    fn held(&self) -> Vec<(String, Option<Date>, Option<Date>)> {
        let registrations = self.case.registrations.iter().map(|held| {
            let state = held.state.map_or_else(String::new, |state| format!(" ({state})"));
            (format!("{} registration{state}", held.kind.word()), held.from, held.until)
        });
        let accreditations = self
            .case
            .accreditations
            .iter()
            .map(|held| (format!("accreditation by {}", held.body), held.from, held.until));
        registrations.chain(accreditations).collect()
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let services: Vec<Service> = self.case.lines.iter().map(|line| self.service(line)).collect();
        out.push_str("Medical spa or day spa, service by service\n");
        for (number, service) in (1..).zip(&services) {
            hanging(&mut out, 2, 4, &format!("{number}. {}: {}", service.what, service.says));
        }
        self.mismatch(&services).iter().for_each(|says| below(&mut out, 2, says));
        let _ = writeln!(
            out,
            "\nOwners{}",
            self.case
                .facility
                .state
                .map_or_else(String::new, |state: StateCode| format!(", by the law of {}", state.name()))
        );
        if self.case.owners.is_empty() {
            below(&mut out, 2, "Who owns the practice is not recorded ([[owner]]); what the state says:");
            if let Some((state, tables)) = self.state {
                for name in tables.cells.iter().filter(|name| name.group == "Ownership") {
                    let Some(cell) = state.cell(&name.id) else { continue };
                    hanging(
                        &mut out,
                        4,
                        6,
                        &format!("[{}] {}: {}", cell.strength().word(), name.label, tables.says(cell)),
                    );
                }
            }
        }
        for owner in &self.case.owners {
            let license = owner.license.map_or_else(|| "licence not recorded".to_owned(), |license| self.who(license));
            let percent = owner.percent.map_or_else(String::new, |percent| format!(", {percent} %"));
            let rule = owner.license.and_then(|license| self.rule(license));
            let Some((cell, tables)) = rule else {
                hanging(&mut out, 2, 4, &format!("- {license}{percent}: the library holds no rule; ask counsel"));
                continue;
            };
            hanging(
                &mut out,
                2,
                4,
                &format!("- {license}{percent}: [{}] may own it: {}", cell.strength().word(), tables.says(cell)),
            );
            rests_on(&mut out, 6, cell, tables);
            below(&mut out, 6, effect(cell, tables));
        }
        if let (Some(percent), Some((state, tables))) = (self.physician_percent(), self.state)
            && let Some(cell) = state.cell("ownership.min_physician_pct")
        {
            hanging(
                &mut out,
                2,
                4,
                &format!("physicians own {percent} %; least share: [{}] {}", cell.strength().word(), tables.says(cell)),
            );
        }
        out.push_str("\nBilling\n");
        below(&mut out, 2, &self.billing());
        let held = self.held();
        if !held.is_empty() {
            let _ = writeln!(out, "\nLicences, registrations and accreditation on {}", self.case.date);
        }
        for (what, from, until) in held {
            let holds = holds_on(self.case.date, from, until);
            hanging(&mut out, 2, 4, &format!("- {what}: {}", in_words(holds)));
            if holds != Some(true) {
                below(&mut out, 4, "Nothing that needs it may be done until proof is on file that it is in force.");
            }
        }
        let _ = writeln!(out, "\n{DISCLAIMER}");
        out
    }

    fn json(&self) -> Value {
        let services: Vec<Service> = self.case.lines.iter().map(|line| self.service(line)).collect();
        let listed: Vec<Value> = services
            .iter()
            .map(|service| json!({"what": service.what, "makes": service.makes, "says": service.says}))
            .collect();
        let owners: Vec<Value> = self
            .case
            .owners
            .iter()
            .map(|owner| {
                let rule = owner.license.and_then(|license| self.rule(license));
                json!({
                    "license": owner.license.map(License::word),
                    "percent": owner.percent,
                    "rule": rule.map(|(cell, tables)| cell_json(cell, &cell.id, tables)),
                    "effect": rule.map(|(cell, tables)| effect(cell, tables)),
                })
            })
            .collect();
        let held: Vec<Value> = self
            .held()
            .into_iter()
            .map(|(what, from, until)| json!({"what": what, "holds": holds_on(self.case.date, from, until)}))
            .collect();
        json!({
            "services": listed,
            "mismatch": self.mismatch(&services),
            "owners": owners,
            "physician_percent": self.physician_percent(),
            "billing": self.billing(),
            "held": held,
            "library": {"version": self.library.version(), "sha256": self.library.sha256()},
            "disclaimer": DISCLAIMER,
        })
    }
}

/// What a rule on owners does to billing, and what to ask.
fn effect(cell: &Cell, tables: &Tables) -> &'static str {
    match (tables.permits(cell), cell.strength()) {
        (_, Strength::Unknown) | (Permits::Ask, _) => "Ask counsel of the state before the practice bills.",
        (Permits::No, Strength::Solid) if cell.may_block() => {
            "Such a practice cannot bill a plan; ask counsel whether a professional practice with a management company can."
        }
        (Permits::No, _) => "Ask counsel before the practice bills: by what was found such an owner is not allowed.",
        (Permits::Conditional, _) => "Ask counsel whether the terms are met; the practice may bill only then.",
        (Permits::Yes | Permits::Delegated, Strength::Solid) => "No bar to billing.",
        (Permits::Yes | Permits::Delegated, Strength::Weak) => "No bar was found; have counsel confirm it.",
    }
}

const fn in_words(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "in force",
        Some(false) => "not in force",
        None => "its last day is not recorded",
    }
}
