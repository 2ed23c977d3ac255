//! The desk over HTTP, as programs and browsers meet it: a store of its own for each test, nothing in between left out.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod access;
mod answers;
mod house;
mod phi;
mod signing_in;
