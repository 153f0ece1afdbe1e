//! `diff`: the unified diff that `apply` would make.

use std::path::Path;

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::report::Status;

use super::{Prepared, diffs, for_each_home, secrecy};
use crate::args::{Diff, Selected};
use crate::exit::Exit;
use crate::render::{Console, diff};

pub(crate) fn run(arguments: &Diff, console: &mut Console) -> Exit {
    for_each_home(&arguments.selected, console, |home, console| {
        let differs = show(&arguments.selected, home, arguments.show_secrets, console)?;
        Ok(match differs && arguments.exit_code {
            true => Exit::Differences,
            false => Exit::Success,
        })
    })
}

/// Shows the diff for one home and says whether there is any. Writes nothing.
pub(super) fn show(
    selected: &Selected,
    home: &Path,
    show_secrets: bool,
    console: &mut Console,
) -> Result<bool, Vec<Diagnostic>> {
    let prepared = Prepared::new(selected, home, None)?;
    refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
    let plan = prepared.plan(selected)?;
    console.diagnostics(&prepared.warnings);
    console.diagnostics(&plan.warnings);
    let diffs = diffs(&plan, secrecy(show_secrets));
    let mut report = prepared.report(match plan.is_empty() {
        true => Status::Unchanged,
        false => Status::Planned,
    });
    report.describe(&plan, &diffs);
    diff(console, &diffs);
    for removal in &plan.removals {
        console.say(&format!("{} would be taken away", printable_path(removal)));
    }
    console.json(&report);
    console.say(&match plan.is_empty() {
        true => format!("{}: nothing to do", prepared.headline()),
        false => format!("{}: nothing was written", prepared.headline()),
    });
    Ok(!plan.is_empty())
}
