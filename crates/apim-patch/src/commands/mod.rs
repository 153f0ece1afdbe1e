//! One short file per subcommand, and what they share: opening a home and
//! planning on it.

pub(crate) mod apply;
pub(crate) mod capture;
pub(crate) mod check;
mod check_command;
mod choose;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
mod explain_node;
pub(crate) mod history;
mod html_page;
pub(crate) mod init;
pub(crate) mod inspect;
mod inspect_filter;
mod inspect_homes;
pub(crate) mod lint;
pub(crate) mod man;
mod many;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod recover;
pub(crate) mod render;
pub(crate) mod revert;
pub(crate) mod schema;
mod tally;
mod which_homes;

use std::path::Path;

use apim_patch_core::apply::{self as core, Interrupt, Lock, Occasion, Store};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::former_profile::left_over;
use apim_patch_core::history::{prune_after as prune, secret_places};
use apim_patch_core::home::Home;
use apim_patch_core::plan::{LinkPolicy, Plan};
use apim_patch_core::report::{Report, Status};
use apim_patch_core::saved_plan::{NodePlan, SavedPlan};
use apim_patch_core::spec::{Resolved, Selection};

use crate::args::{HomeArgument, Selected};
use crate::options::{self, Deployment};
use crate::render::Console;

/// What is asked of homes: by options and a deployment file, or by a plan that
/// was reviewed.
#[derive(Clone, Copy)]
struct Request<'a> {
    selected: &'a Selected,
    saved: Option<&'a SavedPlan>,
}

/// A home, and what is asked of it.
struct Prepared<'a> {
    home: Home,
    store: Store,
    selection: Selection<Resolved>,
    deployment: Option<Deployment>,
    /// The plan that was reviewed, and when it was made.
    reviewed: Option<(&'a NodePlan, &'a str)>,
    /// Whether applications go as well.
    prune_apps: bool,
    /// Warnings about the home.
    warnings: Vec<Diagnostic>,
}

impl<'a> Prepared<'a> {
    fn new(
        request: Request<'a>,
        at: &HomeArgument,
        interrupt: Option<&Interrupt>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (home, store, mut warnings) = open(&at.path, interrupt)?;
        let (selection, deployment, reviewed) = match request.saved {
            None => {
                let (selection, deployment) = request.selected.selection(at)?;
                (selection, deployment, None)
            }
            Some(plan) => {
                let (selection, node) = request.selected.selection_of(plan, at)?;
                (selection, None, Some((node, plan.made())))
            }
        };
        home.check_profile(selection.profile)
            .map_err(|error| vec![error])?;
        if let Some(version) = &selection.version {
            home.check_version(version).map_err(|error| vec![error])?;
        }
        warnings.extend(selection.warnings.iter().cloned());
        let links = request.selected.links.policy();
        warnings.extend(left_over(&store, &selection, home.version(), links));
        Ok(Self {
            home,
            store,
            selection,
            deployment,
            reviewed,
            prune_apps: request.selected.prune_apps,
            warnings,
        })
    }

    /// What is to be done; where a plan was reviewed, exactly that.
    fn plan(&self, links: LinkPolicy) -> Result<Plan, Vec<Diagnostic>> {
        let mut plan = Plan::new(&self.store, &self.selection, links)?;
        if let Some((reviewed, made)) = self.reviewed {
            reviewed.compare(made, &plan)?;
        }
        if self.prune_apps {
            plan = plan.prune_apps(&self.store, &self.selection)?;
        }
        Ok(plan)
    }

    /// A report with what is known of the home.
    fn report(&self, status: Status) -> Report {
        let mut report = Report::new(printable_path(self.home.path()), status);
        report.product_version = self.home.version().map(str::to_owned);
        report.profile = Some(self.selection.profile.name.to_owned());
        report.node = self.selection.node.clone();
        report.warn(&self.warnings);
        report
    }

    /// What the history remembers of a run.
    fn occasion(&self) -> Occasion {
        let mut occasion = occasion();
        let mut remember = |key: &str, value: Option<String>| {
            occasion
                .remember
                .extend(value.map(|value| (key.to_owned(), value)));
        };
        remember("profile", Some(self.selection.profile.name.to_owned()));
        remember("node", self.selection.node.clone());
        if let Some((_, made)) = self.reviewed {
            remember("plan of", Some(made.to_owned()));
        }
        if let Some(deployment) = &self.deployment {
            remember("deployment file", Some(printable_path(&deployment.path)));
            remember("deployment file digest", Some(deployment.digest.clone()));
        }
        occasion.remember.extend(secret_places(&self.selection));
        occasion
    }

    /// The home and the profile, as a headline.
    fn headline(&self) -> String {
        let version = match self.home.version() {
            Some(version) => format!("{} {}", self.home.product(), printable(version)),
            None => self.home.product().to_owned(),
        };
        let node = self
            .selection
            .node
            .as_ref()
            .map_or(String::new(), |node| format!("node {}, ", printable(node)));
        format!(
            "{} ({version}), {node}profile {}",
            printable_path(self.home.path()),
            self.selection.profile.name
        )
    }
}

/// Opens a home. Writes nothing.
fn open(
    path: &Path,
    interrupt: Option<&Interrupt>,
) -> Result<(Home, Store, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (home, warnings) = Home::open(path).map_err(|error| vec![error])?;
    let store = core::open(path, interrupt).map_err(|error| vec![error])?;
    Ok((home, store, warnings))
}

/// Repairs what an interrupted run has left, and says so.
fn recover_first(lock: &Lock, console: &mut Console) -> Result<bool, Vec<Diagnostic>> {
    let repaired = core::repair(lock).map_err(|error| vec![error])?;
    if let Some(what) = &repaired {
        console.say(what);
    }
    Ok(repaired.is_some())
}

/// The signals that roll a run back.
fn catch_signals() -> Result<Interrupt, Vec<Diagnostic>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    let interrupt = Interrupt::new();
    for signal in [SIGHUP, SIGINT, SIGTERM, SIGXFSZ] {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, interrupt.flag(), number).map_err(|error| {
            vec![Diagnostic::error(
                "signals",
                Class::Io,
                format!("signals can't be caught: {error}"),
            )]
        })?;
    }
    Ok(interrupt)
}

/// What the history remembers of every run.
fn occasion() -> Occasion {
    core::occasion(
        concat!("apim-patch ", env!("CARGO_PKG_VERSION")),
        options::user(),
    )
}

/// Deletes what `--keep` leaves no room for. The run is done, so that failing
/// to is worth a warning and no more.
fn prune_after(lock: &Lock, keep: Option<u32>, report: &mut Report, console: &mut Console) {
    let Some(keep) = keep else {
        return;
    };
    match prune(lock, usize::try_from(keep).unwrap_or(usize::MAX)) {
        Ok(gone) => report.pruned = gone.iter().map(ToString::to_string).collect(),
        Err(warning) => {
            report.warn(std::slice::from_ref(&warning));
            console.diagnostics(&[warning]);
        }
    }
}

fn secrecy(show: bool) -> Secrecy {
    if show {
        Secrecy::Shown
    } else {
        Secrecy::Masked
    }
}
