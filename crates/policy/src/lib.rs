//! The policy language: parse, check, compile, evaluate, explain, what-if.
//!
//! The language itself is described in `docs/policy-language.md`. This crate is pure: no clock, no files, no randomness.

pub mod ast;
pub mod bind;
pub mod check;
pub mod columnar;
pub mod compile;
pub mod diagnostic;
pub mod dictionary;
pub mod diff;
pub mod eval;
pub mod exact;
pub mod example;
pub mod explain;
pub mod flip;
pub mod fmt;
pub mod inputs;
pub mod lex;
pub mod lists;
pub mod parse;
pub mod plan;
pub mod program;
pub mod prose;
pub mod show;
pub mod span;
pub mod suppose;
pub mod wait;
