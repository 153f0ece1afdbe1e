//! `history`: the runs that can be reverted, and what each of them changed.

use apim_patch_core::apply::{self as core, Store};
use apim_patch_core::diagnostic::{Diagnostic, printable, printable_path};
use apim_patch_core::diff::FileDiff;
use apim_patch_core::history::{self, Change, Entry};
use apim_patch_core::report::{Report, Run, Runs, Status, VERSION};
use apim_patch_core::review::ReviewedFile;

use super::secrecy;
use crate::args::{History, View};
use crate::exit::Exit;
use crate::render::{Console, diff, is_drawn, not_for_patch, review};

pub(crate) fn run(arguments: &History, console: &mut Console) -> Exit {
    let shown = match (&arguments.id, arguments.prune) {
        (Some(id), _) => show(arguments, id, console),
        (None, Some(keep)) => prune(arguments, keep, console),
        (None, None) => list(arguments, console),
    };
    match shown {
        Ok(()) => Exit::Success,
        Err(errors) => {
            let report = Report::new(printable_path(&arguments.home), Status::Failed);
            console.failure(report, &errors)
        }
    }
}

fn store(arguments: &History) -> Result<Store, Vec<Diagnostic>> {
    core::open(&arguments.home, None).map_err(|error| vec![error])
}

fn list(arguments: &History, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let (entries, damaged) = history::list(&store(arguments)?).map_err(|error| vec![error])?;
    console.json(&Runs {
        version: VERSION,
        home: printable_path(&arguments.home),
        transactions: entries.iter().map(Entry::manifest).collect(),
        pruned: Vec::new(),
    });
    for entry in &entries {
        let manifest = entry.manifest();
        let what = match &manifest.reverts {
            Some(id) => format!("revert of {id}"),
            None => match manifest.details.remember.get("profile") {
                Some(profile) => format!("profile {profile}"),
                None => String::new(),
            },
        };
        let mut files = match manifest.files.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let moved = manifest.removed.len() + manifest.restored.len();
        if moved > 0 {
            files.push_str(&format!(" and {moved} applications"));
        }
        console.data(&format!(
            "{}  {}  {:<7}  {}  {}\n",
            manifest.id,
            manifest.started.strftime("%Y-%m-%d %H:%M:%SZ"),
            files,
            printable(&manifest.details.user),
            printable(&what),
        ));
    }
    if entries.is_empty() {
        console.say("no run has left a history");
    }
    console.diagnostics(&damaged);
    Ok(())
}

fn show(arguments: &History, id: &str, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    if !arguments.paging.no_pager {
        console.use_pager();
    }
    let store = store(arguments)?;
    let entry = history::find(&store, id).map_err(|error| vec![error])?;
    let secrecy = secrecy(arguments.show_secrets);
    let mut diffs = Vec::new();
    for change in history::changes(&store, &entry, secrecy).map_err(|error| vec![error])? {
        match change {
            Change::Diff(diff) => diffs.push(diff),
            Change::AndSince(diff) => {
                console.say(&format!(
                    "note: {} has changed since; its diff is that to the file as it is",
                    diff.path
                ));
                diffs.push(diff);
            }
            Change::Gone(path) => {
                console.say(&format!("note: {path} is gone; its diff can't be shown"));
            }
        }
    }
    for record in &entry.manifest().removed {
        console.say(&format!(
            "{} was taken away",
            printable_path(&record.relative)
        ));
    }
    for record in &entry.manifest().restored {
        console.say(&format!(
            "{} was brought back",
            printable_path(&record.relative)
        ));
    }
    let texts: Vec<String> = diffs.iter().map(FileDiff::to_string).collect();
    console.json(&Run {
        version: VERSION,
        home: printable_path(&arguments.home),
        transaction: entry.manifest(),
        diff: texts.concat(),
    });
    not_for_patch(console, &diffs);
    let view = View::from(arguments.view);
    if is_drawn(console, view) {
        let headline = format!("{}, run {}", printable_path(&arguments.home), entry.id());
        let files: Vec<ReviewedFile> = diffs.into_iter().map(ReviewedFile::from).collect();
        review(console, &headline, &files, &[], view);
    } else if console.is_human() {
        diff(console, &diffs);
    }
    Ok(())
}

fn prune(arguments: &History, keep: usize, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let store = store(arguments)?;
    let lock = core::lock(&store, arguments.waiting.wait()).map_err(|error| vec![error])?;
    let gone = history::prune(&lock, keep).map_err(|error| vec![error])?;
    let (entries, _) = history::list(&store).map_err(|error| vec![error])?;
    console.json(&Runs {
        version: VERSION,
        home: printable_path(&arguments.home),
        transactions: entries.iter().map(Entry::manifest).collect(),
        pruned: gone.clone(),
    });
    for id in &gone {
        console.data(&format!("deleted  {id}\n"));
    }
    Ok(())
}
