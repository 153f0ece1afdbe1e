//! What a rule finds, and how it is told.

use super::model::{Deployment, Node};
use crate::diagnostic::{Class, Diagnostic, Severity, Spot, printable_name};

/// One kind of contradiction.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name.
    pub code: &'static str,
    /// Whether it breaks something, or is only doubtful.
    pub severity: Severity,
    /// What it looks for, in one sentence.
    pub what: &'static str,
    /// Why that breaks.
    pub why: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Where that is documented or was read.
    pub source: &'static str,
    /// Looks for it.
    pub(super) check: fn(&Deployment) -> Vec<Found>,
}

/// A contradiction in a deployment.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its rule.
    pub rule: &'static Rule,
    /// What was found. Holds no secret.
    pub message: String,
    /// The places, the one to change first.
    pub places: Vec<Place>,
    /// The nodes that it is about.
    pub nodes: Vec<String>,
    /// Whether it breaks something. What can't be told for certain is doubtful
    /// whatever the rule says.
    pub severity: Severity,
}

/// A place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub spot: Spot,
    /// What stands there.
    pub text: String,
}

/// What a rule's check hands out.
#[derive(Debug)]
pub(super) struct Found {
    message: String,
    places: Vec<Place>,
    nodes: Vec<String>,
    doubtful: bool,
}

impl Found {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            places: Vec::new(),
            nodes: Vec::new(),
            doubtful: false,
        }
    }

    /// Says that it is about a node.
    pub(super) fn about(mut self, node: &Node) -> Self {
        if !self.nodes.contains(&node.name) {
            self.nodes.push(node.name.clone());
        }
        self
    }

    /// Adds a node, and the place of its setting `key`.
    pub(super) fn at(self, node: &Node, key: &str) -> Self {
        self.about(node).place_of(node, key)
    }

    /// Adds the place of a node's setting without saying that the finding is
    /// about that node.
    pub(super) fn place_of(self, node: &Node, key: &str) -> Self {
        let given = node.given(key);
        let spot = given.and_then(|given| given.spot.as_ref());
        // What is derived stands where it is derived from, which needs a word.
        let text = match (given, spot) {
            (Some(given), Some(_)) if !given.origin.is_empty() => {
                format!(
                    "{}: {} ({})",
                    node.name,
                    given.content.shown(),
                    given.origin
                )
            }
            (Some(given), Some(_)) => format!("{}: {}", node.name, given.content.shown()),
            _ => node.name.clone(),
        };
        self.spot(spot.or(node.spot.as_ref()), text)
    }

    /// Adds a node and its own place.
    pub(super) fn node(self, node: &Node) -> Self {
        self.about(node).spot(node.spot.as_ref(), "")
    }

    /// Adds a place.
    pub(super) fn spot(mut self, spot: Option<&Spot>, text: impl Into<String>) -> Self {
        if let Some(spot) = spot
            && self.places.iter().all(|place| place.spot != *spot)
        {
            self.places.push(Place {
                spot: spot.clone(),
                text: text.into(),
            });
        }
        self
    }

    /// Says that it can't be told for certain.
    pub(super) fn doubtful(mut self) -> Self {
        self.doubtful = true;
        self
    }
}

/// The first of the values that most nodes have: it is taken for what is meant.
pub(super) fn most_common<'l, 'd, T>(
    values: &'l [(&'d Node, T)],
    equal: impl Fn(&T, &T) -> bool,
) -> Option<&'l (&'d Node, T)> {
    let count = |value: &T| {
        values
            .iter()
            .filter(|(_, other)| equal(value, other))
            .count()
    };
    let most = values.iter().map(|(_, value)| count(value)).max()?;
    values.iter().find(|(_, value)| count(value) == most)
}

/// The findings of a rule. A value that several nodes share, in the table of a
/// profile for instance, is told once.
pub(super) fn gather(rule: &'static Rule, found: Vec<Found>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for found in found {
        let same = findings.iter_mut().find(|finding| {
            finding.message == found.message
                && finding.places.first().map(|place| &place.spot)
                    == found.places.first().map(|place| &place.spot)
        });
        if let Some(finding) = same {
            for node in found.nodes {
                if !finding.nodes.contains(&node) {
                    finding.nodes.push(node);
                }
            }
            continue;
        }
        findings.push(Finding {
            rule,
            message: found.message,
            places: found.places,
            nodes: found.nodes,
            severity: match found.doubtful {
                true => Severity::Warning,
                false => rule.severity,
            },
        });
    }
    findings
}

impl Finding {
    /// The finding as it is drawn: like every other error or warning, with why,
    /// what to do and the source below.
    pub fn diagnostic(&self) -> Diagnostic {
        let nodes: Vec<_> = self.nodes.iter().map(|node| printable_name(node)).collect();
        let message = match nodes.is_empty() {
            true => self.message.clone(),
            false => format!("{}: {}", nodes.join(", "), self.message),
        };
        let mut diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(self.rule.code, Class::Specification, message),
            Severity::Warning => Diagnostic::warning(self.rule.code, Class::Specification, message),
        };
        for (index, place) in self.places.iter().enumerate() {
            diagnostic = match index {
                0 => diagnostic.at(place.spot.clone(), place.text.as_str()),
                _ => diagnostic.beside(place.spot.clone(), place.text.as_str()),
            };
        }
        diagnostic
            .help(format!("why: {}", self.rule.why))
            .help(self.rule.help)
            .help(format!("source: {}", self.rule.source))
    }
}
