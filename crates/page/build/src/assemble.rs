//! One HTML file from the front end and the module.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// Most bytes of the page. It is mailed and copied about; the module inside is compressed already.
const PAGE_BYTES_MAX: usize = 3_000_000;

/// The scripts, in the order in which they use each other.
const SCRIPTS: [&str; 9] =
    ["dom.js", "words.js", "engine.js", "fields.js", "say.js", "answer.js", "papers.js", "files.js", "main.js"];

/// The languages, English first.
const LANGUAGES: [&str; 2] = ["en", "es"];

/// What a page is made of.
pub(super) struct Parts<'a> {
    /// The folder of the front end.
    pub(super) front: &'a Path,
    /// The module.
    pub(super) engine: &'a [u8],
    /// Version of the library in it.
    pub(super) version: &'a str,
    /// Hash of the library in it.
    pub(super) sha256: &'a str,
}

/// Why the parts do not make a page.
#[derive(Debug, thiserror::Error)]
pub(super) enum AssembleError {
    /// A file of the front end cannot be read.
    #[error("cannot read `{}`: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The words are not JSON.
    #[error("`{}` is not JSON: {source}", .path.display())]
    Words {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A text would end the element that holds it.
    #[error("`{0}` holds `</`, which would end its element")]
    Closes(&'static str),
    /// The template lacks a place.
    #[error("`page.html` has no place for `{0}`")]
    NoPlace(&'static str),
    /// Compression failed.
    #[error("cannot compress the module: {0}")]
    Compress(io::Error),
    /// The page became too large.
    #[error("the page has {bytes} bytes, more than {PAGE_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// The page.
pub(super) fn assemble(parts: &Parts<'_>) -> Result<String, AssembleError> {
    let style = read(parts.front, "page.css")?;
    let scripts = SCRIPTS.iter().map(|name| read(parts.front, name)).collect::<Result<Vec<_>, _>>()?;
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", scripts.concat());
    if style.contains("</") {
        return Err(AssembleError::Closes("page.css"));
    }
    if script.contains("</") {
        return Err(AssembleError::Closes("the scripts"));
    }
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}' 'wasm-unsafe-eval'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(&script),
        hash(&style)
    );
    let mut page = read(parts.front, "page.html")?;
    let engine = BASE64.encode(compressed(parts.engine)?);
    let words = words(parts.front)?;
    // The large parts last, so that nothing inside them is taken for a place.
    for (place, text) in [
        ("policy", policy.as_str()),
        ("version", parts.version),
        ("sha256", parts.sha256),
        ("style", style.as_str()),
        ("words", words.as_str()),
        ("engine", engine.as_str()),
        ("script", script.as_str()),
    ] {
        let mark = format!("{{{{{place}}}}}");
        if !page.contains(&mark) {
            return Err(AssembleError::NoPlace(place));
        }
        page = page.replacen(&mark, text, 1);
    }
    if page.len() > PAGE_BYTES_MAX {
        return Err(AssembleError::TooLarge { bytes: page.len() });
    }
    Ok(page)
}

fn read(folder: &Path, name: &str) -> Result<String, AssembleError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|source| AssembleError::File { path, source })
}

/// The words of all languages as one JSON object that cannot end its element.
fn words(front: &Path) -> Result<String, AssembleError> {
    let mut all = serde_json::Map::new();
    for language in LANGUAGES {
        let name = format!("words/{language}.json");
        let words = serde_json::from_str(&read(front, &name)?)
            .map_err(|source| AssembleError::Words { path: front.join(&name), source })?;
        all.insert(language.to_owned(), words);
    }
    Ok(serde_json::Value::Object(all).to_string().replace('<', "\\u003c"))
}

fn hash(text: &str) -> String {
    BASE64.encode(Sha256::digest(text.as_bytes()))
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, AssembleError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).map_err(AssembleError::Compress)?;
    encoder.finish().map_err(AssembleError::Compress)
}
