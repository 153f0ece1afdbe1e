//! A place of a file that changes, in the words of the page.

use apim_patch_core::diagnostic::{MASK, printable};
use apim_patch_core::diff::{Hunk, Line, LineKind};
use apim_patch_core::grouped_review::{GroupedChange, GroupedReview, Part, Variant};
use apim_patch_core::plan::Outcome;

use super::label::Whose;
use super::view::{indexes, shown, words_of_outcome};

/// Of more variants of a place than this, all but the first are folded.
const UNFOLDED: usize = 4;

/// A place of a file: the variants that are seen at once, and the others.
pub(super) struct PartView {
    pub(super) first: Vec<Card>,
    pub(super) rest: Vec<Card>,
}

/// One way in which a place changes.
pub(super) struct Card {
    pub(super) indexes: String,
    pub(super) outcomes: String,
    pub(super) label: String,
    pub(super) whose: Option<Whose>,
    pub(super) changes: Vec<Change>,
    pub(super) hunk: Option<HunkView>,
}

/// One setting.
pub(super) struct Change {
    pub(super) outcome: &'static str,
    pub(super) outcome_words: &'static str,
    pub(super) key: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) is_another_secret: bool,
    pub(super) doc: Option<&'static str>,
    pub(super) source: Option<&'static str>,
    pub(super) reasons: Vec<String>,
    pub(super) place: Option<String>,
}

/// Lines that change.
pub(super) struct HunkView {
    pub(super) range: String,
    /// Lines that change, and lines that stay, in turns.
    pub(super) runs: Vec<Vec<LineView>>,
}

/// One line, with its numbers before and afterwards.
pub(super) struct LineView {
    pub(super) kind: LineKind,
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) pieces: Vec<PieceView>,
    pub(super) is_cut_short: bool,
    pub(super) has_other_secret: bool,
}

/// A part of a line.
pub(super) struct PieceView {
    pub(super) text: String,
    pub(super) changed: bool,
}

impl PartView {
    pub(super) fn new(review: &GroupedReview, path: &str, part: &Part) -> Self {
        let variants = part.variants.iter().enumerate();
        let mut first: Vec<_> = variants
            .map(|(index, variant)| {
                Card::new(path, variant, Whose::of_variant(review, part, index))
            })
            .collect();
        // What a setting does is said once at each place.
        if let [main, others @ ..] = first.as_mut_slice() {
            for change in others.iter_mut().flat_map(|card| &mut card.changes) {
                if main.changes.iter().any(|told| told.key == change.key) {
                    change.doc = None;
                    change.source = None;
                }
            }
        }
        let rest = match first.len() > UNFOLDED {
            true => first.split_off(1),
            false => Vec::new(),
        };
        Self { first, rest }
    }
}

impl Card {
    fn new(path: &str, variant: &Variant, whose: Option<Whose>) -> Self {
        let hunk = variant.hunk.as_ref();
        let line = hunk.map_or(String::new(), |hunk| {
            format!(", line {}", hunk.old.start + 1)
        });
        let keys: Vec<_> = variant
            .changes
            .iter()
            .map(|change| shown(&change.setting.key))
            .collect();
        let changes = variant.changes.iter();
        let mut outcomes: Vec<_> = changes
            .map(|change| change.setting.outcome.as_str())
            .collect();
        outcomes.sort_unstable();
        outcomes.dedup();
        Self {
            indexes: indexes(&variant.nodes),
            outcomes: outcomes.join(" "),
            label: format!("{path}{line}: {}", keys.join(", ")),
            whose,
            changes: variant.changes.iter().map(Change::new).collect(),
            hunk: hunk.map(HunkView::new),
        }
    }
}

impl Change {
    fn new(change: &GroupedChange) -> Self {
        let setting = &change.setting;
        let (old, new) = (setting.old.as_deref(), setting.new.as_deref());
        let is_another_secret = setting.outcome == Outcome::Set && old == Some(MASK) && new == old;
        let is_same = old == new && !is_another_secret;
        let reasons = match change.reasons.as_slice() {
            [reason] => vec![shown(&reason.what)],
            reasons => reasons
                .iter()
                .map(|reason| match reason.nodes.len() {
                    1 => format!("{} (1 node)", shown(&reason.what)),
                    count => format!("{} ({count} nodes)", shown(&reason.what)),
                })
                .collect(),
        };
        let path = setting.path.as_deref().map(shown);
        let line = setting.line.map(|line| format!("line {line}"));
        let place: Vec<_> = line.into_iter().chain(path).collect();
        Self {
            outcome: setting.outcome.as_str(),
            outcome_words: words_of_outcome(setting.outcome),
            key: shown(&setting.key),
            old: old.filter(|_| !is_same).map(shown),
            new: new.map(shown),
            is_another_secret,
            doc: change.doc,
            source: change.source,
            reasons,
            place: (!place.is_empty()).then(|| place.join(", ")),
        }
    }
}

impl HunkView {
    fn new(hunk: &Hunk) -> Self {
        let (mut old, mut new) = (hunk.old.start, hunk.new.start);
        let mut line_view = |line: &Line| {
            old += usize::from(line.kind != LineKind::Added);
            new += usize::from(line.kind != LineKind::Removed);
            let is_cut_short = !line
                .pieces
                .last()
                .is_some_and(|piece| piece.text.ends_with('\n'));
            let pieces = line.pieces.iter().map(|piece| PieceView {
                text: with_tabs(piece.text.trim_end_matches(['\n', '\r'])),
                changed: piece.changed,
            });
            LineView {
                kind: line.kind,
                old,
                new,
                pieces: pieces.filter(|piece| !piece.text.is_empty()).collect(),
                is_cut_short,
                has_other_secret: line.has_other_secret,
            }
        };
        let is_context = |line: &Line| line.kind == LineKind::Context;
        let runs = hunk
            .lines
            .chunk_by(|line, next| is_context(line) == is_context(next));
        Self {
            runs: runs
                .map(|run| run.iter().map(&mut line_view).collect())
                .collect(),
            range: hunk.header(),
        }
    }
}

/// The same of a line of a file, whose tabs stay tabs.
fn with_tabs(text: &str) -> String {
    let parts: Vec<_> = text.split('\t').map(printable).collect();
    parts.join("\t")
}
