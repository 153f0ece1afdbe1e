//! Every row on every stock home.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use apim_patch_core::catalogue::{self, Literal, Place, Row};
use apim_patch_core::inspect::State;
use apim_patch_core::plan::Outcome;
use apim_patch_core::spec::{Requested, Resolved, Selection};

use crate::harness::{TestHome, active, ask_alone, corpus, stock_homes};

/// The names under which a row is tried: the example's, those of stock homes,
/// and one that has to be escaped.
fn names(row: &Row) -> Vec<Option<String>> {
    let Some(entry) = row.entry.filter(|_| row.is_keyed()) else {
        return vec![None];
    };
    let mut names: BTreeSet<&str> = row.stock.iter().map(|stock| stock.name).collect();
    names.insert(entry.example);
    names.insert("it's & <new>");
    // The stock samples stand under this one.
    if row.key.starts_with("registry.mounts") {
        names.insert("/_system/config");
    }
    names
        .into_iter()
        .map(|name| Some(name.to_owned()))
        .collect()
}

/// What a row is set to. What can only be there or not is to be there.
fn example(row: &Row) -> &'static str {
    let presence = |shape: &catalogue::Shape| matches!(shape.place, Place::Presence { .. });
    match row.shapes.iter().any(presence) {
        true => "true",
        false => row.example,
    }
}

/// What that asks for, as it stands in a file.
fn wanted(selection: &Selection<Resolved>, row: &Row, name: Option<&str>) -> String {
    let setting = selection
        .settings
        .iter()
        .find(|setting| setting.row.key == row.key && setting.name.as_deref() == name)
        .unwrap();
    match &setting.requested {
        Requested::Value(Resolved {
            literal: Literal::Members(members),
            ..
        }) => {
            let members: Vec<_> = members.iter().map(ToString::to_string).collect();
            members.join(", ")
        }
        Requested::Value(resolved) => resolved.literal.to_text().unwrap().to_string(),
        Requested::Absent => unreachable!("{} asks for a value", row.key),
    }
}

/// The update has dropped one block and added a transport; everything else is
/// as in the release.
const UPDATE: [(&str, Option<&str>); 2] = [
    ("jms.event_publisher", None),
    ("transport.wss", Some("true")),
];

#[test]
fn stock_values() {
    for (version, home) in stock_homes() {
        let release = version.split('-').next().unwrap();
        let all = home.inspect_all(&catalogue::rows().collect::<Vec<_>>());
        for row in catalogue::rows() {
            let found: Vec<_> = all
                .iter()
                .filter(|found| found.row.key == row.key)
                .cloned()
                .collect();
            let names: BTreeSet<Option<&str>> = match row.is_keyed() {
                false => [None].into(),
                true => found
                    .iter()
                    .map(|found| found.name.as_deref())
                    .chain(row.stock.iter().map(|stock| Some(stock.name)))
                    .collect(),
            };
            for name in names {
                let update = UPDATE
                    .iter()
                    .find(|(key, _)| version != release && *key == row.key);
                let expect = match update {
                    Some((_, value)) => *value,
                    None => row.stock_value(name, release),
                };
                assert_eq!(
                    active(&found, name).as_deref(),
                    expect,
                    "{} of {version}",
                    row.full_key(name)
                );
            }
        }
    }
}

/// What each version has no place for.
fn not_applicable(version: &str) -> &'static [&'static str] {
    match version {
        "2.0.0" => &[
            "environments.*.websocket_endpoint",
            "throttling.policy_deployer.enable",
            "transport.ws",
            "transport.wss",
        ],
        "2.1.0" => &[
            "environments.*.websocket_endpoint",
            "throttling.policy_deployer.enable",
            "transport.wss",
        ],
        "2.1.0-update14" => &[
            "environments.*.websocket_endpoint",
            "throttling.policy_deployer.enable",
            "jms.event_publisher",
        ],
        "2.2.0" => &[
            "environments.*.websocket_endpoint",
            "throttling.jms.service_url",
            "throttling.jms.username",
            "throttling.jms.password",
            "jms.event_publisher",
        ],
        _ => &[
            "throttling.jms.service_url",
            "throttling.jms.username",
            "throttling.jms.password",
            "jms.event_publisher",
        ],
    }
}

/// Plans, writes, and proves that nothing is left to do. Returns what becomes
/// of each key, and the files as they were.
#[track_caller]
fn apply(
    home: &TestHome,
    selection: &Selection<Resolved>,
    context: &str,
) -> (BTreeMap<String, Outcome>, BTreeMap<PathBuf, Vec<u8>>) {
    let plan = home
        .plan(selection)
        .unwrap_or_else(|errors| panic!("{context}: {errors:#?}"));
    let mut outcomes = BTreeMap::new();
    for (_, setting) in plan.settings() {
        let earlier = outcomes.insert(setting.key.clone(), setting.outcome);
        assert_eq!(earlier, None, "{context}: {} twice", setting.key);
    }
    for file in &plan.files {
        let Some(after) = &file.after else { continue };
        let line_ends = |bytes: &[u8]| {
            let all = bytes.iter().filter(|byte| **byte == b'\n').count();
            let windows = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
            (windows > 0, all - windows > 0)
        };
        let replaced = outcomes
            .keys()
            .any(|key| key.starts_with("traffic_manager."));
        assert!(
            replaced || line_ends(after) == line_ends(file.snapshot.bytes()),
            "line ends of {}, {context}",
            file.path()
        );
    }
    let before = home.write_plan(&plan);
    let again = home.plan(selection).unwrap();
    assert!(again.is_empty(), "{context}: {again:#?}");
    (outcomes, before)
}

fn put_back(files: BTreeMap<PathBuf, Vec<u8>>) {
    for (path, content) in files {
        fs::write(path, content).unwrap();
    }
}

/// Each row with each name that it is tried under.
fn cases() -> impl Iterator<Item = (&'static Row, Option<String>)> {
    catalogue::rows().flat_map(|row| names(row).into_iter().map(move |name| (row, name)))
}

#[test]
fn every_row_can_be_set_or_hidden() {
    for (version, home) in stock_homes() {
        for (row, name) in cases() {
            let name = name.as_deref();
            let key = row.full_key(name);
            let applies = !not_applicable(version).contains(&row.key);
            let context = format!("{key} on {version}");

            let set = ask_alone(&format!("{key} = {}", example(row)));
            let (outcomes, before) = apply(&home, &set, &context);
            let outcome = outcomes[&key];
            assert_eq!(
                outcome != Outcome::NotApplicable,
                applies,
                "{context}: {outcome:?}"
            );
            if applies {
                let value = active(&home.inspect(row), name);
                assert_eq!(value, Some(wanted(&set, row, name)), "{context}");
            }
            put_back(before);

            let hide = ask_alone(&format!("{key} = {{ absent = true }}"));
            let (outcomes, before) = apply(&home, &hide, &context);
            let (outcome, there) = (
                outcomes[&key],
                !row.shapes
                    .iter()
                    .any(|shape| matches!(shape.place, Place::Replacement { .. })),
            );
            let value = active(&home.inspect(row), name).filter(|_| there);
            assert_eq!(value, None, "{context}, hidden: {outcome:?}");
            put_back(before);
        }
    }
}

#[test]
fn all_rows_can_be_set_and_hidden_and_set_again_at_once() {
    let (mut all_set, mut all_hidden) = (String::new(), String::new());
    for (row, name) in cases().filter(|(row, _)| !stands_alone(row)) {
        let key = row.full_key(name.as_deref());
        all_set.push_str(&format!("{key} = {}\n", example(row)));
        all_hidden.push_str(&format!("{key} = {{ absent = true }}\n"));
    }
    let (set, hide) = (ask_alone(&all_set), ask_alone(&all_hidden));
    let everything: Vec<_> = catalogue::rows().collect();
    for (version, home) in stock_homes() {
        for (step, selection) in [("set", &set), ("hidden", &hide), ("set again", &set)] {
            let (outcomes, _) = apply(&home, selection, &format!("all {step} on {version}"));
            let all = home.inspect_all(&everything);
            for (row, name) in cases().filter(|(row, _)| !stands_alone(row)) {
                let name = name.as_deref();
                let key = row.full_key(name);
                let found: Vec<_> = all
                    .iter()
                    .filter(|found| found.row.key == row.key)
                    .cloned()
                    .collect();
                let hidden = step == "hidden" || not_applicable(version).contains(&row.key);
                assert_eq!(
                    active(&found, name),
                    (!hidden).then(|| wanted(&set, row, name)),
                    "{key} on {version}, {step}: {:?}",
                    outcomes.get(&key)
                );
            }
        }
    }
}

/// Whether other rows of its file have no place once this one is set or hidden.
fn stands_alone(row: &Row) -> bool {
    row.shapes.iter().any(|shape| match shape.place {
        Place::Replacement { .. } => true,
        Place::Presence { .. } => row.is_keyed(),
        _ => false,
    })
}

/// What official nodes hold is what their rows take, so that a home can be
/// described by a deployment file.
#[test]
fn values_of_official_nodes_are_acceptable() {
    let Some(corpus) = corpus() else { return };
    let mut refused = Vec::new();
    let mut read = 0;
    for node in fs::read_dir(corpus.join("nodes")).unwrap() {
        let node = node.unwrap();
        let home = TestHome::new();
        home.lay_over(&node.path());
        let name = node.file_name().into_string().unwrap();
        let there: Vec<_> = catalogue::rows()
            .filter(|row| home.path().join(row.file).is_file())
            .collect();
        for found in home.inspect_all(&there) {
            let (State::Active, Some(value)) = (found.state, &found.value) else {
                continue;
            };
            read += 1;
            if found.row.check_plain(value).is_err() {
                refused.push(format!("{} of {name}: {value}", found.key));
            }
        }
    }
    assert!(read > 5000, "{read} values");
    refused.sort();
    // A template that was never filled in.
    let expect = [
        "environments.\"Production and Sandbox\".server_url of \
         docker-2.1.x-pattern-7-is-key-manager: https://${GATEWAY_SERVER_HOST}:{port}/services/",
        "oauth.revoke_url of docker-2.1.x-pattern-7-is-key-manager: \
         https://${GATEWAY_SERVER_HOST}:{port}/revoke",
    ];
    assert_eq!(refused, expect, "of {read}");
}
