//! A journal or a history entry of any bytes: read or refused.
#![no_main]

use file_transaction::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Manifest::parse(bytes);
});
