//! What the documents tell people to write is what the tool takes.

use std::fs;
use std::path::PathBuf;

use crate::harness::{Home, PASSWORD, PASSWORD_VARIABLE, Tool, workspace};

/// README.md and every document.
pub(crate) fn documents() -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(workspace().join("docs"));
    let files = entries.into_iter().map(|entry| entry.unwrap().into_path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.push(workspace().join("README.md"));
    files.sort();
    files
}

/// The blocks of a Markdown text that are marked as TOML.
pub(crate) fn examples(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            Some(_) if line.trim_end() == "```" => found.extend(open.take()),
            Some(block) => *block += &format!("{line}\n"),
            None if line.trim_end() == "```toml" => open = Some(String::new()),
            None => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// The arguments for which an example is a deployment file: every node of it, or the profile alone.
fn roles(example: &str) -> Vec<Vec<String>> {
    let table: toml::Table = example.parse().unwrap();
    match table.get("nodes").and_then(toml::Value::as_table) {
        Some(nodes) => {
            let role = |name: &String| vec!["--node".to_owned(), name.clone()];
            nodes.keys().map(role).collect()
        }
        None => vec![vec!["--profile".to_owned(), "gateway".to_owned()]],
    }
}

/// Whether an example is about gateways alone.
fn of_gateways(example: &str) -> bool {
    let table: toml::Table = example.parse().unwrap();
    let nodes = table.get("nodes").and_then(toml::Value::as_table);
    let profile =
        |node: &toml::Value| node.get("profile").and_then(toml::Value::as_str) == Some("gateway");
    nodes.is_none_or(|nodes| nodes.values().all(profile))
}

#[test]
fn every_example_of_a_deployment_file_is_taken() {
    let mut seen = Vec::new();
    for document in documents() {
        let name = document.file_name().unwrap().to_str().unwrap().to_owned();
        for example in examples(&fs::read_to_string(&document).unwrap()) {
            for role in roles(&example) {
                let home = match example.contains("version = \"2.6.0\"") {
                    true => Home::fixture("stock-2.6"),
                    false => Home::stock(),
                };
                let file = home.aside("example.toml", &example);
                let tool = match of_gateways(&example) {
                    true => Tool::new("diff").home(&home).arg("--partial"),
                    // The small homes have nothing that only other nodes need.
                    false => Tool::new("explain"),
                };
                let tool = tool.args(&role).arg("--file").arg(file);
                let run = tool.env(PASSWORD_VARIABLE, PASSWORD).run();
                assert_eq!(run.status(), 0, "{name}:\n{example}\n{run}");
                assert!(!run.out().is_empty(), "{name}: asks for nothing: {run}");
                // Nobody should have to learn from an example that is complained about.
                assert!(!run.err().contains("warning"), "{name}: {run}");
            }
            seen.push(name.clone());
        }
    }
    for name in ["README.md", "deployment-file.md"] {
        assert!(seen.iter().any(|seen| seen == name), "no example in {name}");
    }
}

/// Without the rest of what a gateway needs, the first example would be a first disappointment.
#[test]
fn the_example_of_the_readme_is_all_that_a_gateway_needs() {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let home = Home::stock();
    let file = home.aside("example.toml", &examples(&readme)[0]);
    let run = |command: &str| {
        let tool = Tool::new(command)
            .home(&home)
            .args(["--profile", "gateway"]);
        tool.arg("--file").arg(&file).run()
    };
    run("diff").exits(0);
    run("apply").exits(0);
    run("check").exits(0);
    run("apply").exits(0).says("nothing to do");
}
