//! The official patterns: the nodes of each, laid over their stock homes and looked at together.
//!
//! What is found: `cargo test -p apim-patch --test suite -- --nocapture lint::patterns`

use std::collections::BTreeMap;

use crate::harness::{Home, Tool, corpus};
use crate::nodes::{Node, nodes};

/// `docker-2.1.x-pattern-3-gateway-worker` as pattern and node.
fn pattern(name: &str) -> Option<(&str, &str)> {
    let name = name.strip_prefix("nodes/")?;
    let at = name.find("-pattern-")? + "-pattern-".len();
    let end = at + name[at..].find('-')?;
    Some((&name[..end], &name[end + 1..]))
}

/// What is right about official nodes, as far as it was read and judged; anything else would be a
/// rule gone wrong, or a new one to be judged.
const JUDGED: [&str; 4] = [
    // Every docker node of 2.0.0 and 2.1.x lists one well-known member.
    "cluster-of-one",
    // The gateways of k8s 2.1.0 have one host name for APIs on 80 and 443 and for the console.
    "one-name-for-traffic-and-servlet",
    // The Identity Server of k8s 2.6.x, which stands in for the Key Manager, has JWT on and
    // ThriftClient; the gateway has neither.
    "jwt-on-some",
    "client-types-differ",
];

#[test]
fn official_patterns() {
    let Some(corpus) = corpus() else { return };
    let mut patterns: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for node in nodes(&corpus) {
        if let Some((pattern, _)) = pattern(&node.name) {
            let pattern = pattern.to_owned();
            patterns.entry(pattern).or_default().push(node);
        }
    }
    assert!(patterns.len() > 10, "{}", patterns.len());
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    println!("| pattern | nodes | severity | finding | of | what |");
    println!("|---|--:|---|---|---|---|");
    for (name, members) in &patterns {
        let place = Home::empty();
        let mut tool = Tool::new("lint").json();
        for node in members {
            let (_, short) = pattern(&node.name).unwrap();
            place.overlay_at(short, &corpus.join("stock").join(&node.stock));
            place.overlay_at(short, &node.directory);
            tool = tool.arg("--home").arg(place.path().join(short));
        }
        let run = tool.run();
        assert!([0, 1].contains(&run.status()), "{name}: {run}");
        let object = run.object();
        for finding in object["findings"].as_array().unwrap() {
            let text = |field: &str| finding[field].as_str().unwrap().to_owned();
            let nodes: Vec<_> = finding["nodes"].as_array().unwrap().iter().collect();
            let nodes: Vec<_> = nodes.iter().map(|node| node.as_str().unwrap()).collect();
            println!(
                "| {name} | {} | {} | {} | {} | {} |",
                members.len(),
                text("severity"),
                text("code"),
                nodes.join(", "),
                text("message")
            );
            assert!(JUDGED.contains(&text("code").as_str()), "{name}: {finding}");
            *tally.entry(text("code")).or_default() += 1;
        }
    }
    println!("\n{} patterns: {tally:?}", patterns.len());
}
