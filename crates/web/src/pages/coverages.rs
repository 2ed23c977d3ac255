//! Plans of a patient: entered and changed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use codes::StateCode;
use jiff::civil::Date;
use serde_json::{Map, Value};
use store::Id;
use store::nouns::{Coverage, Interval, Patient};

use super::form::{Field, Form, Group, Kind, choices};
use super::frame::{Frame, Section};
use super::patients::FormPage;
use super::sent::Sent;
use super::{Html, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/patients/{id}/coverages/new", Right::PatientWrite, new)
        .post("/patients/{id}/coverages", Right::PatientWrite, create)
        .get("/coverages/{id}", Right::PatientWrite, edit)
        .post("/coverages/{id}", Right::PatientWrite, change)
}

fn form_of(
    desk: &Desk,
    csrf: &str,
    action: String,
    cancel: String,
    version: Option<i64>,
    value: &dyn Fn(&str) -> String,
    trouble: Option<(&str, String)>,
) -> Form {
    let wrong = |id: &str| trouble.as_ref().filter(|(field, _)| *field == id).map(|(_, says)| says.clone());
    let mut payers: Vec<(String, String)> =
        desk.library().payers().all().iter().map(|payer| (payer.id.clone(), parts::sentence(&payer.name))).collect();
    payers.sort_by(|one, other| one.1.cmp(&other.1));
    payers.insert(0, (String::new(), "Choose".to_owned()));
    let states = std::iter::once((String::new(), "Not recorded".to_owned()))
        .chain(StateCode::ALL.iter().map(|state| (state.as_str().to_owned(), state.name().to_owned())));
    let select = |id: &str, label: &str, words: &[&str]| Field::new(id, label, Kind::Select(choices(words)), value(id));
    let card = vec![
        Field::new("payer", "Payer", Kind::Select(payers), value("payer")).wrong(wrong("payer")).required(),
        Field::text("plan", "Plan, as on the card", value("plan")),
        Field::text("member_id", "Member number", value("member_id")),
        Field::text("group", "Group number", value("group")),
        Field::new(
            "rank",
            "Which pays",
            Kind::Select(vec![
                ("1".to_owned(), "First".to_owned()),
                ("2".to_owned(), "Second".to_owned()),
                ("3".to_owned(), "Third".to_owned()),
            ]),
            value("rank"),
        ),
        Field::date("from", "First day", value("from")).wrong(wrong("from")),
        Field::date("until", "Last day", value("until")).wrong(wrong("until")),
    ];
    let contract = vec![
        select("product", "Product", coverage::case::Product::WORDS),
        select("funding", "Who bears the risk", coverage::case::Funding::WORDS),
        Field::new("issue_state", "State of issue", Kind::Select(states.collect()), value("issue_state")),
        select("network", "This practice is in its network", coverage::case::Network::WORDS),
    ];
    let benefits = vec![
        Field::date("checked", "Checked on", value("checked"))
            .wrong(wrong("checked"))
            .hint("The day the plan told it."),
        Field::new(
            "deductible_remaining",
            "Deductible that is left",
            Kind::Number("dollars".to_owned()),
            value("deductible_remaining"),
        )
        .wrong(wrong("deductible_remaining")),
        Field::new("copay", "Copay", Kind::Number("dollars".to_owned()), value("copay")).wrong(wrong("copay")),
        Field::new(
            "coinsurance_percent",
            "Coinsurance",
            Kind::Number("percent".to_owned()),
            value("coinsurance_percent"),
        )
        .wrong(wrong("coinsurance_percent")),
        Field::new(
            "out_of_pocket_remaining",
            "Out-of-pocket limit that is left",
            Kind::Number("dollars".to_owned()),
            value("out_of_pocket_remaining"),
        )
        .wrong(wrong("out_of_pocket_remaining")),
    ];
    let group = |title: &str, fields| Group { title: title.to_owned(), fields };
    Form {
        action,
        csrf: csrf.to_owned(),
        version: version.map(|version| version.to_string()),
        groups: vec![
            group("The card", card),
            group("The contract", contract),
            group("Benefits, as the plan told them", benefits),
        ],
        submit: "Save the plan",
        cancel: Some(cancel),
    }
}

/// Keys of `[coverage]` and of `[coverage.benefits]` that the form holds.
const COVERAGE_KEYS: [&str; 6] = ["payer", "plan", "product", "funding", "issue_state", "network"];
const BENEFIT_KEYS: [&str; 5] =
    ["checked", "deductible_remaining", "copay", "coinsurance_percent", "out_of_pocket_remaining"];

/// The plan of a form; what the form does not show of the case stays.
fn coverage_of(
    desk: &Desk,
    sent: &Sent,
    patient: Id<Patient>,
    before: &Value,
) -> Result<Coverage, (&'static str, String)> {
    let mut case = before.as_object().cloned().unwrap_or_default();
    put(&mut case, &COVERAGE_KEYS, sent);
    let mut benefits = case.get("benefits").and_then(Value::as_object).cloned().unwrap_or_default();
    put(&mut benefits, &BENEFIT_KEYS, sent);
    if benefits.is_empty() {
        drop(case.remove("benefits"))
    } else {
        drop(case.insert("benefits".to_owned(), benefits.into()))
    }
    if sent.get("payer").is_empty() {
        return Err(("payer", "A plan has a payer.".to_owned()));
    }
    let holds = Interval {
        from: sent.day("from").map_err(|says| ("from", says.to_owned()))?,
        until: sent.day("until").map_err(|says| ("until", says.to_owned()))?,
    };
    if let (Some(from), Some(until)) = (holds.from, holds.until)
        && until < from
    {
        return Err(("until", "The last day lies before the first.".to_owned()));
    }
    // Whatever is kept must be a case: the same check as for a file.
    let whole = serde_json::json!({ "date": desk.today(), "coverage": case, "line": [{ "treatment": "botox" }] });
    if let Err(problem) = desk.answers().read(&whole) {
        let field = problem.fields.first();
        let says = field.map_or_else(String::new, |field| format!("{}. {}", field.detail, field.next).replace('`', ""));
        let pointer = field.map_or("", |field| field.pointer.as_str());
        let named = COVERAGE_KEYS.iter().chain(&BENEFIT_KEYS).find(|key| pointer.ends_with(**key));
        return Err((named.copied().unwrap_or("payer"), says));
    }
    Ok(Coverage {
        patient,
        rank: sent.get("rank").parse().unwrap_or(1),
        member_id: sent.some("member_id").into(),
        group: sent.some("group").into(),
        case: Value::Object(case).into(),
        holds,
    })
}

fn put(table: &mut Map<String, Value>, keys: &[&str], sent: &Sent) {
    for key in keys {
        let value = sent.get(key);
        let value = match (*key, value) {
            (_, "") => None,
            ("coinsurance_percent", text) => Some(text.parse::<i64>().map_or_else(|_| text.into(), Value::from)),
            ("deductible_remaining" | "copay" | "out_of_pocket_remaining", text) => {
                Some(text.replace(['$', ','], "").into())
            }
            (_, text) => Some(text.into()),
        };
        match value {
            Some(value) => table.insert((*key).to_owned(), value),
            None => table.remove(*key),
        };
    }
}

async fn page_of(
    desk: &Desk,
    who: &Who,
    patient: Id<Patient>,
    title: &str,
    form: impl FnOnce(&str) -> Form,
) -> Result<Html<String>, Problem> {
    let frame = Frame::new(desk, who, title, Section::Patients).await?;
    let kept = desk.read(who, patient).await?;
    let name = people::name(&kept);
    let form = form(&frame.csrf);
    page(&FormPage {
        frame,
        title: title.to_owned(),
        crumb: Some((format!("/patients/{patient}"), name)),
        lead: String::new(),
        form,
    })
}

async fn new(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Patient>>) -> Result<Html<String>, Problem> {
    let form = |csrf: &str| {
        let value = |field: &str| if field == "rank" { "1".to_owned() } else { String::new() };
        form_of(&desk, csrf, format!("/patients/{id}/coverages"), format!("/patients/{id}"), None, &value, None)
    };
    page_of(&desk, &who, id, "New plan", form).await
}

async fn create(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    match coverage_of(&desk, &sent, id, &Value::Null) {
        Ok(coverage) => {
            desk.create(&who, &coverage, None).await?;
            Ok(see(&format!("/patients/{id}")))
        }
        Err(trouble) => {
            let value = |field: &str| sent.get(field).to_owned();
            let form = |csrf: &str| {
                form_of(
                    &desk,
                    csrf,
                    format!("/patients/{id}/coverages"),
                    format!("/patients/{id}"),
                    None,
                    &value,
                    Some(trouble),
                )
            };
            Ok(page_of(&desk, &who, id, "New plan", form).await?.into_response())
        }
    }
}

async fn edit(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Coverage>>) -> Result<Html<String>, Problem> {
    let kept = desk.read(&who, id).await?;
    let case = kept.case.reveal();
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let value = |field: &str| match field {
        "member_id" => kept.member_id.reveal().clone().unwrap_or_default(),
        "group" => kept.group.reveal().clone().unwrap_or_default(),
        "rank" => kept.rank.to_string(),
        "from" => day(kept.holds.from),
        "until" => day(kept.holds.until),
        key if BENEFIT_KEYS.contains(&key) => word(&case["benefits"][key]),
        key => word(&case[key]),
    };
    let patient = kept.patient;
    let form = |csrf: &str| {
        form_of(
            &desk,
            csrf,
            format!("/coverages/{id}"),
            format!("/patients/{patient}"),
            Some(kept.version),
            &value,
            None,
        )
    };
    page_of(&desk, &who, patient, "Change the plan", form).await
}

async fn change(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Coverage>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let kept = desk.read(&who, id).await?;
    let patient = kept.patient;
    match coverage_of(&desk, &sent, patient, kept.case.reveal()) {
        Ok(coverage) => {
            desk.change(&who, id, sent.version(), &coverage, None).await?;
            Ok(see(&format!("/patients/{patient}")))
        }
        Err(trouble) => {
            let value = |field: &str| sent.get(field).to_owned();
            let form = |csrf: &str| {
                form_of(
                    &desk,
                    csrf,
                    format!("/coverages/{id}"),
                    format!("/patients/{patient}"),
                    Some(sent.version()),
                    &value,
                    Some(trouble),
                )
            };
            Ok(page_of(&desk, &who, patient, "Change the plan", form).await?.into_response())
        }
    }
}
