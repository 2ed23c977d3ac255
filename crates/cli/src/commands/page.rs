//! `covered page`: the page that this program holds.

use library::Library;

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{Failure, print};

/// The page, where this program was built with one.
#[cfg(feature = "page")]
const PAGE: Option<&str> = Some(include_str!(env!(
    "COVERED_PAGE",
    "COVERED_PAGE names the page: `cargo run -p page-build` writes target/page/covered.html, and this needs its whole path"
)));
#[cfg(not(feature = "page"))]
const PAGE: Option<&str> = None;

pub(crate) fn run(arguments: &LibraryArguments) -> Result<Done, Failure> {
    if arguments.library.is_some() || arguments.overlay.is_some() {
        return Err(Failure::Page {
            message: "the page holds the built-in library and no other",
            help: "leave out --library and --overlay",
        });
    }
    let page = PAGE.ok_or(Failure::Page {
        message: "this build of `covered` holds no page",
        help: "take covered.html from the release of this version, or build one: `cargo run -p page-build` writes \
               target/page/covered.html, `release/build` a whole release",
    })?;
    let library = Library::embedded()?;
    // A page that answers otherwise than the program that gave it out would be worse than none.
    if !page.contains(&format!("<meta name=\"covered-library\" content=\"{}\">", library.sha256())) {
        return Err(Failure::Page {
            message: "the page in this build holds another library than the program",
            help: "build the page again, then the program",
        });
    }
    print(page)?;
    Ok(Done::Answered)
}
