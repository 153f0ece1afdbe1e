//! The crate as a caller sees it: what is kept, what is refused, what comes back.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod history;
mod locking;
mod reading;
mod refusing_removal;
mod removing;
mod replacing;
mod root;
