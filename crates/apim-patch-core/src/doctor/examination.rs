//! The whole look at a home: what is known of it, and one check after the other.

use std::io;
use std::net::IpAddr;
use std::path::Path;

use file_transaction::Store;
use file_transaction::history::Entry;

use super::authority::Authority;
use super::finding::Finding;
use super::{drift, edits, host_names, ports, restart, shared_folder, trust_store, vault};
use crate::deployment::{self, Role};
use crate::diagnostic::{Diagnostic, printable, printable_path};
use crate::history;
use crate::home::Home;
use crate::lint::{Deployment, Node};
use crate::plan::{LinkPolicy, Plan};
use crate::profile::Profile;
use crate::shell::quoted;
use crate::spec::{Origin, Resolved, Selection, Setting};

/// What is around the home. The core looks nowhere else.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// Where the system shows its processes: `/proc`.
    pub proc: &'s Path,
    /// The name map: `/etc/hosts`.
    pub hosts: &'s Path,
    /// The addresses of a name, as a program of this machine gets them.
    pub resolve: &'s (dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Sync),
}

/// The home, and what it is to be.
pub struct Subject<'s> {
    /// The home.
    pub home: &'s Home,
    /// Its store.
    pub store: &'s Store,
    /// What to do about links.
    pub links: LinkPolicy,
    /// The profile that it is to have, if that is known; what is asked for may
    /// still be wrong.
    pub profile: Option<&'static Profile>,
    /// What is asked of it, if that is known.
    pub selection: Option<&'s Selection<Resolved>>,
    /// The file that asks.
    pub file: Option<&'s Path>,
    /// The whole deployment, where the file describes one.
    pub deployment: Option<&'s deployment::Deployment>,
    /// The certificates of whoever signed those of the load balancers.
    pub authority: Option<&'s Authority>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Examination {
    /// The profile that the home was taken for.
    pub profile: Option<&'static str>,
    /// How that is known: `asked for`, `history`, `start script`…
    pub profile_from: &'static str,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why, one sentence each.
    pub notes: Vec<String>,
    /// What kept a file from being read.
    pub errors: Vec<Diagnostic>,
}

/// What the checks share.
pub(super) struct Patient<'p> {
    pub(super) subject: &'p Subject<'p>,
    pub(super) surroundings: &'p Surroundings<'p>,
    /// The home as it is.
    pub(super) node: Node,
    /// The runs of its history, the latest first.
    pub(super) runs: Vec<Entry>,
    /// What an apply would change.
    pub(super) plan: Option<Plan>,
    /// What is asked for and the secure vault is in the way of.
    pub(super) vaulted: Vec<Diagnostic>,
}

impl Patient<'_> {
    /// The home as it was named, for messages.
    pub(super) fn home(&self) -> String {
        printable_path(self.subject.home.path())
    }

    /// Its role, if its profile is known.
    pub(super) fn role(&self) -> Option<Role> {
        self.node.profile.and_then(Role::of)
    }

    /// A file of the home, for messages.
    pub(super) fn file(&self, relative: &str) -> String {
        printable_path(&self.subject.home.path().join(relative))
    }

    /// A file of the home, as a word of a command.
    pub(super) fn word(&self, relative: &str) -> String {
        quoted(&self.file(relative))
    }

    /// The options that name the deployment file and its node, where both are
    /// known: for what is rendered for this home.
    pub(super) fn node_options(&self) -> Option<String> {
        let node = self.subject.selection?.node.as_deref()?;
        let file = quoted(&printable_path(self.subject.file?));
        Some(format!("--file {file} --node {}", quoted(&printable(node))))
    }

    /// A command with the options that led here.
    pub(super) fn command(&self, command: &str) -> String {
        let mut line = format!("apim-patch {command} --home {}", quoted(&self.home()));
        if let Some(selection) = self.subject.selection {
            line.push_str(&format!(" --profile {}", selection.profile.name));
            if let Some(file) = self.subject.file {
                line.push_str(&format!(" --file {}", quoted(&printable_path(file))));
            }
            if let Some(node) = &selection.node {
                line.push_str(&format!(" --node {}", quoted(&printable(node))));
            }
            let is_option = |setting: &Setting<Resolved>| {
                matches!(
                    setting.origin,
                    Origin::SetOption | Origin::SetEnvOption | Origin::SetFileOption
                )
            };
            if selection.settings.iter().any(is_option) {
                line.push_str(" --set ...");
            }
        }
        line
    }
}

/// Looks at a home and what is around it. Writes nothing.
pub fn examine(subject: &Subject<'_>, surroundings: &Surroundings<'_>) -> Examination {
    let mut examination = Examination::default();
    let mut patient = Patient {
        subject,
        surroundings,
        node: Node::default(),
        runs: Vec::new(),
        plan: None,
        vaulted: Vec::new(),
    };
    patient.read(&mut examination);
    examination.profile = patient.node.profile;
    examination.profile_from = patient.node.profile_from;
    for check in [
        drift::check,
        edits::check,
        vault::check,
        host_names::check,
        shared_folder::check,
        trust_store::check,
        restart::check,
        ports::check,
    ] {
        check(&patient, &mut examination);
    }
    examination
}

impl Patient<'_> {
    fn read(&mut self, examination: &mut Examination) {
        let Subject {
            home, store, links, ..
        } = *self.subject;
        let (nodes, errors) = Deployment::of_homes(&[(home, store)], links);
        examination.errors.extend(errors);
        self.node = nodes.nodes.into_iter().next().unwrap_or_default();
        match history::list(store) {
            Ok((runs, damaged)) => {
                self.runs = runs;
                let damaged = damaged.into_iter();
                let said = damaged
                    .map(|one| format!("a run of the history was left out: {}", one.message));
                examination.notes.extend(said);
            }
            Err(error) => examination.errors.push(error),
        }
        let selection = self.subject.selection;
        let asked = selection.map(|selection| selection.profile);
        if let Some(profile) = asked.or(self.subject.profile) {
            self.node.profile = Some(profile.name);
            self.node.profile_from = "asked for";
        }
        let Some(selection) = selection else {
            return;
        };
        match Plan::new(store, selection, links) {
            Ok(plan) => self.plan = Some(plan),
            Err(errors) => {
                let (vaulted, errors): (Vec<_>, Vec<_>) = errors
                    .into_iter()
                    .partition(|error| error.code == crate::secure_vault::KEPT_IN_VAULT);
                self.vaulted = vaulted;
                // The same files were read before, for what the home is.
                for error in errors {
                    if !examination.errors.contains(&error) {
                        examination.errors.push(error);
                    }
                }
            }
        }
    }
}
