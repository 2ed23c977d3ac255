//! The API: JSON under `/v1`. Each route is registered with the right it needs and what the description says of it.

mod ask;
mod audit;
mod documents;
mod exports;
mod hooks;
mod library;
mod openapi;
pub(crate) mod operation;
mod passkeys;
mod people;
mod records;
mod replay;
mod schema;
pub(crate) mod written;

use axum::http::header;
use axum::response::IntoResponse;
use store::nouns::{Change, Clinician, Coverage, Determination, Document, Facility, Glass, Patient, Visit};

use crate::access::{Right, Routes};
use operation::Holds::{Change as Changed, Lines, Nothing, One, Page, Record, Table};
use operation::Operation;

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = asking(records(library(passkeys(sign_in(routes)))));
    let routes = exports(hooks(auditing(people(reading(routes)))));
    let text = openapi::text(routes.operations());
    let describe = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }
    };
    routes.get("/openapi.json", Right::Anyone, describe)
}

fn sign_in(routes: Routes) -> Routes {
    use Right::{Anyone, SignedIn};
    let post = Operation::post;
    routes
        .operation(
            post("/v1/sign-in", Anyone, "signIn", "Sign in with password and code", One("SignIn"), One("SignedIn")),
            people::sign_in,
        )
        .operation(
            post("/v1/unlock", Anyone, "unlock", "Unlock a session of this browser", One("Unlock"), One("SignedIn"))
                .status(200),
            people::unlock,
        )
        .operation(post("/v1/lock", SignedIn, "lock", "Lock the session", Nothing, Nothing), people::lock)
        .operation(post("/v1/sign-out", SignedIn, "signOut", "End the session", Nothing, Nothing), people::sign_out)
        .operation(Operation::get("/v1/me", SignedIn, "me", "Who asks, and what they may do", One("Me")), people::me)
        .operation(
            post("/v1/purpose", SignedIn, "setPurpose", "Say for what records are looked at", One("Purpose"), Nothing),
            people::purpose,
        )
        .operation(
            Operation::get(
                "/v1/first/{link}",
                Anyone,
                "firstApp",
                "The secret for the owner's authenticator app",
                One("App"),
            ),
            people::first_app,
        )
        .operation(
            post("/v1/first/{link}", Anyone, "firstStart", "Make the owner", One("FirstStart"), One("Recovery")),
            people::first_start,
        )
        .operation(
            Operation::get(
                "/v1/invitations/{link}",
                Anyone,
                "invitationApp",
                "The secret for an authenticator app",
                One("App"),
            ),
            people::invitation_app,
        )
        .operation(
            post("/v1/invitations/{link}", Anyone, "accept", "Accept an invitation", One("Accept"), One("Recovery")),
            people::accept,
        )
}

fn passkeys(routes: Routes) -> Routes {
    use Right::{Anyone, SignedIn};
    let post = Operation::post;
    routes
        .operation(
            post(
                "/v1/sign-in/passkey/challenge",
                Anyone,
                "passkeyChallenge",
                "Begin to sign in by a passkey",
                Nothing,
                One("Ceremony"),
            )
            .status(201),
            passkeys::start_sign_in,
        )
        .operation(
            post(
                "/v1/sign-in/passkey",
                Anyone,
                "signInByPasskey",
                "Sign in by a passkey",
                One("SignInByPasskey"),
                One("SignedIn"),
            ),
            passkeys::finish_sign_in,
        )
        .operation(
            post("/v1/passkeys/challenge", SignedIn, "newPasskey", "Begin to make a passkey", Nothing, One("Creation"))
                .status(201),
            passkeys::start,
        )
        .operation(
            post("/v1/passkeys", SignedIn, "keepPasskey", "Keep a passkey", One("Credential"), Nothing),
            passkeys::finish,
        )
        .operation(
            Operation::get("/v1/passkeys", SignedIn, "passkeys", "One's own passkeys", One("Passkeys")),
            passkeys::list,
        )
        .operation(
            Operation::delete("/v1/passkeys/{id}", SignedIn, "removePasskey", "Take a passkey of one's own away"),
            passkeys::remove,
        )
}

fn library(routes: Routes) -> Routes {
    routes
        .operation(
            Operation::get("/v1/names", Right::LibraryRead, "names", "What a case may name", One("Names")),
            library::names,
        )
        .operation(
            Operation::get(
                "/v1/policies",
                Right::LibraryRead,
                "policies",
                "The policies of the library",
                One("PolicyList"),
            )
            .query("words", "text", "In the id, the title, the authority or the services")
            .query("authority", "text", "Whose: what ids begin with"),
            library::policies,
        )
        .operation(
            Operation::get(
                "/v1/policies/{id}",
                Right::LibraryRead,
                "policy",
                "A policy: in plain English, with its source and its versions; slashes of the id are written %2F",
                One("Policy"),
            )
            .query("from", "date", "The version that begins on this day; the newest, if it is missing"),
            library::policy,
        )
        .operation(
            Operation::get(
                "/v1/policies/{id}/changes",
                Right::LibraryRead,
                "policyChanges",
                "Which cases a version answers otherwise than the one before it",
                One("PolicyChanges"),
            )
            .query("from", "date", "The version that begins on this day; the newest, if it is missing"),
            library::changes,
        )
}

fn reading(routes: Routes) -> Routes {
    let get = Operation::get;
    routes
        .operation(
            get(
                "/v1/matrix",
                Right::LibraryRead,
                "matrix",
                "What the library says of treatments for several payers",
                One("Matrix"),
            )
            .query("words", "text", "Part of a treatment's name")
            .query("payer", "text", "Payers by id, joined by commas")
            .query("state", "text", "Two letters")
            .query("for", "looks|medical", "What it is for"),
            library::matrix,
        )
        .operation(
            get("/v1/expiries", Right::PracticeRead, "expiries", "What ends within 90 days, or ended", One("Expiries")),
            library::expiries,
        )
        .operation(
            of_visits(get(
                "/v1/replay",
                Right::Replay,
                "replay",
                "Which visits another library answers otherwise, the last day first",
                One("Replay"),
            ))
            .query("cursor", "text", "`next` of the page before")
            .query("limit", "limit", "Most visits of a page, 1 to 200"),
            replay::replay,
        )
        .operation(
            get(
                "/v1/replay/libraries",
                Right::Replay,
                "otherLibraries",
                "The libraries that visits can be replayed against, and the one that was chosen",
                One("OtherLibraries"),
            ),
            replay::libraries,
        )
        .operation(
            Operation::put(
                "/v1/replay/library",
                Right::PracticeWrite,
                "chooseOtherLibrary",
                "Choose the library that visits are replayed against, for every server",
                One("OtherLibrary"),
                One("OtherLibraries"),
            ),
            replay::choose,
        )
}

/// The filters of a list of visits.
fn of_visits(operation: Operation) -> Operation {
    operation
        .query("facility", "id", "Where")
        .query("clinician", "id", "By whom")
        .query("state", "planned|open|closed|cancelled", "How far")
        .query("from", "date", "From this day on")
        .query("to", "date", "Until this day")
}

fn records(routes: Routes) -> Routes {
    use Right::{
        DocumentRead, DocumentRemove, DocumentWrite, PatientRead, PatientWrite, PracticeRead, PracticeWrite, VisitRead,
        VisitWrite,
    };
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(get("/v1/practice", PracticeRead, "practice", "The practice", Record("Practice")), records::practice)
        .operation(
            put(
                "/v1/practice",
                PracticeWrite,
                "changePractice",
                "Change the practice",
                Changed("Practice"),
                Record("Practice"),
            )
            .once(),
            records::write_practice,
        )
        .operation(
            get("/v1/facilities", PracticeRead, "facilities", "Facilities", Page("Facility")).query(
                "state",
                "active|ended",
                "Which",
            ),
            records::list_plain::<Facility>,
        )
        .operation(
            post(
                "/v1/facilities",
                PracticeWrite,
                "makeFacility",
                "Enter a facility",
                One("Facility"),
                Record("Facility"),
            )
            .once(),
            records::make::<Facility>,
        )
        .operation(
            get("/v1/facilities/{id}", PracticeRead, "facility", "A facility", Record("Facility")),
            records::one::<Facility>,
        )
        .operation(
            put(
                "/v1/facilities/{id}",
                PracticeWrite,
                "changeFacility",
                "Change a facility",
                Changed("Facility"),
                Record("Facility"),
            )
            .once(),
            records::write::<Facility>,
        )
        .operation(
            get("/v1/clinicians", PracticeRead, "clinicians", "Clinicians", Page("Clinician")).query(
                "state",
                "active|ended",
                "Which",
            ),
            records::list_plain::<Clinician>,
        )
        .operation(
            post(
                "/v1/clinicians",
                PracticeWrite,
                "makeClinician",
                "Enter a clinician",
                One("Clinician"),
                Record("Clinician"),
            )
            .once(),
            records::make::<Clinician>,
        )
        .operation(
            get("/v1/clinicians/{id}", PracticeRead, "clinician", "A clinician", Record("Clinician")),
            records::one::<Clinician>,
        )
        .operation(
            put(
                "/v1/clinicians/{id}",
                PracticeWrite,
                "changeClinician",
                "Change a clinician",
                Changed("Clinician"),
                Record("Clinician"),
            )
            .once(),
            records::write::<Clinician>,
        )
        .operation(get("/v1/patients", PatientRead, "patients", "Patients", Page("Patient")), records::list::<Patient>)
        .operation(
            post("/v1/patients", PatientWrite, "makePatient", "Enter a patient", One("Patient"), Record("Patient"))
                .once(),
            records::make::<Patient>,
        )
        .operation(
            get("/v1/patients/{id}", PatientRead, "patient", "A patient", Record("Patient")),
            records::one::<Patient>,
        )
        .operation(
            put(
                "/v1/patients/{id}",
                PatientWrite,
                "changePatient",
                "Change a patient",
                Changed("Patient"),
                Record("Patient"),
            )
            .once(),
            records::write::<Patient>,
        )
        .operation(
            get("/v1/coverages", PatientRead, "coverages", "Plans", Page("Coverage")).query("patient", "id", "Whose"),
            records::list::<Coverage>,
        )
        .operation(
            post("/v1/coverages", PatientWrite, "makeCoverage", "Enter a plan", One("Coverage"), Record("Coverage"))
                .once(),
            records::make::<Coverage>,
        )
        .operation(
            get("/v1/coverages/{id}", PatientRead, "coverage", "A plan", Record("Coverage")),
            records::one::<Coverage>,
        )
        .operation(
            put(
                "/v1/coverages/{id}",
                PatientWrite,
                "changeCoverage",
                "Change a plan",
                Changed("Coverage"),
                Record("Coverage"),
            )
            .once(),
            records::write::<Coverage>,
        )
        .operation(
            of_visits(get("/v1/visits", VisitRead, "visits", "Visits, the last day first", Page("Visit")))
                .query("patient", "id", "Whose"),
            records::list_by_day::<Visit>,
        )
        .operation(
            post("/v1/visits", VisitWrite, "makeVisit", "Enter a visit", One("Visit"), Record("Visit")).once(),
            records::make::<Visit>,
        )
        .operation(get("/v1/visits/{id}", VisitRead, "visit", "A visit", Record("Visit")), records::one::<Visit>)
        .operation(
            put("/v1/visits/{id}", VisitWrite, "changeVisit", "Change a visit", Changed("Visit"), Record("Visit"))
                .once(),
            records::write::<Visit>,
        )
        .operation(
            get("/v1/documents", DocumentRead, "documents", "Documents", Page("Document"))
                .query("patient", "id", "Whose")
                .query("visit", "id", "Of which visit"),
            records::list::<Document>,
        )
        .operation(
            get("/v1/documents/{id}", DocumentRead, "document", "What a document is", Record("Document")),
            records::one::<Document>,
        )
        .operation(
            post(
                "/v1/documents",
                DocumentWrite,
                "fileDocument",
                "File a picture or a paper",
                One("FileDocument"),
                One("Filed"),
            )
            .large(documents::BYTES_MAX)
            .once(),
            documents::file,
        )
        .operation(
            get(
                "/v1/documents/{id}/content",
                DocumentRead,
                "documentContent",
                "What a document holds",
                operation::Holds::File,
            ),
            documents::content,
        )
        .operation(
            post(
                "/v1/documents/{id}/removal",
                DocumentRemove,
                "removeDocument",
                "Take a document away, with a reason",
                One("Reason"),
                Nothing,
            ),
            documents::remove,
        )
}

fn asking(routes: Routes) -> Routes {
    use Right::{
        BreakGlass, ChangeRead, ChangeReview, DeterminationMake, DeterminationRead, GlassReview, StatusAcknowledge,
    };
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            post(
                "/v1/determinations",
                DeterminationMake,
                "determine",
                "Answer a case and keep the answer",
                One("Ask"),
                One("Determined"),
            )
            .once(),
            ask::determine,
        )
        .operation(
            get(
                "/v1/determinations",
                DeterminationRead,
                "determinations",
                "Answers that were kept",
                Page("Determination"),
            )
            .query("patient", "id", "Whose")
            .query("visit", "id", "Of which visit"),
            records::list::<Determination>,
        )
        .operation(
            get(
                "/v1/determinations/{id}",
                DeterminationRead,
                "determination",
                "A kept answer",
                Record("Determination"),
            ),
            records::one::<Determination>,
        )
        .operation(
            get(
                "/v1/determinations/{id}/answer",
                DeterminationRead,
                "answer",
                "The answer as `covered check --json` prints it",
                One("Answer"),
            ),
            ask::answer,
        )
        .operation(
            get("/v1/changes", ChangeRead, "changes", "What was changed after a verdict was shown", Page("Change"))
                .query("state", "open|reviewed", "Which")
                .query("patient", "id", "Whose")
                .query("visit", "id", "Of which visit"),
            records::list::<Change>,
        )
        .operation(
            post(
                "/v1/changes/{id}/review",
                ChangeReview,
                "reviewChange",
                "Look a change over",
                One("Note"),
                Record("Change"),
            )
            .status(200)
            .once(),
            ask::review_change,
        )
        .operation(
            post(
                "/v1/break-glass",
                BreakGlass,
                "breakGlass",
                "Open a patient of another facility",
                One("BreakGlass"),
                Record("Glass"),
            )
            .once(),
            ask::break_glass,
        )
        .operation(
            get("/v1/break-glass", GlassReview, "brokenGlass", "Who broke the glass, and why", Page("Glass")).query(
                "state",
                "open|reviewed",
                "Which",
            ),
            records::list::<Glass>,
        )
        .operation(
            post(
                "/v1/break-glass/{id}/review",
                GlassReview,
                "reviewGlass",
                "Look it over",
                One("Note"),
                Record("Glass"),
            )
            .status(200)
            .once(),
            ask::review_glass,
        )
        .operation(
            post(
                "/v1/status/acknowledgement",
                StatusAcknowledge,
                "acknowledge",
                "Acknowledge what the first electronic transaction means",
                One("Acknowledge"),
                Record("Practice"),
            )
            .status(200)
            .once(),
            ask::acknowledge,
        )
}

fn hooks(routes: Routes) -> Routes {
    use Right::HookManage;
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(get("/v1/hooks", HookManage, "hooks", "Servers that are told of events", Page("Hook")), hooks::hooks)
        .operation(
            post(
                "/v1/hooks",
                HookManage,
                "makeHook",
                "Tell another server of events; its secret is shown once",
                One("MakeHook"),
                One("MadeHook"),
            )
            .once(),
            hooks::make,
        )
        .operation(get("/v1/hooks/{id}", HookManage, "hook", "A server that is told", Record("Hook")), hooks::one)
        .operation(
            put("/v1/hooks/{id}", HookManage, "changeHook", "Pause, or go on", One("ChangeHook"), Record("Hook"))
                .once(),
            hooks::change,
        )
        .operation(Operation::delete("/v1/hooks/{id}", HookManage, "removeHook", "Tell it nothing more"), hooks::remove)
        .operation(
            post(
                "/v1/hooks/{id}/trial",
                HookManage,
                "tryHook",
                "Send a message that tells of itself",
                Nothing,
                Nothing,
            )
            .once(),
            hooks::try_it,
        )
        .operation(
            get("/v1/hooks/{id}/messages", HookManage, "messages", "What it was told, the last first", Page("Message")),
            hooks::messages,
        )
}

fn exports(routes: Routes) -> Routes {
    let get = Operation::get;
    routes
        .operation(
            get("/v1/exports", Right::Export, "exports", "What there is to take along, by noun", One("Exports")),
            exports::nouns,
        )
        .operation(
            get("/v1/exports/{noun}", Right::Export, "exportRecords", "Every record of a noun", Table).query(
                "format",
                "json-lines|csv",
                "How it is written; lines of JSON, if it is missing",
            ),
            exports::records,
        )
        .operation(
            get(
                "/v1/audit/export",
                Right::AuditRead,
                "exportAudit",
                "The whole audit, as `covered audit verify` checks it",
                Lines,
            ),
            exports::audit,
        )
}

fn auditing(routes: Routes) -> Routes {
    let get = Operation::get;
    routes
        .operation(
            get("/v1/audit", Right::AuditRead, "audit", "What was done, the last first", One("AuditPage"))
                .query("cursor", "count", "`next` of the page before")
                .query("patient", "id", "About whom")
                .query("actor", "text", "By whom, as entries name them")
                .query("purpose", "text", "For what")
                .query("from", "date", "From this day on")
                .query("to", "date", "Until this day"),
            audit::entries,
        )
        .operation(
            get(
                "/v1/patients/{id}/accesses",
                Right::AccessReport,
                "accesses",
                "Who looked, when and why",
                One("AccessPage"),
            )
            .query("cursor", "count", "`next` of the page before"),
            audit::access_report,
        )
        .operation(
            Operation::post(
                "/v1/search",
                Right::PatientRead,
                "search",
                "Patients by beginnings of words",
                One("Words"),
                Page("Patient"),
            )
            .status(200),
            audit::search,
        )
}

fn people(routes: Routes) -> Routes {
    use Right::{SignedIn, TokenManage, UserManage, UserRead};
    let (get, post, put, delete) = (Operation::get, Operation::post, Operation::put, Operation::delete);
    routes
        .operation(
            get("/v1/users", UserRead, "users", "Users", Page("User")).query("state", "active|ended", "Which"),
            people::users,
        )
        .operation(get("/v1/users/{id}", UserManage, "user", "A user", Record("User")), people::one_user)
        .operation(
            post("/v1/users", UserManage, "invite", "Invite somebody", One("Invite"), One("Invited")).once(),
            people::invite,
        )
        .operation(
            put(
                "/v1/users/{id}",
                UserManage,
                "changeUser",
                "Change what a user may do",
                One("ChangeUser"),
                Record("User"),
            )
            .once(),
            people::change_user,
        )
        .operation(
            post(
                "/v1/users/{id}/invitation",
                UserManage,
                "inviteAgain",
                "Let a user choose anew how they sign in",
                Nothing,
                One("Invited"),
            )
            .status(201)
            .once(),
            people::invite_again,
        )
        .operation(
            get("/v1/sessions", SignedIn, "sessions", "Sessions that are open", One("Sessions")),
            people::sessions,
        )
        .operation(delete("/v1/sessions/{id}", SignedIn, "endSession", "End a session"), people::end_session)
        .operation(get("/v1/tokens", TokenManage, "tokens", "Tokens of programs", Page("Token")), people::tokens)
        .operation(
            post(
                "/v1/tokens",
                TokenManage,
                "makeToken",
                "Make a token; its secret is shown once",
                One("MakeToken"),
                One("MadeToken"),
            )
            .once(),
            people::make_token,
        )
        .operation(delete("/v1/tokens/{id}", TokenManage, "endToken", "End a token"), people::end_token)
}
