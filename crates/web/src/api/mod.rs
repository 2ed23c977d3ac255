//! The API: JSON under `/v1`. Each noun registers its routes beside what they do, with the right each needs and
//! what the description says of it.

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

use crate::access::{Right, Routes};

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = library::routes(passkeys::routes(people::routes(routes)));
    let routes = ask::routes(documents::routes(records::routes(routes)));
    let routes = exports::routes(hooks::routes(audit::routes(replay::routes(routes))));
    let text = openapi::text(routes.operations());
    let describe = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }
    };
    routes.get("/openapi.json", Right::Anyone, describe)
}
