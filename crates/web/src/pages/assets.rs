//! Style, scripts and sign, served by this program alone; the address changes with the content, so browsers may keep them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// The sign in the tab of the browser.
pub(crate) const ICON: &str = "/assets/covered.svg";

const STYLE: &str = include_str!("../../assets/desk.css");
const SCRIPT: &str = include_str!("../../assets/desk.js");
const PASSKEYS: &str = include_str!("../../assets/passkeys.js");
const HTMX: &str = include_str!("../../assets/vendor/htmx/htmx.min.js");
const SIGN: &str = include_str!("../../assets/covered.svg");

/// Hexadecimal digits of the hash that an address carries.
const HASH_DIGITS: usize = 16;

struct Asset {
    path: String,
    content: &'static str,
    media_type: &'static str,
}

static ASSETS: LazyLock<[Asset; 5]> = LazyLock::new(|| {
    let hashed = |name: &str, end: &str, content: &'static str, media_type| {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(content.as_bytes()));
        Asset { path: format!("/assets/{name}-{}.{end}", &hash[..HASH_DIGITS]), content, media_type }
    };
    [
        hashed("desk", "css", STYLE, "text/css; charset=utf-8"),
        hashed("desk", "js", SCRIPT, "text/javascript; charset=utf-8"),
        hashed("htmx", "js", HTMX, "text/javascript; charset=utf-8"),
        hashed("passkeys", "js", PASSKEYS, "text/javascript; charset=utf-8"),
        Asset { path: ICON.to_owned(), content: SIGN, media_type: "image/svg+xml" },
    ]
});

/// Address of the style.
pub(crate) fn style() -> &'static str {
    &ASSETS[0].path
}

/// Address of the script of the pages.
pub(crate) fn script() -> &'static str {
    &ASSETS[1].path
}

/// Address of htmx.
pub(crate) fn htmx() -> &'static str {
    &ASSETS[2].path
}

/// Address of the script of passkeys.
pub(crate) fn passkeys() -> &'static str {
    &ASSETS[3].path
}

/// `GET /assets/{name}`
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(name.as_str()));
    let Some(asset) = found else { return StatusCode::NOT_FOUND.into_response() };
    let keep = if asset.path == ICON { "max-age=86400" } else { "public, max-age=31536000, immutable" };
    ([(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, keep)], asset.content).into_response()
}
