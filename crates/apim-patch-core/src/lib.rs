//! What apim-patch knows of WSO2 API Manager 2.x: its homes, what can be set in
//! them, what a profile needs, and what a deployment file asks for.
//!
//! **Invariant:** the only crate that knows API-M and TOML. It never prints,
//! never exits and reads no environment by itself.

pub mod apply;
mod bounded_read;
#[cfg(test)]
mod canary;
pub mod capture;
pub mod catalogue;
pub mod changes;
pub mod chosen_file;
pub mod comparison;
mod confidential;
pub mod deployment;
mod deployment_writer;
pub mod diagnostic;
pub mod diff;
pub mod doctor;
mod explanation;
mod failure;
mod file_text;
pub mod former_profile;
pub mod grouped_review;
pub mod history;
pub mod home;
pub mod home_search;
pub mod inspect;
pub mod lint;
pub mod merged_report;
pub mod node_explanation;
mod node_names;
mod operation;
pub mod plan;
pub mod profile;
pub mod report;
pub mod report_reader;
pub mod review;
pub mod sarif;
pub mod saved_plan;
pub mod schema;
mod secure_vault;
mod shell;
mod side_by_side;
pub mod spec;
pub mod surroundings;

/// The README's examples are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
