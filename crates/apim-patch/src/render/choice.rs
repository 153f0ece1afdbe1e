//! One change of several, for a person who chooses among them.

use std::fmt::Write;

use anstyle::Style;
use apim_patch_core::catalogue::Row;
use apim_patch_core::changes::Change;
use apim_patch_core::diagnostic::printable;
use apim_patch_core::diff::FileDiff;
use apim_patch_core::spec::{Action, Patch};

use super::human::{arrow, style_of};
use super::review::hunks;

/// The widest line of prose, in characters.
const WIDTH: usize = 79;
/// What stands in front of prose.
const INDENT: &str = "  ";

/// What is shown of a change beside what it does.
pub(crate) enum Shown<'s> {
    /// What the setting is.
    Row(&'s Row),
    /// What the patch does.
    Patch(&'s Patch<apim_patch_core::spec::Resolved>),
}

/// A change: where, what, why, and the lines.
pub(crate) fn change(
    change: &Change,
    shown: &Shown<'_>,
    why: &str,
    diff: Option<&FileDiff>,
) -> String {
    let bold = Style::new().bold();
    let dimmed = Style::new().dimmed();
    let planned = &change.planned;
    let line = planned
        .position
        .map_or(String::new(), |position| format!(":{position}"));
    let style = style_of(planned.outcome);
    let mut out = format!(
        "\n{bold}{}{bold:#}  {style}{}{style:#}",
        planned.key,
        planned.outcome.as_str()
    );
    let (old, new) = (planned.old.as_deref(), planned.new.as_deref());
    if let Some(values) = arrow(planned.outcome, old, new) {
        let head = planned.key.len() + planned.outcome.as_str().len() + 2;
        // Two long values are better compared below each other.
        out.push_str(&match head + 2 + values.chars().count() <= WIDTH {
            true => format!("  {values}"),
            false => values
                .split(" → ")
                .zip([INDENT, "→ "])
                .map(|(value, sign)| format!("\n{INDENT}{sign}{value}"))
                .collect(),
        });
    }
    let _ = writeln!(out, "\n{INDENT}in {}{line}", change.file);
    out.push_str(&wrapped(why, Style::new()));
    match shown {
        Shown::Row(row) => {
            out.push_str(&wrapped(row.doc, dimmed));
            out.push_str(&wrapped(&format!("({})", row.source), dimmed));
        }
        Shown::Patch(patch) => {
            let what = format!("{} {}", verb(patch), printable(patch.select.as_str()));
            out.push_str(&wrapped(&what, dimmed));
        }
    }
    if let Some(diff) = diff {
        out.push_str(&hunks(diff));
    }
    out
}

fn verb<V>(patch: &Patch<V>) -> &'static str {
    match patch.action {
        Action::Set { .. } => "sets",
        Action::CommentOut => "comments out",
        Action::Uncomment => "restores from a comment",
        Action::Remove => "removes",
        Action::Insert { .. } => "inserts at",
    }
}

/// What the keys do.
pub(crate) fn keys(takes_value: bool) -> String {
    let edit = match takes_value {
        true => "e - type another value, and apply that\n",
        false => "",
    };
    format!(
        "y - apply this change\n\
         n - leave it\n\
         q - leave it and all the rest; what was chosen before is applied\n\
         a - apply this and all later changes of this file\n\
         d - leave this and all later changes of this file\n\
         {edit}\
         ? - this help\n"
    )
}

/// Prose in lines that fit an ordinary terminal.
fn wrapped(text: &str, style: Style) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{INDENT}{word}")),
        }
    }
    lines
        .iter()
        .map(|line| format!("{style}{}{style:#}\n", printable(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_between_words() {
        let words = vec!["word"; 40].join(" ");
        let wrapped = wrapped(&words, Style::new());
        assert!(
            wrapped
                .lines()
                .all(|line| line.len() <= WIDTH && line.starts_with(INDENT))
        );
        assert_eq!(wrapped.split_whitespace().count(), 40);
        assert_eq!(wrapped.lines().count(), 3);
    }
}
