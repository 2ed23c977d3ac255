//! libFuzzer on what a practice's store reads.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::store(data));
