//! The desk as those who run it meet it: commands, and the server as a process of its own on this machine.
#![cfg(feature = "desk")]
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod keys;
mod records;
mod room;
mod serve;
mod server;
