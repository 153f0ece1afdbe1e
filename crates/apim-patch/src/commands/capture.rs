//! `capture`: a deployment file that reproduces what homes are set to.

use std::path::Path;

use apim_patch_core::apply::{Store, refuse_interrupted};
use apim_patch_core::capture::{Captive, Captured, capture};
use apim_patch_core::diagnostic::{Diagnostic, printable_path};
use apim_patch_core::history;
use apim_patch_core::home::Home;
use apim_patch_core::profile::{self, PROFILES, Profile};
use apim_patch_core::report::{Report, Status};

use super::open;
use super::which_homes::{Entry, entries, no_home};
use crate::args::Capture;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Capture, console: &mut Console) -> Exit {
    match captured(arguments, console) {
        Ok(captured) => {
            console.diagnostics(&captured.warnings);
            console.raw(captured.toml.as_bytes());
            for (variable, key) in &captured.variables {
                console.say(&format!("{variable} is to hold the secret of {key}"));
            }
            Exit::Success
        }
        Err(errors) => {
            let home = arguments.homes.homes.first();
            let home = home.map_or(String::new(), |home| printable_path(&home.path));
            console.failure(Report::new(home, Status::Failed), &errors)
        }
    }
}

struct Opened {
    name: String,
    home: Home,
    store: Store,
    profile: &'static Profile,
}

fn captured(arguments: &Capture, console: &mut Console) -> Result<Captured, Vec<Diagnostic>> {
    let asked = match &arguments.profile {
        Some(name) => Some(profile::find(name).map_err(|error| vec![error])?),
        None => None,
    };
    let mut opened: Vec<Opened> = Vec::new();
    let entries = entries(&arguments.homes, console);
    if entries.is_empty() {
        return Err(vec![no_home(&arguments.homes).1]);
    }
    for entry in entries {
        let (path, node) = match entry {
            Entry::Home(home) => (home.path, home.node),
            Entry::Refused(_, error) => return Err(vec![error]),
        };
        let path = path.as_path();
        let (home, store, warnings) = open(path, None)?;
        refuse_interrupted(&store).map_err(|error| vec![error])?;
        console.diagnostics(&warnings);
        let mut name = node.unwrap_or_else(|| name_of(path));
        while opened.iter().any(|opened| opened.name == name) {
            name.push('_');
        }
        let profile = match asked.or_else(|| last_profile(&store)) {
            Some(profile) => profile,
            None => {
                console.say(&format!(
                    "note: nothing says what {} is; captured for `{}`, see --profile",
                    printable_path(path),
                    PROFILES[0].name
                ));
                &PROFILES[0]
            }
        };
        opened.push(Opened {
            name,
            home,
            store,
            profile,
        });
    }
    let captives: Vec<Captive<'_>> = opened
        .iter()
        .map(|opened| Captive {
            name: &opened.name,
            store: &opened.store,
            version: opened.home.version(),
            profile: opened.profile,
        })
        .collect();
    capture(&captives, arguments.links.policy())
}

/// The name of a home's node: the last part of its path.
fn name_of(path: &Path) -> String {
    let real = path.canonicalize();
    let name = real.as_deref().unwrap_or(path).file_name();
    name.map_or_else(|| "node".to_owned(), |name| printable_path(Path::new(name)))
}

/// The profile of the latest run that a home's history tells of.
fn last_profile(store: &Store) -> Option<&'static Profile> {
    let (entries, _) = history::list(store).ok()?;
    let details = &entries.first()?.manifest().details;
    profile::find(details.remember.get("profile")?).ok()
}
