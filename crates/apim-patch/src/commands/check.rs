//! `check`: is the home already what is asked for?

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::Diagnostic;
use apim_patch_core::diff::masked;
use apim_patch_core::report::Status;

use super::many::{Done, Many};
use super::{Prepared, Request};
use crate::args::{HomeArgument, Selected};
use crate::exit::Exit;
use crate::render::{Console, differences, page};

pub(crate) fn run(selected: &Selected, console: &mut Console) -> Exit {
    let many = Many {
        selected,
        interrupt: None,
    };
    let one = |home: &HomeArgument, console: &mut Console| check(selected, home, console);
    let exit = many.run(console, one, |()| ()).exit;
    page(console, exit)
}

fn check(
    selected: &Selected,
    home: &HomeArgument,
    console: &mut Console,
) -> Result<Done, Vec<Diagnostic>> {
    let request = Request {
        selected,
        saved: None,
    };
    let prepared = Prepared::new(request, home, None)?;
    refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
    let plan = prepared.plan(selected.links.policy())?;
    console.diagnostics(&prepared.warnings);
    console.diagnostics(&plan.warnings);
    let (exit, status) = match plan.is_empty() {
        true => (Exit::Success, Status::Unchanged),
        false => (Exit::Differences, Status::Differences),
    };
    let mut report = prepared.report(status);
    report.describe(&plan, &masked(&plan));
    report.exit_code = exit.code();
    console.data(&differences(&plan));
    console.report(&report);
    let count = plan
        .settings()
        .filter(|(_, setting)| setting.changes())
        .count()
        + plan.removals.len();
    console.say(&match count {
        0 => format!("{}: as asked for", prepared.headline()),
        1 => format!("{}: 1 setting differs", prepared.headline()),
        count => format!("{}: {count} settings differ", prepared.headline()),
    });
    Ok(Done {
        exit,
        status,
        kept: (),
    })
}
