//! `doctor`: what keeps a home from working as its profile.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use apim_patch_core::apply::{Store, refuse_interrupted};
use apim_patch_core::deployment::Role;
use apim_patch_core::diagnostic::{Diagnostic, Severity, printable, printable_path};
use apim_patch_core::doctor::{
    Authority, DoctorReport, Examination, Subject, Surroundings, examine,
};
use apim_patch_core::history;
use apim_patch_core::home::Home;
use apim_patch_core::profile::{self, Profile};
use apim_patch_core::spec::{DeploymentFile, Resolved, Selection};

use super::open;
use crate::args::{Doctor, HomeArgument, Selected};
use crate::exit::Exit;
use crate::render::Console;

/// What it is called that nobody says what the home is to be.
const TOO_LITTLE: &[&str] = &["no-profile", "node-not-told"];

/// What the home is to be, as far as that is known.
#[derive(Default)]
struct Asked {
    profile: Option<&'static Profile>,
    selection: Option<Selection<Resolved>>,
    path: Option<PathBuf>,
    file: Option<DeploymentFile>,
    notes: Vec<String>,
    /// Whether the profile is that of the latest run.
    is_remembered: bool,
}

pub(crate) fn run(arguments: &Doctor, console: &mut Console) -> Exit {
    let at = arguments.home();
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let opened = open(&at.path, None).and_then(|(home, store, warnings)| {
        refuse_interrupted(&store).map_err(|error| vec![error])?;
        Ok((home, store, warnings))
    });
    let mut asked = Asked::default();
    let mut examination = Examination::default();
    match &opened {
        Err(more) => errors.extend(more.iter().cloned()),
        Ok((home, store, odd)) => {
            warnings.extend(odd.iter().cloned());
            // What is wrong with what is asked for keeps nobody from looking at
            // the rest.
            if let Err(more) = asked.know(arguments.selected(), &at, home, store) {
                errors.extend(more);
            }
            let authority = arguments.ca.as_deref().map(Authority::read).transpose();
            let authority = authority.unwrap_or_else(|error| {
                errors.push(error);
                None
            });
            let subject = Subject {
                home,
                store,
                links: arguments.selected().links.policy(),
                profile: asked.profile,
                selection: asked.selection.as_ref(),
                file: asked.path.as_deref(),
                deployment: asked.file.as_ref().and_then(DeploymentFile::deployment),
                authority: authority.as_ref(),
            };
            examination = examine(&subject, &this_machine());
            if asked.is_remembered && asked.profile.is_some() {
                examination.profile_from = "history";
            }
        }
    }
    errors.append(&mut examination.errors);
    examination.notes.splice(0..0, asked.notes.drain(..));
    if let Some(selection) = &asked.selection {
        warnings.extend(selection.warnings.iter().cloned());
    }
    let exit = match examination.findings.is_empty() {
        true => Exit::Success,
        false => Exit::Differences,
    };
    let exit = exit.graver(Exit::of(&errors));
    let mut report = DoctorReport::new(printable_path(&at.path), &examination);
    if let Ok((home, ..)) = &opened {
        report.product_version = home.version().map(str::to_owned);
    }
    report.node = asked.selection.and_then(|selection| selection.node);
    report.file = asked.path.as_deref().map(printable_path);
    report.warn(&warnings);
    report.fail(&errors);
    report.exit_code = exit.code();

    console.diagnostics(&warnings);
    console.diagnostics(&errors);
    for finding in &examination.findings {
        console.drawn(&finding.diagnostic());
    }
    console.json(&report);
    for note in &examination.notes {
        console.say(&format!("note: {note}"));
    }
    if opened.is_ok() {
        console.say(&count(&report, &examination, errors.is_empty()));
    }
    exit
}

/// The machine that this runs on.
fn this_machine() -> Surroundings<'static> {
    Surroundings {
        proc: Path::new("/proc"),
        hosts: Path::new("/etc/hosts"),
        resolve: &resolve,
    }
}

fn resolve(host: &str) -> io::Result<Vec<IpAddr>> {
    let addresses = (host, 0).to_socket_addrs()?;
    Ok(addresses.map(|address| address.ip()).collect())
}

impl Asked {
    /// What the home is to be: by the options, by a deployment file, and for
    /// what neither says by the latest run. What could be read is known also
    /// where the rest is wrong.
    fn know(
        &mut self,
        mut selected: Selected,
        at: &HomeArgument,
        home: &Home,
        store: &Store,
    ) -> Result<(), Vec<Diagnostic>> {
        let is_named = selected.file.is_some();
        let runs = history::list(store).map_err(|error| vec![error])?.0;
        let remembered = |key: &str| {
            let latest = runs.first()?;
            latest.manifest().details.remember.get(key).cloned()
        };
        if selected.deployment_file(&at.path).is_none()
            && let Some(path) = remembered("deployment file").map(PathBuf::from)
        {
            match path.is_file() {
                true => selected.file = Some(path),
                false => self.notes.push(format!(
                    "the deployment file of the latest run, {}, is not here; name it with --file",
                    printable_path(&path)
                )),
            }
        }
        if let Some(path) = selected.deployment_file(&at.path) {
            let file = DeploymentFile::read(&path)?;
            let shown = printable_path(&path);
            if remembered("deployment file").as_ref() == Some(&shown)
                && remembered("deployment file digest").is_some_and(|was| was != file.digest())
            {
                self.notes
                    .push(format!("{shown} has changed since the latest run"));
            }
            self.path = Some(path);
            self.file = Some(file);
        }
        let nodes = self.file.as_ref().map_or(&[][..], DeploymentFile::nodes);
        if selected.node.is_none() {
            let known = |name: &String| nodes.iter().any(|node| node.name == *name);
            selected.node = remembered("node").filter(known);
        }
        let mut named = nodes
            .iter()
            .filter(|node| Some(&node.name) == selected.node.as_ref());
        let of_node = named.find_map(|node| node.role()).map(Role::profile);
        // The node that is this machine may say it as well.
        let may_say = of_node.is_some() || selected.node.is_none() && !nodes.is_empty();
        if selected.profile.is_none() && !may_say {
            selected.profile = remembered("profile");
            self.is_remembered = selected.profile.is_some();
        }
        let profile = selected.profile.as_deref().or(of_node);
        self.profile = profile.and_then(|name| profile::find(name).ok());
        if selected.profile.is_none() && self.file.is_none() {
            return Ok(());
        }
        // Without a file nobody can have given what the profile requires.
        selected.partial = self.file.is_none();
        let selection = match selected.selection(at) {
            Ok((selection, _)) => selection,
            // A file that nobody named need not be about this home.
            Err(errors)
                if !is_named && errors.iter().all(|error| TOO_LITTLE.contains(&error.code)) =>
            {
                let said = errors.into_iter().map(|error| error.message);
                self.notes.extend(said);
                return Ok(());
            }
            Err(errors) => return Err(errors),
        };
        home.check_profile(selection.profile)
            .map_err(|error| vec![error])?;
        if let Some(version) = &selection.version {
            home.check_version(version).map_err(|error| vec![error])?;
        }
        self.selection = Some(selection);
        Ok(())
    }
}

fn count(report: &DoctorReport, examination: &Examination, is_whole: bool) -> String {
    let taken_for = match report.profile {
        Some(profile) => format!("profile {profile} ({})", report.profile_from),
        None => "profile unknown".to_owned(),
    };
    let node = report
        .node
        .as_ref()
        .map_or(String::new(), |node| format!("node {}, ", printable(node)));
    let findings = &examination.findings;
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let plural = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let found = match findings.len() {
        0 if is_whole => "nothing found".to_owned(),
        0 => "nothing found in what could be looked at".to_owned(),
        all => format!(
            "{} ({}, {})",
            plural(all, "finding"),
            plural(errors, "error"),
            plural(all - errors, "warning")
        ),
    };
    format!("{}, {node}{taken_for}: {found}", report.home)
}
