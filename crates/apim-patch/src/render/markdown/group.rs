//! The part of a comment on homes of which the same is to be said.

use std::fmt::Write;

use apim_patch_core::diagnostic::printable;
use apim_patch_core::plan::Outcome;
use apim_patch_core::report::{DiagnosticReport, Status};
use apim_patch_core::review::{Group, Review, ReviewedChange, ReviewedFile};

use super::escape::{code, fenced, reason};
use super::{Room, count};

/// So many homes are named in the headline; more are folded away.
const NAMED: usize = 3;

/// The headline, what stood in the way, and the table of settings, as far as
/// there is room; `None` where there is none for the headline.
pub(super) fn told(group: &Group, total: usize, room: &mut Room) -> Option<String> {
    let review = &group.review;
    let mut out = headline(group, total);
    if !room.takes(&out) {
        return None;
    }
    let said = list("Error", &review.errors) + &list("Warning", &review.warnings);
    if room.takes(&said) {
        out.push_str(&said);
    }
    out.push_str(&table(review, room));
    Some(out)
}

fn headline(group: &Group, total: usize) -> String {
    let review = &group.review;
    let names: Vec<String> = group.names.iter().map(|name| code(name)).collect();
    let who = match (names.len(), total) {
        (one, _) if one <= NAMED => names.join(", "),
        (all, total) if all == total => format!("All {total} nodes"),
        (some, total) => format!("{some} of {total} nodes"),
    };
    let settings = review.changes().count();
    let files = review.files.len();
    let gone = review.removed.len();
    let mut what = vec![
        match review.status {
            Status::Applied => "was changed",
            Status::Reverted => "was put back",
            Status::Unchanged => "nothing to do",
            Status::Differences => "differs",
            Status::Planned => "would change",
            Status::Failed => "failed",
        }
        .to_owned(),
    ];
    if files > 0 {
        what.push(format!(
            "{} in {}",
            count(settings, "setting"),
            count(files, "file")
        ));
    }
    if gone > 0 {
        what.push(format!("{} taken away", count(gone, "application")));
    }
    let profile = review.profile.as_deref();
    let profile = profile.map_or(String::new(), |name| format!(" (profile {})", code(name)));
    let mut out = format!("<h3>{who}{profile}: {}</h3>\n\n", what.join(", "));
    if names.len() > NAMED {
        let _ = write!(
            out,
            "<details><summary>Which nodes</summary>\n<p>{}</p>\n</details>\n\n",
            names.join(", ")
        );
    }
    out
}

fn list(what: &str, diagnostics: &[DiagnosticReport]) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let items: String = diagnostics
        .iter()
        .map(|diagnostic| format!("<li>{what}: {}</li>\n", code(&diagnostic.message)))
        .collect();
    format!("<ul>\n{items}</ul>\n\n")
}

fn table(review: &Review, room: &mut Room) -> String {
    const HEAD: &str =
        "<table>\n<tr><th>setting</th><th>before</th><th>after</th><th>why</th></tr>\n";
    const END: &str = "</table>\n\n";
    let mut rows = Vec::new();
    for file in &review.files {
        rows.push(format!(
            "<tr><td colspan=\"4\">{} -{} +{}</td></tr>\n",
            code(&file.diff.path),
            file.diff.removed,
            file.diff.added
        ));
        rows.extend(file.changes.iter().map(row));
    }
    for application in &review.removed {
        rows.push(format!(
            "<tr><td colspan=\"4\">{} taken away</td></tr>\n",
            code(application)
        ));
    }
    let note = left_out(rows.len());
    if rows.is_empty()
        || [HEAD, END, note.as_str()]
            .iter()
            .any(|part| !room.takes(part))
    {
        return String::new();
    }
    let mut out = HEAD.to_owned();
    for (index, row) in rows.iter().enumerate() {
        if !room.takes(row) {
            out.push_str(&left_out(rows.len() - index));
            break;
        }
        out.push_str(row);
    }
    out + END
}

fn left_out(rows: usize) -> String {
    format!(
        "<tr><td colspan=\"4\">{} left out</td></tr>\n",
        count(rows, "more row")
    )
}

fn row(change: &ReviewedChange) -> String {
    let setting = &change.setting;
    let old = setting.old.as_deref().map(code);
    let new = setting.new.as_deref().map(code);
    let or = |value: Option<String>, word: &str| value.unwrap_or_else(|| word.to_owned());
    let beside = |word: &str, value: Option<String>| match value {
        Some(value) => format!("{word}: {value}"),
        None => word.to_owned(),
    };
    let (before, mut after) = match setting.outcome {
        Outcome::Restored => (beside("commented out", old), or(new, "active")),
        Outcome::Inserted => ("missing".to_owned(), or(new, "there")),
        Outcome::CommentedOut => (or(old, "active"), "commented out".to_owned()),
        Outcome::Removed => (or(old, "there"), "removed".to_owned()),
        Outcome::Set | Outcome::Unchanged | Outcome::NotApplicable => (or(old, ""), or(new, "")),
    };
    if change.is_another_secret() {
        after.push_str(" (another value)");
    }
    format!(
        "<tr><td>{}</td><td>{before}</td><td>{after}</td><td>{}</td></tr>\n",
        code(&setting.key),
        reason(&change.reason)
    )
}

/// The diffs, folded away, as far as there is room.
pub(super) fn folded_diff(review: &Review, room: &mut Room) -> String {
    if review.files.is_empty() {
        return String::new();
    }
    let mut out = "<details><summary>Diff</summary>\n\n".to_owned();
    const END: &str = "</details>\n\n";
    if !room.takes(&out) || !room.takes(END) {
        return String::new();
    }
    for file in &review.files {
        let fenced = fenced("diff", &lines(file)) + "\n";
        match room.takes(&fenced) {
            true => out.push_str(&fenced),
            false => {
                let path = code(&file.diff.path);
                let note = format!("<p>{path} is left out.</p>\n\n");
                if room.takes(&note) {
                    out.push_str(&note);
                }
            }
        }
    }
    out + END
}

/// A diff of which each line is text and no more.
fn lines(file: &ReviewedFile) -> String {
    let diff = file.diff.to_string();
    let line = |line: &str| {
        let text = line.trim_end_matches('\r').replace('\t', "    ");
        printable(&text) + "\n"
    };
    diff.split_terminator('\n').map(line).collect()
}
