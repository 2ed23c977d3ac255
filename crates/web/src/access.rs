//! Who may do what: one table of rights by role, and the right that each route needs.
//!
//! A route exists only through [`Routes`], which asks for its right: there is no way to serve one that the table does not know.
//! What is not granted is refused.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::Desk;
use crate::api::operation::Operation;
use crate::api::written::TakesKey;
use crate::error::Problem;
use crate::signin::Locked;
use crate::who::Who;

pub use store::{Purpose, Role};

/// What a route lets its caller do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Nobody has to be signed in.
    Anyone,
    /// What everybody who is signed in may do: their own session and sign-in.
    SignedIn,
    /// Ask the library, which holds nothing of a patient: policies, matrix, names.
    LibraryRead,
    /// Read the practice, its facilities and clinicians.
    PracticeRead,
    /// Change the practice, its facilities and clinicians.
    PracticeWrite,
    /// Say which law of privacy binds the practice, and acknowledge it.
    StatusAcknowledge,
    /// Search and read patients and their coverages.
    PatientRead,
    /// Enter and change patients and their coverages.
    PatientWrite,
    /// Read visits and what is on file for them.
    VisitRead,
    /// Enter and change visits.
    VisitWrite,
    /// Write facts of the chart. What is told in a check is saved with its visit by whoever may write visits.
    ChartWrite,
    /// Read documents.
    DocumentRead,
    /// File documents.
    DocumentWrite,
    /// Take documents away.
    DocumentRemove,
    /// Ask whether a case is covered, and keep the answer.
    DeterminationMake,
    /// Read answers that were kept.
    DeterminationRead,
    /// Read changes that were made after a verdict was shown.
    ChangeRead,
    /// Review such changes.
    ChangeReview,
    /// Open a patient of another facility in an emergency, with a reason.
    BreakGlass,
    /// Review who broke the glass.
    GlassReview,
    /// Read who looked at a patient's records, when and why.
    AccessReport,
    /// Read the audit.
    AuditRead,
    /// See users.
    UserRead,
    /// Invite, change and end users, and end their sessions.
    UserManage,
    /// Make and end tokens of programs.
    TokenManage,
    /// Have other servers told of events.
    HookManage,
    /// Take records out of the house.
    Export,
    /// Answer the visits on file against another library.
    Replay,
    /// Send a plan an electronic standard transaction. What needs this is refused until an owner has acknowledged the HIPAA status.
    TransactionSend,
}

impl Right {
    /// All rights, in the order of the table.
    pub const ALL: [Self; 29] = [
        Self::Anyone,
        Self::SignedIn,
        Self::LibraryRead,
        Self::PracticeRead,
        Self::PracticeWrite,
        Self::StatusAcknowledge,
        Self::PatientRead,
        Self::PatientWrite,
        Self::VisitRead,
        Self::VisitWrite,
        Self::ChartWrite,
        Self::DocumentRead,
        Self::DocumentWrite,
        Self::DocumentRemove,
        Self::DeterminationMake,
        Self::DeterminationRead,
        Self::ChangeRead,
        Self::ChangeReview,
        Self::BreakGlass,
        Self::GlassReview,
        Self::AccessReport,
        Self::AuditRead,
        Self::UserRead,
        Self::UserManage,
        Self::TokenManage,
        Self::HookManage,
        Self::Export,
        Self::Replay,
        Self::TransactionSend,
    ];

    /// The word that scopes and tables use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::SignedIn => "signed-in",
            Self::LibraryRead => "library-read",
            Self::PracticeRead => "practice-read",
            Self::PracticeWrite => "practice-write",
            Self::StatusAcknowledge => "status-acknowledge",
            Self::PatientRead => "patient-read",
            Self::PatientWrite => "patient-write",
            Self::VisitRead => "visit-read",
            Self::VisitWrite => "visit-write",
            Self::ChartWrite => "chart-write",
            Self::DocumentRead => "document-read",
            Self::DocumentWrite => "document-write",
            Self::DocumentRemove => "document-remove",
            Self::DeterminationMake => "determination-make",
            Self::DeterminationRead => "determination-read",
            Self::ChangeRead => "change-read",
            Self::ChangeReview => "change-review",
            Self::BreakGlass => "break-glass",
            Self::GlassReview => "glass-review",
            Self::AccessReport => "access-report",
            Self::AuditRead => "audit-read",
            Self::UserRead => "user-read",
            Self::UserManage => "user-manage",
            Self::TokenManage => "token-manage",
            Self::HookManage => "hook-manage",
            Self::Export => "export",
            Self::Replay => "replay",
            Self::TransactionSend => "transaction-send",
        }
    }

    /// The right with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.word() == word)
    }
}

/// Whether a role holds a right. The whole table; what is not named here is refused.
#[must_use]
pub fn may(role: Role, right: Right) -> bool {
    use Role::{Auditor, Biller, Clinician, Compliance, FrontDesk, Integration, Owner};
    let holders: &[Role] = match right {
        Right::Anyone | Right::SignedIn | Right::LibraryRead | Right::PracticeRead => return true,
        Right::PatientRead | Right::VisitRead | Right::DeterminationRead => {
            &[FrontDesk, Clinician, Biller, Compliance, Owner, Integration]
        }
        Right::PatientWrite | Right::VisitWrite => &[FrontDesk, Clinician, Biller, Owner, Integration],
        Right::ChartWrite => &[Clinician, Owner, Integration],
        Right::DocumentRead => &[Clinician, Biller, Compliance, Owner, Integration],
        Right::DocumentWrite => &[FrontDesk, Clinician, Biller, Owner, Integration],
        Right::DocumentRemove => &[Clinician, Owner],
        Right::DeterminationMake => &[FrontDesk, Clinician, Biller, Owner, Integration],
        Right::ChangeRead => &[Compliance, Owner, Auditor],
        Right::ChangeReview | Right::GlassReview => &[Compliance, Owner],
        Right::BreakGlass => &[FrontDesk, Clinician, Biller],
        Right::AccessReport | Right::AuditRead => &[Compliance, Owner, Auditor],
        Right::UserRead => &[Compliance, Owner, Auditor],
        Right::PracticeWrite | Right::StatusAcknowledge | Right::UserManage | Right::TokenManage => &[Owner],
        Right::HookManage => &[Owner],
        Right::Export => &[Compliance, Owner, Integration],
        Right::Replay => &[Biller, Compliance, Owner, Integration],
        Right::TransactionSend => &[Biller, Owner],
    };
    holders.contains(&role)
}

/// Whether a role may act for a purpose. Break-glass is no purpose that may be claimed: a grant gives it.
#[must_use]
pub fn may_act_for(role: Role, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Treatment => matches!(role, Role::FrontDesk | Role::Clinician | Role::Owner | Role::Integration),
        Purpose::Payment => {
            matches!(role, Role::FrontDesk | Role::Clinician | Role::Biller | Role::Owner | Role::Integration)
        }
        Purpose::Operations => !matches!(role, Role::Auditor),
        Purpose::Audit => matches!(role, Role::Compliance | Role::Owner | Role::Auditor),
        Purpose::BreakGlass => false,
    }
}

/// The purpose for which a role acts when nothing is said.
#[must_use]
pub fn usual_purpose(role: Role) -> Purpose {
    match role {
        Role::Clinician => Purpose::Treatment,
        Role::FrontDesk | Role::Biller | Role::Integration => Purpose::Payment,
        Role::Compliance | Role::Owner => Purpose::Operations,
        Role::Auditor => Purpose::Audit,
    }
}

/// A route and the right it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What the caller must hold.
    pub right: Right,
}

/// Routes, each registered with the right that it needs.
#[derive(Default)]
pub struct Routes {
    router: Router<Desk>,
    table: Vec<Route>,
    operations: Vec<Operation>,
}

impl Routes {
    /// No route yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page or a resource that is read.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(Method::GET, path, right, on(MethodFilter::GET, handler))
    }

    /// Something that is made or done.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(Method::POST, path, right, on(MethodFilter::POST, handler))
    }

    /// Something made whose request may be larger than others.
    #[must_use]
    pub fn post_large<H, T>(self, path: &'static str, right: Right, bytes_max: usize, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        let route = on(MethodFilter::POST, handler).layer(DefaultBodyLimit::max(bytes_max));
        self.add(Method::POST, path, right, route)
    }

    /// Something that is written anew.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(Method::PUT, path, right, on(MethodFilter::PUT, handler))
    }

    /// Something that is taken away.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(Method::DELETE, path, right, on(MethodFilter::DELETE, handler))
    }

    /// A route of the API with what its description says.
    #[must_use]
    pub(crate) fn operation<H, T>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        let Operation { method, path, right, bytes_max, is_once, .. } = &operation;
        let (method, path, right, bytes_max, is_once) = (method.clone(), *path, *right, *bytes_max, *is_once);
        let filter = MethodFilter::try_from(method.clone()).expect("INVARIANT: an operation has a method of HTTP");
        let described = Arc::new(operation.clone());
        self.operations.push(operation);
        let route =
            on(filter, handler).layer(from_fn(move |request, next| parameters(Arc::clone(&described), request, next)));
        let route = match bytes_max {
            Some(most) => route.layer(DefaultBodyLimit::max(most)),
            None => route,
        };
        let route = if is_once { route.layer(Extension(TakesKey)) } else { route };
        self.add(method, path, right, route)
    }

    /// What the API's description says of its routes.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    fn add(mut self, method: Method, path: &'static str, right: Right, route: MethodRouter<Desk, Infallible>) -> Self {
        let guarded = route.route_layer(from_fn(move |request, next| guard(right, request, next)));
        self.router = self.router.route(path, guarded);
        self.table.push(Route { method, path, right });
        self
    }

    /// Every route with its right.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    pub(crate) fn into_router(self) -> Router<Desk> {
        self.router
    }
}

/// Refuses parameters that the description of an operation does not list.
async fn parameters(described: Arc<Operation>, request: Request, next: Next) -> Response {
    match described.check_query(request.uri().query().unwrap_or_default()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets a request through to a route, or refuses it; a refusal of somebody who is known is audited.
async fn guard(right: Right, request: Request, next: Next) -> Response {
    if right == Right::Anyone {
        return next.run(request).await;
    }
    let Some(who) = request.extensions().get::<Who>() else {
        let is_locked = request.extensions().get::<Locked>().is_some();
        return if is_locked { Problem::locked() } else { Problem::sign_in() }.into_response();
    };
    if who.may(right) {
        let desk = request.extensions().get::<Desk>().filter(|_| right == Right::TransactionSend).cloned();
        if let Some(desk) = desk
            && let Err(problem) = before_standard_transaction(&desk).await
        {
            return problem.into_response();
        }
        return next.run(request).await;
    }
    let problem = Problem::no_right(right);
    if let Some(desk) = request.extensions().get::<Desk>().cloned() {
        desk.refused(who, right).await;
    }
    problem.into_response()
}

/// The gate before an electronic standard transaction (45 CFR 160.103): one alone makes the practice a covered entity, and an owner says
/// beforehand that this is known. A route with the right [`Right::TransactionSend`] passes it; what else sends one asks here first.
///
/// # Errors
/// If no owner has acknowledged the HIPAA status.
pub async fn before_standard_transaction(desk: &Desk) -> Result<(), Problem> {
    let practice = desk.store().peek(desk.store().practice()).await?;
    if practice.hipaa.is_some() { Ok(()) } else { Err(Problem::not_acknowledged()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rights_are_their_serde_words() {
        for right in Right::ALL {
            assert_eq!(serde_json::to_value(right).unwrap(), right.word());
            assert_eq!(Right::of_word(right.word()), Some(right));
        }
    }
}
