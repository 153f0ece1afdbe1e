//! `--format sarif`: what code scanning services and editors are given.
//!
//! With `APIM_SARIF_SCHEMA` naming a copy of the standard's JSON Schema, every document is held
//! against it as well.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{CARBON, Home, PASSWORD, PASSWORD_VARIABLE, Run, Tool, deployment, fixture};

/// The one document of a run, which is sound.
#[track_caller]
fn document(run: &Run, status: i32) -> Value {
    run.exits(status);
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    sound(&document);
    match std::env::var_os("APIM_SARIF_SCHEMA") {
        None => eprintln!("SKIPPED: the standard's schema (set APIM_SARIF_SCHEMA)"),
        Some(path) => {
            let text = fs::read_to_string(path).unwrap();
            // A bracket in its pattern for languages, of which there are none here, closes nothing.
            let schema: Value = serde_json::from_str(&text.replace("]?$", "$")).unwrap();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let problems: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(problems.is_empty(), "{problems:#?}\n{run}");
        }
    }
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["exitCode"], status, "{run}");
    assert_eq!(invocation["executionSuccessful"], status < 2, "{run}");
    document
}

/// What the standard and the services ask for.
fn sound(document: &Value) {
    assert_eq!(document["version"], "2.1.0");
    let runs = document["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["tool"]["driver"]["name"], "apim-patch");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        level(&rule["defaultConfiguration"]["level"]);
    }
    let mut fingerprints = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
        level(&result["level"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(
            !result["locations"].as_array().unwrap().is_empty(),
            "{result}"
        );
        for kind in ["locations", "relatedLocations"] {
            for place in result[kind].as_array().into_iter().flatten() {
                location(place);
            }
        }
        assert!(
            !fingerprints.contains(&&result["partialFingerprints"]),
            "{result}"
        );
        fingerprints.push(&result["partialFingerprints"]);
    }
}

fn level(level: &Value) {
    assert!(
        ["error", "warning", "note"].contains(&level.as_str().unwrap()),
        "{level}"
    );
}

fn location(location: &Value) {
    let place = &location["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
    assert!(!uri.starts_with('/') && uri.chars().all(plain), "{uri}");
    assert!(
        place["region"]["startLine"].as_u64().unwrap() > 0,
        "{location}"
    );
}

/// `check` of a home in `within`, named relative to it.
fn check(home: &str, within: &Path, format: &str) -> Tool {
    Tool::new("check")
        .args([
            "--home",
            home,
            "--profile",
            "gateway",
            "--format",
            format,
            "--file",
        ])
        .arg(deployment("gateway-everything.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .within(within)
}

fn results(document: &Value) -> &Vec<Value> {
    document["runs"][0]["results"].as_array().unwrap()
}

fn of_rule<'d>(document: &'d Value, rule: &str) -> &'d Value {
    let mut results = results(document).iter();
    results.find(|result| result["ruleId"] == rule).unwrap()
}

#[test]
fn each_setting_that_differs_is_a_result() {
    let home = Home::stock();
    let beside = home.beside();
    let run = check("home", &beside, "sarif").run();
    run.conceals(PASSWORD);
    let found = document(&run, 1);
    let json = check("home", &beside, "json").run().object();
    let differing = json["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|setting| {
            let outcome = setting["outcome"].as_str().unwrap();
            !["unchanged", "not-applicable"].contains(&outcome)
        });
    assert_eq!(results(&found).len(), differing.count());

    let offset = of_rule(&found, "server.port_offset");
    assert_eq!(
        offset["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": { "uri": format!("home/{CARBON}") },
            "region": { "startLine": 41, "startColumn": 9 },
        })
    );
    let text = offset["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("`server.port_offset` is `0` and shall be `2`"),
        "{text}"
    );
    assert_eq!(offset["properties"]["profile"], "gateway");
    assert_eq!(
        of_rule(&found, "key_manager.password")["properties"]["new"],
        "******"
    );
    of_rule(&found, "patch");

    // Lines that come in before it do not make it another result.
    home.edit(CARBON, "<Server ", "<!-- one\nmore -->\n<Server ");
    let moved = document(&check("home", &beside, "sarif").run(), 1);
    let now = of_rule(&moved, "server.port_offset");
    assert_eq!(now["partialFingerprints"], offset["partialFingerprints"]);
    assert_ne!(now["locations"], offset["locations"]);
}

#[test]
fn many_homes_and_failures_are_one_document() {
    let home = Home::empty();
    for name in ["a b", "c"] {
        home.overlay_at(name, &fixture("homes/stock-2.1"));
    }
    let run = check("a b", home.path(), "sarif");
    let run = run.args(["--home", "c", "--home", "nowhere"]).run();
    let found = document(&run, 3);
    let uris: Vec<&str> = results(&found)
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .map(|uri| uri.as_str().unwrap())
        .collect();
    assert!(uris.iter().any(|uri| uri.starts_with("a%20b/")), "{uris:?}");
    assert!(uris.iter().any(|uri| uri.starts_with("c/")), "{uris:?}");
    let notifications = &found["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications[0]["level"], "error", "{notifications}");
    assert_eq!(
        notifications[0]["properties"]["home"], "nowhere",
        "{notifications}"
    );

    fs::create_dir(home.file("empty")).unwrap();
    let none = Tool::new("check").args(["--profile", "gateway", "--format", "sarif"]);
    document(&none.arg("--all-homes").arg(home.file("empty")).run(), 3);
}

#[test]
fn nothing_differs() {
    let home = Home::stock();
    home.gateway("apply", &deployment("gateway-everything.toml"))
        .exits(0);
    let found = document(&check("home", &home.beside(), "sarif").run(), 0);
    assert_eq!(results(&found).len(), 0);
}

#[test]
fn findings_are_results() {
    let home = Home::stock();
    let text = "[nodes.a]\nprofile = 'gateway'\nhost = '10.0.0.1'\n\
                [nodes.b]\nprofile = 'gateway'\nhost = '10.0.0.1'\n";
    home.aside("wrong.toml", text);
    let lint = |file: &str, format: &str| {
        let tool = Tool::new("lint").args(["--format", format, "--file", file]);
        tool.within(&home.beside()).run()
    };
    let found = document(&lint("wrong.toml", "sarif"), 1);
    let rules = found["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    assert_eq!(rules.len(), apim_patch_core::lint::rules().count());
    let json = lint("wrong.toml", "json").object();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(results(&found).len(), findings.len());
    for (result, finding) in results(&found).iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["code"]);
        assert_eq!(result["level"], finding["severity"]);
        let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
        assert_eq!(
            related + 1,
            finding["places"].as_array().unwrap().len().max(1)
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "wrong.toml");
        if finding["line"].is_number() {
            assert_eq!(place["region"]["startLine"], finding["line"]);
            assert_eq!(place["region"]["startColumn"], finding["column"]);
        }
    }
    document(&lint("nowhere.toml", "sarif"), 2);
}

#[test]
fn of_homes_too() {
    let home = Home::empty();
    for name in ["a", "b"] {
        home.overlay_at(name, &fixture("homes/stock-2.6"));
    }
    let lint = Tool::new("lint").args(["--home", "a", "--home", "b", "--format", "sarif"]);
    let run = lint.within(home.path()).run();
    document(&run, run.status());
}

#[test]
fn other_commands_have_none() {
    for command in [
        &["inspect", "--home", "x"][..],
        &["schema"],
        &["explain", "proxy"],
    ] {
        let run = Tool::bare().args(command).args(["--format", "sarif"]).run();
        run.exits(2).says("`json`");
        assert_eq!(run.out(), "");
    }
}
