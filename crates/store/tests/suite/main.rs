//! One suite for both databases.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod audit;
mod backups;
mod cut_short;
mod databases;
mod documents;
mod exports;
mod full;
mod imports;
mod keys;
mod killed;
mod planted;
mod raw;
mod records;
mod search;
mod signins;
mod together;
mod versions;
