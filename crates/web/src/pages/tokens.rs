//! Tokens of programs: made with scopes and an end, shown once, listed, ended.

use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use store::nouns::{Facility, Token, User};
use store::{Id, Order, Query, Stored};

use super::form::{Field, Form, Group, Kind};
use super::frame::{Frame, Section};
use super::hooks::SecretPage;
use super::list::{Cell, Column, Empty, List, columns};
use super::patients::FormPage;
use super::practice::ListPage;
use super::sent::Sent;
use super::settings::{place_fields, places_of};
use super::{Html, csv, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::signin::token::{self, DAYS_MAX, NewToken};
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/settings/tokens", Right::TokenManage, browse)
        .post("/settings/tokens", Right::TokenManage, create)
        .get("/settings/tokens/new", Right::TokenManage, new)
        .post("/settings/tokens/{id}/end", Right::TokenManage, end)
}

/// What a right lets a program do, in the words of a form.
fn says(right: Right) -> &'static str {
    match right {
        Right::LibraryRead => "Read policies, matrix and names",
        Right::PracticeRead => "Read the practice, its facilities and clinicians",
        Right::PatientRead => "Search and read patients and plans",
        Right::PatientWrite => "Enter and change patients and plans",
        Right::VisitRead => "Read visits",
        Right::VisitWrite => "Enter and change visits",
        Right::ChartWrite => "Write facts of the chart",
        Right::DocumentRead => "Read documents",
        Right::DocumentWrite => "File documents",
        Right::DeterminationMake => "Ask and keep answers",
        Right::DeterminationRead => "Read answers",
        Right::Export => "Take every record along",
        Right::Replay => "Answer visits by another library",
        other => other.word(),
    }
}

async fn browse(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let mut all = desk.store().peek_all(&Query::<Token>::all().order(Order::Newest)).await?.items;
    let now = desk.now();
    let is_open = |token: &Token| token.ended_at.is_none() && now < token.ends_at;
    all.sort_by_key(|token| !is_open(token));
    let users = desk.store().peek_all(&Query::<User>::all()).await?.items;
    let frame = Frame::new(&desk, &who, "Programs", Section::Settings).await?;
    let row = |token: &Stored<Token>| {
        let by = users.iter().find(|user| user.id == token.by).map_or("somebody who left", |user| &user.name);
        let state = match (token.ended_at, now < token.ends_at) {
            (Some(_), _) => Cell::tag("bad", "ended"),
            (None, true) => Cell::tag("good", "may come in"),
            (None, false) => Cell::tag("", "over"),
        };
        let ends = token.ended_at.unwrap_or(token.ends_at);
        let act = if is_open(token) {
            Cell::Button {
                action: format!("/settings/tokens/{}/end", token.id),
                csrf: frame.csrf.clone(),
                name: "end",
                value: "yes".to_owned(),
                text: "End",
                of: token.name.clone(),
                tone: "danger",
            }
        } else {
            Cell::text("")
        };
        vec![
            Cell::text(token.name.clone()),
            Cell::text(token.scopes.join(", ")),
            Cell::text(by),
            state,
            Cell::text(parts::moment(ends)),
            act,
        ]
    };
    let act = ("Let a program in", "/settings/tokens/new".to_owned());
    let mut columns = columns(&["Program", "May", "Made by", "State", "Ends"]);
    columns.push(Column { name: "", is_number: false });
    let list = List {
        caption: "Programs".to_owned(),
        columns,
        rows: all.iter().map(row).collect(),
        empty: Empty {
            title: "No program may come in",
            text: "A token lets another program of yours use the API, for what you name and until it ends.",
            act: Some(act.clone()),
        },
    };
    if sent.get("format") == "csv" {
        return Ok(csv(&list, "programs"));
    }
    Ok(page(&ListPage {
        frame,
        title: "Programs",
        lead: "What each may do follows from its token, and is entered in the audit under it. /openapi.json describes the API.".to_owned(),
        tab: "settings/tokens",
        acts: vec![act, ("CSV", "/settings/tokens?format=csv".to_owned())],
        tables: vec![(String::new(), list)],
    })?
    .into_response())
}

fn form(csrf: &str, facilities: &[Stored<Facility>], sent: &Sent, problem: Option<&Problem>) -> Form {
    let trouble = |of: &str| {
        let field = problem?.fields.iter().find(|field| field.pointer == of)?;
        Some(format!("{}: {}.", parts::sentence(&field.detail), field.next))
    };
    let name = Field::text("name", "What it is for", sent.get("name")).wrong(trouble("/name")).required();
    let days = Field::new(
        "days",
        "Good for",
        Kind::Number("days".to_owned()),
        sent.some("days").unwrap_or_else(|| "90".to_owned()),
    )
    .hint(format!("At most {DAYS_MAX}."))
    .wrong(trouble("/days"));
    let scope = |right: Right| {
        let id = format!("may-{}", right.word());
        let value = sent.get(&id).to_owned();
        Field::new(id, says(right), Kind::Check, value)
    };
    let mut scopes: Vec<Field> = token::rights().map(scope).collect();
    if let Some(first) = scopes.first_mut() {
        first.trouble = trouble("/scopes").unwrap_or_default();
    }
    Form {
        action: "/settings/tokens".to_owned(),
        csrf: csrf.to_owned(),
        version: None,
        groups: vec![
            Group { title: String::new(), fields: vec![name, days] },
            Group { title: "It may".to_owned(), fields: scopes },
            Group {
                title: "Of (none ticked: every facility)".to_owned(),
                fields: place_fields(facilities, &places_of(sent)),
            },
        ],
        submit: "Make the token",
        cancel: Some("/settings/tokens".to_owned()),
    }
}

async fn form_page(desk: &Desk, who: &Who, sent: &Sent, problem: Option<&Problem>) -> Result<Html<String>, Problem> {
    let facilities = people::facilities(desk, who).await?;
    let frame = Frame::new(desk, who, "Let a program in", Section::Settings).await?;
    let form = form(&frame.csrf, &facilities, sent, problem);
    let crumb = Some(("/settings/tokens".to_owned(), "Programs".to_owned()));
    let lead = "Tick no more than it needs. The token is shown once; what is lost is made anew.".to_owned();
    page(&FormPage { frame, title: "Let a program in".to_owned(), crumb, lead, form })
}

async fn new(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    form_page(&desk, &who, &Sent::default(), None).await
}

async fn create(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let scopes = token::rights().map(Right::word).filter(|word| sent.is_ticked(&format!("may-{word}")));
    let new = NewToken {
        name: sent.get("name").to_owned(),
        scopes: scopes.map(str::to_owned).collect(),
        facilities: places_of(&sent),
        days: sent.get("days").parse().unwrap_or_default(),
    };
    match token::make(&desk, &who, new, None).await {
        Ok((made, secret)) => {
            let frame = Frame::new(&desk, &who, "The token is made", Section::Settings).await?;
            let lead =
                format!("{} sends it as “Authorization: Bearer …” until {}.", made.name, parts::moment(made.ends_at));
            let back = ("/settings/tokens", "Programs");
            let shown = SecretPage { frame, title: "The token is made", lead, label: "Token", secret, back };
            Ok(page(&shown)?.into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let shown = form_page(&desk, &who, &sent, Some(&problem)).await?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn end(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Token>>) -> Result<Response, Problem> {
    token::end(&desk, &who, id).await?;
    Ok(see("/settings/tokens"))
}
