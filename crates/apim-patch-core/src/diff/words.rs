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
    let (old_words, new_words) = (words(old), words(new));
    let diff = TextDiff::from_slices(&old_words, &new_words);
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

/// A line's words. What delimits values in XML and properties stands alone: of
/// an element whose text changes, the text is what differs and not the tags;
/// of one that leaves a comment, the marks of the comment.
fn words(line: &str) -> Vec<&str> {
    let is_delimiter =
        |c: char| c.is_whitespace() || matches!(c, '<' | '!' | '>' | '"' | '\'' | '=' | ',');
    let mut words = Vec::new();
    let mut start = 0;
    for (at, delimiter) in line.match_indices(is_delimiter) {
        words.extend(without_dashes(&line[start..at]));
        words.push(delimiter);
        start = at + delimiter.len();
    }
    words.extend(without_dashes(&line[start..]));
    words.retain(|word| !word.is_empty());
    words
}

/// A word, and the dashes of a comment before and behind it.
fn without_dashes(word: &str) -> [&str; 3] {
    const DASHES: &str = "--";
    let start = if word.starts_with(DASHES) {
        DASHES.len()
    } else {
        0
    };
    let (before, word) = word.split_at(start);
    let end = word.strip_suffix(DASHES).map_or(word.len(), str::len);
    let (word, behind) = word.split_at(end);
    [before, word, behind]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_marked_and_what_delimits_them_is_not() {
        for (old, new, expect) in [
            (
                "\t<Enabled>true</Enabled>\n",
                "\t<Enabled>false</Enabled>\n",
                "\t<Enabled>[false]</Enabled>\n",
            ),
            (
                "<C port=\"1\" a='b'/>",
                "<C port=\"2\" a='c'/>",
                "<C port=\"[2]\" a='[c]'/>",
            ),
            ("a = x,y\n", "a = x,z\n", "a = x,[z]\n"),
            ("<!--A>b</A-->", "<A>c</A>", "<A>[c]</A>"),
            ("<A>c</A>", "<!--A>b</A-->", "<[!--]A>[b]</A[--]>"),
            ("same\n", "same\n", "same\n"),
        ] {
            let (_, line) = pair(old, new);
            let marked = line.pieces.iter().map(|piece| match piece.changed {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            });
            assert_eq!(marked.collect::<String>(), expect);
        }
    }
}
