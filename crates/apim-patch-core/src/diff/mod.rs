//! The unified diff of a plan, with the changed words marked and secrets
//! masked.

mod text;
mod words;

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};
use xml_inplace::Encoding;

use crate::diagnostic::MASK;
use crate::file_text::FileText;
use crate::plan::{FilePlan, Plan, Secrets};
pub use text::{InvalidDiff, NO_NEWLINE};

/// Unchanged lines around a change, as `diff -u` shows.
const CONTEXT: usize = 3;

/// Whether secrets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// They are shown as `******`.
    Masked,
    /// They are shown as they are.
    Shown,
}

/// What changes in one file.
///
/// Its `Display` is a unified diff.
#[derive(Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// The file's path in the home.
    pub path: String,
    /// The encoding of the file.
    pub encoding: Encoding,
    /// The places where it changes.
    pub hunks: Vec<Hunk>,
    /// Lines that go.
    pub removed: usize,
    /// Lines that come.
    pub added: usize,
}

/// Lines that change, with those around them.
#[derive(Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Lines of the old file, from 0.
    pub old: Range<usize>,
    /// Lines of the new file, from 0.
    pub new: Range<usize>,
    /// The lines of both, in order.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Which file has it.
    pub kind: LineKind,
    /// Its text, in pieces, with its line feed if it has one.
    pub pieces: Vec<Piece>,
    /// Whether it looks like the line whose place it takes, or that takes its
    /// place: what differs is a secret.
    pub has_other_secret: bool,
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether these words are what differs from the line it replaces.
    pub changed: bool,
}

/// Which file has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Both.
    Context,
    /// The old one.
    Removed,
    /// The new one.
    Added,
}

impl LineKind {
    /// The character in front of such a line.
    pub fn sign(self) -> char {
        match self {
            Self::Context => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// The masked diffs of all files that a plan changes.
pub fn masked(plan: &Plan) -> Vec<FileDiff> {
    diffs(plan, Secrecy::Masked)
}

/// The diffs of all files that a plan changes.
pub fn diffs(plan: &Plan, secrecy: Secrecy) -> Vec<FileDiff> {
    let files = plan.files.iter();
    files
        .filter_map(|file| FileDiff::of(file, secrecy))
        .collect()
}

impl FileDiff {
    /// The diff of one file of a plan; `None` where it stays as it is.
    pub fn of(file: &FilePlan, secrecy: Secrecy) -> Option<Self> {
        let before = FileText::decode(&file.path(), file.snapshot.bytes())?;
        let after = FileText::decode(&file.path(), file.after.as_ref()?)?;
        Some(Self::between(
            file.path(),
            &before,
            &after,
            &file.secrets,
            secrecy,
        ))
    }

    /// What one plan of a file changes beyond another, `None` of which stands
    /// for the file as it is; `None` where that is nothing.
    pub(crate) fn step(
        before: Option<&FilePlan>,
        after: &FilePlan,
        secrecy: Secrecy,
    ) -> Option<Self> {
        let version = |plan: &FilePlan| match &plan.after {
            Some(bytes) => FileText::decode(&plan.path(), bytes),
            None => FileText::decode(&plan.path(), after.snapshot.bytes()),
        };
        let (old, old_secrets) = match before.filter(|before| before.after.is_some()) {
            Some(before) => (version(before)?, &before.secrets.after),
            None => (
                FileText::decode(&after.path(), after.snapshot.bytes())?,
                &after.secrets.before,
            ),
        };
        let new = version(after)?;
        let secrets = Secrets {
            before: old_secrets.clone(),
            after: match after.after {
                Some(_) => after.secrets.after.clone(),
                None => after.secrets.before.clone(),
            },
        };
        let step = Self::between(after.path(), &old, &new, &secrets, secrecy);
        (!step.hunks.is_empty()).then_some(step)
    }

    /// The diff in the encoding of the file: with [`Secrecy::Shown`], what
    /// `patch -p1` applies. A UTF-16 file can't be patched like this; its diff
    /// is UTF-8, for reading.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_string();
        if self.encoding != Encoding::Latin1 {
            return text.into_bytes();
        }
        text.chars()
            .flat_map(|c| match u8::try_from(u32::from(c)) {
                Ok(byte) => vec![byte],
                Err(_) => c.to_string().into_bytes(),
            })
            .collect()
    }

    /// Whether `patch` can apply it, secrets shown.
    pub fn is_for_patch(&self) -> bool {
        !matches!(self.encoding, Encoding::Utf16Le | Encoding::Utf16Be)
    }

    /// The diff of two versions of the file at `path`.
    pub(crate) fn between(
        path: String,
        before: &FileText,
        after: &FileText,
        secrets: &Secrets,
        secrecy: Secrecy,
    ) -> Self {
        // `patch` compares bytes: the mark belongs to the first line.
        let mark = match before.has_byte_order_mark {
            true => "\u{FEFF}",
            false => "",
        };
        let masks = |spans: &[Range<usize>]| match secrecy {
            Secrecy::Masked => spans
                .iter()
                .map(|span| span.start + mark.len()..span.end + mark.len())
                .collect(),
            Secrecy::Shown => Vec::new(),
        };
        let marked = |file: &FileText| format!("{mark}{}", file.text);
        let hunks = hunks(
            (&marked(before), &masks(&secrets.before)),
            (&marked(after), &masks(&secrets.after)),
        );
        Self::of_hunks(path, before.encoding, hunks)
    }

    fn of_hunks(path: String, encoding: Encoding, hunks: Vec<Hunk>) -> Self {
        let count = |kind| {
            let lines = hunks.iter().flat_map(|hunk| &hunk.lines);
            lines.filter(|line| line.kind == kind).count()
        };
        Self {
            path,
            encoding,
            removed: count(LineKind::Removed),
            added: count(LineKind::Added),
            hunks,
        }
    }
}

/// The hunks between two texts, each with the spans to mask in it.
fn hunks(
    (before, before_masks): (&str, &[Range<usize>]),
    (after, after_masks): (&str, &[Range<usize>]),
) -> Vec<Hunk> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let old_shown = masked_lines(&old, before_masks);
    let new_shown = masked_lines(&new, after_masks);
    // Compared are the lines themselves: a changed secret is a changed
    // line, however alike both look behind their masks.
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    group_diff_ops(operations, CONTEXT)
        .iter()
        .map(|group| Hunk::of(group, &old_shown, &new_shown))
        .collect()
}

impl Hunk {
    fn of(group: &[DiffOp], old: &[String], new: &[String]) -> Self {
        let mut lines = Vec::new();
        for operation in group {
            let (tag, old_range, new_range) = operation.as_tag_tuple();
            let old = &old[old_range];
            let new = &new[new_range];
            if tag == similar::DiffTag::Equal {
                lines.extend(old.iter().map(|line| Line::plain(LineKind::Context, line)));
                continue;
            }
            let plain = |kind| move |line: &String| Line::plain(kind, line);
            lines.extend(old.iter().map(plain(LineKind::Removed)));
            lines.extend(new.iter().map(plain(LineKind::Added)));
        }
        words::mark(&mut lines);
        let range = |of: fn(&DiffOp) -> Range<usize>| {
            let start = group.first().map_or(0, |operation| of(operation).start);
            let end = group.last().map_or(0, |operation| of(operation).end);
            start..end
        };
        Self {
            old: range(DiffOp::old_range),
            new: range(DiffOp::new_range),
            lines,
        }
    }

    /// `@@ -1,4 +1,5 @@`, as `diff -u` writes it.
    pub fn header(&self) -> String {
        let range = |range: &Range<usize>| match range.len() {
            0 => format!("{},0", range.start),
            1 => format!("{}", range.start + 1),
            length => format!("{},{length}", range.start + 1),
        };
        format!("@@ -{} +{} @@", range(&self.old), range(&self.new))
    }
}

impl Line {
    fn plain(kind: LineKind, text: &str) -> Self {
        Self {
            kind,
            pieces: vec![Piece {
                text: text.to_owned(),
                changed: false,
            }],
            has_other_secret: false,
        }
    }

    /// The line's text.
    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

/// The lines as they may be shown. A mask that reaches over several lines
/// covers its part of each.
fn masked_lines(lines: &[&str], masks: &[Range<usize>]) -> Vec<String> {
    let mut masks = masks.to_vec();
    masks.sort_by_key(|mask| mask.start);
    let mut masks = masks.into_iter().peekable();
    let mut start = 0;
    let mut shown = Vec::with_capacity(lines.len());
    for line in lines {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let mut out = String::new();
        let mut at = start;
        while let Some(mask) = masks.peek().filter(|mask| mask.start < end) {
            let (from, to) = (mask.start.max(at), mask.end.min(end));
            if from < to {
                out.push_str(&line[at - start..from - start]);
                out.push_str(MASK);
                at = to;
            }
            if mask.end > end {
                break;
            }
            masks.next();
        }
        out.push_str(&line[at - start..]);
        shown.push(out);
        start += line.len();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: (&str, &[Range<usize>]), after: (&str, &[Range<usize>])) -> FileDiff {
        let source = |text: &str| FileText::decode("a.xml", text.as_bytes()).unwrap();
        let secrets = Secrets {
            before: before.1.to_vec(),
            after: after.1.to_vec(),
        };
        FileDiff::between(
            "f".into(),
            &source(before.0),
            &source(after.0),
            &secrets,
            Secrecy::Masked,
        )
    }

    fn check(before: &str, after: &str, expect: &str) -> FileDiff {
        let diff = diff((before, &[]), (after, &[]));
        assert_eq!(
            diff.to_string().strip_prefix("--- a/f\n+++ b/f\n"),
            Some(expect)
        );
        diff
    }

    #[test]
    fn unified() {
        let diff = check(
            "1\n2\n3\n4\nold word\n6\n7\n8\n9",
            "1\n2\n3\n4\nnew word\n6\n7\n8\n9",
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-old word\n+new word\n 6\n 7\n 8\n",
        );
        assert_eq!((diff.removed, diff.added), (1, 1));
        let changed: Vec<_> = diff.hunks[0].lines[3]
            .pieces
            .iter()
            .map(|p| (p.text.as_str(), p.changed))
            .collect();
        assert_eq!(changed, [("old", true), (" word\n", false)]);
        check(
            "a\r\nb",
            "a\r\nc\r\nb",
            "@@ -1,2 +1,3 @@\n a\r\n+c\r\n b\n\\ No newline at end of file\n",
        );
        check("", "a\n", "@@ -0,0 +1 @@\n+a\n");
        check("a\n", "", "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn a_changed_secret_is_shown_as_a_changed_line_and_nothing_more() {
        let before = "<P>one\ntwo</P>\nx\n";
        let after = "<P>three\ntwo</P>\nx\n";
        let mask = |end| vec![Range { start: 3, end }];
        let diff = diff((before, &mask(10)), (after, &mask(12)));
        let lines = &diff.hunks[0].lines;
        let marked: Vec<_> = lines.iter().map(|line| line.has_other_secret).collect();
        assert_eq!(marked, [true, true, false, false]);
        assert_eq!(
            diff.to_string(),
            "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-<P>******\n+<P>******\n ******</P>\n x\n"
        );
    }
}
