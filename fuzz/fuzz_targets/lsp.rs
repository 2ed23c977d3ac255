//! libFuzzer on the language server.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::lsp(data));
