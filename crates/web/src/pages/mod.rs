//! The pages: one file for each noun. They work without script; htmx replaces parts.

mod answer;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod check;
mod coverages;
mod determinations;
pub(crate) mod documents;
pub(crate) mod expiries;
mod facts;
mod filters;
mod form;
mod frame;
mod hooks;
mod list;
pub(crate) mod matrix;
mod own;
mod papers;
pub(crate) mod parts;
mod patients;
mod people;
pub(crate) mod policies;
mod practice;
mod problem;
mod replay;
mod reviews;
mod sent;
mod settings;
mod signin;
mod today;
mod tokens;
mod visits;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::access::{Right, Routes};
use crate::error::Problem;

pub(crate) use axum::response::Html;
pub(crate) use problem::problem;

/// A page, or the problem that it could not be written.
pub(crate) fn page(template: &impl Template) -> Result<Html<String>, Problem> {
    template.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Problem::internal()
    })
}

/// A list as a file.
pub(crate) fn csv(list: &list::List, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (StatusCode::OK, headers, list.csv()).into_response()
}

/// After something was done, its page: a browser that loads it again does nothing twice.
pub(crate) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// Every page with the right that it needs.
pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/assets/{name}", Right::Anyone, assets::serve)
        .get("/", Right::SignedIn, own::home)
        .get("/check", Right::DeterminationMake, check::start)
        .post("/check", Right::DeterminationMake, check::ask)
        .get("/determinations/{id}", Right::DeterminationRead, determinations::show)
        .get("/determinations/{id}/sheet", Right::DeterminationRead, determinations::sheet)
        .get("/determinations/{id}/call-script", Right::DeterminationRead, determinations::call_script)
        .get("/determinations/{id}/questions", Right::DeterminationRead, determinations::questions)
        .get("/today", Right::VisitRead, today::show)
        .get("/policies", Right::LibraryRead, policies::browse)
        .get("/policies/read/{*id}", Right::LibraryRead, policies::read)
        .get("/policies/changes/{*id}", Right::LibraryRead, policies::changes)
        .get("/matrix", Right::LibraryRead, matrix::show)
        .get("/keys", Right::SignedIn, own::keys)
        .post("/keys", Right::SignedIn, own::set_keys);
    let routes = patients::routes(routes);
    let routes = coverages::routes(routes);
    let routes = filters::routes(routes);
    let routes = documents::routes(visits::routes(routes));
    let routes = practice::routes(routes);
    let routes = reviews::routes(replay::routes(routes));
    let routes = audit::routes(routes);
    let routes = settings::routes(routes);
    let routes = hooks::routes(tokens::routes(routes));
    let routes = own::routes(routes);
    signin::routes(routes)
}
