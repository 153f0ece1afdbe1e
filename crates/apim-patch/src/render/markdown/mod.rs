//! What changes, as a comment in a merge request: homes of which the same is to
//! be said once, a table of settings, and the diff folded away.

mod escape;
mod group;
mod merged;

use std::fmt::Write;

use apim_patch_core::diagnostic::Diagnostic;
use apim_patch_core::report::Report;
use apim_patch_core::review::{Review, groups};

pub(crate) use merged::merged_comment;

/// The longest comment that GitHub takes, in characters; other forges take
/// more. Counted in bytes here, which are never fewer.
const LONGEST: usize = 65_536;

/// Kept free for what says that something was left out.
const NOTES: usize = 2_048;

/// The comment on what the homes of these reports came to.
///
/// # Errors
///
/// A report that is none of this tool.
pub(crate) fn comment(reports: &[Report]) -> Result<String, Diagnostic> {
    let reviews: Vec<Review> = reports.iter().map(Review::of).collect::<Result<_, _>>()?;
    let total = reviews.len();
    let groups = groups(reviews);
    let mut room = Room::new(LONGEST - NOTES);
    let mut parts = Vec::new();
    for group in &groups {
        let Some(told) = group::told(group, total, &mut room) else {
            break;
        };
        parts.push((group, told));
    }
    // Settings matter more than lines: what is left is for the diffs.
    let mut out = String::new();
    for (group, told) in &parts {
        out.push_str(told);
        out.push_str(&group::folded_diff(&group.review, &mut room));
    }
    if parts.len() < groups.len() {
        let left = groups[parts.len()..].iter().map(|group| group.names.len());
        let nodes = count(left.sum(), "node");
        let _ = writeln!(out, "<p>{nodes} more: left out.</p>\n");
    }
    if room.was_short {
        out.push_str("<p>Not all is here: a comment can't be longer.</p>\n");
    }
    Ok(out)
}

/// How much may still be written.
struct Room {
    left: usize,
    /// Whether something did not fit.
    was_short: bool,
}

impl Room {
    fn new(left: usize) -> Self {
        Self {
            left,
            was_short: false,
        }
    }

    /// Whether there is room for `text`, which then is taken.
    fn takes(&mut self, text: &str) -> bool {
        let left = self.left.checked_sub(text.len());
        self.left = left.unwrap_or(self.left);
        self.was_short |= left.is_none();
        left.is_some()
    }
}

/// `1 node`, `2 nodes`.
fn count(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}
