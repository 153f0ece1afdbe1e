//! `explain --file F [--node N]`: where the values of a node come from, and in
//! which order the nodes of a deployment are restarted.

use std::fmt::Write;
use std::path::Path;

use anstyle::Style;
use apim_patch_core::catalogue;
use apim_patch_core::diagnostic::{Diagnostic, printable};
use apim_patch_core::node_explanation::{DeploymentExplanation, NodeExplanation};
use apim_patch_core::spec::{Choice, DeploymentFile, Machine, select};

use super::inspect_filter::{rows_of, unknown_key};
use crate::args::Explain;
use crate::exit::Exit;
use crate::options::needed_deployment_file;
use crate::render::Console;

pub(super) fn explain_file(arguments: &Explain, console: &mut Console) -> Exit {
    match explain(arguments, console) {
        Ok(()) => Exit::Success,
        Err(errors) => {
            console.diagnostics(&errors);
            Exit::of(&errors)
        }
    }
}

fn explain(arguments: &Explain, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let path = needed_deployment_file(arguments.file.as_deref(), "look for the node in")?;
    let file = DeploymentFile::read(&path)?;
    match (file.deployment(), &arguments.node, &arguments.subject) {
        (Some(deployment), None, None) => {
            let explanation = DeploymentExplanation::new(deployment);
            console.data(&of_deployment(&explanation));
            console.json(&explanation);
            Ok(())
        }
        (Some(_), None, Some(subject)) => {
            if !is_key(subject) {
                return Err(vec![unknown_key(subject)]);
            }
            // The same key of every node, side by side.
            for node in file.nodes() {
                explain_node(&file, Some(&node.name), arguments, console)?;
            }
            Ok(())
        }
        (_, node, _) => explain_node(&file, node.as_deref(), arguments, console),
    }
}

fn explain_node(
    file: &DeploymentFile,
    node: Option<&str>,
    arguments: &Explain,
    console: &mut Console,
) -> Result<(), Vec<Diagnostic>> {
    let subject = arguments.subject.as_deref();
    if let Some(subject) = subject
        && !is_key(subject)
    {
        return Err(vec![unknown_key(subject)]);
    }
    let selection = select(
        Some(file),
        &Choice {
            profile: arguments.profile.as_deref(),
            node,
            options: &[],
            partial: true,
            // Only a node that nobody names is looked for by its home.
            home: Path::new(""),
            machine: &Machine::default(),
        },
    )?;
    console.diagnostics(&selection.warnings);
    let mut explanation = NodeExplanation::new(&selection);
    if let Some(subject) = subject {
        explanation.keep(subject);
    }
    console.data(&of_node(&explanation, subject));
    console.json(&explanation);
    Ok(())
}

/// Whether it is a key, with the name of an entry or without, or a table of
/// keys.
fn is_key(subject: &str) -> bool {
    catalogue::find(subject).is_some()
        || rows_of(subject).next().is_some()
        || entry(subject).is_some()
}

/// The table of one entry, such as `environments.NAME`, by one of its keys.
fn entry(subject: &str) -> Option<()> {
    catalogue::rows()
        .filter_map(|row| row.key.split_once("*."))
        .find(|(_, field)| catalogue::find(&format!("{subject}.{field}")).is_some())
        .map(|_| ())
}

fn of_node(explanation: &NodeExplanation, subject: Option<&str>) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    let name = match &explanation.node {
        Some(node) => format!("node {}, profile {}", printable(node), explanation.profile),
        None => format!("profile {}", explanation.profile),
    };
    let _ = writeln!(out, "{bold}{name}{bold:#}");
    for setting in &explanation.settings {
        let value = match &setting.value {
            Some(value) => format!("= {}", printable(value)),
            None => "shall be absent".into(),
        };
        let key = printable(&setting.key);
        let origin = &setting.origin.sentence;
        let _ = writeln!(out, "  {key} {value}\n      {origin}");
    }
    for patch in &explanation.patches {
        let select = printable(&patch.select);
        let file = printable(&patch.file);
        let origin = &patch.origin.sentence;
        let _ = writeln!(out, "  patch of {select} in {file}\n      {origin}");
    }
    for key in &explanation.missing {
        let _ = writeln!(
            out,
            "  {key} is missing\n      required by profile {}, and nobody gave it",
            explanation.profile
        );
    }
    if let (Some(subject), true) = (subject, explanation.settings.is_empty())
        && explanation.missing.is_empty()
    {
        let _ = writeln!(
            out,
            "  {} is not asked for: the home keeps what it has",
            printable(subject)
        );
    }
    out.push('\n');
    out
}

fn of_deployment(explanation: &DeploymentExplanation) -> String {
    let bold = Style::new().bold();
    let mut out = format!("{bold}nodes{bold:#}\n");
    let width = explanation
        .nodes
        .iter()
        .map(|node| printable(&node.node).chars().count())
        .max()
        .unwrap_or(0);
    for node in &explanation.nodes {
        let mut facts = vec![node.profile.unwrap_or("no profile").to_owned()];
        facts.extend(node.host.as_deref().map(printable));
        facts.extend(node.home.clone());
        let behind = node.behind.as_deref().map(printable);
        facts.extend(behind.map(|name| format!("behind {name}")));
        let cluster = node.cluster.as_deref().map(printable);
        facts.extend(cluster.map(|name| format!("in cluster {name}")));
        let name = printable(&node.node);
        let _ = writeln!(out, "  {name:<width$}  {}", facts.join(", "));
    }
    let _ = writeln!(
        out,
        "\n{bold}restart{bold:#}, each step when the nodes of the one before are up"
    );
    for (index, step) in explanation.restart.iter().enumerate() {
        let names: Vec<_> = step.nodes.iter().map(|name| printable(name)).collect();
        let number = index + 1;
        let _ = writeln!(out, "  {number:>2}. {}  {}", step.profile, names.join(", "));
    }
    out
}
