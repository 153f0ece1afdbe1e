//! `lint`: contradictions between the nodes of a file, or between homes.

use apim_patch_core::apply::{Store, refuse_interrupted};
use apim_patch_core::diagnostic::{Class, Diagnostic, Severity, printable_path};
use apim_patch_core::home::Home;
use apim_patch_core::lint::{Deployment, Finding, LintReport, Node, lint};
use apim_patch_core::sarif;
use apim_patch_core::spec::DeploymentFile;

use super::open;
use super::which_homes::{Entry, entries};
use crate::args::{Homes, Lint};
use crate::exit::Exit;
use crate::options::deployment_file;
use crate::render::Console;

/// What was looked at.
#[derive(Default)]
struct Looked {
    file: Option<String>,
    deployment: Deployment,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

pub(crate) fn run(arguments: &Lint, console: &mut Console) -> Exit {
    let looked = match arguments.homes() {
        None => look_at_file(arguments),
        Some(homes) => look_at_homes(arguments, &homes, console),
    };
    let findings = lint(&looked.deployment);
    let exit = match findings.is_empty() {
        true => Exit::Success,
        false => Exit::Differences,
    };
    let exit = exit.graver(Exit::of(&looked.errors));

    console.diagnostics(&looked.warnings);
    console.diagnostics(&looked.errors);
    for finding in &findings {
        console.drawn(&finding.diagnostic());
    }
    let mut report = LintReport::new(looked.file, &looked.deployment, &findings);
    report.warn(&looked.warnings);
    report.fail(&looked.errors);
    report.exit_code = exit.code();
    console.json(&report);
    console.sarif(&sarif::lint(&report));
    say_profiles(&looked.deployment.nodes, console);
    if !looked.deployment.nodes.is_empty() {
        console.say(&count(&looked.deployment.nodes, &findings));
    }
    exit
}

fn look_at_file(arguments: &Lint) -> Looked {
    let failed = |errors| Looked {
        errors,
        ..Looked::default()
    };
    let Some(path) = deployment_file(arguments.file.as_deref(), None) else {
        let message = "there is nothing to look at: no deployment file, and no home";
        let error = Diagnostic::error("no-deployment-file", Class::Specification, message);
        return failed(vec![
            error.help("name it with --file FILE, or homes with --home DIR"),
        ]);
    };
    let file = Some(printable_path(&path));
    let read = DeploymentFile::read(&path)
        .and_then(|file| Deployment::of_file(&file, arguments.profile.as_deref()));
    match read {
        Ok((deployment, warnings)) => Looked {
            file,
            deployment,
            warnings,
            errors: Vec::new(),
        },
        Err(errors) => Looked {
            file,
            ..failed(errors)
        },
    }
}

fn look_at_homes(arguments: &Lint, homes: &Homes, console: &mut Console) -> Looked {
    let mut looked = Looked::default();
    let mut opened: Vec<(Home, Store)> = Vec::new();
    for entry in entries(homes, console) {
        let path = match entry {
            Entry::Home(home) => home.path,
            Entry::Refused(_, error) => {
                looked.errors.push(error);
                continue;
            }
        };
        let home = open(&path, None).and_then(|(home, store, warnings)| {
            refuse_interrupted(&store).map_err(|error| vec![error])?;
            looked.warnings.extend(warnings);
            Ok((home, store))
        });
        match home {
            Ok(home) => opened.push(home),
            Err(errors) => looked.errors.extend(errors),
        }
    }
    let homes: Vec<(&Home, &Store)> = opened.iter().map(|(home, store)| (home, store)).collect();
    let (deployment, errors) = Deployment::of_homes(&homes, arguments.links.policy());
    looked.deployment = deployment;
    looked.errors.extend(errors);
    looked
}

/// How the profile of each home was told, where it was not plain.
fn say_profiles(nodes: &[Node], console: &mut Console) {
    for node in nodes.iter().filter(|node| node.is_home()) {
        match node.profile {
            None => console.say(&format!(
                "note: {}: nothing tells the profile, so that rules which need it pass it over",
                node.name
            )),
            Some(profile) if console.is_verbose() => console.say(&format!(
                "note: {}: taken for a {profile} ({})",
                node.name, node.profile_from
            )),
            Some(_) => {}
        }
    }
}

fn count(nodes: &[Node], findings: &[Finding]) -> String {
    let plural = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let nodes = plural(nodes.len(), "node");
    match findings.len() {
        0 => format!("{nodes}: nothing found"),
        all => format!(
            "{nodes}: {} ({}, {})",
            plural(all, "finding"),
            plural(errors, "error"),
            plural(all - errors, "warning")
        ),
    }
}
