//! The words in which a line differs from the one that takes its place.

use similar::{ChangeTag, TextDiff};

use super::{Line, LineKind, Piece};

/// Marks the changed words of a hunk: the first line that goes is compared with
/// the first of those that come next, and so on.
pub(super) fn mark(lines: &mut [Line]) {
    let mut rest = lines;
    while !rest.is_empty() {
        let count =
            |lines: &[Line], kind| lines.iter().take_while(|line| line.kind == kind).count();
        let removed = count(rest, LineKind::Removed);
        let added = count(&rest[removed..], LineKind::Added);
        let (run, behind) = rest.split_at_mut((removed + added).max(1));
        if removed > 0 {
            let (old, new) = run.split_at_mut(removed);
            for (old, new) in old.iter_mut().zip(new) {
                (*old, *new) = pair(&old.text(), &new.text());
            }
        }
        rest = behind;
    }
}

fn pair(old: &str, new: &str) -> (Line, Line) {
    let diff = TextDiff::from_words(old, new);
    let pieces = |tag: ChangeTag, kind| {
        let mut pieces: Vec<Piece> = Vec::new();
        for change in diff.iter_all_changes() {
            let changed = change.tag() == tag;
            if !(changed || change.tag() == ChangeTag::Equal) {
                continue;
            }
            match pieces.last_mut() {
                Some(last) if last.changed == changed => last.text.push_str(change.value()),
                _ => pieces.push(Piece {
                    text: change.value().to_owned(),
                    changed,
                }),
            }
        }
        Line {
            kind,
            pieces,
            has_other_secret: old == new,
        }
    };
    (
        pieces(ChangeTag::Delete, LineKind::Removed),
        pieces(ChangeTag::Insert, LineKind::Added),
    )
}
