//! libFuzzer on the X12 reader.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::x12(data));
