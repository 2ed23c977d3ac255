//! libFuzzer on the X12 repairs and rewrites.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::x12_fix(data));
