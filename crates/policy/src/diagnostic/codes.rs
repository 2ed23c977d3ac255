//! Every code that the front of the language reports, with what stands behind it.

pub mod compile;
pub mod dictionary;
pub mod lists;
pub mod syntax;

use super::Explanation;

/// The explanation of a code, in any case of letters.
#[must_use]
pub fn find(code: &str) -> Option<&'static Explanation> {
    all().find(|explanation| explanation.code.eq_ignore_ascii_case(code))
}

/// All explanations, by code within each table.
pub fn all() -> impl Iterator<Item = &'static Explanation> {
    let front = [syntax::ALL, dictionary::ALL, lists::ALL, compile::ALL];
    front.into_iter().chain([crate::check::finding::ALL]).flatten().copied()
}

/// Defines one constant for each code and the table of all of them.
macro_rules! explanations {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: super::Explanation = super::Explanation { code: $code, title: $title, text: $text };
        )*

        /// Every code of this table, in order.
        pub const ALL: &[&super::Explanation] = &[$(&$name),*];
    };
}
use explanations;
