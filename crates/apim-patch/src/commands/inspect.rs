//! `inspect`: current value, state and place of settings.

use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::home::Home;
use apim_patch_core::inspect::{Inspected, MissingFiles, Shadowed, State, inspect};
use apim_patch_core::report::{Inspection, Report, Status, VERSION};

use super::inspect_filter::Filter;
use super::{inspect_homes, open, secrecy};
use crate::args::Inspect;
use crate::exit::Exit;
use crate::render::{Column, Console, Cut, Table};

pub(crate) fn run(arguments: &Inspect, console: &mut Console) -> Exit {
    let result = match &arguments.homes[..] {
        [home] => one(arguments, home, console),
        homes => inspect_homes::run(arguments, homes, console),
    };
    match result {
        Ok(exit) => exit,
        Err((home, errors)) => {
            let report = Report::new(printable_path(&home), Status::Failed);
            console.failure(report, &errors)
        }
    }
}

fn one(
    arguments: &Inspect,
    path: &Path,
    console: &mut Console,
) -> Result<Exit, (PathBuf, Vec<Diagnostic>)> {
    let failed = |errors| (path.to_owned(), errors);
    if arguments.differences {
        let message = "--differences are those between homes, and one home is given";
        let error = Diagnostic::error("one-home", Class::Specification, message);
        return Err(failed(vec![error.help("give another one with --home DIR")]));
    }
    let filter = Filter::new(arguments).map_err(failed)?;
    let secrecy = secrecy(arguments.show_secrets);
    let missing = filter.missing_files();
    let (home, mut found) =
        look(arguments, path, &filter, secrecy, missing, console).map_err(failed)?;
    found.retain(|inspected| filter.is_in_state(inspected));
    console.json(&Inspection {
        version: VERSION,
        home: printable_path(home.path()),
        product_version: home.version(),
        settings: &found,
    });
    if found.is_empty() {
        console.say("there is no such setting in the home");
        return Ok(Exit::Success);
    }
    let width = console.width();
    console.data(&table(&found).show(width, width.is_some()));
    Ok(Exit::Success)
}

/// What a home has of the settings that are asked for, in whatever state.
pub(super) fn look(
    arguments: &Inspect,
    path: &Path,
    filter: &Filter,
    secrecy: Secrecy,
    missing: MissingFiles,
    console: &mut Console,
) -> Result<(Home, Vec<Inspected>), Vec<Diagnostic>> {
    let (home, store, warnings) = open(path, None)?;
    refuse_interrupted(&store).map_err(|error| vec![error])?;
    console.diagnostics(&warnings);
    let links = arguments.links.policy();
    let mut found = inspect(&store, filter.rows(), links, secrecy, missing)?;
    filter.keep_keys(&mut found);
    Ok((home, found))
}

fn table(found: &[Inspected]) -> Table<'static> {
    let column = |title, cut, least| Column { title, cut, least };
    let mut table = Table::new(vec![
        column("key", Cut::Start, 16),
        column("value", Cut::End, 12),
        column("state", Cut::End, 8),
        column("place", Cut::Start, 16),
    ]);
    for inspected in found {
        let padded = match inspected.padded {
            true => "  (white space around it, which the server does not trim)",
            false => "",
        };
        table.row(
            style(inspected),
            vec![
                printable(&inspected.key),
                value(inspected),
                word(inspected).to_owned(),
                format!("{}{padded}", place(inspected)),
            ],
        );
        for Shadowed {
            value,
            line,
            column,
        } in &inspected.shadowed
        {
            table.row(
                AnsiColor::Red.on_default(),
                vec![
                    printable(&inspected.key),
                    printable(value.as_deref().unwrap_or_default()),
                    "shadowed".to_owned(),
                    format!("{}:{line}:{column}", inspected.file),
                ],
            );
        }
    }
    table
}

fn style(inspected: &Inspected) -> Style {
    match inspected.state {
        State::Active => Style::new(),
        State::CommentedOut => AnsiColor::Yellow.on_default(),
        State::Absent => Style::new().dimmed(),
    }
}

/// The word for the state of what counts.
pub(super) fn word(inspected: &Inspected) -> &'static str {
    match inspected.state {
        State::Active if inspected.vault => "vault",
        State::Active => "active",
        State::CommentedOut => "hidden",
        State::Absent => "absent",
    }
}

fn value(inspected: &Inspected) -> String {
    match (&inspected.value, inspected.state) {
        (Some(value), _) => printable(value),
        (None, State::Absent) => String::new(),
        (None, _) => "…".to_owned(),
    }
}

fn place(inspected: &Inspected) -> String {
    match (inspected.line, inspected.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", inspected.file),
        _ => inspected.file.to_owned(),
    }
}
