//! `inspect`: current value, state and place of settings.

use apim_patch_core::apply::refuse_interrupted;
use apim_patch_core::catalogue::{self, Row};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::inspect::{Inspected, MissingFiles, State, inspect};
use apim_patch_core::report::{Inspection, Report, Status, VERSION};

use super::{open, secrecy};
use crate::args::Inspect;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Inspect, console: &mut Console) -> Exit {
    match look(arguments, console) {
        Ok(()) => Exit::Success,
        Err(errors) => {
            let report = Report::new(printable_path(&arguments.home), Status::Failed);
            console.failure(report, &errors)
        }
    }
}

fn look(arguments: &Inspect, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let rows = rows(&arguments.keys)?;
    let (home, store, warnings) = open(&arguments.home, None)?;
    refuse_interrupted(&store).map_err(|error| vec![error])?;
    console.diagnostics(&warnings);
    let found = inspect(
        &store,
        &rows,
        arguments.links.policy(),
        secrecy(arguments.show_secrets),
        match arguments.keys.is_empty() {
            true => MissingFiles::LeaveOut,
            false => MissingFiles::Refuse,
        },
    )?;
    console.json(&Inspection {
        version: VERSION,
        home: printable_path(home.path()),
        product_version: home.version(),
        settings: &found,
    });
    let width = found
        .iter()
        .map(|inspected| inspected.key.len())
        .max()
        .unwrap_or(0);
    for inspected in &found {
        console.data(&line(inspected, width));
    }
    Ok(())
}

fn line(inspected: &Inspected, width: usize) -> String {
    let value = match (&inspected.value, inspected.state) {
        (Some(value), _) => printable(value),
        (None, State::Absent) => String::new(),
        (None, _) => "…".to_owned(),
    };
    let place = match (inspected.line, inspected.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", inspected.file),
        _ => inspected.file.to_owned(),
    };
    let padded = if inspected.padded {
        "  (white space around it, which the server does not trim)"
    } else {
        ""
    };
    format!(
        "{:<width$}  {:<13}  {value:<40}  {place}{padded}\n",
        inspected.key,
        inspected.state.as_str()
    )
}

/// The rows of keys and of tables of keys.
pub(super) fn rows(keys: &[String]) -> Result<Vec<&'static Row>, Vec<Diagnostic>> {
    if keys.is_empty() {
        return Ok(catalogue::rows().collect());
    }
    let mut rows = Vec::new();
    let mut unknown = Vec::new();
    for key in keys {
        let table = format!("{key}.");
        let before = rows.len();
        rows.extend(catalogue::rows().filter(|row| row.key == key || row.key.starts_with(&table)));
        if rows.len() == before {
            unknown.push(unknown_key(key));
        }
    }
    if unknown.is_empty() {
        Ok(rows)
    } else {
        Err(unknown)
    }
}

pub(super) fn unknown_key(key: &str) -> Diagnostic {
    let error = Diagnostic::error(
        "unknown-key",
        Class::Specification,
        format!("unknown key `{}`", printable(key)),
    );
    match catalogue::suggest_key_or_table(key) {
        Some(meant) => error.help(format!("did you mean `{}`?", printable(&meant))),
        None => error.help("`apim-patch inspect --home HOME` lists all keys"),
    }
}
