//! Webhooks: who is told of what, what became of the last messages.

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use store::nouns::{Delivery, DeliveryState, Hook};
use store::{Id, Query, Stored};

use super::form::{Field, Form, Group, Kind};
use super::frame::{Frame, Section};
use super::list::{Cell, Column, Empty, List, columns};
use super::patients::FormPage;
use super::practice::ListPage;
use super::sent::Sent;
use super::{Html, csv, page, parts, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::hooks::{Event, WAITING_MAX};
use crate::who::Who;

/// Messages of one hook that are shown.
const MESSAGES_MAX: usize = 30;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/settings/hooks", Right::HookManage, browse)
        .post("/settings/hooks", Right::HookManage, create)
        .get("/settings/hooks/new", Right::HookManage, new)
        .get("/settings/hooks/{id}", Right::HookManage, show)
        .post("/settings/hooks/{id}/state", Right::HookManage, set_state)
        .post("/settings/hooks/{id}/try", Right::HookManage, try_it)
        .post("/settings/hooks/{id}/remove", Right::HookManage, remove)
}

/// The host of an address, for headings.
fn host(address: &str) -> String {
    let rest = address.strip_prefix("https://").unwrap_or(address);
    rest.split(['/', '?']).next().unwrap_or(rest).to_owned()
}

/// What a hook is told of, in words.
fn told_of(hook: &Hook) -> String {
    let says = |word: &String| Event::ALL.into_iter().find(|event| event.word() == word).map_or("", Event::says);
    hook.events.iter().map(says).collect::<Vec<_>>().join("; ")
}

fn activity(active: bool) -> Cell {
    if active { Cell::tag("good", "told") } else { Cell::tag("amber", "paused") }
}

async fn browse(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let hooks = desk.store().peek_all(&Query::<Hook>::all()).await?.items;
    let mut rows = Vec::new();
    for hook in &hooks {
        let (last, waiting) = desk.last_messages(hook.id, 1).await?;
        rows.push(vec![
            Cell::Link {
                href: format!("/settings/hooks/{}", hook.id),
                text: host(&hook.address),
                below: told_of(hook),
            },
            activity(hook.active),
            last.first().map_or_else(|| Cell::text("nothing yet"), |message| state(message)),
            Cell::text(waiting.to_string()),
        ]);
    }
    let act = (!desk.demo()).then(|| ("Tell another server", "/settings/hooks/new".to_owned()));
    let mut columns = columns(&["To whom", "State", "Last message"]);
    columns.push(Column { name: "Waiting", is_number: true });
    let list = List {
        caption: "Webhooks".to_owned(),
        columns,
        rows,
        empty: Empty {
            title: "Nobody is told",
            text: "Another server of yours can be told when an answer was kept, a visit saved or a change has to be looked over.",
            act: act.clone(),
        },
    };
    if sent.get("format") == "csv" {
        return Ok(csv(&list, "webhooks"));
    }
    let acts = act.into_iter().chain([("CSV", "/settings/hooks?format=csv".to_owned())]).collect();
    let frame = Frame::new(&desk, &who, "Webhooks", Section::Settings).await?;
    let lead = if desk.demo() { "The demo tells nobody: these are invented, and none can be added." } else { "" };
    Ok(page(&ListPage {
        frame,
        title: "Webhooks",
        lead: lead.to_owned(),
        tab: "settings/hooks",
        acts,
        tables: vec![(String::new(), list)],
    })?
    .into_response())
}

fn form(csrf: &str, sent: &Sent, problem: Option<&Problem>) -> Form {
    let trouble = |of: &str| {
        let field = problem?.fields.iter().find(|field| field.pointer == of)?;
        Some(format!("{}: {}.", parts::sentence(&field.detail), field.next))
    };
    let address = Field::new("address", "Address", Kind::Input("url"), sent.get("address"))
        .hint("https alone, and reached by everybody: nothing inside of your own network.")
        .wrong(trouble("/address"))
        .required();
    let mut events: Vec<Field> = Event::ALL
        .into_iter()
        .map(|event| Field::new(event.word(), event.says(), Kind::Check, sent.get(event.word())))
        .collect();
    if let Some(first) = events.first_mut() {
        first.trouble = trouble("/events").unwrap_or_default();
    }
    Form {
        action: "/settings/hooks".to_owned(),
        csrf: csrf.to_owned(),
        version: None,
        groups: vec![
            Group { title: String::new(), fields: vec![address] },
            Group { title: "Tell it when".to_owned(), fields: events },
        ],
        submit: "Make the webhook",
        cancel: Some("/settings/hooks".to_owned()),
    }
}

async fn form_page(desk: &Desk, who: &Who, sent: &Sent, problem: Option<&Problem>) -> Result<Html<String>, Problem> {
    let frame = Frame::new(desk, who, "Tell another server", Section::Settings).await?;
    let form = form(&frame.csrf, sent, problem);
    let crumb = Some(("/settings/hooks".to_owned(), "Webhooks".to_owned()));
    let lead = "A message says what happened and names the record by its identifier. It says nothing of a patient.";
    page(&FormPage { frame, title: "Tell another server".to_owned(), crumb, lead: lead.to_owned(), form })
}

async fn new(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    form_page(&desk, &who, &Sent::default(), None).await
}

/// A secret that is shown once.
#[derive(Template)]
#[template(path = "secret.html")]
pub(super) struct SecretPage {
    pub(super) frame: Frame,
    pub(super) title: &'static str,
    pub(super) lead: String,
    pub(super) label: &'static str,
    pub(super) secret: String,
    pub(super) back: (&'static str, &'static str),
}

async fn create(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let events = Event::ALL.into_iter().filter(|event| sent.is_ticked(event.word()));
    let events = events.map(|event| event.word().to_owned()).collect();
    match desk.make_hook(&who, sent.get("address"), events, None).await {
        Ok(hook) => {
            let secret = hook.secret.reveal().clone();
            let frame = Frame::new(&desk, &who, "The webhook is made", Section::Settings).await?;
            let lead = format!(
                "{} is told from now on. With this secret it knows that a message is from here.",
                host(&hook.address)
            );
            let back = ("/settings/hooks", "Webhooks");
            let shown = SecretPage { frame, title: "The webhook is made", lead, label: "Secret", secret, back };
            Ok(page(&shown)?.into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let shown = form_page(&desk, &who, &sent, Some(&problem)).await?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// How far a message is.
fn state(message: &Delivery) -> Cell {
    match message.state {
        DeliveryState::Delivered => Cell::tag("good", "taken"),
        DeliveryState::Failed => Cell::tag("bad", "given up"),
        DeliveryState::Waiting if message.attempts == 0 => Cell::tag("", "waits"),
        DeliveryState::Waiting => Cell::tag("amber", "is sent again"),
    }
}

/// What the last attempt came to, and what to do about it.
fn outcome(message: &Delivery) -> String {
    match (message.status, message.trouble.as_deref()) {
        (Some(status @ 300..=399), _) => format!("{status}: it leads elsewhere; name the address that it leads to"),
        (Some(410), _) => "410: it wants nothing any more".to_owned(),
        (Some(status), _) => status.to_string(),
        (None, Some("not-public")) => "the name leads into a private network; nothing was sent".to_owned(),
        (None, Some("no-host")) => "the name leads nowhere".to_owned(),
        (None, Some("slow")) => "no answer in time".to_owned(),
        (None, Some("tls")) => "its certificate is not good".to_owned(),
        (None, Some("connection")) => "nobody listens there".to_owned(),
        (None, Some(_)) => "its answer cannot be read".to_owned(),
        (None, None) => String::new(),
    }
}

#[derive(Template)]
#[template(path = "hook.html")]
struct HookPage {
    frame: Frame,
    id: Id<Hook>,
    version: i64,
    host: String,
    active: bool,
    facts: Vec<(&'static str, String)>,
    messages: List,
}

async fn show(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Hook>>,
    UrlQuery(sent): UrlQuery<Sent>,
) -> Result<Response, Problem> {
    let hook = desk.store().peek(id).await?;
    let is_file = sent.get("format") == "csv";
    let (last, waiting) = desk.last_messages(id, if is_file { store::PAGE_MAX } else { MESSAGES_MAX }).await?;
    let row = |message: &Stored<Delivery>| {
        let when = message.tried_at.map_or_else(|| "not yet".to_owned(), parts::moment);
        let next = match message.state {
            DeliveryState::Waiting => parts::moment(message.next_at),
            _ => String::new(),
        };
        vec![
            Cell::text(message.event.clone()),
            Cell::text(parts::moment(message.created_at)),
            state(message),
            Cell::text(when),
            Cell::text(outcome(message)),
            Cell::text(next),
        ]
    };
    let messages = List {
        caption: "Last messages".to_owned(),
        columns: columns(&["What", "Happened", "State", "Tried last", "Answer", "Again"]),
        rows: last.iter().map(row).collect(),
        empty: Empty {
            title: "Nothing was told yet",
            text: "What happens from now on is told. A trial shows whether the other server listens.",
            act: None,
        },
    };
    if is_file {
        return Ok(csv(&messages, "messages"));
    }
    let waits = match waiting {
        WAITING_MAX.. => format!("{waiting}: as many as may, and what happens now is not told"),
        waiting => waiting.to_string(),
    };
    let facts = vec![
        ("Address", hook.address.clone()),
        ("Told when", told_of(&hook)),
        ("State", if hook.active { "told".to_owned() } else { "paused".to_owned() }),
        ("Messages that wait", waits),
    ];
    let frame = Frame::new(&desk, &who, "Webhook", Section::Settings).await?;
    let (version, host, active) = (hook.version, host(&hook.address), hook.active);
    Ok(page(&HookPage { frame, id, version, host, active, facts, messages })?.into_response())
}

async fn set_state(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Hook>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.set_hook_active(&who, id, sent.version(), sent.is_ticked("active"), None).await?;
    Ok(see(&format!("/settings/hooks/{id}")))
}

async fn try_it(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Hook>>) -> Result<Response, Problem> {
    desk.try_hook(&who, id, None).await?;
    Ok(see(&format!("/settings/hooks/{id}")))
}

async fn remove(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Hook>>) -> Result<Response, Problem> {
    desk.remove_hook(&who, id).await?;
    Ok(see("/settings/hooks"))
}
