//! Whatever a page reads or does, a program reads or does under `/v1`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::house::{Caller, House};

/// What a page has under `/v1`: operations by the id that the description gives them, or the reason why it has none.
enum Twin {
    /// These operations read or do the same.
    Api(&'static [&'static str]),
    /// An empty form. What it offers to choose from is read by these, and what it sends has a twin of its own.
    Form(&'static [&'static str]),
    /// A browser needs it and a program does not.
    None(&'static str),
}

use Twin::{Api, Form, None};

/// Every route outside `/v1`.
const TWINS: &[(&str, &str, Twin)] = &[
    ("GET", "/assets/{name}", None("style, script and pictures of pages")),
    ("GET", "/healthz", None("a probe of who runs the server; JSON already")),
    ("GET", "/readyz", None("a probe of who runs the server")),
    ("GET", "/metrics", None("for Prometheus, with a token of its own")),
    ("GET", "/openapi.json", None("the description itself")),
    ("GET", "/", None("leads to the first page of a role")),
    ("GET", "/keys", None("keys of the keyboard")),
    ("POST", "/keys", None("switches keys of the keyboard off in one browser")),
    // Asking.
    ("GET", "/check", Form(&["names", "patient", "coverages", "visit", "facilities", "clinicians"])),
    ("POST", "/check", Api(&["determine", "makeVisit", "changeVisit"])),
    ("GET", "/determinations/{id}", Api(&["determination", "answer"])),
    ("GET", "/determinations/{id}/sheet", Api(&["answer", "patient", "practice"])),
    ("GET", "/determinations/{id}/call-script", Api(&["answer", "patient", "coverages"])),
    ("GET", "/determinations/{id}/questions", Api(&["answer"])),
    ("GET", "/today", Api(&["visits", "determinations"])),
    // The library.
    ("GET", "/policies", Api(&["policies"])),
    ("GET", "/policies/read/{*id}", Api(&["policy"])),
    ("GET", "/policies/changes/{*id}", Api(&["policyChanges"])),
    ("GET", "/matrix", Api(&["matrix"])),
    ("GET", "/next-quarter", Api(&["replay"])),
    // Patients.
    ("GET", "/patients", Api(&["patients", "exportRecords"])),
    ("POST", "/patients/search", Api(&["search"])),
    ("GET", "/patients/new", Form(&[])),
    ("POST", "/patients", Api(&["makePatient"])),
    ("GET", "/patients/{id}", Api(&["patient", "coverages", "visits", "determinations", "documents"])),
    ("GET", "/patients/{id}/edit", Form(&["patient"])),
    ("POST", "/patients/{id}", Api(&["changePatient"])),
    ("GET", "/patients/{id}/access", Api(&["accesses"])),
    ("GET", "/patients/{id}/coverages/new", Form(&["names"])),
    ("POST", "/patients/{id}/coverages", Api(&["makeCoverage"])),
    ("GET", "/coverages/{id}", Api(&["coverage"])),
    ("POST", "/coverages/{id}", Api(&["changeCoverage"])),
    // Visits and documents.
    ("GET", "/visits", Api(&["visits", "exportRecords"])),
    ("GET", "/visits/new", Form(&["facilities", "clinicians"])),
    ("POST", "/visits", Api(&["makeVisit"])),
    ("GET", "/visits/{id}", Api(&["visit", "determinations", "documents", "names"])),
    ("POST", "/visits/{id}", Api(&["changeVisit"])),
    ("POST", "/visits/{id}/chart", Api(&["changeVisit"])),
    ("GET", "/patients/{id}/documents", Api(&["documents"])),
    ("GET", "/patients/{id}/documents/new", Form(&["names", "visits"])),
    ("POST", "/patients/{id}/documents", Api(&["fileDocument"])),
    ("GET", "/documents/{id}", Api(&["document"])),
    ("GET", "/documents/{id}/content", Api(&["documentContent"])),
    ("POST", "/documents/{id}/remove", Api(&["removeDocument"])),
    // The practice.
    ("GET", "/expiries", Api(&["expiries"])),
    ("GET", "/clinicians", Api(&["clinicians"])),
    ("GET", "/clinicians/new", Form(&["names"])),
    ("POST", "/clinicians", Api(&["makeClinician"])),
    ("GET", "/clinicians/{id}", Api(&["clinician"])),
    ("POST", "/clinicians/{id}", Api(&["changeClinician"])),
    ("GET", "/facilities", Api(&["facilities"])),
    ("GET", "/facilities/new", Form(&[])),
    ("POST", "/facilities", Api(&["makeFacility"])),
    ("GET", "/facilities/{id}", Api(&["facility"])),
    ("POST", "/facilities/{id}", Api(&["changeFacility"])),
    // Oversight.
    ("GET", "/reviews", Api(&["changes"])),
    ("POST", "/reviews/{id}", Api(&["reviewChange"])),
    ("GET", "/glass", Api(&["brokenGlass"])),
    ("POST", "/glass/{id}", Api(&["reviewGlass"])),
    ("GET", "/patients/{id}/glass", Form(&[])),
    ("POST", "/patients/{id}/glass", Api(&["breakGlass"])),
    ("GET", "/audit", Api(&["audit", "exportAudit"])),
    // Settings.
    ("GET", "/settings", Api(&["practice", "names"])),
    ("POST", "/settings", Api(&["changePractice"])),
    ("POST", "/settings/next-quarter", Api(&["chooseOtherLibrary"])),
    ("GET", "/settings/hipaa", Api(&["practice"])),
    ("POST", "/settings/hipaa", Api(&["acknowledge"])),
    ("GET", "/settings/users", Api(&["users"])),
    ("GET", "/settings/users/new", Form(&["facilities"])),
    ("POST", "/settings/users", Api(&["invite"])),
    ("GET", "/settings/users/{id}", Api(&["user"])),
    ("POST", "/settings/users/{id}", Api(&["changeUser", "endSession"])),
    ("GET", "/settings/tokens", Api(&["tokens"])),
    ("GET", "/settings/tokens/new", Form(&["me"])),
    ("POST", "/settings/tokens", Api(&["makeToken"])),
    ("POST", "/settings/tokens/{id}/end", Api(&["endToken"])),
    ("GET", "/settings/hooks", Api(&["hooks"])),
    ("GET", "/settings/hooks/new", Form(&[])),
    ("POST", "/settings/hooks", Api(&["makeHook"])),
    ("GET", "/settings/hooks/{id}", Api(&["hook", "messages"])),
    ("POST", "/settings/hooks/{id}/state", Api(&["changeHook"])),
    ("POST", "/settings/hooks/{id}/try", Api(&["tryHook"])),
    ("POST", "/settings/hooks/{id}/remove", Api(&["removeHook"])),
    // One's own.
    ("GET", "/me", Api(&["me", "sessions", "passkeys"])),
    ("POST", "/me/sessions", Api(&["endSession"])),
    ("POST", "/me/passkeys", Api(&["removePasskey"])),
    ("POST", "/facility", None("where pages show records of; a program names `facility` in what it asks")),
    ("POST", "/filters", None("names the query of a page's address; a program keeps its own queries")),
    ("POST", "/filters/remove", None("forgets such a name")),
    ("POST", "/lock", Api(&["lock"])),
    ("POST", "/sign-out", Api(&["signOut"])),
    ("GET", "/sign-in", Form(&["passkeyChallenge"])),
    ("POST", "/sign-in", Api(&["signIn", "signInByPasskey"])),
    ("GET", "/unlock", Form(&[])),
    ("POST", "/unlock", Api(&["unlock"])),
    ("GET", "/first/{link}", Form(&["firstApp"])),
    ("POST", "/first/{link}", Api(&["firstStart"])),
    ("GET", "/invitation/{link}", Form(&["invitationApp"])),
    ("POST", "/invitation/{link}", Api(&["accept"])),
    ("POST", "/demo/sign-in", None("enters the demo as one of its invented people, by a button")),
];

/// `UPDATE_EXPECTED=1 cargo test -p web --test desk description` writes it anew.
#[tokio::test]
async fn the_description_that_is_checked_in_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/openapi.json");
    let served = House::new().await.get(&Caller::Nobody, "/openapi.json").await.is(200).text;
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == served, "schemas/openapi.json is old: UPDATE_EXPECTED=1 cargo test -p web --test desk description");
}

#[tokio::test]
async fn whatever_a_page_does_a_program_does_too() {
    let house = House::new().await;
    let description = house.get(&Caller::Nobody, "/openapi.json").await.is(200).json();
    let operations =
        description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let known: BTreeSet<&str> = operations.filter_map(|operation: &Value| operation["operationId"].as_str()).collect();
    let routes = web::routes();
    let pages = routes.table().iter().filter(|route| !route.path.starts_with("/v1/"));
    let there: BTreeSet<(String, &str)> = pages.map(|route| (route.method.to_string(), route.path)).collect();
    let told: BTreeSet<(String, &str)> = TWINS.iter().map(|(method, path, _)| ((*method).to_owned(), *path)).collect();
    assert_eq!(told.len(), TWINS.len(), "a page stands here twice");
    let untold: Vec<_> = there.difference(&told).collect();
    assert!(untold.is_empty(), "pages without a twin under /v1 and without a reason: {untold:?}");
    let gone: Vec<_> = told.difference(&there).collect();
    assert!(gone.is_empty(), "no such pages: {gone:?}");
    for (method, path, twin) in TWINS {
        match twin {
            Api(ids) => {
                assert!(!ids.is_empty(), "{method} {path}");
                let missing: Vec<_> = ids.iter().filter(|id| !known.contains(**id)).collect();
                assert!(missing.is_empty(), "{method} {path}: the API has no {missing:?}");
            }
            Form(ids) => {
                // What an empty form sends goes to an address that does something.
                assert_eq!(*method, "GET", "{path} does something");
                assert!(ids.iter().all(|id| known.contains(id)), "{method} {path}: {ids:?}");
            }
            None(why) => assert!(why.len() > 10, "{method} {path}"),
        }
    }
}

/// A twin is open to the roles to whom the page is: nobody does by hand alone what their program may not do, or the other way round.
#[tokio::test]
async fn a_page_and_its_twin_are_open_to_the_same_people() {
    use web::access::{Role, may};
    let house = House::new().await;
    let description = house.get(&Caller::Nobody, "/openapi.json").await.is(200).json();
    let routes = web::routes();
    let right_of = |id: &str| {
        let paths = description["paths"].as_object().unwrap();
        let found = paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, of)| (path, method, of)));
        let (path, method, _) = found.into_iter().find(|(_, _, of)| of["operationId"] == id).unwrap();
        let is_it =
            |route: &&web::access::Route| *path == route.path && route.method.as_str().eq_ignore_ascii_case(method);
        routes.table().iter().find(is_it).unwrap().right
    };
    for (method, path, twin) in TWINS {
        let Api(ids) = twin else { continue };
        let page = routes.table().iter().find(|route| route.method.as_str() == *method && route.path == *path).unwrap();
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Integration && may(*role, page.right)) {
            assert!(may(role, right_of(ids[0])), "{} opens {method} {path} and not {}", role.word(), ids[0]);
        }
    }
}
