//! Check coverage: the first page. Five questions bring the first useful answer; after them only what can still change it is asked.

pub(crate) mod field;
mod held;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::response::{Html, Redirect, Response};
use codes::Cents;
use coverage::answer::{Answer, NoteText};
use coverage::interview::{self, QUESTIONS_MAX, Question};
use library::Library;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::nouns::{Clinician, Coverage, Determination, Facility, Patient, Visit, VisitState};
use store::{Id, Query, Stored};

use super::frame::{Frame, Section};
use super::{answer, page, parts, people};
use crate::Desk;
use crate::access::Right;
use crate::desk::determine::{Ask, Sources};
use crate::error::Problem;
use crate::who::Who;
use field::{Field, Given};
use held::{Five, Held, Keys};

/// Visits of today that the empty answer offers.
const TODAY_MAX: usize = 8;
/// What stands before the id of a licence where a clinician is chosen.
const LICENSE: &str = "license:";

/// What the form sends. Every field may be missing: a browser sends what it has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    patient: String,
    visit: String,
    treatment: String,
    purpose: String,
    purpose_by: String,
    coverage: String,
    payer: String,
    facility: String,
    clinician: String,
    date: String,
    price: String,
    draft: String,
    asked: String,
    before: String,
    chosen: String,
    determination: String,
    act: String,
    about: String,
    #[serde(flatten)]
    given: Given,
}

/// Where a check begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    patient: Option<Id<Patient>>,
    visit: Option<Id<Visit>>,
}

/// Value, words, whether it is the one.
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

struct Known {
    id: String,
    name: String,
    born: String,
}

struct VisitKnown {
    id: String,
    day: String,
}

/// The fields of the left side.
#[derive(Default)]
struct Fields {
    patient: Option<Known>,
    visit: Option<VisitKnown>,
    treatment: String,
    treatment_trouble: Option<String>,
    purpose: String,
    purpose_by: String,
    coverages: Vec<Choice>,
    payer: String,
    payer_trouble: Option<String>,
    facilities: Vec<Choice>,
    clinicians: Vec<Choice>,
    licenses: Vec<Choice>,
    date: String,
    price: String,
    price_trouble: Option<String>,
}

/// Names that the two free fields suggest.
struct Lists {
    treatments: Vec<String>,
    payers: Vec<String>,
}

/// The hidden fields.
#[derive(Default)]
struct Hidden {
    draft: String,
    asked: String,
    before: String,
    chosen: String,
    determination: String,
}

struct Trouble {
    code: String,
    message: String,
    help: String,
}

struct OfToday {
    id: String,
    patient: String,
    what: String,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage<'a> {
    frame: Frame,
    fields: &'a Fields,
    lists: Lists,
    told: String,
}

#[derive(Template)]
#[template(path = "check_told.html")]
struct Told<'a> {
    fields: &'a Fields,
    state: Hidden,
    problems: Vec<Trouble>,
    saved: Option<String>,
    lines: String,
    notes: &'a [NoteText],
    visits: Vec<OfToday>,
    may_save: bool,
    has_visit: bool,
    partial: bool,
}

#[derive(Template)]
#[template(path = "check_question.html")]
struct QuestionCard<'a> {
    question: Option<&'a Question>,
    field: Field,
    says: Option<&'static str>,
    typed: &'a str,
    trouble: Option<&'a str>,
    can_go_back: bool,
    can_ask_again: bool,
    open_left: bool,
}

/// What is on file for the check.
struct OnFile {
    patient: Option<Stored<Patient>>,
    visit: Option<Stored<Visit>>,
    coverages: Vec<Stored<Coverage>>,
    facilities: Vec<Stored<Facility>>,
    clinicians: Vec<Stored<Clinician>>,
}

/// `GET /check`
pub(crate) async fn start(
    State(desk): State<Desk>,
    who: Who,
    UrlQuery(start): UrlQuery<Start>,
) -> Result<Html<String>, Problem> {
    let text = |id: Option<String>| id.unwrap_or_default();
    let mut sent = Sent {
        patient: text(start.patient.map(|id| id.to_string())),
        visit: text(start.visit.map(|id| id.to_string())),
        facility: text(who.facility.map(|id| id.to_string())),
        ..Sent::default()
    };
    let on_file = on_file(&desk, &who, &sent).await?;
    if let Some(visit) = &on_file.visit {
        sent.patient = visit.patient.to_string();
        sent.facility = visit.facility.to_string();
        sent.clinician = text(visit.clinician.map(|id| id.to_string()));
        sent.date = visit.day.to_string();
        let line = &visit.case.reveal()["line"][0];
        let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        (sent.treatment, sent.purpose, sent.purpose_by) = (word("treatment"), word("purpose"), word("purpose_by"));
        sent.price = match &line["price"] {
            Value::Number(number) => number.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
    }
    whole(&desk, &who, sent, on_file).await
}

/// `POST /check`: the whole page, or the answer alone where a script asks for it.
pub(crate) async fn ask(
    State(desk): State<Desk>,
    who: Who,
    headers: HeaderMap,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let on_file = on_file(&desk, &who, &sent).await?;
    if headers.contains_key("hx-request") {
        let (fields, told) = told(&desk, &who, &sent, &on_file, true).await?;
        drop(fields);
        return Ok(Html(told).into_response());
    }
    if sent.act == "save" {
        let kept = save(&desk, &who, &sent, &on_file).await?;
        return Ok(Redirect::to(&format!("/visits/{kept}")).into_response());
    }
    Ok(whole(&desk, &who, sent, on_file).await?.into_response())
}

async fn whole(desk: &Desk, who: &Who, sent: Sent, on_file: OnFile) -> Result<Html<String>, Problem> {
    let (fields, told) = told(desk, who, &sent, &on_file, false).await?;
    let frame = Frame::new(desk, who, "Check coverage", Section::Check).await?;
    page(&CheckPage { frame, fields: &fields, lists: lists(desk.library()), told })
}

fn id_of<T>(text: &str) -> Option<Id<T>> {
    text.parse().ok()
}

async fn on_file(desk: &Desk, who: &Who, sent: &Sent) -> Result<OnFile, Problem> {
    let visit = match id_of::<Visit>(&sent.visit) {
        Some(id) => Some(desk.read(who, id).await?),
        None => None,
    };
    let patient = match visit.as_ref().map(|visit| visit.patient).or_else(|| id_of(&sent.patient)) {
        Some(id) => Some(desk.read(who, id).await?),
        None => None,
    };
    let coverages = match &patient {
        Some(patient) => desk.list(who, &Query::<Coverage>::all().patient(patient.id)).await?.items,
        None => Vec::new(),
    };
    let facilities = people::facilities(desk, who).await?;
    let clinicians = people::clinicians(desk).await?;
    Ok(OnFile { patient, visit, coverages, facilities, clinicians })
}

/// Reads the fields, answers, and writes both sides.
async fn told(
    desk: &Desk,
    who: &Who,
    sent: &Sent,
    on_file: &OnFile,
    partial: bool,
) -> Result<(Fields, String), Problem> {
    let (mut fields, five) = read_fields(desk, sent, on_file);
    let mut held = Held::read(&sent.draft, &sent.asked, &sent.before);
    let chosen = chosen(sent);
    held.on_file(&changed(&sent.chosen, &chosen), &case_on_file(desk, who, sent, on_file, &five).await?);
    held.five(&five);
    let mut typed = (String::new(), None);
    if !held.is_empty() {
        act(desk, sent, &mut held, &mut typed);
    }
    let mut problems = Vec::new();
    let mut kept = None;
    if !held.is_empty() && fields.treatment_trouble.is_none() {
        let ask = Ask {
            case: held.keys.clone(),
            patient: on_file.patient.as_ref().map(|patient| patient.id),
            visit: on_file.visit.as_ref().map(|visit| visit.id),
            previous: id_of(&sent.determination),
        };
        match desk.determine_and_keep(who, ask, None).await {
            Ok(answered) => kept = Some(answered),
            Err(problem) if !problem.fields.is_empty() => problems = troubles(&problem),
            Err(problem) => return Err(problem),
        }
    }
    let [draft, asked, before] = held.fields();
    let determination = kept.as_ref().map_or_else(|| sent.determination.clone(), |kept| kept.id.to_string());
    let state = Hidden { draft, asked, before, chosen, determination: determination.clone() };
    let papers = format!("/determinations/{determination}");
    let lines = match &kept {
        Some(kept) => {
            let card = question_card(desk.library(), &held, &kept.answer, &typed)?;
            answer::lines(&kept.answer, Some(&card), Some(&papers)).map_err(|_| Problem::internal())?
        }
        None => String::new(),
    };
    let may_save =
        kept.is_some() && on_file.patient.is_some() && who.may(Right::VisitWrite) && !sent.facility.is_empty();
    let saved = match sent.act == "save" && may_save && partial {
        true => Some(save(desk, who, sent, on_file).await?.to_string()),
        false => None,
    };
    let visits = if lines.is_empty() && on_file.patient.is_none() { of_today(desk, who).await? } else { Vec::new() };
    fields.date.clone_from(&five.date);
    let notes = kept.as_ref().map_or(&[][..], |kept| &kept.answer.notes);
    let has_visit = on_file.visit.is_some();
    let told = Told { fields: &fields, state, problems, saved, lines, notes, visits, may_save, has_visit, partial };
    let told = told.render().map_err(|_| Problem::internal())?;
    Ok((fields, told))
}

/// Does what a button of the card says. What was typed and why it is no answer come back in `typed`.
fn act(desk: &Desk, sent: &Sent, held: &mut Held, typed: &mut (String, Option<String>)) {
    match sent.act.as_str() {
        "back" => held.back(),
        "again" => held.asked.clear(),
        "unknown" if !sent.about.is_empty() => {
            held.remember();
            held.asked.insert(sent.about.clone());
        }
        "save" => {}
        // Return in a field of the card sends the form by its first button.
        _ if !sent.about.is_empty() => {
            let library = desk.library();
            let Some(question) = question_about(desk, held, &sent.about) else { return };
            let said = sent.given.typed(&Field::of(&question, library));
            if said.is_empty() {
                if sent.act == "answer" {
                    typed.1 = Some("Choose an answer, or say that it is not known.".to_owned());
                }
                return;
            }
            let before = (held.keys.clone(), held.asked.clone());
            let mut draft = held.draft();
            let written =
                question.entry.write(&mut draft, &said, library.dictionary()).map_err(|error| error.to_string());
            let checked = written.and_then(|()| match desk.answers().read(&Value::Object(draft.keys().clone())) {
                Ok(_) => Ok(()),
                Err(problem) => Err(problem
                    .fields
                    .first()
                    .map_or_else(String::new, |field| format!("{}. {}", field.detail, field.next))),
            });
            match checked {
                Ok(()) => {
                    held.remember();
                    held.keys = draft.keys().clone();
                    debug_assert_ne!((&held.keys, &held.asked), (&before.0, &before.1));
                }
                Err(why) => *typed = (said, Some(format!("This answer cannot be used: {}", why.replace('`', "")))),
            }
        }
        _ => {}
    }
}

/// The question that an answer is about, as it stands before the answer.
fn question_about(desk: &Desk, held: &Held, about: &str) -> Option<Question> {
    if let Some(question) = interview::opening(about) {
        return Some(question);
    }
    let (case, notes) = desk.answers().read(&Value::Object(held.keys.clone())).ok()?;
    let answer = desk.answers().answer(&case, &notes).ok()?;
    interview::open(&answer, desk.library().dictionary()).into_iter().find(|question| question.about == about)
}

fn question_card(
    library: &Library,
    held: &Held,
    answer: &Answer,
    (typed, trouble): &(String, Option<String>),
) -> Result<String, Problem> {
    let put = held.put();
    let first = held::opening(held);
    let open =
        interview::open(answer, library.dictionary()).into_iter().find(|question| !put.contains(&question.about));
    let question = first.or(open).filter(|_| held.asked.len() < QUESTIONS_MAX);
    let field = question.as_ref().map_or(Field::Date, |question| Field::of(question, library));
    let card = QuestionCard {
        says: question.as_ref().and_then(|question| coverage::interview::says(&question.entry)),
        question: question.as_ref(),
        field,
        typed,
        trouble: trouble.as_deref(),
        can_go_back: !held.before.is_empty(),
        can_ask_again: !held.asked.is_empty(),
        open_left: answer.lines.iter().any(|line| !line.missing.is_empty()),
    };
    card.render().map_err(|_| Problem::internal())
}

/// The fields as they come back to the page, and what they say to the case. A name that the library does not know is told beside its
/// field, and is no part of the case.
fn read_fields(desk: &Desk, sent: &Sent, on_file: &OnFile) -> (Fields, Five) {
    let library = desk.library();
    let found = |text: &str, find: &dyn Fn(&str) -> Result<String, String>| match text.trim() {
        "" => (None, None),
        text => match find(text) {
            Ok(id) => (Some(id), None),
            Err(trouble) => (None, Some(trouble)),
        },
    };
    let (treatment, treatment_trouble) = found(&sent.treatment, &|text| {
        library.menu().find(text).map(|_| text.to_owned()).map_err(|error| sentence(&error.to_string()))
    });
    let other_payer = sent.payer.trim();
    let (payer, payer_trouble) = found(other_payer, &|text| {
        library.payers().find(text).map(|payer| payer.id.clone()).map_err(|error| sentence(&error.to_string()))
    });
    let payer = payer.or_else(|| (sent.coverage == "none").then(|| "none".to_owned()));
    let (price, price_trouble) = found(&sent.price, &|text| {
        let plain = text.replace(['$', ',', ' '], "");
        let cents = plain.parse::<Cents>().ok().filter(|price| *price >= Cents::ZERO);
        cents.map(|price| price.to_decimal()).ok_or_else(|| "Write an amount such as 480.00.".to_owned())
    });
    let license = sent.clinician.strip_prefix(LICENSE).map(str::to_owned);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let date = sent.date.parse().unwrap_or_else(|_| desk.today());
    let five = Five {
        treatment,
        purpose: some(&sent.purpose),
        purpose_by: some(&sent.purpose_by),
        payer,
        license,
        price,
        date: jiff::civil::Date::to_string(&date),
        as_of: desk.today().to_string(),
    };
    let choice = |value: String, words: String, chosen: &str| Choice { chosen: value == chosen, value, words };
    let fields = Fields {
        patient: on_file.patient.as_ref().map(|patient| Known {
            id: patient.id.to_string(),
            name: people::name(patient),
            born: people::born(patient),
        }),
        visit: on_file.visit.as_ref().map(|visit| VisitKnown { id: visit.id.to_string(), day: parts::day(visit.day) }),
        treatment: sent.treatment.clone(),
        treatment_trouble,
        purpose: sent.purpose.clone(),
        purpose_by: sent.purpose_by.clone(),
        coverages: coverage_choices(library, on_file, sent, date),
        payer: sent.payer.clone(),
        payer_trouble,
        facilities: on_file
            .facilities
            .iter()
            .map(|one| choice(one.id.to_string(), one.name.clone(), &sent.facility))
            .collect(),
        clinicians: on_file
            .clinicians
            .iter()
            .map(|one| choice(one.id.to_string(), people::clinician_name(one), &sent.clinician))
            .collect(),
        licenses: library
            .licenses()
            .all()
            .iter()
            .map(|license| choice(format!("{LICENSE}{}", license.id), parts::sentence(&license.name), &sent.clinician))
            .collect(),
        date: sent.date.clone(),
        price: sent.price.clone(),
        price_trouble,
    };
    (fields, five)
}

fn sentence(text: &str) -> String {
    format!("{}.", parts::sentence(&text.replace('`', "")).trim_end_matches('.'))
}

fn coverage_choices(library: &Library, on_file: &OnFile, sent: &Sent, date: jiff::civil::Date) -> Vec<Choice> {
    if on_file.patient.is_none() {
        return Vec::new();
    }
    let plan = |coverage: &Stored<Coverage>| Choice {
        value: coverage.id.to_string(),
        words: people::plan_name(library, coverage),
        chosen: sent.coverage == coverage.id.to_string(),
    };
    let mut holding: Vec<_> = on_file.coverages.iter().filter(|coverage| coverage.holds.holds(date)).collect();
    holding.sort_by_key(|coverage| coverage.rank);
    let none =
        Choice { value: "none".to_owned(), words: "No plan is used".to_owned(), chosen: sent.coverage == "none" };
    let open = Choice { value: String::new(), words: "Not known".to_owned(), chosen: sent.coverage.is_empty() };
    let plans: Vec<Choice> = holding.into_iter().map(plan).collect();
    // The first plan on file is taken until somebody says otherwise.
    let open = plans.is_empty().then_some(open);
    plans.into_iter().chain(open).chain([none]).collect()
}

/// Which records the form names, so that the next request sees whether others were chosen.
fn chosen(sent: &Sent) -> String {
    let coverage = if sent.payer.trim().is_empty() { &sent.coverage } else { &sent.payer };
    json!({ "patient": sent.patient, "coverage": coverage, "facility": sent.facility, "clinician": sent.clinician })
        .to_string()
}

/// The sections whose record was chosen anew.
fn changed(before: &str, now: &str) -> Vec<&'static str> {
    let read = |text: &str| serde_json::from_str::<Keys>(text).unwrap_or_default();
    let (before, now) = (read(before), read(now));
    let sections = ["patient", "coverage", "facility", "clinician"];
    if before.is_empty() {
        return Vec::new();
    }
    sections.into_iter().filter(|section| before.get(*section) != now.get(*section)).collect()
}

/// What the records say to the case.
async fn case_on_file(desk: &Desk, who: &Who, sent: &Sent, on_file: &OnFile, five: &Five) -> Result<Keys, Problem> {
    let sources = Sources {
        patient: on_file.patient.as_ref().map(|patient| patient.id),
        facility: id_of(&sent.facility),
        clinician: id_of(&sent.clinician),
        visit: on_file.visit.as_ref().map(|visit| visit.id),
    };
    let asked = Map::from_iter([("date".to_owned(), five.date.as_str().into())]);
    let composed = desk.compose(who, &sources, &asked).await?;
    let mut keys = composed.as_object().cloned().unwrap_or_default();
    if five.payer.is_some() {
        keys.remove("coverage");
        keys.remove("other_coverage");
    } else if let Some(coverage) = on_file.coverages.iter().find(|coverage| coverage.id.to_string() == sent.coverage) {
        keys.insert("coverage".to_owned(), coverage.case.reveal().clone());
        let others = on_file.coverages.iter().filter(|other| other.id != coverage.id);
        let others: Vec<Value> = others.map(|other| other.case.reveal().clone()).collect();
        keys.remove("other_coverage");
        if !others.is_empty() {
            keys.insert("other_coverage".to_owned(), others.into());
        }
    }
    Ok(keys)
}

fn troubles(problem: &Problem) -> Vec<Trouble> {
    let trouble = |field: &crate::error::FieldProblem| Trouble {
        code: field.code.to_string(),
        message: sentence(&field.detail),
        help: if field.next.is_empty() { String::new() } else { sentence(&field.next) },
    };
    problem.fields.iter().map(trouble).collect()
}

/// Keeps what was told with the visit; without one, a visit is made. The last answer is kept with it too.
async fn save(desk: &Desk, who: &Who, sent: &Sent, on_file: &OnFile) -> Result<Id<Visit>, Problem> {
    let (Some(patient), Some(facility)) = (&on_file.patient, id_of::<Facility>(&sent.facility)) else {
        return Err(Problem::field("/facility", "W0602", "a visit has a patient and a place", "choose both"));
    };
    if !who.may(Right::VisitWrite) {
        return Err(Problem::no_right(Right::VisitWrite));
    }
    let (_, five) = read_fields(desk, sent, on_file);
    let mut held = Held::read(&sent.draft, &sent.asked, &sent.before);
    held.five(&five);
    let case: Keys = held
        .keys
        .iter()
        .filter(|(key, _)| OF_VISIT.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let day = five.date.parse().unwrap_or_else(|_| desk.today());
    let id = match &on_file.visit {
        Some(visit) => {
            let body = Visit {
                case: Value::Object(case).into(),
                day,
                facility,
                clinician: id_of(&sent.clinician),
                ..visit.body.clone()
            };
            desk.change(who, visit.id, visit.version, &body, None).await?.id
        }
        None => {
            let body = Visit {
                patient: patient.id,
                facility,
                clinician: id_of(&sent.clinician),
                day,
                state: VisitState::Planned,
                case: Value::Object(case).into(),
                note: None.into(),
            };
            desk.create(who, &body, None).await?.id
        }
    };
    if on_file.visit.is_none() {
        let previous = id_of::<Determination>(&sent.determination);
        let ask = Ask { case: held.keys.clone(), patient: Some(patient.id), visit: Some(id), previous };
        desk.determine_and_keep(who, ask, None).await?;
    }
    Ok(id)
}

/// Sections of a case that a visit keeps.
const OF_VISIT: [&str; 9] =
    ["line", "chart", "trial", "document", "authorization", "notice", "history", "reading", "photo"];

fn lists(library: &Library) -> Lists {
    let mut treatments: Vec<String> = library.menu().names().map(|(name, _)| name.to_owned()).collect();
    treatments.extend(library.menu().all().iter().map(|treatment| treatment.name.clone()));
    let mut payers: Vec<String> = library.payers().all().iter().map(|payer| payer.name.clone()).collect();
    payers.push("none".to_owned());
    for list in [&mut treatments, &mut payers] {
        list.sort_by_key(|name| name.to_lowercase());
        list.dedup();
    }
    Lists { treatments, payers }
}

async fn of_today(desk: &Desk, who: &Who) -> Result<Vec<OfToday>, Problem> {
    if !who.may(Right::VisitRead) {
        return Ok(Vec::new());
    }
    let today = desk.today();
    let mut query = Query::<Visit>::all().from(today).to(today).limit(TODAY_MAX);
    if let Some(facility) = who.facility {
        query = query.facilities([facility]);
    }
    let visits = desk.list(who, &query).await?.items;
    let patients = people::patients_of(desk, who, &visits).await?;
    let of = |visit: &Stored<Visit>| OfToday {
        id: visit.id.to_string(),
        patient: patients.get(&visit.patient).cloned().unwrap_or_default(),
        what: people::what(desk.library(), visit.case.reveal()),
    };
    Ok(visits.iter().map(of).collect())
}
