//! On which nodes something is so, in words: most by their number, the odd ones
//! by name.

use apim_patch_core::grouped_review::{GroupedReview, Part};

use super::view::shown;

/// So many nodes are named at once; the others are folded.
const NAMED: usize = 6;

/// Words with the names of nodes in their midst.
pub(super) struct Whose {
    pub(super) lead: String,
    pub(super) nodes: Names,
    pub(super) tail: String,
}

/// The names of some nodes.
pub(super) struct Names {
    pub(super) named: Vec<Name>,
    pub(super) rest: Vec<Name>,
}

/// The name of a node, with its index.
pub(super) struct Name {
    pub(super) index: usize,
    pub(super) name: String,
}

impl Names {
    fn of(review: &GroupedReview, nodes: &[usize]) -> Self {
        let name = |index: &usize| Name {
            index: *index,
            name: review
                .nodes
                .get(*index)
                .map_or(String::new(), |node| shown(&node.name)),
        };
        // One that is folded takes as much room as its name.
        let named = match nodes.len() <= NAMED + 1 {
            true => nodes.len(),
            false => NAMED,
        };
        Self {
            named: nodes[..named].iter().map(name).collect(),
            rest: nodes[named..].iter().map(name).collect(),
        }
    }
}

impl Whose {
    /// Of what is the same on these nodes; `None` where there is but one.
    pub(super) fn of(review: &GroupedReview, nodes: &[usize]) -> Option<Self> {
        let all = review.nodes.len();
        (all > 1).then(|| match nodes.len() {
            count if count == all => Self::plain(format!("on all {all} nodes")),
            count if is_most(count, all) => Self::plain(format!("on {count} of {all} nodes")),
            _ => Self::named(review, nodes),
        })
    }

    /// Of the variant of this index of a part; `None` where there is but one
    /// node.
    pub(super) fn of_variant(review: &GroupedReview, part: &Part, index: usize) -> Option<Self> {
        let nodes = &part.variants.get(index)?.nodes;
        if review.nodes.len() < 2 {
            return None;
        }
        let asked = part.asked.len();
        let is_all = asked == review.nodes.len();
        if index > 0 || !is_most(nodes.len(), asked) || (!is_all && nodes.len() <= NAMED) {
            let mut label = Self::named(review, nodes);
            let ways = part.variants.len();
            if index == 0 && ways > NAMED {
                label.lead = format!("in {ways} ways on {asked} nodes, here on ");
            }
            return Some(label);
        }
        // Of the others it need not be asked.
        let concerned = match is_all {
            true => "",
            false => " concerned",
        };
        if nodes.len() == asked {
            return Some(Self::plain(format!("on all {asked} nodes{concerned}")));
        }
        let lead = format!("on {} of {asked} nodes{concerned}; ", nodes.len());
        let others = || {
            let asked = part.asked.iter().copied();
            asked.filter(|node| !nodes.contains(node))
        };
        let as_asked = part.as_asked();
        let odd: Vec<_> = others().filter(|node| !as_asked.contains(node)).collect();
        Some(match (odd.len(), as_asked.len()) {
            (0, _) => Self {
                lead: format!("{lead}already so on "),
                nodes: Names::of(review, &as_asked),
                tail: String::new(),
            },
            (count, quiet) => Self {
                lead,
                nodes: Names::of(review, &odd),
                tail: match (count, quiet) {
                    (1, 0) => " differs:".to_owned(),
                    (_, 0) => " differ:".to_owned(),
                    (1, quiet) => format!(" differs, {quiet} already so:"),
                    (_, quiet) => format!(" differ, {quiet} already so:"),
                },
            },
        })
    }

    fn plain(lead: String) -> Self {
        Self {
            lead,
            nodes: Names {
                named: Vec::new(),
                rest: Vec::new(),
            },
            tail: String::new(),
        }
    }

    fn named(review: &GroupedReview, nodes: &[usize]) -> Self {
        Self {
            lead: "on ".to_owned(),
            nodes: Names::of(review, nodes),
            tail: String::new(),
        }
    }
}

/// Whether so many of all are told by their number.
fn is_most(count: usize, all: usize) -> bool {
    count > 1 && count * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use apim_patch_core::grouped_review::{ReviewedNode, Variant};
    use apim_patch_core::report::Status;

    fn text(names: &Names) -> String {
        let names = names.named.iter().map(|name| name.name.clone());
        names.collect::<Vec<_>>().join(", ")
    }

    fn check(nodes: usize, asked: usize, variants: &[Vec<usize>], expect: &[&str]) {
        let node = |number: usize| ReviewedNode {
            name: number.to_string(),
            home: String::new(),
            profile: None,
            product_version: None,
            status: Status::Planned,
            files: 1,
            changes: 1,
            errors: Vec::new(),
        };
        let review = GroupedReview {
            nodes: (0..nodes).map(node).collect(),
            files: Vec::new(),
            removed: Vec::new(),
            warnings: Vec::new(),
        };
        let variant = |nodes: &Vec<usize>| Variant {
            nodes: nodes.clone(),
            hunk: None,
            changes: Vec::new(),
        };
        let part = Part {
            asked: (0..asked).collect(),
            variants: variants.iter().map(variant).collect(),
        };
        let labels = (0..variants.len())
            .filter_map(|index| Whose::of_variant(&review, &part, index))
            .map(|whose| {
                let rest = match whose.nodes.rest.len() {
                    0 => String::new(),
                    count => format!(" and {count} more"),
                };
                format!("{}{}{rest}{}", whose.lead, text(&whose.nodes), whose.tail)
            });
        assert_eq!(labels.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn most_by_number_and_the_odd_ones_by_name() {
        let but = |odd: &[usize]| (0..40).filter(|node| !odd.contains(node)).collect();
        check(1, 1, &[vec![0]], &[]);
        check(2, 2, &[vec![0, 1]], &["on all 2 nodes"]);
        check(2, 2, &[vec![0], vec![1]], &["on 0", "on 1"]);
        check(40, 40, &[but(&[])], &["on all 40 nodes"]);
        check(
            40,
            40,
            &[but(&[7, 9]), vec![7, 9]],
            &["on 38 of 40 nodes; 7, 9 differ:", "on 7, 9"],
        );
        check(
            40,
            40,
            &[but(&[7, 9]), vec![7]],
            &["on 38 of 40 nodes; 7 differs, 1 already so:", "on 7"],
        );
        check(
            40,
            40,
            &[but(&[9])],
            &["on 39 of 40 nodes; already so on 9"],
        );
        // Asked of some only.
        check(50, 40, &[but(&[])], &["on all 40 nodes concerned"]);
        check(50, 3, &[vec![0, 1, 2]], &["on 0, 1, 2"]);
        // All are odd.
        let each: Vec<_> = (0..8).map(|node| vec![node]).collect();
        let label = "in 8 ways on 8 nodes, here on 0";
        check(
            8,
            8,
            &each,
            &[
                label, "on 1", "on 2", "on 3", "on 4", "on 5", "on 6", "on 7",
            ],
        );
        // Many names are folded, one is not.
        check(50, 7, &[(0..7).collect()], &["on all 7 nodes concerned"]);
        check(50, 20, &[(0..7).collect()], &["on 0, 1, 2, 3, 4, 5, 6"]);
        check(
            50,
            20,
            &[(0..8).collect()],
            &["on 0, 1, 2, 3, 4, 5 and 2 more"],
        );
    }
}
