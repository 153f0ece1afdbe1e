//! `man`: the manual pages, one per command.

use std::fs;
use std::io;
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use clap::CommandFactory;
use clap_mangen::Man as Page;
use clap_mangen::roff::{Roff, roman};

use crate::args::{Arguments, Man};
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Man, console: &mut Console) -> Exit {
    match show(arguments, console) {
        Ok(()) => Exit::Success,
        Err(error) => {
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

fn show(arguments: &Man, console: &mut Console) -> Result<(), Diagnostic> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &arguments.out else {
        let page = page(&command).map_err(|error| failed(Path::new("the page"), &error))?;
        console.raw(&page);
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for command in with_subcommands(&command) {
        let name = format!("{}.1", name(command));
        let path = folder.join(name);
        page(command)
            .and_then(|page| fs::write(&path, page))
            .map_err(|error| failed(&path, &error))?;
        console.tell(&format!("{}\n", printable_path(&path)));
    }
    Ok(())
}

/// A command, the commands in it, and those in them.
fn with_subcommands(command: &clap::Command) -> Vec<&clap::Command> {
    let inner = command.get_subcommands().flat_map(with_subcommands);
    std::iter::once(command).chain(inner).collect()
}

/// The page's name: `apim-patch-apply`.
fn name(command: &clap::Command) -> &str {
    let name = command.get_display_name();
    name.unwrap_or_else(|| command.get_name())
}

fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    // Only what short help shows would be described.
    let command = command.clone();
    let page = Page::new(command.clone().mut_args(|arg| arg.hide_short_help(false)));
    let mut text = title(name(&command)).into_bytes();
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    behind(&command).to_writer(&mut text)?;
    Ok(text)
}

/// The title, with no date: a page is of the release and not of the day on
/// which it is printed.
fn title(name: &str) -> String {
    let name = name.to_uppercase().replace('-', r"\-");
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH \"{name}\" \"1\" \"\" \"apim-patch {version}\" \"apim-patch manual\"\n")
}

/// What stands below `--help`, as sections of their own.
fn behind(command: &clap::Command) -> Roff {
    let mut roff = Roff::new();
    let text = command.get_after_long_help().map(ToString::to_string);
    for paragraph in text.unwrap_or_default().split("\n\n") {
        if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
            roff.control("SH", ["EXAMPLES"]);
            roff.control("nf", []);
            for line in examples.lines() {
                // What starts with a blank is set off where lines are kept.
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
            roff.control("fi", []);
        } else if let Some(status) = paragraph.strip_prefix("Exit status: ") {
            roff.control("SH", ["EXIT STATUS"]);
            roff.text([roman(status)]);
        } else if !paragraph.is_empty() {
            roff.control("SH", ["NOTES"]);
            roff.text([roman(paragraph)]);
        }
    }
    roff
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("{} can't be written: {error}", printable_path(path));
    Diagnostic::error("unwritable-file", Class::Io, message)
}
