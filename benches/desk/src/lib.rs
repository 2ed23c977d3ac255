//! What the load and the soak share: a client that keeps its connection, and a practice whose callers are known to it.

pub mod client;
pub mod practice;
pub mod server;
