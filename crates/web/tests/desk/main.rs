//! The desk over HTTP, as programs and browsers meet it: a store of its own for each test, nothing in between left out.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod access;
mod answers;
#[path = "../../src/signin/device.rs"]
mod device;
mod documents;
mod exports;
mod hooks;
mod house;
mod parity;
mod passkeys;
mod phi;
mod problems;
mod replay;
mod signing_in;
