//! `diff`: the unified diff that `apply` would make.

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::report::Status;

use super::many::{Done, Many};
use super::{Prepared, diffs, secrecy};
use crate::args::{Diff, HomeArgument, Selected};
use crate::exit::Exit;
use crate::render::{Console, diff};

pub(crate) fn run(arguments: &Diff, console: &mut Console) -> Exit {
    let selected = &arguments.selected;
    let many = Many {
        selected,
        interrupt: None,
    };
    let one = |home: &HomeArgument, console: &mut Console| {
        let mut done = show(selected, home, arguments.show_secrets, console)?;
        if arguments.exit_code && done.status == Status::Planned {
            done.exit = Exit::Differences;
        }
        Ok(done)
    };
    many.run(console, one, |()| ()).exit
}

/// Shows the diff for one home. Writes nothing.
pub(super) fn show(
    selected: &Selected,
    home: &HomeArgument,
    show_secrets: bool,
    console: &mut Console,
) -> Result<Done, Vec<Diagnostic>> {
    let prepared = Prepared::new(selected, home, None)?;
    refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
    let plan = prepared.plan(selected)?;
    console.diagnostics(&prepared.warnings);
    console.diagnostics(&plan.warnings);
    let diffs = diffs(&plan, secrecy(show_secrets));
    let status = match plan.is_empty() {
        true => Status::Unchanged,
        false => Status::Planned,
    };
    let mut report = prepared.report(status);
    report.describe(&plan, &diffs);
    diff(console, &diffs);
    for removal in &plan.removals {
        console.say(&format!("{} would be taken away", printable_path(removal)));
    }
    console.json(&report);
    console.say(&match status {
        Status::Unchanged => format!("{}: nothing to do", prepared.headline()),
        _ => format!("{}: nothing was written", prepared.headline()),
    });
    Ok(Done {
        exit: Exit::Success,
        status,
        kept: (),
    })
}
