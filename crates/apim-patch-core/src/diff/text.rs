//! The unified diff as text, written and read.
//!
//! Saved plans and reports of other machines carry diffs as text; read again,
//! they show what the plan itself would.

use std::fmt;
use std::ops::Range;

use xml_inplace::Encoding;

use super::{FileDiff, Hunk, Line, LineKind, words};

/// What `diff` writes behind a last line without line feed.
pub const NO_NEWLINE: &str = "\\ No newline at end of file";

/// A text that is no unified diff of one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct InvalidDiff {
    /// The line of the text, from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl fmt::Display for FileDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "--- a/{}", self.path)?;
        writeln!(f, "+++ b/{}", self.path)?;
        for hunk in &self.hunks {
            writeln!(f, "{}", hunk.header())?;
            for line in &hunk.lines {
                let text = line.text();
                write!(f, "{}{text}", line.kind.sign())?;
                if !text.ends_with('\n') {
                    write!(f, "\n{NO_NEWLINE}\n")?;
                }
            }
        }
        Ok(())
    }
}

impl FileDiff {
    /// Reads what `Display` has written. The text tells no encoding; that of
    /// the diff is UTF-8.
    ///
    /// ```
    /// use apim_patch_core::diff::FileDiff;
    ///
    /// let text = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old word\n+new word\n";
    /// let diff = FileDiff::parse(text)?;
    /// assert_eq!((diff.path.as_str(), diff.removed, diff.added), ("f", 1, 1));
    /// assert_eq!(diff.to_string(), text);
    /// # Ok::<(), apim_patch_core::diff::InvalidDiff>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It is no unified diff of one file.
    pub fn parse(text: &str) -> Result<Self, InvalidDiff> {
        let mut reader = Reader {
            lines: text.split_inclusive('\n').collect(),
            at: 0,
        };
        let path = reader.after("--- a/", "`--- a/` and a path")?;
        if reader.after("+++ b/", "`+++ b/` and the same path")? != path {
            reader.at -= 1;
            return Err(reader.expected("`+++ b/` and the same path"));
        }
        let mut hunks = Vec::new();
        while reader.at < reader.lines.len() {
            hunks.push(reader.hunk()?);
        }
        Ok(Self::of_hunks(path.to_owned(), Encoding::Utf8, hunks))
    }
}

struct Reader<'t> {
    lines: Vec<&'t str>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn expected(&self, expected: &'static str) -> InvalidDiff {
        InvalidDiff {
            line: self.at + 1,
            expected,
        }
    }

    /// What stands behind `prefix` on the next line.
    fn after(&mut self, prefix: &str, expected: &'static str) -> Result<&'t str, InvalidDiff> {
        let line = self
            .lines
            .get(self.at)
            .and_then(|line| line.strip_prefix(prefix));
        let rest = line.ok_or_else(|| self.expected(expected))?;
        self.at += 1;
        Ok(rest.strip_suffix('\n').unwrap_or(rest))
    }

    fn hunk(&mut self) -> Result<Hunk, InvalidDiff> {
        const HEADER: &str = "`@@ -LINE,COUNT +LINE,COUNT @@`";
        let ranges = self.after("@@ -", HEADER)?;
        let ranges = ranges.strip_suffix(" @@").and_then(|ranges| {
            let (old, new) = ranges.split_once(" +")?;
            Some((range(old)?, range(new)?))
        });
        let Some((old, new)) = ranges else {
            self.at -= 1;
            return Err(self.expected(HEADER));
        };
        let mut lines = Vec::new();
        let (mut old_left, mut new_left) = (old.len(), new.len());
        while old_left > 0 || new_left > 0 {
            let line = self.line()?;
            let takes = |has: bool, left: usize| left.checked_sub(usize::from(has));
            let left = (
                takes(line.kind != LineKind::Added, old_left),
                takes(line.kind != LineKind::Removed, new_left),
            );
            let (Some(old), Some(new)) = left else {
                self.at -= 1;
                return Err(self.expected("as many lines as the hunk's header says"));
            };
            (old_left, new_left) = (old, new);
            lines.push(line);
        }
        words::mark(&mut lines);
        Ok(Hunk { old, new, lines })
    }

    fn line(&mut self) -> Result<Line, InvalidDiff> {
        let line = self.lines.get(self.at).copied().unwrap_or_default();
        let kinds = [LineKind::Context, LineKind::Removed, LineKind::Added];
        let kind = kinds.into_iter().find(|kind| line.starts_with(kind.sign()));
        let Some(kind) = kind else {
            return Err(self.expected("a line that begins with ` `, `-` or `+`"));
        };
        self.at += 1;
        let text = &line[1..];
        let next = self.lines.get(self.at).copied().unwrap_or_default();
        if next.trim_end_matches('\n') != NO_NEWLINE {
            return Ok(Line::plain(kind, text));
        }
        self.at += 1;
        Ok(Line::plain(kind, text.strip_suffix('\n').unwrap_or(text)))
    }
}

/// The lines that `12,3` or `12` stands for, from 0.
fn range(text: &str) -> Option<Range<usize>> {
    let (start, length) = match text.split_once(',') {
        Some((start, length)) => (start.parse().ok()?, length.parse().ok()?),
        None => (text.parse().ok()?, 1),
    };
    let start = match length {
        0 => start,
        _ => usize::checked_sub(start, 1)?,
    };
    Some(start..start.checked_add(length)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Secrecy;
    use crate::file_text::FileText;
    use crate::plan::Secrets;
    use proptest::prelude::*;

    fn lines() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "",
            "a",
            "a b",
            "a c",
            "--- a/f",
            "+++ b/f",
            "@@ -1 +1 @@",
            "-x",
            "+x",
            "\\ No newline",
            "\\ No newline at end of file",
            "\r",
            "ä\r",
        ]);
        let text = prop::collection::vec(line, 0..24).prop_map(|lines| lines.join("\n"));
        (text, any::<bool>()).prop_map(|(text, ends)| match ends {
            true => text + "\n",
            false => text,
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(before in lines(), after in lines()) {
            let file = |text: String| FileText {
                text,
                encoding: Encoding::Utf8,
                has_byte_order_mark: false,
            };
            let secrets = Secrets::default();
            let (before, after) = (file(before), file(after));
            let diff = FileDiff::between("f".into(), &before, &after, &secrets, Secrecy::Shown);
            let read = FileDiff::parse(&diff.to_string());
            prop_assert!(read == Ok(diff.clone()), "{diff}");
        }
    }

    #[test]
    fn what_is_no_diff() {
        let head = "--- a/f\n+++ b/f\n";
        for (text, line) in [
            (String::new(), 1),
            ("--- a/f\n".into(), 2),
            ("--- a/f\n+++ b/g\n".into(), 2),
            (format!("{head}@@ -1 +1\n"), 3),
            (format!("{head}@@ -0 +1 @@\n"), 3),
            (format!("{head}@@ -1,99999999999999999999 +1 @@\n"), 3),
            (format!("{head}@@ -18446744073709551615,2 +1 @@\n"), 3),
            (format!("{head}@@ -1 +1 @@\n-a\n"), 5),
            (format!("{head}@@ -1 +1 @@\n-a\n-b\n"), 5),
            (format!("{head}@@ -1 +1 @@\n a\n+b\n"), 5),
            (format!("{head}@@ -1 +1 @@\n?a\n"), 4),
        ] {
            let error = FileDiff::parse(&text).err().map(|error| error.line);
            assert_eq!(error, Some(line), "{text}");
        }
    }
}
