//! The practice's settings: its name, its HIPAA status with the owner's acknowledgement, who may come in.

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use store::nouns::{Acknowledgement, Facility, User};
use store::{Id, Query, Role, Stored};

use super::form::{Field, Form, Group, Kind};
use super::frame::{Frame, Section, role_name};
use super::list::{Cell, Empty, List, columns};
use super::patients::FormPage;
use super::practice::ListPage;
use super::sent::Sent;
use super::{Html, csv, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::users::UserChange;
use crate::error::Problem;
use crate::signin::invitation;
use crate::who::Who;

/// The version of the text that the owner acknowledges.
const HIPAA_TEXT: &str = "2026-11";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/settings", Right::UserRead, practice)
        .post("/settings", Right::PracticeWrite, change_practice)
        .post("/settings/next-quarter", Right::PracticeWrite, choose_other)
        .get("/settings/hipaa", Right::UserRead, hipaa)
        .post("/settings/hipaa", Right::StatusAcknowledge, acknowledge)
        .get("/settings/users", Right::UserRead, users)
        .get("/settings/users/new", Right::UserManage, new_user)
        .post("/settings/users", Right::UserManage, invite)
        .get("/settings/users/{id}", Right::UserManage, edit_user)
        .post("/settings/users/{id}", Right::UserManage, change_user)
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    facts: Vec<(&'static str, String)>,
    form: Option<Form>,
    /// Which library visits are replayed against; none, where none is offered and none was chosen.
    other: Option<Form>,
}

async fn practice(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    let kept = desk.store().peek(desk.store().practice()).await?;
    let frame = Frame::new(&desk, &who, "Settings", Section::Settings).await?;
    let fields = vec![
        Field::text("name", "Name of the practice", kept.name.clone()).required(),
        Field::text("npi", "NPI of the practice", kept.npi.clone().unwrap_or_default()),
    ];
    let form = who.may(Right::PracticeWrite).then(|| Form {
        action: "/settings".to_owned(),
        csrf: frame.csrf.clone(),
        version: Some(kept.version.to_string()),
        groups: vec![Group { title: String::new(), fields }],
        submit: "Save",
        cancel: None,
    });
    let facts = vec![
        (
            "Library",
            format!("{}, {}", desk.library().version(), &desk.library().sha256()[..super::papers::STAMP_DIGITS]),
        ),
        ("Program", env!("CARGO_PKG_VERSION").to_owned()),
        ("Today", parts::weekday(desk.today())),
    ];
    let other = if form.is_some() { other_form(&desk, &frame.csrf).await? } else { None };
    page(&SettingsPage { frame, facts, form, other })
}

/// The choice of the library that “Next quarter” compares with.
async fn other_form(desk: &Desk, csrf: &str) -> Result<Option<Form>, Problem> {
    let (mut names, chosen) = (desk.other_names(), desk.other_chosen().await?);
    // Another server may offer what this one does not.
    names.extend(chosen.clone().filter(|chosen| !names.contains(chosen)));
    if names.is_empty() {
        return Ok(None);
    }
    let choices = std::iter::once((String::new(), "None".to_owned()));
    let choices = choices.chain(names.into_iter().map(|name| (name.clone(), name))).collect();
    let field = Field::new("other", "Library", Kind::Select(choices), chosen.unwrap_or_default());
    Ok(Some(Form {
        action: "/settings/next-quarter".to_owned(),
        csrf: csrf.to_owned(),
        version: None,
        groups: vec![Group { title: String::new(), fields: vec![field] }],
        submit: "Compare with it",
        cancel: None,
    }))
}

async fn choose_other(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.choose_other(&who, sent.some("other").as_deref()).await?;
    Ok(see("/settings#next-quarter"))
}

async fn change_practice(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let kept = desk.store().peek(desk.store().practice()).await?;
    let mut body = kept.body.clone();
    body.name = sent
        .some("name")
        .ok_or_else(|| Problem::field("/name", "W0602", "the practice has no name", "go back and write it"))?;
    body.npi = sent.some("npi");
    if let Some(Err(error)) = body.npi.as_ref().map(|npi| npi.parse::<codes::Npi>()) {
        return Err(Problem::field(
            "/npi",
            error.code(),
            error.to_string().replace('`', ""),
            "go back and compare it with the source",
        ));
    }
    desk.change(&who, kept.id, sent.version(), &body, None).await?;
    Ok(see("/settings"))
}

#[derive(Template)]
#[template(path = "hipaa.html")]
struct HipaaPage {
    frame: Frame,
    acknowledged: Option<String>,
    may_acknowledge: bool,
    version: i64,
}

async fn hipaa(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    let kept = desk.store().peek(desk.store().practice()).await?;
    let acknowledged = match &kept.hipaa {
        Some(told) => {
            let by = desk
                .store()
                .peek(told.by)
                .await
                .map_or_else(|_| "an owner who left".to_owned(), |user| user.name.clone());
            Some(format!("{by}, {}", parts::moment(told.at)))
        }
        None => None,
    };
    let frame = Frame::new(&desk, &who, "HIPAA status", Section::Settings).await?;
    page(&HipaaPage { frame, acknowledged, may_acknowledge: who.may(Right::StatusAcknowledge), version: kept.version })
}

async fn acknowledge(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let Some(by) = who.user() else { return Err(Problem::no_right(Right::StatusAcknowledge)) };
    if !sent.is_ticked("read") {
        return Err(Problem::field(
            "/read",
            "W0606",
            "the box is not ticked",
            "go back, read the page, and tick the box",
        ));
    }
    let kept = desk.store().peek(desk.store().practice()).await?;
    let mut body = kept.body.clone();
    body.hipaa = Some(Acknowledgement { by, at: desk.now(), text: HIPAA_TEXT.to_owned() });
    desk.change(&who, kept.id, sent.version(), &body, None).await?;
    Ok(see("/settings/hipaa"))
}

async fn users(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let mut all = desk.store().peek_all(&Query::<User>::all()).await?.items;
    all.sort_by(|one, other| (!one.active, &one.name).cmp(&(!other.active, &other.name)));
    let facilities = desk.store().peek_all(&Query::<Facility>::all()).await?.items;
    let manages = who.may(Right::UserManage);
    let row = |user: &Stored<User>| {
        let places =
            facilities.iter().filter(|place| user.facilities.contains(&place.id)).map(|place| place.name.as_str());
        let places = places.collect::<Vec<_>>().join("; ");
        vec![
            if manages {
                Cell::link(format!("/settings/users/{}", user.id), user.name.clone())
            } else {
                Cell::text(user.name.clone())
            },
            Cell::text(user.email.clone()),
            Cell::text(role_name(user.role)),
            Cell::text(if places.is_empty() { "everywhere".to_owned() } else { places }),
            if user.active { Cell::tag("good", "may come in") } else { Cell::tag("", "may not") },
        ]
    };
    let act = manages.then(|| ("Invite somebody", "/settings/users/new".to_owned()));
    let list = List {
        caption: "Users".to_owned(),
        columns: columns(&["Name", "E-mail", "Role", "Where", "State"]),
        rows: all.iter().map(row).collect(),
        empty: Empty { title: "Nobody yet", text: "Invite those who work here.", act: act.clone() },
    };
    if sent.get("format") == "csv" {
        return Ok(csv(&list, "users"));
    }
    let acts = act.into_iter().chain([("CSV", "/settings/users?format=csv".to_owned())]).collect();
    let frame = Frame::new(&desk, &who, "Users", Section::Settings).await?;
    Ok(page(&ListPage {
        frame,
        title: "Users",
        lead: String::new(),
        tab: "settings/users",
        acts,
        tables: vec![(String::new(), list)],
    })?
    .into_response())
}

/// Roles of people; a program has a token.
fn roles() -> Vec<(String, String)> {
    Role::ALL
        .iter()
        .filter(|role| **role != Role::Integration)
        .map(|role| (role.word().to_owned(), role_name(*role).to_owned()))
        .collect()
}

pub(super) fn place_fields(facilities: &[Stored<Facility>], chosen: &[Id<Facility>]) -> Vec<Field> {
    let field = |place: &Stored<Facility>| {
        Field::new(
            format!("at-{}", place.id),
            place.name.clone(),
            Kind::Check,
            if chosen.contains(&place.id) { "yes" } else { "" },
        )
    };
    facilities.iter().map(field).collect()
}

pub(super) fn places_of(sent: &Sent) -> Vec<Id<Facility>> {
    sent.0.keys().filter_map(|key| key.strip_prefix("at-")?.parse().ok()).collect()
}

fn role_of(sent: &Sent) -> Result<Role, Problem> {
    let role = Role::ALL.into_iter().find(|role| role.word() == sent.get("role") && *role != Role::Integration);
    role.ok_or_else(|| Problem::field("/role", "W0602", "no such role", "go back and choose one"))
}

async fn new_user(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    let facilities = people::facilities(&desk, &who).await?;
    let frame = Frame::new(&desk, &who, "Invite somebody", Section::Settings).await?;
    let person = vec![
        Field::text("name", "Name", "").required(),
        Field::new("email", "E-mail", Kind::Input("email"), "").required(),
        Field::new("role", "Role", Kind::Select(roles()), Role::FrontDesk.word()),
    ];
    let form = Form {
        action: "/settings/users".to_owned(),
        csrf: frame.csrf.clone(),
        version: None,
        groups: vec![
            Group { title: "Person".to_owned(), fields: person },
            Group { title: "Works at (none ticked: everywhere)".to_owned(), fields: place_fields(&facilities, &[]) },
        ],
        submit: "Make the invitation",
        cancel: Some("/settings/users".to_owned()),
    };
    let crumb = Some(("/settings/users".to_owned(), "Users".to_owned()));
    let lead =
        "You get a link to hand over. It serves once, within seven days; whoever has it chooses how they sign in."
            .to_owned();
    page(&FormPage { frame, title: "Invite somebody".to_owned(), crumb, lead, form })
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    frame: Frame,
    name: String,
    link: String,
}

async fn invite(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let (email, name) = (sent.get("email"), sent.get("name"));
    let made = invitation::invite(&desk, &who, email, name, role_of(&sent)?, places_of(&sent), None).await?;
    let frame = Frame::new(&desk, &who, "Invitation", Section::Settings).await?;
    let link = format!("{}{}", desk.settings().origin(), made.link);
    Ok(page(&InvitedPage { frame, name: made.user.name.clone(), link })?.into_response())
}

async fn edit_user(State(desk): State<Desk>, who: Who, Path(id): Path<Id<User>>) -> Result<Html<String>, Problem> {
    let user = desk.store().peek(id).await?;
    let facilities = people::facilities(&desk, &who).await?;
    let frame = Frame::new(&desk, &who, &user.name, Section::Settings).await?;
    let person = vec![
        Field::text("name", "Name", user.name.clone()).required(),
        Field::new("role", "Role", Kind::Select(roles()), user.role.word()),
        Field::new("active", "May come in", Kind::Check, if user.active { "yes" } else { "" }),
    ];
    let form = Form {
        action: format!("/settings/users/{id}"),
        csrf: frame.csrf.clone(),
        version: Some(user.version.to_string()),
        groups: vec![
            Group { title: "Person".to_owned(), fields: person },
            Group {
                title: "Works at (none ticked: everywhere)".to_owned(),
                fields: place_fields(&facilities, &user.facilities),
            },
        ],
        submit: "Save",
        cancel: Some("/settings/users".to_owned()),
    };
    let crumb = Some(("/settings/users".to_owned(), "Users".to_owned()));
    page(&FormPage { frame, title: user.name.clone(), crumb, lead: user.email.clone(), form })
}

async fn change_user(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<User>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let name = sent
        .some("name")
        .ok_or_else(|| Problem::field("/name", "W0602", "a user has a name", "go back and write it"))?;
    let (role, active) = (role_of(&sent)?, sent.is_ticked("active"));
    let change = UserChange { name: Some(name), role, facilities: places_of(&sent), active };
    desk.change_user(&who, id, sent.version(), change, None).await?;
    Ok(see("/settings/users"))
}
