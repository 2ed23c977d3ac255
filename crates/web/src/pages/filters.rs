//! Filters of lists that a person keeps under a name. A filter is the query of an address and may name nobody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::Id;
use store::nouns::SavedFilter;

use super::see;
use super::sent::Sent;
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

/// Filters that one person keeps for one list.
const FILTERS_MAX: usize = 12;
/// Longer names do not fit beside others.
const NAME_CHARACTERS_MAX: usize = 40;
/// A query holds ids, days and words of a list.
const QUERY_BYTES_MAX: usize = 600;

/// Lists whose filters are kept: their addresses. What is searched for among patients is never in an address.
const PAGES: [&str; 5] = ["/visits", "/audit", "/policies", "/matrix", "/next-quarter"];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post("/filters", Right::SignedIn, keep).post("/filters/remove", Right::SignedIn, remove)
}

struct Saved {
    /// None: everybody has it.
    id: Option<Id<SavedFilter>>,
    name: String,
    query: String,
    here: bool,
}

/// The filters above a list, and the form that keeps the one that is shown.
#[derive(Template)]
#[template(path = "filters.html")]
pub(super) struct Filters {
    page: &'static str,
    query: String,
    csrf: String,
    saved: Vec<Saved>,
}

impl askama::filters::HtmlSafe for Filters {}

impl Filters {
    /// The filters of a list: those that everybody has, by name and query, and those that the person kept.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub(super) async fn new(
        desk: &Desk,
        who: &Who,
        page: &'static str,
        query: &str,
        usual: Vec<(&str, String)>,
    ) -> Result<Self, Problem> {
        let usual =
            usual.into_iter().map(|(name, of)| Saved { id: None, name: name.to_owned(), here: of == query, query: of });
        let mut saved: Vec<Saved> = usual.collect();
        for kept in of_person(desk, who, page).await? {
            let SavedFilter { name, query: of, .. } = kept.body;
            saved.push(Saved { id: Some(kept.id), name, here: of == query, query: of });
        }
        Ok(Self { page, query: query.to_owned(), csrf: who.csrf.clone().unwrap_or_default(), saved })
    }

    /// Whether the filter that is shown has a name.
    fn is_named(&self) -> bool {
        self.query.is_empty() || self.saved.iter().any(|one| one.here)
    }

    /// The kept filter that is shown.
    fn own_here(&self) -> Option<&Saved> {
        self.saved.iter().find(|one| one.here && one.id.is_some())
    }
}

async fn of_person(desk: &Desk, who: &Who, page: &str) -> Result<Vec<store::Stored<SavedFilter>>, Problem> {
    let Some(user) = who.user() else { return Ok(Vec::new()) };
    let mut kept = desk.store().recognize::<SavedFilter>("user", &user.to_string()).await?;
    kept.retain(|filter| filter.page == page);
    Ok(kept)
}

/// The fields of a query that are set, as an address has them.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let set = pairs.iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| format!("{name}={}", super::problem::encoded(value))).collect::<Vec<_>>().join("&")
}

async fn keep(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let user = who.user().ok_or_else(Problem::people_only)?;
    let page = PAGES.into_iter().find(|page| *page == sent.get("page")).ok_or_else(Problem::not_found)?;
    let (name, query) = (sent.get("name").to_owned(), sent.get("query").to_owned());
    let kept = of_person(&desk, &who, page).await?;
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || kept.len() >= FILTERS_MAX {
        return Err(Problem::field(
            "/name",
            "W0603",
            "a filter has a name of at most 40 characters, and you keep at most twelve of one list",
            "choose a short name, or take a filter away",
        ));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./%=&".contains(&byte);
    if query.len() > QUERY_BYTES_MAX || !query.bytes().all(is_plain) {
        return Err(Problem::field(
            "/query",
            "W0603",
            "this is no filter of the list",
            "set the filter and keep it again",
        ));
    }
    desk.create(&who, &SavedFilter { user, page: page.to_owned(), name, query: query.clone() }, None).await?;
    Ok(see(&format!("{page}?{query}")))
}

async fn remove(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let user = who.user().ok_or_else(Problem::people_only)?;
    let id: Id<SavedFilter> = sent.get("filter").parse().map_err(|_| Problem::not_found())?;
    let kept = desk.store().peek(id).await?;
    if kept.user != user {
        return Err(Problem::not_found());
    }
    let mut work = desk.store().begin(&who.act(&desk)).await?;
    work.remove(id, kept.version).await?;
    work.commit().await?;
    Ok(see(&kept.body.page))
}
