//! `revert`: put a home back to what it was before a run.

use apim_patch_core::apply::{self as core, Reverted};
use apim_patch_core::diagnostic::{Diagnostic, printable, printable_path};
use apim_patch_core::report::{Report, Status};

use super::{catch_signals, occasion, open, prune_after, recover_first};
use crate::args::Revert;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Revert, console: &mut Console, has_written: &mut bool) -> Exit {
    match revert(arguments, console) {
        Ok(report) => {
            *has_written = report.status == Status::Reverted;
            console.json(&report);
            Exit::Success
        }
        Err(errors) => {
            let report = Report::new(printable_path(&arguments.home), Status::Failed);
            console.failure(report, &errors)
        }
    }
}

fn revert(arguments: &Revert, console: &mut Console) -> Result<Report, Vec<Diagnostic>> {
    let interrupt = catch_signals()?;
    let (home, store, _) = open(&arguments.home, Some(&interrupt))?;
    let lock = core::lock(&store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    recover_first(&lock, console)?;
    let mut report = Report::new(printable_path(home.path()), Status::Unchanged);
    report.product_version = home.version().map(str::to_owned);
    let links = arguments.links.policy();
    let reverted = core::revert(&lock, arguments.id.as_deref(), occasion(), links)
        .map_err(|error| vec![error])?;
    let (id, receipt) = match reverted {
        Reverted::NoHistory => {
            console.say("there is nothing to revert: the history is empty");
            return Ok(report);
        }
        Reverted::AlreadySo(id) => {
            console.say(&format!(
                "nothing to do: the files are what they were before {id}"
            ));
            return Ok(report);
        }
        Reverted::Done(id, receipt) => (id, receipt),
    };
    prune_after(&lock, arguments.keep, &mut report, console);
    drop(lock);
    report.status = Status::Reverted;
    report.transaction = Some(receipt.id.to_string());
    for file in &receipt.files {
        let path = printable(&file.relative.to_string_lossy());
        console.tell(&format!("  put back  {path}\n"));
        report.changed.push(path);
    }
    for (what, moved) in [
        ("brought back", &receipt.restored),
        ("taken away", &receipt.removed),
    ] {
        for moved in moved {
            let path = printable_path(&moved.relative);
            console.tell(&format!("  {what}  {path}\n"));
            report.changed.push(path);
        }
    }
    if let Some(running) = home.running_server() {
        report.warn(std::slice::from_ref(&running));
        console.diagnostics(&[running]);
    }
    console.say(&format!("{id} is taken back as {}", receipt.id));
    Ok(report)
}
