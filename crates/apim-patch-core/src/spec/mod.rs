//! What is asked for: the deployment file, the command line, and which of them
//! wins.
//!
//! 1. [`DeploymentFile`] reads and checks the whole file against the catalogue.
//! 2. [`select()`] picks node and profile and lays `--set`, node, profile table
//!    and what the profile fixes over each other.
//! 3. [`resolve()`] reads the references and checks what the profile requires.
//!
//! Every value keeps its [`Origin`] on that way.

mod connection_reader;
mod deployment_file;
mod document_reader;
mod home_path;
mod mask;
mod name_check;
mod nesting;
mod node_choice;
mod node_reader;
mod option;
mod patch;
mod patch_reader;
mod resolve;
mod schema;
mod select;
mod string_place;
mod table_reader;
mod value;

pub(crate) use home_path::home_path;

pub use deployment_file::{AskedVersion, DeploymentFile, NodePlace};
pub use node_choice::Machine;
pub(crate) use node_choice::unknown_node;
pub use option::SetOption;
pub use patch::{Action, Patch, Position};
pub(crate) use resolve::host_of;
pub use resolve::{Resolved, resolve};
pub(crate) use schema::schema;
pub use select::{Choice, Selection, select};
pub use value::{Origin, Reference, Requested, Setting, Value};

#[cfg(test)]
mod tests;
