//! libFuzzer on the X12 judge and its answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::x12_judge(data));
