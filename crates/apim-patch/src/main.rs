//! `apim-patch`: makes WSO2 API Manager homes what a profile asks for, in
//! place.
//!
//! **Invariant:** the only crate that knows clap, terminals, colours and exit
//! codes.

mod answers;
mod args;
mod commands;
mod completion;
mod doctor_arguments;
mod examples;
mod exit;
mod history_arguments;
mod home_arguments;
mod inspect_arguments;
mod options;
mod out_file;
mod output_arguments;
mod process;
mod render;
mod render_arguments;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use clap_complete::CompleteEnv;

use args::{Arguments, Command, Format, ReportCommand};
use render::Console;

fn main() -> ExitCode {
    process::keep_to_itself();
    CompleteEnv::with_factory(Arguments::command)
        .var(completion::VARIABLE)
        .complete();
    let arguments = Arguments::parse();
    refuse_other_format(&arguments);
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
        Command::Schema(schema) => commands::schema::run(schema, &mut console),
        Command::Render(render) => commands::render::run(render, &mut console),
        Command::Demo(demo) => commands::demo::run(demo, &mut console),
        Command::Init(init) => commands::init::run(init, &mut console),
        Command::Man(man) => commands::man::run(man, &mut console),
        Command::Completions { shell } => commands::completions::run(*shell, &mut console),
    };
    ExitCode::from(console.finish(exit, has_written).code())
}

/// Ends the process, as for any other mistake in what was typed, where the
/// command has no output of the shape that is asked for.
fn refuse_other_format(arguments: &Arguments) {
    let formats = arguments.command.formats();
    let asked = arguments.output.format;
    let refuse = |message: String| {
        Arguments::command()
            .error(ErrorKind::ValueValidation, message)
            .exit()
    };
    if arguments.command.is_drawn() && asked != Format::Human {
        refuse("--side-by-side, --stat and --why are for people; leave --format out".to_owned());
    }
    if formats.contains(&asked) {
        return;
    }
    let name = |format: &Format| {
        let value = format.to_possible_value();
        value.map_or(String::new(), |value| format!("`{}`", value.get_name()))
    };
    let has: Vec<String> = formats.iter().map(name).collect();
    refuse(format!(
        "this command has no format {}; it has {}",
        name(&asked),
        has.join(", ")
    ));
}
