//! One short file per subcommand, and what they share: opening a home and
//! planning on it.

pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod inspect;
mod many;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod recover;
pub(crate) mod revert;
mod tally;
mod which_homes;

use std::path::Path;

use apim_patch_core::apply::{self as core, Interrupt, Lock, Occasion, Store};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::history::secret_places;
use apim_patch_core::home::Home;
use apim_patch_core::plan::{LinkPolicy, Plan};
use apim_patch_core::report::{Report, Status};
use apim_patch_core::saved_plan::{NodePlan, SavedPlan};
use apim_patch_core::spec::{Resolved, Selection};

use crate::args::{HomeArgument, Selected};
use crate::options;
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
    /// The plan that was reviewed, and when it was made.
    reviewed: Option<(&'a NodePlan, &'a str)>,
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
        let (selection, reviewed) = match request.saved {
            None => (request.selected.selection(at)?, None),
            Some(plan) => {
                let (selection, node) = request.selected.selection_of(plan, at)?;
                (selection, Some((node, plan.made())))
            }
        };
        if let Some(version) = &selection.version {
            home.check_version(version).map_err(|error| vec![error])?;
        }
        warnings.extend(selection.warnings.iter().cloned());
        Ok(Self {
            home,
            store,
            selection,
            reviewed,
            warnings,
        })
    }

    /// What is to be done; where a plan was reviewed, exactly that.
    fn plan(&self, links: LinkPolicy) -> Result<Plan, Vec<Diagnostic>> {
        let plan = Plan::new(&self.store, &self.selection, links)?;
        if let Some((reviewed, made)) = self.reviewed {
            reviewed.compare(made, &plan)?;
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
    fn occasion(&self, selected: &Selected) -> Occasion {
        let mut occasion = occasion();
        let mut remember = |key: &str, value: Option<String>| {
            occasion
                .remember
                .extend(value.map(|value| (key.to_owned(), value)));
        };
        remember("profile", Some(self.selection.profile.name.to_owned()));
        remember("node", self.selection.node.clone());
        match self.reviewed {
            Some((_, made)) => remember("plan of", Some(made.to_owned())),
            None => {
                let file = selected.deployment_file(self.home.path());
                remember("deployment file", file.map(|path| printable_path(&path)));
            }
        }
        occasion.remember.extend(secret_places(&self.selection));
        occasion
    }

    /// The home and the profile, as a headline.
    fn headline(&self) -> String {
        let version = match self.home.version() {
            Some(version) => format!("API Manager {version}"),
            None => "API Manager".to_owned(),
        };
        let node = self
            .selection
            .node
            .as_ref()
            .map_or(String::new(), |node| format!("node {node}, "));
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

fn secrecy(show: bool) -> Secrecy {
    if show {
        Secrecy::Shown
    } else {
        Secrecy::Masked
    }
}
