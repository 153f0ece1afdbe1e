//! Whole runs: the built binary, driven the way a user does, with the directory before and after.

// What a test says (skipped, and why; the table of outcomes) is its output, and a broken assumption
// of a test should end it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used
)]

#[path = "suite/acceptance.rs"]
mod acceptance;
#[path = "suite/around.rs"]
mod around;
#[path = "suite/bad_input/mod.rs"]
mod bad_input;
#[path = "suite/book.rs"]
mod book;
#[path = "suite/capture.rs"]
mod capture;
#[path = "suite/certificates.rs"]
mod certificates;
#[path = "suite/commands.rs"]
mod commands;
#[path = "suite/completions.rs"]
mod completions;
#[path = "suite/crashes.rs"]
mod crashes;
#[path = "suite/deployment.rs"]
mod deployment;
#[path = "suite/doctor.rs"]
mod doctor;
#[path = "suite/documents.rs"]
mod documents;
#[path = "suite/dry_run.rs"]
mod dry_run;
#[path = "suite/explain.rs"]
mod explain;
#[path = "suite/harness/mod.rs"]
mod harness;
#[path = "suite/help.rs"]
mod help;
#[path = "suite/html.rs"]
mod html;
#[path = "suite/init.rs"]
mod init;
#[path = "suite/inspect.rs"]
mod inspect;
#[path = "suite/interactive.rs"]
mod interactive;
#[path = "suite/lint/mod.rs"]
mod lint;
#[path = "suite/many.rs"]
mod many;
#[path = "suite/merged.rs"]
mod merged;
#[path = "suite/nodes.rs"]
mod nodes;
#[path = "suite/patches.rs"]
mod patches;
#[path = "suite/plan.rs"]
mod plan;
#[path = "suite/profiles.rs"]
mod profiles;
#[path = "suite/reference.rs"]
mod reference;
#[path = "suite/revert.rs"]
mod revert;
#[path = "suite/review.rs"]
mod review;
#[path = "suite/review_formats.rs"]
mod review_formats;
#[path = "suite/sarif.rs"]
mod sarif;
#[path = "suite/schemas.rs"]
mod schemas;
#[path = "suite/secrets.rs"]
mod secrets;
#[path = "suite/selection.rs"]
mod selection;
#[path = "suite/surroundings.rs"]
mod surroundings;
#[path = "suite/system_calls.rs"]
mod system_calls;
#[path = "suite/traps.rs"]
mod traps;
#[path = "suite/variations.rs"]
mod variations;
