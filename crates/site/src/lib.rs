//! The library as a static site that anybody can open, also from a folder without a server.
//!
//! Every page stands alone: its style is inside, nothing is asked of anybody else, and a content security policy of hashes says so
//! to the browser. Pages can be read without script; script adds the search of the first page. The same library gives the same
//! bytes.

mod changes;
mod codes;
mod facts;
mod frame;
mod history;
mod html;
mod index;
mod lines;
mod policy_page;
mod prose;
mod shelf;
mod sources;

use library::{Library, LibraryError};
use shelf::Shelf;

pub use index::authority;
pub use lines::{Line, compare};

/// One file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it lies, from the root of the site, with `/`. Only letters, digits, `-`, `.` and one `/`.
    pub path: String,
    /// HTML, complete.
    pub content: String,
}

/// Every page of the site, the first one first.
///
/// # Errors
/// If a policy of the library cannot be read.
pub fn pages(library: &Library) -> Result<Vec<Page>, LibraryError> {
    let shelf = Shelf::new(library)?;
    let mut pages = vec![
        index::page(&shelf),
        history::page(&shelf),
        sources::page(&shelf),
        facts::page(&shelf),
        codes::page(&shelf),
    ];
    pages.extend(shelf.versions().map(|version| policy_page::page(&shelf, version)));
    Ok(pages)
}
