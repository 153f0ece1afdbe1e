//! The laws that the manual promises, over generated files, over every
//! `.properties` file of the corpus, before Java itself, and case by case.

#![allow(missing_docs)]
// What was counted, and what was skipped, is for the person who runs them.
#![allow(clippy::print_stdout)]
#![allow(
    clippy::unwrap_used,
    reason = "what can not be set up is a test that has failed"
)]

mod cases;
mod check;
mod corpus;
mod files;
mod generated;
mod java;
mod refused;
