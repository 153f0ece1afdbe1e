//! `inspect` of several homes: a column each, or what differs between them.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use apim_patch_core::comparison::{Compared, Comparison};
use apim_patch_core::diagnostic::{Diagnostic, printable, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::inspect::{Inspected, MissingFiles, State};

use super::inspect::{look, word};
use super::inspect_filter::Filter;
use crate::args::Inspect;
use crate::exit::Exit;
use crate::render::{Column, Console, Cut, Table};

pub(super) fn run(
    arguments: &Inspect,
    homes: &[PathBuf],
    console: &mut Console,
) -> Result<Exit, (PathBuf, Vec<Diagnostic>)> {
    let first = homes.first().cloned().unwrap_or_default();
    let filter = Filter::new(arguments).map_err(|errors| (first, errors))?;
    let mut found = Vec::new();
    for home in homes {
        // Secrets are compared before they are masked. A home of another kind
        // may lack files that others have.
        let missing = MissingFiles::LeaveOut;
        let (_, inspected) = look(arguments, home, &filter, Secrecy::Shown, missing, console)
            .map_err(|errors| (home.clone(), errors))?;
        found.push((printable_path(home), inspected));
    }
    let mut comparison = Comparison::new(found, arguments.show_secrets);
    let in_state = |compared: &Compared| compared.homes.iter().any(|one| filter.is_in_state(one));
    comparison.settings.retain(in_state);
    if arguments.differences {
        comparison.keep_differences();
    }
    console.json(&comparison);
    match comparison.settings.is_empty() {
        true if arguments.differences => console.say("the homes do not differ"),
        true => console.say("there is no such setting in the homes"),
        false => {
            let table = table(&comparison).show(console.width(), true);
            console.data(&table);
        }
    }
    let differ = arguments.exit_code && !comparison.settings.is_empty();
    Ok(match differ {
        true => Exit::Differences,
        false => Exit::Success,
    })
}

fn table(comparison: &Comparison) -> Table<'_> {
    let key = Column {
        title: "key",
        cut: Cut::Start,
        least: 16,
    };
    let homes = comparison.homes.iter().map(|home| Column {
        title: home,
        cut: Cut::End,
        least: 12,
    });
    let mut table = Table::new(std::iter::once(key).chain(homes).collect());
    for compared in &comparison.settings {
        let style = match compared.differs {
            true => AnsiColor::Yellow.on_default(),
            false => Style::new(),
        };
        let mut cells: Vec<String> = compared.homes.iter().map(cell).collect();
        // Secrets that differ look alike.
        if compared.differs && cells.windows(2).all(|two| two[0] == two[1]) {
            cells
                .iter_mut()
                .for_each(|cell| cell.push_str(" (differs)"));
        }
        cells.insert(0, printable(&compared.key));
        table.row(style, cells);
    }
    table
}

fn cell(inspected: &Inspected) -> String {
    let state = word(inspected);
    match (&inspected.value, inspected.state) {
        (Some(value), State::Active) if !inspected.vault => printable(value),
        (Some(value), _) => format!("({state}) {}", printable(value)),
        (None, _) => format!("({state})"),
    }
}
