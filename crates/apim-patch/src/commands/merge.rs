//! `report merge`: the reports of many nodes as one page.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::merged_report::Merger;

use super::which_homes::Identity;
use crate::args::Merge;
use crate::exit::Exit;
use crate::render::{Console, merged, merged_comment};

pub(crate) fn run(arguments: &Merge, console: &mut Console) -> Exit {
    let mut merger = Merger::default();
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for path in &arguments.files {
        match seen.insert(Identity::of(path)) {
            true => errors.extend(read(&mut merger, path)),
            // Its nodes would count twice.
            false => {
                let name = printable_path(path);
                console.say(&format!("note: {name} is named twice; it is read once"));
            }
        }
    }
    let page = merger.finish();
    console.diagnostics(&errors);
    // What could be read is worth a page even where something could not.
    if page.nodes > 0 {
        console.data(&merged(&page));
        if console.is_markdown() {
            console.raw(merged_comment(&page).as_bytes());
        }
        console.json(&page);
    }
    let found = match page.is_as_asked() {
        true => Exit::Success,
        false => Exit::Differences,
    };
    found.graver(Exit::of(&errors))
}

fn read(merger: &mut Merger, path: &Path) -> Vec<Diagnostic> {
    if path == Path::new("-") {
        return merger.read("standard input", io::stdin().lock());
    }
    let name = printable_path(path);
    let opened = match path.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => File::open(path),
    };
    match opened {
        Ok(file) => merger.read(&name, file),
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
