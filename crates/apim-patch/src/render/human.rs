//! Plans and reports for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use apim_patch_core::diagnostic::{printable, printable_path};
use apim_patch_core::diff::FileDiff;
use apim_patch_core::plan::{Outcome, Plan, PlannedSetting};

/// What happens to each setting, by file; with `all` also those to which
/// nothing happens, and files to which nothing happens.
pub(crate) fn summary(plan: &Plan, diffs: &[FileDiff], all: bool) -> String {
    let shown = |setting: &&PlannedSetting| all || !matches!(setting.outcome, Outcome::Unchanged);
    let settings = || plan.settings().map(|(_, setting)| setting).filter(shown);
    let key_width = settings()
        .map(|setting| setting.key.len())
        .max()
        .unwrap_or(0);
    let bold = Style::new().bold();
    let mut out = String::new();
    for file in &plan.files {
        if file.after.is_none() && !all {
            continue;
        }
        let settings = file.settings.iter().filter(shown);
        let path = file.path();
        let _ = write!(out, "  {bold}{path}{bold:#}");
        if let Some(diff) = diffs.iter().find(|diff| diff.path == path) {
            let _ = write!(out, " (-{} +{} lines)", diff.removed, diff.added);
        }
        out.push('\n');
        for setting in settings {
            let style = style_of(setting.outcome);
            let line = setting
                .position
                .map_or(String::new(), |position| position.line.to_string());
            let _ = write!(
                out,
                "    {line:>5}  {style}{:<14}{style:#}  {:<key_width$}",
                setting.outcome.as_str(),
                setting.key,
            );
            if let Some(values) = values(setting) {
                let _ = write!(out, "  {values}");
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
    }
    for removal in &plan.removals {
        let style = style_of(Outcome::Removed);
        let path = printable_path(removal);
        let _ = writeln!(out, "  {bold}{path}{bold:#} ({style}taken away{style:#})");
    }
    out
}

pub(super) fn style_of(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Unchanged | Outcome::NotApplicable => Style::new().dimmed(),
        Outcome::Set => AnsiColor::Yellow.on_default(),
        Outcome::Restored | Outcome::Inserted => AnsiColor::Green.on_default(),
        Outcome::CommentedOut | Outcome::Removed => AnsiColor::Red.on_default(),
    }
}

fn values(setting: &PlannedSetting) -> Option<String> {
    arrow(
        setting.outcome,
        setting.old.as_deref(),
        setting.new.as_deref(),
    )
}

/// `old → new`, as far as there are both.
pub(super) fn arrow(outcome: Outcome, old: Option<&str>, new: Option<&str>) -> Option<String> {
    let old = old.map(printable);
    let new = new.map(printable);
    match (old, new, outcome) {
        (_, _, Outcome::Unchanged | Outcome::NotApplicable) => None,
        (Some(old), Some(new), _) if old != new || outcome == Outcome::Set => {
            Some(format!("{old} → {new}"))
        }
        (_, Some(new), _) => Some(new),
        (old, None, _) => old,
    }
}

/// How a setting is not what is asked for; `None` where it is.
pub(super) fn what_differs(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::Unchanged | Outcome::NotApplicable => return None,
        Outcome::Set => "differs",
        Outcome::Restored => "is commented out",
        Outcome::Inserted => "is missing",
        Outcome::CommentedOut => "is active",
        Outcome::Removed => "is there",
    })
}

/// One line per setting that is not what is asked for.
pub(crate) fn differences(plan: &Plan) -> String {
    let mut out = String::new();
    for (file, setting) in plan.settings() {
        let Some(what) = what_differs(setting.outcome) else {
            continue;
        };
        let place = match setting.position {
            Some(position) => format!("{}:{position}", file.path()),
            None => file.path(),
        };
        let _ = write!(out, "{place}: {} {what}", setting.key);
        if let Some(values) = values(setting) {
            let _ = write!(out, ": {values}");
        }
        let _ = writeln!(out, " (asked for by {})", setting.origin);
    }
    for removal in &plan.removals {
        let path = printable_path(removal);
        let _ = writeln!(out, "{path}: is there (asked for by --prune-apps)");
    }
    out
}
