//! `apply`: bring homes to what profile and deployment file ask for.

use std::path::Path;

use apim_patch_core::apply::{Interrupt, apply, lock};
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::report::Status;

use super::{Prepared, catch_signals, diff, diffs, for_each_home, prune_after, recover_first};
use crate::args::Apply;
use crate::exit::Exit;
use crate::render::{Console, summary};

pub(crate) fn run(arguments: &Apply, console: &mut Console, has_written: &mut bool) -> Exit {
    let selected = &arguments.selected;
    if arguments.dry_run {
        return for_each_home(selected, console, |home, console| {
            diff::show(selected, home, arguments.show_secrets, console).map(|_| Exit::Success)
        });
    }
    let interrupt = match catch_signals() {
        Ok(interrupt) => interrupt,
        Err(errors) => {
            console.diagnostics(&errors);
            return Exit::of(&errors);
        }
    };
    for_each_home(selected, console, |home, console| {
        one(arguments, home, &interrupt, console, has_written)
    })
}

fn one(
    arguments: &Apply,
    home: &Path,
    interrupt: &Interrupt,
    console: &mut Console,
    has_written: &mut bool,
) -> Result<Exit, Vec<Diagnostic>> {
    let selected = &arguments.selected;
    let prepared = Prepared::new(selected, home, Some(interrupt))?;
    let lock = lock(&prepared.store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    recover_first(&lock, console)?;
    let plan = prepared.plan(selected)?;
    console.diagnostics(&prepared.warnings);
    console.diagnostics(&plan.warnings);
    let diffs = diffs(&plan, Secrecy::Masked);
    let receipt = apply(
        &plan,
        &lock,
        prepared.occasion(),
        !arguments.no_history,
        selected.links.policy(),
    )
    .map_err(|error| vec![error])?;

    let mut report = prepared.report(Status::Unchanged);
    report.describe(&plan, &diffs);
    if receipt.is_some() {
        prune_after(&lock, arguments.keep, &mut report, console);
    }
    drop(lock);
    let Some(receipt) = receipt else {
        console.tell(&format!("{}\n", prepared.headline()));
        console.tell(&summary(&plan, &diffs, console.is_verbose()));
        console.tell("  nothing to do\n");
        console.json(&report);
        return Ok(Exit::Success);
    };
    *has_written = true;
    report.status = Status::Applied;
    report.changed = diffs.iter().map(|diff| diff.path.clone()).collect();
    report.changed.extend(report.removed.iter().cloned());
    report.transaction = receipt.history.then(|| receipt.id.to_string());
    console.tell(&format!("{}\n", prepared.headline()));
    console.tell(&summary(&plan, &diffs, console.is_verbose()));
    if let Some(running) = prepared.home.running_server() {
        report.warn(std::slice::from_ref(&running));
        console.diagnostics(&[running]);
    }
    console.json(&report);
    let mut files = match receipt.files.len() {
        1 => "1 file changed".to_owned(),
        count => format!("{count} files changed"),
    };
    match receipt.removed.len() {
        0 => {}
        1 => files.push_str(", 1 application taken away"),
        count => files.push_str(&format!(", {count} applications taken away")),
    }
    console.say(&match receipt.history {
        true => format!(
            "{files} as {}; `apim-patch revert --home {}` takes it back",
            receipt.id,
            printable_path(home)
        ),
        false => format!("{files}; no history was kept"),
    });
    Ok(Exit::Success)
}
