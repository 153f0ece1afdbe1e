//! From a home to a deployment file, and from that to the same settings in a stock home.
//!
//! What the catalogue does not know yet, counted:
//! `cargo test -p apim-patch --test suite -- --nocapture capture`

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Element, Home, Run, Tool, corpus, independent_all};
use crate::nodes::nodes;

/// Every setting with its state and its value, secrets too.
fn settings(home: &Home) -> BTreeMap<String, (String, Value)> {
    let run = Tool::new("inspect")
        .home(home)
        .arg("--show-secrets")
        .json()
        .run();
    assert_eq!(run.status(), 0, "{run}");
    let settings = run.object()["settings"].as_array().unwrap().clone();
    settings
        .into_iter()
        .map(|setting| {
            let key = setting["key"].as_str().unwrap().to_owned();
            let state = setting["state"].as_str().unwrap();
            // Commented out and absent are one to the server.
            match state {
                "active" => (key, (state.to_owned(), setting["value"].clone())),
                _ => (key, ("not in effect".to_owned(), Value::Null)),
            }
        })
        .filter(|(_, (state, _))| state == "active")
        .collect()
}

fn captured(home: &Home, profile: &str) -> Run {
    Tool::new("capture")
        .home(home)
        .args(["--profile", profile])
        .run()
}

/// Applies a captured file to a home; its secrets come from the settings they were captured from.
fn applied(
    home: &Home,
    capture: &Run,
    profile: &str,
    from: &BTreeMap<String, (String, Value)>,
) -> Run {
    let file = home.beside().join("captured.toml");
    std::fs::write(&file, capture.out()).unwrap();
    let mut apply = Tool::new("apply")
        .home(home)
        .args(["--profile", profile])
        .arg("--file")
        .arg(&file);
    for line in capture.err().lines() {
        if let Some((variable, key)) = line.split_once(" is to hold the secret of ") {
            apply = apply.env(variable, from[key].1.as_str().unwrap());
        }
    }
    apply.run()
}

#[test]
fn a_stock_home_needs_no_more_than_its_profile_requires() {
    let Some(corpus) = corpus() else { return };
    for stock in ["am-2.0.0", "am-2.1.0", "am-2.2.0", "am-2.6.0"] {
        let home = Home::copy_of(&corpus.join("stock").join(stock));
        let capture = captured(&home, "traffic-manager");
        assert_eq!(capture.status(), 0, "{capture}");
        let file = capture.out();
        let asked = file.lines().filter(|line| line.contains(" = "));
        let asked: Vec<&str> = asked.filter(|line| !line.starts_with("version")).collect();
        // What the profile would change, said to stay; nothing else.
        assert!(asked.len() <= 8, "{stock}: {asked:#?}");
        let before = settings(&home);
        let run = applied(&home, &capture, "traffic-manager", &before);
        assert_eq!(run.status(), 0, "{stock}: {run}");
        assert_eq!(settings(&home), before, "{stock}");
    }
}

#[test]
fn every_node_of_the_corpus_comes_back() {
    let Some(corpus) = corpus() else { return };
    let mut faults = Vec::new();
    let mut rows = 0;
    let mut not_captured = 0;
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let nodes = nodes(&corpus);
    for node in &nodes {
        let stock = corpus.join("stock").join(&node.stock);
        let home = Home::copy_of(&stock);
        home.overlay(&node.directory);
        let before = settings(&home);
        let capture = captured(&home, "gateway");
        if capture.status() != 0 {
            faults.push(format!("{}: {capture}", node.name));
            continue;
        }
        let fresh = Home::copy_of(&stock);
        let run = applied(&fresh, &capture, "gateway", &before);
        if run.status() != 0 {
            faults.push(format!("{}: {run}\n{}", node.name, capture.out()));
            continue;
        }
        let after = settings(&fresh);
        let told = capture.err();
        let said: Vec<&str> = told
            .lines()
            .filter(|line| line.contains("is not captured"))
            .collect();
        not_captured += said.len();
        rows += before.len();
        for key in before
            .keys()
            .chain(after.keys().filter(|key| !before.contains_key(*key)))
        {
            let excused = said.iter().any(|line| line.contains(&format!("`{key}`")));
            if before.get(key) != after.get(key) && !excused {
                faults.push(format!(
                    "{}: {key}: {:?} became {:?}",
                    node.name,
                    before.get(key),
                    after.get(key)
                ));
            }
        }
        for path in different(&home, &fresh) {
            *unknown.entry(path).or_default() += 1;
        }
    }
    println!(
        "{} homes, {rows} settings, {not_captured} said to be not captured",
        nodes.len()
    );
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_by_key(|(path, count)| (std::cmp::Reverse(*count), path.clone()));
    println!("what no row of the catalogue sets, by element and number of homes:");
    for (path, count) in &unknown {
        println!("{count:>4}  {path}");
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The paths of elements in which two homes differ, as an independent parser reads them.
fn different(one: &Home, other: &Home) -> Vec<String> {
    const FILES: [&str; 7] = [
        "repository/conf/api-manager.xml",
        "repository/conf/carbon.xml",
        "repository/conf/tomcat/catalina-server.xml",
        "repository/conf/axis2/axis2.xml",
        "repository/conf/registry.xml",
        "repository/conf/user-mgt.xml",
        "repository/conf/datasources/master-datasources.xml",
    ];
    let mut paths = Vec::new();
    for file in FILES {
        if !one.path().join(file).is_file() {
            continue;
        }
        let files = [one, other].map(|home| home.path().join(file));
        let Some([mine, theirs]) = independent_all(&files)
            .as_deref()
            .map(|read| [multiset(&read[0]), multiset(&read[1])])
        else {
            continue;
        };
        for (element, count) in &mine {
            if theirs.get(element) != Some(count) {
                paths.push(format!("{file} {}", element.0));
            }
        }
        for element in theirs.keys().filter(|element| !mine.contains_key(*element)) {
            paths.push(format!("{file} {}", element.0));
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

fn multiset(elements: &[Element]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for element in elements {
        let what = format!("{:?} {:?}", element.attributes, element.text.trim());
        *counts.entry((element.path.clone(), what)).or_default() += 1;
    }
    counts
}
