//! What keeps a home from working as its profile.
//!
//! A home can have every setting that its profile asks for and still not work:
//! a host name does not resolve, a folder is not shared, the server was not
//! started again. [`examine`] looks at the home and at the machine around it,
//! and writes nothing.
//!
//! Every finding that there can be is an [`Ailment`] of [`ailments`]; what
//! people read and the page `doctor.md` of the book are read off them. What
//! could not be looked at is told as a note.

mod authority;
mod drift;
mod edits;
mod examination;
mod finding;
mod host_names;
mod hosts_file;
mod key_store;
mod mounts;
mod named_hosts;
mod ports;
mod processes;
mod report;
mod restart;
mod shared_folder;
mod sockets;
mod trust_store;
mod vault;

pub use authority::Authority;
pub use examination::{Examination, Subject, Surroundings, examine};
pub use finding::{Ailment, Finding};
pub use report::DoctorReport;

/// The ailments, in the order in which they are looked for.
const GROUPS: &[&[&Ailment]] = &[
    drift::AILMENTS,
    edits::AILMENTS,
    vault::AILMENTS,
    host_names::AILMENTS,
    shared_folder::AILMENTS,
    trust_store::AILMENTS,
    restart::AILMENTS,
    ports::AILMENTS,
];

/// Everything that can be found, in the order in which it is shown.
pub fn ailments() -> impl Iterator<Item = &'static Ailment> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

#[cfg(test)]
mod tests;
