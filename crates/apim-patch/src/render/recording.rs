//! What is said about one home while others are worked on, to be said later in
//! one piece.

use apim_patch_core::report::Report;

/// What was said, in order.
#[derive(Debug, Default)]
pub(crate) struct Recording(pub(super) Vec<Said>);

#[cfg(test)]
impl Recording {
    /// How many things were said.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// One thing that was said.
#[derive(Debug)]
pub(super) enum Said {
    /// Text on stdout; styles are taken out where they are not wanted.
    Data(String),
    /// Bytes on stdout as they are.
    Raw(Vec<u8>),
    /// Text on stderr, styled as data is.
    Aside(String),
    /// What a home came to, for a page of all homes.
    Report(Box<Report>),
}
