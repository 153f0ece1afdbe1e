//! Splices of a file's bytes. Offsets always refer to the bytes as they were.

use std::ops::Range;

/// One splice: `bytes` take the place of what stands at `range`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) range: Range<usize>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) rank: Rank,
}

/// The order of splices that begin at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// A new line stands in front of what its neighbour's line becomes.
    NewLine,
    /// Part of a line.
    Part,
    /// A new line that brings the line end for the last one, which may yet grow.
    NewLastLine,
}

/// Sorts splices, which are known to be disjoint, for [`apply`].
pub(crate) fn sort(splices: &mut [Splice]) {
    splices.sort_by_key(|splice| (splice.range.start, splice.rank));
}

/// `bytes` with all splices made.
pub(crate) fn apply(bytes: &[u8], splices: &[Splice]) -> Vec<u8> {
    let grown: usize = splices.iter().map(|splice| splice.bytes.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + grown);
    let mut at = 0;
    for splice in splices {
        out.extend_from_slice(&bytes[at..splice.range.start]);
        out.extend_from_slice(&splice.bytes);
        at = splice.range.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}
