//! libFuzzer on the ledger and the conflicts of a library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ledger(data));
