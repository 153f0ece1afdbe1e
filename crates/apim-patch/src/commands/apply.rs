//! `apply`: bring homes to what profile and deployment file ask for.

use apim_patch_core::apply::{Interrupt, apply, lock};
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::diff::masked;
use apim_patch_core::report::Status;
use apim_patch_core::saved_plan::SavedPlan;

use super::many::{Done, Many};
use super::{Prepared, Request, catch_signals, diff, prune_after, recover_first, secrecy};
use crate::args::{Apply, HomeArgument};
use crate::exit::Exit;
use crate::render::{Console, summary};

pub(crate) fn run(arguments: &Apply, console: &mut Console, has_written: &mut bool) -> Exit {
    let selected = &arguments.selected;
    let saved = match arguments.plan.as_deref().map(SavedPlan::read).transpose() {
        Ok(saved) => saved,
        Err(error) => {
            console.diagnostics(std::slice::from_ref(&error));
            return Exit::of(&[error]);
        }
    };
    let request = Request {
        selected,
        saved: saved.as_ref(),
    };
    if arguments.dry_run {
        let many = Many {
            selected,
            interrupt: None,
        };
        let one = |home: &HomeArgument, console: &mut Console| {
            let looked = diff::look(request, home)?;
            looked.show(secrecy(arguments.show_secrets), arguments.view, console)
        };
        return many.run(console, one, |()| ()).exit;
    }
    let interrupt = match catch_signals() {
        Ok(interrupt) => interrupt,
        Err(errors) => {
            console.diagnostics(&errors);
            return Exit::of(&errors);
        }
    };
    let many = Many {
        selected,
        interrupt: Some(&interrupt),
    };
    let one = |home: &HomeArgument, console: &mut Console| {
        one(arguments, request, home, &interrupt, console)
    };
    let tally = many.run(console, one, |()| ());
    *has_written = tally.has_written();
    tally.exit
}

fn one(
    arguments: &Apply,
    request: Request<'_>,
    home: &HomeArgument,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Result<Done, Vec<Diagnostic>> {
    let selected = request.selected;
    let prepared = Prepared::new(request, home, Some(interrupt))?;
    let lock = lock(&prepared.store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    recover_first(&lock, console)?;
    let plan = prepared.plan(selected.links.policy())?;
    console.diagnostics(&prepared.warnings);
    console.diagnostics(&plan.warnings);
    let diffs = masked(&plan);
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
        return Ok(done(Status::Unchanged));
    };
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
            printable_path(&home.path)
        ),
        false => format!("{files}; no history was kept"),
    });
    Ok(done(Status::Applied))
}

fn done(status: Status) -> Done {
    Done {
        exit: Exit::Success,
        status,
        kept: (),
    }
}
