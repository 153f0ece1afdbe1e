//! A clean deployment, and each contradiction brought into it alone.

mod clean;
mod data;
mod key_validation;
mod network;
mod page;

use std::collections::HashSet;

use super::{Deployment, Finding, lint, rules};
use clean::{CHANGED, given};

/// Findings as a test names them: code, line of the first place, nodes.
fn told(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| finding.places.first().map_or(0, |place| place.spot.line);
    findings
        .iter()
        .map(|finding| {
            let nodes = finding.nodes.join(",");
            format!("{}:{} {nodes}", finding.rule.code, line(finding))
        })
        .collect()
}

#[track_caller]
fn check(name: &str, deployment: &Deployment, expect: &[&str]) {
    let findings = lint(deployment);
    let messages: Vec<_> = findings.iter().map(|finding| &finding.message).collect();
    assert_eq!(told(&findings), expect, "{name}: {messages:#?}");
    for finding in &findings {
        let all = format!("{finding:?} {:?}", finding.diagnostic());
        assert!(!all.contains("c4nary"), "{name}: {all}");
        assert!(!finding.places.is_empty(), "{name} has no place");
    }
}

fn set(deployment: &mut Deployment, node: &str, key: &str, value: &str) {
    let node = deployment
        .nodes
        .iter_mut()
        .find(|one| one.name == node)
        .unwrap();
    node.values
        .insert(key.to_owned(), given(key, value, CHANGED));
}

fn unset(deployment: &mut Deployment, node: &str, key: &str) {
    let node = deployment
        .nodes
        .iter_mut()
        .find(|one| one.name == node)
        .unwrap();
    assert!(node.values.remove(key).is_some(), "{key}");
}

/// `NODE KEY = VALUE`, or several, separated by `;`; each expects what follows.
fn changes(base: fn() -> Deployment, cases: &[(&str, &[&str])]) {
    for (change, expect) in cases {
        let mut deployment = base();
        for one in change.split("; ") {
            let (place, value) = one.split_once(" = ").unwrap();
            let (node, key) = place.split_once(' ').unwrap();
            set(&mut deployment, node, key, value);
        }
        check(change, &deployment, expect);
    }
}

#[test]
fn nothing_on_a_clean_cluster() {
    check("behind load balancers", &clean::cluster(), &[]);
    check("over Thrift", &clean::thrift(), &[]);
    check("nothing", &Deployment::default(), &[]);
}

#[test]
fn rules_are_sound() {
    let mut codes = HashSet::new();
    for rule in rules() {
        assert!(codes.insert(rule.code), "{} is there twice", rule.code);
        for (text, sentence) in [
            (rule.what, true),
            (rule.why, false),
            (rule.help, false),
            (rule.source, false),
        ] {
            assert!(!text.is_empty(), "{}", rule.code);
            assert!(!text.contains("  "), "{}: {text}", rule.code);
            assert_eq!(text.ends_with('.'), sentence, "{}: {text}", rule.code);
        }
    }
}
