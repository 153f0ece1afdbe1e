//! `diff`: the unified diff that `apply` would make.

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::diff::{Secrecy, diffs};
use apim_patch_core::plan::Plan;
use apim_patch_core::report::{Report, Status};
use apim_patch_core::saved_plan::SavedPlan;

use super::many::{Done, Many};
use super::{Prepared, Request, secrecy};
use crate::args::{Diff, HomeArgument};
use crate::exit::Exit;
use crate::render::{Console, diff, reviewed};

pub(crate) fn run(arguments: &Diff, console: &mut Console) -> Exit {
    let selected = &arguments.selected;
    let exit_of = |status| match arguments.exit_code && status == Status::Planned {
        true => Exit::Differences,
        false => Exit::Success,
    };
    if let Some(path) = &arguments.plan {
        let shown = SavedPlan::read(path)
            .and_then(|plan| show_saved(&plan, selected.node.as_deref(), console));
        return match shown {
            Ok(status) => exit_of(status),
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
        let done = look(request, home)?.show(secrecy(arguments.show_secrets), console);
        Ok(Done {
            exit: exit_of(done.status),
            ..done
        })
    };
    many.run(console, one, |()| ()).exit
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
    pub(super) fn show(&self, secrecy: Secrecy, console: &mut Console) -> Done {
        let Self { prepared, plan } = self;
        console.diagnostics(&prepared.warnings);
        console.diagnostics(&plan.warnings);
        let report = self.report(secrecy);
        diff(console, &diffs(plan, secrecy));
        for removal in &plan.removals {
            console.say(&format!("{} would be taken away", printable_path(removal)));
        }
        console.json(&report);
        console.say(&match report.status {
            Status::Unchanged => format!("{}: nothing to do", prepared.headline()),
            _ => format!("{}: nothing was written", prepared.headline()),
        });
        Done {
            exit: Exit::Success,
            status: report.status,
            kept: (),
        }
    }
}

/// Shows what was reviewed, of one node or of all. No home is needed.
fn show_saved(
    plan: &SavedPlan,
    node: Option<&str>,
    console: &mut Console,
) -> Result<Status, Diagnostic> {
    let mut status = Status::Unchanged;
    for node in plan.named(node)? {
        let report = node.report();
        reviewed(console, report, plan.made());
        console.json(report);
        if report.status == Status::Planned {
            status = Status::Planned;
        }
    }
    Ok(status)
}
