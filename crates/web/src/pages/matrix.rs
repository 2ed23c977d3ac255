//! The matrix: what the library says of treatments for several payers, as a heat map with a table beside it.
//!
//! Each field is the answer to a case that tells nothing but payer, state, treatment, what it is for, and a usual diagnosis and code.
//! Working one out takes milliseconds, and a page has hundreds; what was worked out is kept while the server runs.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use codes::StateCode;
use coverage::answer::{Authorization, Coverage, Verdict};
use jiff::civil::Date;
use library::menu::{Indication, Treatment};
use serde_json::json;

use super::filters::Filters;
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::sent::Sent;
use super::{csv, page, parts, people};
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// Payers side by side; more do not fit a screen.
const PAYERS_MAX: usize = 6;
/// The payers that are shown when none is chosen.
const USUAL: [&str; 5] = ["medicare", "aetna", "cigna", "uhc", "anthem"];
/// Treatments of one page: a search shows others.
const ROWS_MAX: usize = 16;
/// Fields that are kept.
const KEPT_MAX: usize = 20_000;

/// What is asked for a field: payer, state, treatment, indication, day.
type Asked = (String, String, String, String, Date);

/// What the library says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Says {
    coverage: Coverage,
    asks_first: bool,
}

static KEPT: LazyLock<Mutex<HashMap<Asked, Says>>> = LazyLock::new(Mutex::default);

struct HeatCell {
    class: &'static str,
    strokes: &'static [&'static str],
    word: &'static str,
    asks_first: bool,
    href: String,
}

struct Row {
    treatment: String,
    indication: String,
    cells: Vec<HeatCell>,
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct Matrix {
    frame: Frame,
    words: String,
    state: String,
    states: Vec<(String, String)>,
    looks: bool,
    payers: Vec<(String, String, bool)>,
    heads: Vec<String>,
    rows: Vec<Row>,
    more: usize,
    twin: List,
    query: String,
    filters: Filters,
}

/// What is asked of the page.
struct Wanted {
    words: String,
    state: String,
    looks: bool,
    payers: Vec<String>,
}

/// `GET /matrix`
pub(super) async fn show(
    State(desk): State<Desk>,
    who: Who,
    UrlQuery(sent): UrlQuery<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let chosen = sent.iter().filter(|(name, _)| name == "payer").map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let is_set = !sent.is_empty();
    let fields = Sent(sent.into_iter().collect());
    let facilities = people::facilities(&desk, &who).await?;
    let here = facilities.iter().find(|one| who.facility.is_none_or(|id| id == one.id));
    let own_state = here.and_then(|one| one.case["state"].as_str()).unwrap_or_default().to_owned();
    let library = desk.library();
    let known = |id: &String| library.payers().get(id).is_some();
    let payers: Vec<String> = if chosen.is_empty() { USUAL.map(str::to_owned).to_vec() } else { chosen };
    let wanted = Wanted {
        words: fields.get("words").to_lowercase(),
        state: fields.some("state").unwrap_or(own_state),
        looks: fields.get("for") == "looks",
        payers: payers.into_iter().filter(known).take(PAYERS_MAX).collect(),
    };
    let (rows, more) = {
        let (desk, wanted) = (
            desk.clone(),
            Wanted {
                words: wanted.words.clone(),
                state: wanted.state.clone(),
                payers: wanted.payers.clone(),
                ..wanted
            },
        );
        tokio::task::spawn_blocking(move || rows(&desk, &wanted)).await.map_err(|_| Problem::internal())??
    };
    let name = |id: &String| library.payers().get(id).map_or_else(|| id.clone(), |payer| parts::sentence(&payer.name));
    let heads: Vec<String> = wanted.payers.iter().map(name).collect();
    let twin = twin(&rows, &heads);
    if fields.get("format") == "csv" {
        return Ok(csv(&twin, "matrix"));
    }
    let mut all: Vec<(String, String, bool)> = library
        .payers()
        .all()
        .iter()
        .map(|payer| (payer.id.clone(), parts::sentence(&payer.name), wanted.payers.contains(&payer.id)))
        .collect();
    all.sort_by(|one, other| (!one.2, &one.1).cmp(&(!other.2, &other.1)));
    let states = std::iter::once((String::new(), "No state in particular".to_owned()))
        .chain(StateCode::ALL.iter().map(|state| (state.as_str().to_owned(), state.name().to_owned())));
    let of_payers: String = wanted.payers.iter().map(|id| format!("&payer={id}")).collect();
    let query = format!(
        "words={}&state={}&for={}{of_payers}",
        super::problem::encoded(&wanted.words),
        super::problem::encoded(&wanted.state),
        if wanted.looks { "looks" } else { "medical" }
    );
    let usual = vec![("Medical", String::new()), ("For looks", "words=&state=&for=looks".to_owned())];
    let filters = Filters::new(&desk, &who, "/matrix", if is_set { &query } else { "" }, usual).await?;
    let frame = Frame::new(&desk, &who, "Matrix", Section::Policies).await?;
    let Wanted { words, state, looks, .. } = wanted;
    let shown = Matrix {
        frame,
        words,
        state,
        states: states.collect(),
        looks,
        payers: all,
        heads,
        rows,
        more,
        twin,
        query,
        filters,
    };
    Ok(page(&shown)?.into_response())
}

/// The matrix for programs.
///
/// # Errors
/// If a payer or a state is not known.
pub(crate) async fn as_json(
    desk: &Desk,
    words: &str,
    payers: &str,
    state: &str,
    looks: bool,
) -> Result<serde_json::Value, Problem> {
    let payers: Vec<String> = match payers {
        "" => USUAL.map(str::to_owned).to_vec(),
        named => named.split(',').map(str::to_owned).collect(),
    };
    if payers.len() > PAYERS_MAX || !payers.iter().all(|id| desk.library().payers().get(id).is_some()) {
        let detail = format!("`payer` names one that is not known, or more than {PAYERS_MAX}");
        return Err(Problem::malformed(detail));
    }
    if !state.is_empty() && !StateCode::ALL.iter().any(|known| known.as_str() == state) {
        return Err(Problem::malformed("`state` is no state of two letters"));
    }
    let wanted = Wanted { words: words.to_lowercase(), state: state.to_owned(), looks, payers: payers.clone() };
    let worker = desk.clone();
    let worked = tokio::task::spawn_blocking(move || rows(&worker, &wanted)).await.map_err(|_| Problem::internal())?;
    let (rows, more) = worked?;
    let field = |cell: &HeatCell| json!({ "coverage": cell.class, "asks_first": cell.asks_first });
    let row = |row: &Row| {
        let says: Vec<_> = row.cells.iter().map(field).collect();
        json!({ "treatment": row.treatment, "indication": row.indication, "says": says })
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    Ok(json!({ "library": desk.library().sha256(), "payers": payers, "rows": rows, "more": more }))
}

fn rows(desk: &Desk, wanted: &Wanted) -> Result<(Vec<Row>, usize), Problem> {
    let (library, day) = (desk.library(), desk.today());
    let fits = |treatment: &&Treatment| {
        wanted
            .words
            .split_whitespace()
            .all(|word| treatment.name.to_lowercase().contains(word) || treatment.id.contains(word))
    };
    let of_kind = |treatment: &'static Treatment| {
        treatment.indications.iter().filter(|one| one.cosmetic == wanted.looks).map(move |one| (treatment, one))
    };
    let all: Vec<(&Treatment, &Indication)> = library.menu().all().iter().filter(fits).flat_map(of_kind).collect();
    let more = all.len().saturating_sub(ROWS_MAX);
    let row = |(treatment, indication): &(&Treatment, &Indication)| {
        let cells = wanted.payers.iter().map(|payer| cell(desk, payer, &wanted.state, treatment, indication, day));
        Ok(Row {
            treatment: parts::sentence(&treatment.name),
            indication: indication.name.clone(),
            cells: cells.collect::<Result<_, Problem>>()?,
        })
    };
    Ok((all.iter().take(ROWS_MAX).map(row).collect::<Result<_, Problem>>()?, more))
}

fn cell(
    desk: &Desk,
    payer: &str,
    state: &str,
    treatment: &Treatment,
    indication: &Indication,
    day: Date,
) -> Result<HeatCell, Problem> {
    let says = says(desk, payer, state, treatment, indication, day)?;
    let (verdict, word) = match says.coverage {
        Coverage::Covered => (Verdict::Covered, "Covered"),
        Coverage::Conditional => (Verdict::CoveredIf, "Covered if …"),
        Coverage::NotCovered => (Verdict::NotCovered, "Not covered"),
        Coverage::Unknown => (Verdict::Unknown, "Not known"),
    };
    let name = desk.library().payers().get(payer).map_or(payer, |payer| payer.name.as_str());
    let href = format!(
        "/policies?words={}",
        super::problem::encoded(&format!("{} {name}", treatment.id.split('-').next().unwrap_or_default()))
    );
    Ok(HeatCell { class: verdict.word(), strokes: parts::strokes(verdict), word, asks_first: says.asks_first, href })
}

fn says(
    desk: &Desk,
    payer: &str,
    state: &str,
    treatment: &Treatment,
    indication: &Indication,
    day: Date,
) -> Result<Says, Problem> {
    let asked = (payer.to_owned(), state.to_owned(), treatment.id.clone(), indication.id.clone(), day);
    if let Some(says) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&asked) {
        return Ok(*says);
    }
    let mut best = Says { coverage: Coverage::Unknown, asks_first: false };
    for codes in indication.code_choices() {
        let purpose = if indication.cosmetic { "cosmetic" } else { "medical" };
        let mut line = json!({ "treatment": treatment.id, "purpose": purpose });
        if !codes.is_empty() {
            line["codes"] = json!(codes);
        }
        if let Some(diagnosis) = indication.example_diagnosis() {
            line["diagnoses"] = json!([diagnosis.to_string()]);
        }
        let mut case = json!({ "date": day, "coverage": { "payer": payer }, "line": [line] });
        if !state.is_empty() {
            case["facility"] = json!({ "state": state });
        }
        let (read, notes) = desk.answers().read(&case)?;
        let answer = desk.answers().answer(&read, &notes)?;
        if let Some(line) = answer.lines.first() {
            best = Says { coverage: line.coverage, asks_first: line.prior_authorization != Authorization::None };
            if line.coverage != Coverage::Unknown {
                break;
            }
        }
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(asked, best);
    Ok(best)
}

/// The same as words in a table: for who reads with a screen reader, and as a file.
fn twin(rows: &[Row], heads: &[String]) -> List {
    let entries = rows.iter().flat_map(|row| {
        row.cells.iter().zip(heads).map(|(cell, payer)| {
            let first = if cell.asks_first { "yes" } else { "no" };
            vec![
                Cell::text(row.treatment.clone()),
                Cell::text(row.indication.clone()),
                Cell::text(payer.clone()),
                Cell::text(cell.word),
                Cell::text(first),
            ]
        })
    });
    List {
        caption: "The matrix as a table".to_owned(),
        columns: columns(&["Treatment", "For", "Payer", "The library says", "Asks first"]),
        rows: entries.collect(),
        empty: Empty {
            title: "No treatment like that",
            text: "Try a word of the price list, such as botulinum or vein.",
            act: Some(("Show the first ones", "/matrix".to_owned())),
        },
    }
}
