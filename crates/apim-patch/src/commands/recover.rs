//! `recover`: repair a home after a crash.

use apim_patch_core::apply::{lock, open};
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::report::{Report, Status};

use super::{catch_signals, recover_first};
use crate::args::Recover;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Recover, console: &mut Console, has_written: &mut bool) -> Exit {
    let mut report = Report::new(printable_path(&arguments.home), Status::Unchanged);
    match repair(arguments, console) {
        Ok(repaired) => {
            *has_written = repaired;
            if repaired {
                report.status = Status::Applied;
            } else {
                console.say("nothing to recover");
            }
            console.json(&report);
            Exit::Success
        }
        Err(errors) => console.failure(report, &errors),
    }
}

/// Goes by the state directory alone: the crash may have been what keeps the
/// home from being recognised.
fn repair(arguments: &Recover, console: &mut Console) -> Result<bool, Vec<Diagnostic>> {
    let interrupt = catch_signals()?;
    let store = open(&arguments.home, Some(&interrupt)).map_err(|error| vec![error])?;
    let lock = lock(&store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    recover_first(&lock, console)
}
