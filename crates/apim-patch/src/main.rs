//! `apim-patch`: makes WSO2 API Manager homes what a profile asks for, in
//! place.
//!
//! **Invariant:** the only crate that knows clap, terminals, colours and exit
//! codes.

mod args;
mod commands;
mod examples;
mod exit;
mod home_arguments;
mod options;
mod out_file;
mod output_arguments;
mod process;
mod render;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, ReportCommand};
use render::Console;

fn main() -> ExitCode {
    process::keep_to_itself();
    let arguments = Arguments::parse();
    let mut console = Console::new(&arguments.output);
    let mut has_written = false;
    let exit = match &arguments.command {
        Command::Apply(apply) => commands::apply::run(apply, &mut console, &mut has_written),
        Command::Diff(diff) => commands::diff::run(diff, &mut console),
        Command::Plan(plan) => commands::plan::run(plan, &mut console),
        Command::Check(selected) => commands::check::run(selected, &mut console),
        Command::Inspect(inspect) => commands::inspect::run(inspect, &mut console),
        Command::Capture(capture) => commands::capture::run(capture, &mut console),
        Command::Revert(revert) => commands::revert::run(revert, &mut console, &mut has_written),
        Command::History(history) => commands::history::run(history, &mut console),
        Command::Recover(recover) => {
            commands::recover::run(recover, &mut console, &mut has_written)
        }
        Command::Report(ReportCommand::Merge(merge)) => commands::merge::run(merge, &mut console),
        Command::Explain(explain) => commands::explain::run(explain, &mut console),
        Command::Lint(lint) => commands::lint::run(lint, &mut console),
        Command::Doctor(doctor) => commands::doctor::run(doctor, &mut console),
        Command::Init => commands::init::run(&mut console),
        Command::Render(render) => commands::render::run(render, &mut console),
        Command::Demo(demo) => commands::demo::run(demo, &mut console),
        Command::Completions { shell } => commands::completions::run(*shell, &mut console),
    };
    ExitCode::from(console.finish(exit, has_written).code())
}
