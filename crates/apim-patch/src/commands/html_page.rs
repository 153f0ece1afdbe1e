//! `--format html`: the reports of a run as one page, written to a file.

use std::io::{self, IsTerminal};
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::grouped_review::Grouper;

use crate::args::PageFile;
use crate::exit::Exit;
use crate::out_file::{self, Readers};
use crate::render::{Console, html};

/// Refuses a page that has nowhere to go, and a file for what is no page. To be
/// asked before the work begins.
pub(super) fn refuse(page: &PageFile, console: &mut Console) -> Result<(), Exit> {
    let error = match (console.is_html(), &page.out) {
        (true, None) if io::stdout().is_terminal() => Diagnostic::error(
            "page-file",
            Class::Specification,
            "a page needs a file to go to",
        )
        .help("say --out FILE, and open that in a browser"),
        (false, Some(_)) => {
            let message = "--out is where the page of --format html goes";
            Diagnostic::error("page-file", Class::Specification, message)
                .help("say --format html, or leave --out out")
        }
        _ => return Ok(()),
    };
    console.diagnostics(std::slice::from_ref(&error));
    Err(Exit::of(&[error]))
}

/// The page of the reports that the console was given.
pub(super) fn of_reports(page: &PageFile, secrecy: Secrecy, console: &mut Console) -> Exit {
    let mut grouper = Grouper::default();
    for report in console.take_reports() {
        if let Err(error) = grouper.add(&report.home, &report) {
            console.diagnostics(std::slice::from_ref(&error));
            return Exit::of(&[error]);
        }
    }
    write(page, grouper, Some(secrecy), console)
}

/// Writes the page.
pub(super) fn write(
    page: &PageFile,
    grouper: Grouper,
    secrecy: Option<Secrecy>,
    console: &mut Console,
) -> Exit {
    let text = match html(&grouper.finish(), secrecy) {
        Ok(text) => text,
        Err(error) => return failed(&format!("the page can't be made: {error}"), console),
    };
    match &page.out {
        None => console.raw(text.as_bytes()),
        Some(path) => {
            // It says where a deployment keeps its secrets, or shows them.
            if let Err(error) = out_file::write(path, text.as_bytes(), Readers::Owner) {
                let message = format!("page `{}` can't be written: {error}", printable_path(path));
                return failed(&message, console);
            }
            console.say(&written(path));
        }
    }
    Exit::Success
}

fn written(path: &Path) -> String {
    format!("{}: written; open it in a browser", printable_path(path))
}

fn failed(message: &str, console: &mut Console) -> Exit {
    let error = Diagnostic::error("page-file", Class::Io, message);
    console.diagnostics(std::slice::from_ref(&error));
    Exit::of(&[error])
}
