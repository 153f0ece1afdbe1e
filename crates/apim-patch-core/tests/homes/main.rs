//! The catalogue and the profiles on homes: those written for this project, and
//! those of real releases, which lie beside it (`APIM_CORPUS`). Where they don't,
//! the tests that need them say SKIPPED.

// That a test is skipped is its output, and a broken assumption should end it.
#![allow(clippy::print_stderr, clippy::unwrap_used)]

mod entries;
mod harness;
mod profiles;
mod rows;
mod traffic_manager;
