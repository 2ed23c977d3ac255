//! The ledger and the sources: every row has a home, and says what its policies say.

mod differences;
mod policies;
mod rows;
mod sources;
mod tokens;
mod transcription;
