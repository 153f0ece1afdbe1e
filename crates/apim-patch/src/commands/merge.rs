//! `report merge`: the reports of many nodes as one page.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::grouped_review::Grouper;
use apim_patch_core::merged_report::Merger;
use apim_patch_core::report::Report;
use apim_patch_core::report_reader;

use super::html_page;
use super::which_homes::Identity;
use crate::args::Merge;
use crate::exit::Exit;
use crate::render::{Console, merged, merged_comment};

pub(crate) fn run(arguments: &Merge, console: &mut Console) -> Exit {
    if let Err(exit) = html_page::refuse(&arguments.page, console) {
        return exit;
    }
    let mut merger = Merger::default();
    let mut grouper = Grouper::default();
    let is_page = console.is_html();
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for path in &arguments.files {
        if !seen.insert(Identity::of(path)) {
            // Its nodes would count twice.
            let name = printable_path(path);
            console.say(&format!("note: {name} is named twice; it is read once"));
            continue;
        }
        errors.extend(read(path, |source, report| {
            if is_page {
                grouper.add(source, &report)?;
            }
            merger.add(source, report);
            Ok(())
        }));
    }
    let all = merger.finish();
    console.diagnostics(&errors);
    let mut exit = Exit::of(&errors);
    // What could be read is worth a page even where something could not.
    if all.nodes > 0 {
        console.data(&merged(&all));
        if console.is_markdown() {
            console.raw(merged_comment(&all).as_bytes());
        }
        console.json(&all);
        if is_page {
            exit = exit.graver(html_page::write(&arguments.page, grouper, None, console));
        }
    }
    match all.is_as_asked() {
        true => exit,
        false => exit.graver(Exit::Differences),
    }
}

/// Hands each report of a file to `take`, with the name of the file.
fn read(
    path: &Path,
    mut take: impl FnMut(&str, Report) -> Result<(), Diagnostic>,
) -> Vec<Diagnostic> {
    if path == Path::new("-") {
        let name = "standard input";
        return report_reader::read(name, io::stdin().lock(), |report| take(name, report));
    }
    let name = printable_path(path);
    let opened = match path.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => File::open(path),
    };
    match opened {
        Ok(file) => report_reader::read(&name, file, |report| take(&name, report)),
        Err(error) => {
            let message = format!("report `{name}`: {error}");
            vec![Diagnostic::error(
                "unreadable-file",
                Class::Specification,
                message,
            )]
        }
    }
}
