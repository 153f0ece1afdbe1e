//! The unified diff for a program: the file's own bytes.

use apim_patch_core::diff::FileDiff;

use super::Console;

/// Writes diffs.
pub(crate) fn diff(console: &mut Console, diffs: &[FileDiff]) {
    for diff in diffs {
        console.raw(&diff.to_bytes());
    }
}

/// Says which parts of a diff can't be applied by `patch`.
pub(crate) fn not_for_patch(console: &mut Console, diffs: &[FileDiff]) {
    for diff in diffs.iter().filter(|diff| !diff.is_for_patch()) {
        console.say(&format!(
            "note: {} is UTF-16; `patch` can't apply this part of the diff",
            diff.path
        ));
    }
}
