//! `check`: is the home already what is asked for?

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diff::Secrecy;
use apim_patch_core::report::Status;

use super::{Prepared, diffs, for_each_home};
use crate::args::Selected;
use crate::exit::Exit;
use crate::render::{Console, differences};

pub(crate) fn run(selected: &Selected, console: &mut Console) -> Exit {
    for_each_home(selected, console, |home, console| {
        let prepared = Prepared::new(selected, home, None)?;
        refuse_interrupted(&prepared.store).map_err(|error| vec![error])?;
        let plan = prepared.plan(selected)?;
        console.diagnostics(&prepared.warnings);
        console.diagnostics(&plan.warnings);
        let exit = match plan.is_empty() {
            true => Exit::Success,
            false => Exit::Differences,
        };
        let mut report = prepared.report(match plan.is_empty() {
            true => Status::Unchanged,
            false => Status::Differences,
        });
        report.describe(&plan, &diffs(&plan, Secrecy::Masked));
        report.exit_code = exit.code();
        console.data(&differences(&plan));
        console.json(&report);
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
        Ok(exit)
    })
}
