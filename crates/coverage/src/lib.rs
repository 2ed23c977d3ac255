//! From a case to a determination: facts, ranks, gates, route, patient share.
//!
//! The way is one: a text becomes a [`case::Case`] or a list of located errors ([`case::decode`]). This crate is
//! pure: no clock, no files, no randomness; the day of the question is part of the case.

pub mod answer;
pub mod case;
pub mod checks;
pub mod derive;
pub mod determine;
pub mod interview;
pub mod private;
pub mod reference;
pub mod text;
