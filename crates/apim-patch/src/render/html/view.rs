//! A review in the words of its page.

use std::collections::HashSet;

use apim_patch_core::diagnostic::printable;
use apim_patch_core::diff::LineKind;
use apim_patch_core::grouped_review::{
    GroupedChange, GroupedFile, GroupedReview, ReviewedNode, Shared,
};
use apim_patch_core::plan::Outcome;
use apim_patch_core::report::{DiagnosticReport, Status};

use super::card::PartView;
use super::label::Whose;

/// A number at the head of the page.
pub(super) struct Count {
    pub(super) class: &'static str,
    pub(super) number: usize,
    pub(super) what: &'static str,
}

/// A row of the table of nodes.
pub(super) struct RowOfNode {
    pub(super) name: String,
    pub(super) home: Option<String>,
    pub(super) profile: String,
    pub(super) release: String,
    pub(super) status: &'static str,
    pub(super) status_words: &'static str,
    pub(super) files: usize,
    pub(super) changes: usize,
}

/// A node on which something stood in the way.
pub(super) struct Failure {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) home: Option<String>,
    pub(super) errors: Vec<Problem>,
}

/// An error or a warning.
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) place: Option<String>,
    pub(super) help: Vec<String>,
}

/// Something of some nodes.
pub(super) struct Notice<T> {
    pub(super) what: T,
    pub(super) indexes: String,
    pub(super) whose: Option<Whose>,
}

/// A file.
pub(super) struct FileView {
    pub(super) path: String,
    pub(super) nodes: usize,
    pub(super) on: String,
    pub(super) changes: usize,
    pub(super) removed: usize,
    pub(super) added: usize,
    pub(super) parts: Vec<PartView>,
}

/// What the page is of.
pub(super) fn title(review: &GroupedReview) -> String {
    match review.nodes.as_slice() {
        [node] => format!("Review of {}", shown(&node.name)),
        nodes => format!("Review of {} nodes", nodes.len()),
    }
}

/// How many nodes came to what, and what there is to look at.
pub(super) fn counts(review: &GroupedReview) -> Vec<Count> {
    let statuses = [
        Status::Failed,
        Status::Planned,
        Status::Differences,
        Status::Applied,
        Status::Reverted,
        Status::Unchanged,
    ];
    let mut counts: Vec<_> = statuses
        .into_iter()
        .map(|status| {
            let nodes = review.nodes.iter();
            Count {
                class: status.as_str(),
                number: nodes.filter(|node| node.status == status).count(),
                what: words_of_status(status),
            }
        })
        .collect();
    let changes = review.files.iter().map(count_changes).sum();
    let plural = |number, one, many| if number == 1 { one } else { many };
    let mut add = |number, one, many| {
        counts.push(Count {
            class: "of",
            number,
            what: plural(number, one, many),
        });
    };
    add(review.files.len(), "file", "files");
    add(changes, "setting to look at", "settings to look at");
    add(
        review.removed.len(),
        "application goes",
        "applications that go",
    );
    counts.retain(|count| count.number > 0);
    counts
}

/// The outcomes that there are, with their words.
pub(super) fn outcomes(review: &GroupedReview) -> Vec<(&'static str, &'static str)> {
    let there: HashSet<_> = review
        .files
        .iter()
        .flat_map(changes_of)
        .map(|change| change.setting.outcome)
        .chain(review.removed.first().map(|_| Outcome::Removed))
        .collect();
    let all = [
        Outcome::Set,
        Outcome::Restored,
        Outcome::Inserted,
        Outcome::CommentedOut,
        Outcome::Removed,
    ];
    let all = all.into_iter().filter(|outcome| there.contains(outcome));
    all.map(|outcome| (outcome.as_str(), words_of_outcome(outcome)))
        .collect()
}

/// The nodes that failed.
pub(super) fn failures(review: &GroupedReview) -> Vec<Failure> {
    let nodes = review.nodes.iter().enumerate();
    nodes
        .filter(|(_, node)| node.status == Status::Failed)
        .map(|(index, node)| Failure {
            index,
            name: shown(&node.name),
            home: other_home(node),
            errors: node.errors.iter().map(Problem::new).collect(),
        })
        .collect()
}

/// The warnings.
pub(super) fn warnings(review: &GroupedReview) -> Vec<Notice<Problem>> {
    let warnings = review.warnings.iter();
    warnings
        .map(|warning| Notice::new(review, warning, Problem::new))
        .collect()
}

/// The applications that go.
pub(super) fn removals(review: &GroupedReview) -> Vec<Notice<String>> {
    let removed = review.removed.iter();
    removed
        .map(|path| Notice::new(review, path, |path| shown(path)))
        .collect()
}

/// The files.
pub(super) fn files(review: &GroupedReview) -> Vec<FileView> {
    let files = review.files.iter();
    files.map(|file| FileView::new(review, file)).collect()
}

impl RowOfNode {
    pub(super) fn new(node: &ReviewedNode) -> Self {
        Self {
            name: shown(&node.name),
            home: other_home(node),
            profile: shown(node.profile.as_deref().unwrap_or_default()),
            release: shown(node.product_version.as_deref().unwrap_or_default()),
            status: node.status.as_str(),
            status_words: words_of_status(node.status),
            files: node.files,
            changes: node.changes,
        }
    }
}

impl Problem {
    fn new(diagnostic: &DiagnosticReport) -> Self {
        let place = diagnostic.file.as_ref().map(|file| {
            let numbers = [diagnostic.line, diagnostic.column];
            let numbers = numbers.iter().flatten().map(|number| format!(":{number}"));
            format!("{}{}", shown(file), numbers.collect::<String>())
        });
        Self {
            code: shown(&diagnostic.code),
            message: shown(&diagnostic.message),
            place,
            help: diagnostic.help.iter().map(|help| shown(help)).collect(),
        }
    }
}

impl<T> Notice<T> {
    fn new<S>(review: &GroupedReview, shared: &Shared<S>, view: impl Fn(&S) -> T) -> Self {
        Self {
            what: view(&shared.what),
            indexes: indexes(&shared.nodes),
            whose: Whose::of(review, &shared.nodes),
        }
    }
}

impl FileView {
    fn new(review: &GroupedReview, file: &GroupedFile) -> Self {
        let path = shown(&file.path);
        let parts: Vec<_> = file
            .parts
            .iter()
            .map(|part| PartView::new(review, &path, part))
            .collect();
        // Of a node like most.
        let count = |kind: LineKind| {
            let variants = file.parts.iter().filter_map(|part| part.variants.first());
            let hunks = variants.filter_map(|variant| variant.hunk.as_ref());
            let lines = hunks.flat_map(|hunk| &hunk.lines);
            lines.filter(|line| line.kind == kind).count()
        };
        Self {
            path,
            nodes: file.nodes.len(),
            on: match (file.nodes.len(), review.nodes.len()) {
                (_, 1) => String::new(),
                (count, all) => format!("on {count} of {all} nodes"),
            },
            changes: count_changes(file),
            removed: count(LineKind::Removed),
            added: count(LineKind::Added),
            parts,
        }
    }
}

/// Text in which what can't be seen, or turns other text round, is spelt out.
pub(super) fn shown(text: &str) -> String {
    printable(text)
}

/// The home of a node that is not called by it.
fn other_home(node: &ReviewedNode) -> Option<String> {
    (node.name != node.home).then(|| shown(&node.home))
}

fn changes_of(file: &GroupedFile) -> impl Iterator<Item = &GroupedChange> {
    let variants = file.parts.iter().flat_map(|part| &part.variants);
    variants.flat_map(|variant| &variant.changes)
}

/// How many settings there are to look at: one that changes alike at several
/// places, or on several nodes, is one.
fn count_changes(file: &GroupedFile) -> usize {
    let settings = changes_of(file).map(|change| &change.setting);
    let distinct: HashSet<_> = settings
        .map(|setting| (&setting.key, setting.outcome, &setting.old, &setting.new))
        .collect();
    distinct.len()
}

fn words_of_status(status: Status) -> &'static str {
    match status {
        Status::Applied => "changed",
        Status::Unchanged => "nothing to do",
        Status::Differences => "differs",
        Status::Planned => "would change",
        Status::Reverted => "put back",
        Status::Failed => "failed",
    }
}

pub(super) fn words_of_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::CommentedOut => "commented out",
        Outcome::NotApplicable => "not applicable",
        outcome => outcome.as_str(),
    }
}

/// What the script knows nodes by.
pub(super) fn indexes(nodes: &[usize]) -> String {
    let nodes: Vec<_> = nodes.iter().map(ToString::to_string).collect();
    nodes.join(" ")
}
