//! What apim-patch knows of WSO2 API Manager 2.x: its homes, what can be set in
//! them, what a profile needs, and what a deployment file asks for.
//!
//! **Invariant:** the only crate that knows API-M and TOML. It never prints,
//! never exits and reads no environment by itself.

pub mod apply;
mod bounded_read;
pub mod catalogue;
mod confidential;
pub mod diagnostic;
pub mod diff;
mod explanation;
mod failure;
pub mod history;
pub mod home;
pub mod home_search;
pub mod inspect;
pub mod merged_report;
mod operation;
pub mod plan;
pub mod profile;
pub mod report;
pub mod saved_plan;
mod secure_vault;
pub mod spec;

/// The README's examples are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
