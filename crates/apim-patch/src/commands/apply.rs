//! `apply`: bring homes to what profile and deployment file ask for.

use apim_patch_core::apply::{Interrupt, apply, lock, refuse_interrupted};
use apim_patch_core::deployment::{RestartStep, restart_order};
use apim_patch_core::diagnostic::Diagnostic;
use apim_patch_core::diff::masked;
use apim_patch_core::report::Status;
use apim_patch_core::saved_plan::SavedPlan;
use apim_patch_core::spec::DeploymentFile;

use super::check_command::{check_command, word};
use super::many::{Done, Many};
use super::{Prepared, Request, catch_signals, choose, diff, prune_after, recover_first, secrecy};
use crate::args::{Apply, HomeArgument, Selected};
use crate::exit::Exit;
use crate::render::{Changed, Console, of_many, of_one, summary};

pub(crate) fn run(arguments: &Apply, console: &mut Console, has_written: &mut bool) -> Exit {
    let selected = &arguments.selected;
    if arguments.interactive
        && let Err(error) = choose::refuse(arguments, console)
    {
        console.diagnostics(std::slice::from_ref(&error));
        return Exit::of(&[error]);
    }
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
    if arguments.dry_run && !arguments.interactive {
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
    let mut changed = Vec::new();
    let tally = many.run(console, one, |home| changed.extend(home));
    *has_written = tally.has_written();
    // What a plan has asked, `check` can't be asked.
    let check = match saved {
        Some(_) => None,
        None => check_command(selected),
    };
    match changed.as_slice() {
        [] => {}
        [home] if !selected.homes.may_be_several() => {
            console.say(of_one(home, check.as_deref()).trim_end());
        }
        homes => {
            let order = order(selected, saved.is_some());
            console.say(of_many(homes, &order, check.as_deref()).trim_end());
        }
    }
    tally.exit
}

/// In which order the nodes of the deployment file are restarted, where there
/// is one for nodes. What is wrong with it was told before.
fn order(selected: &Selected, is_saved: bool) -> Vec<RestartStep> {
    let homes = &selected.homes;
    let named = homes.homes.first().map(|home| &home.path);
    let path = match named.or(homes.all_homes.first()) {
        Some(home) if !is_saved => selected.deployment_file(home),
        _ => None,
    };
    let file = path.and_then(|path| DeploymentFile::read(&path).ok());
    let deployment = file.as_ref().and_then(DeploymentFile::deployment);
    deployment.map(restart_order).unwrap_or_default()
}

fn one(
    arguments: &Apply,
    request: Request<'_>,
    home: &HomeArgument,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Result<Done<Option<Changed>>, Vec<Diagnostic>> {
    let selected = request.selected;
    let mut prepared = Prepared::new(request, home, Some(interrupt))?;
    let mut chosen = None;
    if arguments.interactive {
        if arguments.dry_run {
            refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
        } else if refuse_interrupted(&prepared.store).is_err() {
            let lock =
                lock(&prepared.store, arguments.waiting.wait()).map_err(|error| vec![error])?;
            recover_first(&lock, console)?;
        }
        let plan = choose::choose(&mut prepared, arguments, interrupt, console)?;
        if arguments.dry_run {
            let looked = diff::Looked { prepared, plan };
            let shown = looked.show(secrecy(arguments.show_secrets), arguments.view, console)?;
            return Ok(done(shown.status, None));
        }
        chosen = Some(plan);
    }
    let lock = lock(&prepared.store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    recover_first(&lock, console)?;
    // Not planned again: a file that has changed since is a conflict.
    let plan = match chosen {
        Some(plan) => plan,
        None => prepared.plan(selected.links.policy())?,
    };
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
        return Ok(done(Status::Unchanged, None));
    };
    report.status = Status::Applied;
    report.changed = diffs.iter().map(|diff| diff.path.clone()).collect();
    report.changed.extend(report.removed.iter().cloned());
    report.transaction = receipt.history.then(|| receipt.id.to_string());
    console.tell(&format!("{}\n", prepared.headline()));
    console.tell(&summary(&plan, &diffs, console.is_verbose()));
    if let Some(running) = prepared.home.running_server() {
        // For people the next steps say so.
        report.warn(&[running]);
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
    let run = report.transaction;
    console.say(&match &run {
        Some(run) => format!("{files} as {run}"),
        None => files,
    });
    let changed = Changed {
        node: prepared.selection.node.clone(),
        home: word(home.path.as_os_str()),
        process: prepared.home.server_process(),
        run,
    };
    Ok(done(Status::Applied, Some(changed)))
}

fn done<T>(status: Status, kept: T) -> Done<T> {
    Done {
        exit: Exit::Success,
        status,
        kept,
    }
}
