//! What every page has: head, navigation, foot.

use library::Library;
use sha2::{Digest as _, Sha256};

use crate::html::Html;

/// The style of every page.
const STYLE: &str = include_str!("style.css");
/// The search of the first page.
const SCRIPT: &str = include_str!("search.js");

/// The pages of the navigation.
const PAGES: [(&str, &str); 5] = [
    ("index.html", "Policies"),
    ("history.html", "History"),
    ("sources.html", "Sources"),
    ("facts.html", "Facts"),
    ("codes.html", "Codes"),
];

/// What a page is, for its frame.
pub(crate) struct Frame<'a> {
    pub(crate) library: &'a Library,
    pub(crate) title: &'a str,
    /// The way to the root: nothing, or `../`.
    pub(crate) root: &'static str,
    /// The file of this page, if it stands in the navigation.
    pub(crate) here: &'static str,
    /// Data for the search; only the page that has it runs a script.
    pub(crate) search: Option<&'a str>,
}

/// A whole document around its main part.
pub(crate) fn document(frame: &Frame<'_>, main: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::default();
    html.doctype();
    html.within("html", &[("lang", "en")], |html| {
        html.within("head", &[], |html| head(frame, html));
        html.within("body", &[], |html| {
            html.leaf("a", &[("class", "skip"), ("href", "#main")], "Skip to the content");
            html.within("header", &[], |html| navigation(frame, html));
            html.within("main", &[("id", "main")], |html| {
                html.leaf("h1", &[], frame.title);
                main(html);
            });
            html.within("footer", &[], |html| foot(frame, html));
            if let Some(data) = frame.search {
                html.within("script", &[("type", "application/json"), ("id", "search-data")], |html| html.json(data));
                html.within("script", &[], |html| html.own(SCRIPT));
            }
        });
    });
    html.finish()
}

fn head(frame: &Frame<'_>, html: &mut Html) {
    html.void("meta", &[("charset", "utf-8")]);
    let script = if frame.search.is_some() { source_hash(SCRIPT) } else { "'none'".to_owned() };
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {script}; base-uri 'none'; form-action 'none'",
        source_hash(STYLE)
    );
    html.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy)]);
    html.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    html.void("meta", &[("name", "referrer"), ("content", "no-referrer")]);
    html.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
    html.void("meta", &[("name", "generator"), ("content", "covered policy doc")]);
    html.leaf("title", &[], &format!("{} – Covered policy library", frame.title));
    html.within("style", &[], |html| html.own(STYLE));
}

fn navigation(frame: &Frame<'_>, html: &mut Html) {
    html.leaf("p", &[("class", "name")], "Covered policy library");
    html.within("nav", &[("aria-label", "Parts of the library")], |html| {
        html.within("ul", &[], |html| {
            for (file, name) in PAGES {
                html.within("li", &[], |html| {
                    let href = format!("{}{file}", frame.root);
                    let mut attributes = vec![("href", href.as_str())];
                    if file == frame.here {
                        attributes.push(("aria-current", "page"));
                    }
                    html.leaf("a", &attributes, name);
                });
            }
        });
    });
}

fn foot(frame: &Frame<'_>, html: &mut Html) {
    html.leaf("p", &[], "No legal or medical advice, and no guarantee of payment.");
    html.within("p", &[], |html| {
        html.text(&format!("Library {}, SHA-256 ", frame.library.version()));
        html.leaf("code", &[], frame.library.sha256());
        html.text(".");
    });
}

/// The hash by which a browser knows a style or script of this program: nothing else is run or shown.
fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text)))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_of_the_standard() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (text, encoded) in examples {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }
}
