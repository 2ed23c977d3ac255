//! The desk: pages, JSON API, sign-in and rights over a practice's records.
//!
//! A request passes [`layers`], is known by [`signin`], let through by [`access`], and answered by a page or the API; both call what
//! [`desk`] offers. `docs/desk.md` has the picture, `docs/security.md` what is kept out and which test shows it.

pub mod access;
mod api;
pub mod demo;
pub mod desk;
pub mod error;
pub mod extract;
mod health;
pub mod hooks;
pub mod layers;
pub mod limits;
pub mod metrics;
pub mod origin;
mod pages;
pub mod serve;
pub mod settings;
pub mod signin;
pub mod who;

pub use desk::{Desk, DeskError, Parts};
pub use settings::{Reach, Settings};
pub use who::Who;

/// Every route with the right it needs.
#[must_use]
pub fn routes() -> access::Routes {
    api::routes(pages::routes(health::routes(access::Routes::new())))
}

/// The desk as a service.
pub fn router(desk: &Desk) -> axum::Router {
    layers::around(routes().into_router(), desk)
}
