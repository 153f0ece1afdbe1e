//! The review as one page for a browser, which needs nothing but itself.
//!
//! Everything on it is text that the template escapes, and the page's own
//! policy lets a browser run and apply nothing but the script and the style
//! that it was written with.

mod card;
mod label;
mod policy;
mod view;

use apim_patch_core::diff::{LineKind, Secrecy};
use apim_patch_core::grouped_review::GroupedReview;
use askama::Template;

use view::{Count, Failure, FileView, Notice, RowOfNode};

const STYLE: &str = include_str!("../../../templates/review.css");
const SCRIPT: &str = include_str!("../../../templates/review.js");

/// The page of a review. `secrecy` says what became of secrets, where that is
/// known.
///
/// # Errors
///
/// The template can't be filled in: there is no memory for the page.
pub(crate) fn html(review: &GroupedReview, secrecy: Option<Secrecy>) -> askama::Result<String> {
    Page::new(review, secrecy).render()
}

/// What the template is filled in with. All text has been made printable.
#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    policy: String,
    style: &'static str,
    script: &'static str,
    tool: &'static str,
    title: String,
    counts: Vec<Count>,
    nodes: Vec<RowOfNode>,
    profiles: Vec<String>,
    outcomes: Vec<(&'static str, &'static str)>,
    failures: Vec<Failure>,
    warnings: Vec<Notice<view::Problem>>,
    files: Vec<FileView>,
    removals: Vec<Notice<String>>,
    has_changes: bool,
    nothing: &'static str,
    secrecy: &'static str,
}

impl Page {
    fn new(review: &GroupedReview, secrecy: Option<Secrecy>) -> Self {
        let nodes: Vec<_> = review.nodes.iter().map(RowOfNode::new).collect();
        let failures = view::failures(review);
        let mut profiles: Vec<_> = nodes.iter().map(|node| node.profile.clone()).collect();
        profiles.retain(|profile| !profile.is_empty());
        profiles.sort();
        profiles.dedup();
        Self {
            policy: policy::policy(STYLE, SCRIPT),
            style: STYLE,
            script: SCRIPT,
            tool: concat!("apim-patch ", env!("CARGO_PKG_VERSION")),
            title: view::title(review),
            counts: view::counts(review),
            profiles,
            outcomes: view::outcomes(review),
            warnings: view::warnings(review),
            files: view::files(review),
            removals: view::removals(review),
            has_changes: !(review.files.is_empty() && review.removed.is_empty()),
            nothing: match (failures.is_empty(), review.nodes.len()) {
                (false, _) => "Nothing to show of the others.",
                (true, 1) => "Nothing to do: the node is as asked for.",
                (true, _) => "Nothing to do: every node is as asked for.",
            },
            secrecy: match secrecy {
                Some(Secrecy::Masked) => "Secrets are masked.",
                Some(Secrecy::Shown) => "Secrets are shown: keep it to yourself.",
                None => "",
            },
            nodes,
            failures,
        }
    }
}
