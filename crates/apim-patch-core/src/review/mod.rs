//! What a person looks at before saying yes: the diff of each file, and beside
//! it which setting each part is for, and why.
//!
//! Made of a [`Report`] alone, so that a plan at hand, a saved plan and the
//! report of another machine are shown alike.

mod groups;

use crate::catalogue::{self, Row};
use crate::diagnostic::{Class, Diagnostic, MASK, printable};
use crate::diff::{FileDiff, Hunk, LineKind};
use crate::plan::Outcome;
use crate::profile::{self, Profile};
use crate::report::{DiagnosticReport, Report, SettingReport, Status};
pub use groups::{Group, groups};

/// What would change, or has changed, in one home.
#[derive(Clone, PartialEq, Eq)]
pub struct Review {
    /// The home as it was given.
    pub home: String,
    /// The node of the deployment file.
    pub node: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// What happened.
    pub status: Status,
    /// The version of the product that the home's marks show.
    pub product_version: Option<String>,
    /// The files that change.
    pub files: Vec<ReviewedFile>,
    /// Applications that go, by their path in the home.
    pub removed: Vec<String>,
    /// What the person should know.
    pub warnings: Vec<DiagnosticReport>,
    /// What stood in the way.
    pub errors: Vec<DiagnosticReport>,
}

/// What changes in one file.
#[derive(Clone, PartialEq, Eq)]
pub struct ReviewedFile {
    /// Its diff, with the changed words marked.
    pub diff: FileDiff,
    /// The settings that change in it, in the order of the report.
    pub changes: Vec<ReviewedChange>,
}

/// One setting that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedChange {
    /// What becomes of it.
    pub setting: SettingReport,
    /// Which hunks of the diff are for it, in order; none where it is the whole
    /// file that becomes another.
    pub hunks: Vec<usize>,
    /// What the setting does; `None` for a patch, and for a key that this
    /// release does not know.
    pub doc: Option<&'static str>,
    /// Where that is documented.
    pub source: Option<&'static str>,
    /// Why it changes, in a sentence without a full stop: what the profile says
    /// where it fixes or requires the setting, else who asked.
    pub reason: String,
}

impl Review {
    /// What a report says.
    ///
    /// # Errors
    ///
    /// The report holds a diff that is none: it is not what this tool wrote.
    pub fn of(report: &Report) -> Result<Self, Diagnostic> {
        let profile = report.profile.as_deref();
        let profile = profile.and_then(|name| profile::find(name).ok());
        let mut files = Vec::new();
        for file in &report.files {
            let diff = FileDiff::parse(&file.diff).map_err(|error| {
                let place = format!("{}, {}", printable(&report.home), printable(&file.path));
                no_diff(&format!("{place}: {error}"))
            })?;
            files.push(ReviewedFile::new(diff, &report.settings, profile));
        }
        Ok(Self {
            home: report.home.clone(),
            node: report.node.clone(),
            profile: report.profile.clone(),
            status: report.status,
            product_version: report.product_version.clone(),
            files,
            removed: report.removed.clone(),
            warnings: report.warnings.clone(),
            errors: report.errors.clone(),
        })
    }

    /// What to call the home: by its node, else by itself.
    pub fn name(&self) -> &str {
        self.node.as_deref().unwrap_or(&self.home)
    }

    /// The settings that change, file by file.
    pub fn changes(&self) -> impl Iterator<Item = &ReviewedChange> {
        self.files.iter().flat_map(|file| &file.changes)
    }
}

fn no_diff(problem: &str) -> Diagnostic {
    Diagnostic::error(
        "no-report",
        Class::Specification,
        format!("the diff of a report can't be read: {problem}"),
    )
    .help("reports are what `apim-patch diff --format json` prints")
}

impl From<FileDiff> for ReviewedFile {
    /// A diff of which nobody knows any more what it was for.
    fn from(diff: FileDiff) -> Self {
        Self {
            diff,
            changes: Vec::new(),
        }
    }
}

impl ReviewedFile {
    fn new(diff: FileDiff, settings: &[SettingReport], profile: Option<&'static Profile>) -> Self {
        let settings = settings
            .iter()
            .filter(|setting| setting.file == diff.path && setting.outcome.changes());
        let mut changes: Vec<_> = settings
            .map(|setting| {
                let row = catalogue::find(&setting.key).map(|(row, _)| row);
                ReviewedChange {
                    hunks: Vec::from_iter(hunk_of(setting, &diff.hunks)),
                    doc: row.map(|row| row.doc),
                    source: row.map(|row| row.source),
                    reason: reason(setting, row, profile),
                    setting: setting.clone(),
                }
            })
            .collect();
        claim_the_rest(&diff.hunks, &mut changes);
        Self { diff, changes }
    }

    /// The settings that the hunk of this index is for.
    pub fn changes_of(&self, hunk: usize) -> impl Iterator<Item = &ReviewedChange> {
        let changes = self.changes.iter();
        changes.filter(move |change| change.hunks.contains(&hunk))
    }

    /// The settings for which the whole file becomes another.
    pub fn changes_of_all(&self) -> impl Iterator<Item = &ReviewedChange> {
        self.changes.iter().filter(|change| change.hunks.is_empty())
    }
}

impl ReviewedChange {
    /// Whether its value is a secret that becomes another one: both are masked,
    /// and look alike.
    pub fn is_another_secret(&self) -> bool {
        let mask = Some(MASK);
        let SettingReport {
            outcome, old, new, ..
        } = &self.setting;
        *outcome == Outcome::Set && old.as_deref() == mask && new.as_deref() == mask
    }
}

/// The hunk in which a setting begins to change. Its place is where its element
/// starts, or what it is inserted behind: the change itself may stand a little
/// further down.
fn hunk_of(setting: &SettingReport, hunks: &[Hunk]) -> Option<usize> {
    let line = setting.line?.checked_sub(1)?;
    let found = hunks.iter().position(|hunk| line < hunk.old.end);
    found.or(hunks.len().checked_sub(1))
}

/// A setting may change at several places, and a report names the first. Each
/// hunk that none has named belongs to a setting that begins above it: to the
/// last one whose element stands in its changed lines, else to the last one.
fn claim_the_rest(hunks: &[Hunk], changes: &mut [ReviewedChange]) {
    for (index, hunk) in hunks.iter().enumerate() {
        if changes.iter().any(|change| change.hunks.contains(&index)) {
            continue;
        }
        let above =
            |change: &&mut ReviewedChange| change.hunks.first().is_some_and(|at| *at < index);
        let names = |change: &ReviewedChange| {
            let path = change.setting.path.as_deref().unwrap_or_default();
            let name = path.rsplit(['/', '@']).next().unwrap_or_default();
            let name = name.split('[').next().unwrap_or_default();
            let mut changed = hunk
                .lines
                .iter()
                .filter(|line| line.kind != LineKind::Context);
            !name.is_empty() && changed.any(|line| line.text().contains(name))
        };
        let last = changes
            .iter_mut()
            .filter(above)
            .max_by_key(|change| (names(change), change.setting.line));
        if let Some(change) = last {
            change.hunks.push(index);
        }
    }
}

fn reason(setting: &SettingReport, row: Option<&Row>, profile: Option<&Profile>) -> String {
    let origin = sentence(&setting.origin);
    let Some(profile) = profile else {
        return origin;
    };
    let is_fixed = setting.origin == format!("profile {}", profile.name);
    // Of several fixes of one setting, the value tells which has followed.
    let fixes = profile.fixes.iter().filter(|fix| fix.key == setting.key);
    let fix = fixes.max_by_key(|fix| setting.new == Some(fix.value.to_string()));
    if let Some(fix) = fix.filter(|_| is_fixed) {
        return format!("fixed by profile {}: {}", profile.name, fix.reason);
    }
    match row.is_some_and(|row| profile.requires.contains(&row.key)) {
        true => format!("required by profile {}, {origin}", profile.name),
        false => origin,
    }
}

/// Who asked, in a sentence: what [`Origin::sentence`] says, of its short form.
///
/// [`Origin::sentence`]: crate::spec::Origin::sentence
fn sentence(origin: &str) -> String {
    let derived = origin
        .strip_suffix(')')
        .and_then(|origin| origin.rsplit_once(" ("));
    match derived {
        _ if origin.starts_with("--") => format!("given with {origin}"),
        _ if origin.starts_with("profile ") && !origin.contains(':') => {
            format!("fixed by {origin}")
        }
        Some((from, place)) => format!("follows from {from}, {place}"),
        None => format!("given in {origin}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Secrecy;
    use crate::file_text::FileText;
    use crate::plan::Secrets;
    use crate::report::FileReport;

    fn setting(key: &str, line: Option<usize>, path: &str, origin: &str) -> SettingReport {
        SettingReport {
            key: key.to_owned(),
            outcome: Outcome::Set,
            file: "f.xml".to_owned(),
            line,
            column: None,
            path: Some(path.to_owned()),
            old: None,
            new: None,
            reason: None,
            origin: origin.to_owned(),
        }
    }

    /// The report of a file of 100 lines of which these change.
    fn report(changed: &[usize], settings: Vec<SettingReport>) -> Report {
        let text = |mark: &str| -> String {
            let line = |number| match changed.contains(&number) {
                true => format!("<E{number}>{mark}</E{number}>\n"),
                false => format!("{number}\n"),
            };
            (1..=100).map(line).collect()
        };
        let file = |mark| FileText::decode("f.xml", text(mark).as_bytes()).unwrap();
        let diff = FileDiff::between(
            "f.xml".to_owned(),
            &file("old"),
            &file("new"),
            &Secrets::default(),
            Secrecy::Masked,
        );
        let mut report = Report::new("/opt/wso2am", Status::Planned);
        report.profile = Some("key-manager".to_owned());
        report.settings = settings;
        report.files = vec![FileReport {
            path: diff.path.clone(),
            removed_lines: diff.removed,
            added_lines: diff.added,
            diff: diff.to_string(),
        }];
        report
    }

    #[test]
    fn each_hunk_has_its_settings() {
        let place = |line, path| setting("k", line, path, "--set");
        let mut unchanged = place(Some(50), "/a");
        unchanged.outcome = Outcome::Unchanged;
        type Case<'c> = (&'c [usize], Vec<SettingReport>, &'c [&'c [usize]]);
        let cases: [Case<'_>; 7] = [
            (
                &[10, 50],
                vec![place(Some(10), "/a"), place(Some(50), "/b")],
                &[&[0], &[1]],
            ),
            // Two in one hunk; one that is so has none.
            (
                &[10, 12],
                vec![place(Some(10), "/a"), place(Some(12), "/b"), unchanged],
                &[&[0], &[0]],
            ),
            // What is inserted is placed behind a line that stays, and an element may
            // start far above its text.
            (
                &[10, 50],
                vec![place(Some(9), "/a"), place(Some(30), "/b")],
                &[&[0], &[1]],
            ),
            (&[10], vec![place(Some(99), "/a")], &[&[0]]),
            // At several places: by its name, else the last one above.
            (
                &[10, 30, 50],
                vec![place(Some(10), "/r/E50[2]"), place(Some(30), "/b")],
                &[&[0, 2], &[1]],
            ),
            (
                &[10, 30, 50],
                vec![place(Some(10), "/r/@c"), place(Some(30), "/b")],
                &[&[0], &[1, 2]],
            ),
            // The whole file becomes another.
            (&[10, 50], vec![place(None, "")], &[&[]]),
        ];
        for (changed, settings, expect) in cases {
            let review = Review::of(&report(changed, settings)).unwrap();
            let hunks: Vec<_> = review
                .changes()
                .map(|change| change.hunks.as_slice())
                .collect();
            assert_eq!(hunks, expect, "{changed:?}");
        }
    }

    #[test]
    fn each_setting_has_its_reason() {
        let thrift = |new: &str| SettingReport {
            new: Some(new.to_owned()),
            ..setting(
                "key_manager.thrift.enable_server",
                None,
                "",
                "profile key-manager",
            )
        };
        for (setting, expect) in [
            (
                thrift("true"),
                "fixed by profile key-manager: gateways ask this Key Manager over Thrift",
            ),
            (
                thrift("false"),
                "fixed by profile key-manager: behind a load balancer, which can't carry Thrift, \
                 nobody asks over it",
            ),
            (
                setting("key_manager.client", None, "", "apim-patch.toml:2:1"),
                "required by profile key-manager, given in apim-patch.toml:2:1",
            ),
            (setting("offset", None, "", "--set"), "given with --set"),
            (
                setting("x", None, "", "profile of-tomorrow"),
                "fixed by profile of-tomorrow",
            ),
            (
                setting("x", None, "", "load_balancers.gw (a b.toml:8:1)"),
                "follows from load_balancers.gw, a b.toml:8:1",
            ),
        ] {
            let review = Review::of(&report(&[1], vec![setting])).unwrap();
            assert_eq!(review.changes().next().unwrap().reason, expect);
        }
    }

    #[test]
    fn a_report_with_something_else_for_a_diff_is_refused() {
        let mut report = report(&[1], Vec::new());
        report.files[0].diff.push_str("\u{1b}[2J");
        let error = Review::of(&report).err().unwrap();
        assert_eq!(error.class, Class::Specification);
        assert!(error.message.contains("f.xml: line 9"), "{}", error.message);
    }
}
