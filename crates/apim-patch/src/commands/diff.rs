//! `diff`: the unified diff that `apply` would make.

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::{Class, Diagnostic, MASK, printable, printable_path};
use apim_patch_core::diff::{FileDiff, Secrecy, diffs};
use apim_patch_core::plan::Plan;
use apim_patch_core::report::{Report, Status};
use apim_patch_core::review::Review;
use apim_patch_core::saved_plan::{NodePlan, SavedPlan};

use super::many::{Done, Many};
use super::{Prepared, Request, html_page, secrecy};
use crate::args::{Diff, HomeArgument, View};
use crate::exit::Exit;
use crate::render::{Console, diff, is_drawn, not_for_patch, page, review};

pub(crate) fn run(arguments: &Diff, console: &mut Console) -> Exit {
    if let Err(exit) = html_page::refuse(&arguments.page, console) {
        return exit;
    }
    let exit = differences(arguments, console);
    match console.is_html() {
        true => {
            let secrecy = secrecy(arguments.show_secrets);
            exit.graver(html_page::of_reports(&arguments.page, secrecy, console))
        }
        false => exit,
    }
}

fn differences(arguments: &Diff, console: &mut Console) -> Exit {
    let selected = &arguments.selected;
    if !arguments.paging.no_pager {
        console.use_pager();
    }
    let exit_of = |status| match arguments.exit_code && status == Status::Planned {
        true => Exit::Differences,
        false => Exit::Success,
    };
    if let Some(path) = &arguments.plan {
        let shown = SavedPlan::read(path).and_then(|plan| show_saved(&plan, arguments, console));
        return match shown {
            Ok(status) => page(console, exit_of(status)),
            Err(error) => {
                console.diagnostics(std::slice::from_ref(&error));
                Exit::of(&[error])
            }
        };
    }
    let many = Many {
        selected,
        interrupt: None,
    };
    let request = Request {
        selected,
        saved: None,
    };
    let one = |home: &HomeArgument, console: &mut Console| {
        let looked = look(request, home)?;
        let done = looked.show(secrecy(arguments.show_secrets), arguments.view, console)?;
        Ok(Done {
            exit: exit_of(done.status),
            ..done
        })
    };
    let refused = match console.is_patch() {
        true if selected.homes.may_be_several() => {
            Some(no_patch("a patch is for one home").help("name it with --home"))
        }
        true if selected.prune_apps => {
            Some(no_patch("a patch takes no applications away").help("leave --prune-apps out"))
        }
        _ => None,
    };
    if let Some(error) = refused {
        console.diagnostics(std::slice::from_ref(&error));
        return Exit::of(&[error]);
    }
    let exit = many.run(console, one, |()| ()).exit;
    page(console, exit)
}

/// A home that was planned on.
pub(super) struct Looked<'a> {
    pub(super) prepared: Prepared<'a>,
    pub(super) plan: Plan,
}

/// Plans what is asked of one home. Writes nothing.
pub(super) fn look<'a>(
    request: Request<'a>,
    home: &HomeArgument,
) -> Result<Looked<'a>, Vec<Diagnostic>> {
    let prepared = Prepared::new(request, home, None)?;
    refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
    let plan = prepared.plan(request.selected.links.policy())?;
    Ok(Looked { prepared, plan })
}

impl Looked<'_> {
    pub(super) fn report(&self, secrecy: Secrecy) -> Report {
        let mut report = self.prepared.report(match self.plan.is_empty() {
            true => Status::Unchanged,
            false => Status::Planned,
        });
        report.describe(&self.plan, &diffs(&self.plan, secrecy));
        report
    }

    /// Shows what would change.
    pub(super) fn show(
        &self,
        secrecy: Secrecy,
        view: View,
        console: &mut Console,
    ) -> Result<Done, Vec<Diagnostic>> {
        let Self { prepared, plan } = self;
        console.diagnostics(&prepared.warnings);
        console.diagnostics(&plan.warnings);
        let report = self.report(secrecy);
        let diffs = diffs(plan, secrecy);
        if is_drawn(console, view) {
            let of = Review::of(&report).map_err(|error| vec![error])?;
            let headline = prepared.headline();
            review(console, &headline, &of.files, &of.removed, view);
        } else {
            if console.is_patch() {
                refuse_unusable(&diffs, plan).map_err(|error| vec![error])?;
            }
            if console.is_human() || console.is_patch() {
                diff(console, &diffs);
            }
            for removal in &plan.removals {
                console.say(&format!("{} would be taken away", printable_path(removal)));
            }
        }
        if console.is_human() {
            not_for_patch(console, &diffs);
        }
        console.report(&report);
        console.say(&match report.status {
            Status::Unchanged => format!("{}: nothing to do", prepared.headline()),
            _ => format!("{}: nothing was written", prepared.headline()),
        });
        Ok(Done {
            exit: Exit::Success,
            status: report.status,
            kept: (),
        })
    }
}

/// Shows what was reviewed, of one node or of all. No home is needed.
fn show_saved(
    plan: &SavedPlan,
    arguments: &Diff,
    console: &mut Console,
) -> Result<Status, Diagnostic> {
    let mut status = Status::Unchanged;
    let view = arguments.view;
    let nodes = plan.named(arguments.selected.node.as_deref())?;
    if console.is_patch() {
        refuse_saved(&nodes)?;
    }
    for node in nodes {
        let report = node.report();
        let headline = headline(report);
        if is_drawn(console, view) {
            let of = Review::of(report)?;
            review(console, &headline, &of.files, &of.removed, view);
        } else if console.is_human() || console.is_patch() {
            for file in &report.files {
                console.raw(file.diff.as_bytes());
            }
        }
        console.report(report);
        let what = match report.status {
            Status::Unchanged => "nothing to do",
            _ => "planned, not written",
        };
        console.say(&format!(
            "{headline}: {what}, as of {}",
            printable(plan.made())
        ));
        if report.status == Status::Planned {
            status = Status::Planned;
        }
    }
    Ok(status)
}

/// Refuses a patch with these diffs that would not make of the files what `apply`
/// would.
fn refuse_unusable(asked: &[FileDiff], plan: &Plan) -> Result<(), Diagnostic> {
    let paths = |files: Vec<&FileDiff>| {
        let paths: Vec<&str> = files.iter().map(|diff| diff.path.as_str()).collect();
        paths.join(", ")
    };
    let encoded: Vec<_> = asked.iter().filter(|diff| !diff.is_for_patch()).collect();
    if !encoded.is_empty() {
        let message = format!("there is no patch of a file in UTF-16: {}", paths(encoded));
        return Err(no_patch(&message).help("`apply` changes it"));
    }
    let shown = diffs(plan, Secrecy::Shown);
    let pairs = asked.iter().zip(&shown);
    let masked = pairs.filter(|(diff, shown)| diff != shown);
    let masked: Vec<_> = masked.map(|(diff, _)| diff).collect();
    if masked.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the patch has secrets in it, and can't be applied with them masked: {}",
        paths(masked)
    );
    Err(no_patch(&message).help("--show-secrets writes them into the patch"))
}

/// A saved plan has no secrets, and may be for several nodes.
fn refuse_saved(nodes: &[&NodePlan]) -> Result<(), Diagnostic> {
    if nodes.len() > 1 {
        return Err(
            no_patch("a patch is for one home").help("choose a node of the plan with --node")
        );
    }
    let files = nodes.iter().flat_map(|node| &node.report().files);
    let secret: Vec<String> = files
        .filter(|file| file.diff.contains(MASK))
        .map(|file| printable(&file.path))
        .collect();
    if secret.is_empty() {
        return Ok(());
    }
    let message = format!(
        "a plan holds no secrets, and a patch needs them: {}",
        secret.join(", ")
    );
    Err(no_patch(&message).help("make the patch on the home, with --show-secrets"))
}

fn no_patch(message: &str) -> Diagnostic {
    Diagnostic::error("no-patch", Class::Specification, message)
}

/// The home, the node and the profile of a saved plan.
fn headline(report: &Report) -> String {
    let node = report.node.as_deref();
    let node = node.map_or(String::new(), |node| format!("node {}, ", printable(node)));
    format!(
        "{} ({node}profile {})",
        printable(&report.home),
        printable(report.profile.as_deref().unwrap_or_default()),
    )
}
