//! The file comes to what was chosen, or is not given out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use super::{Chosen, Writer, not_saved};
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::spec::{self, DeploymentFile, Machine, resolve, select};

impl Writer<'_> {
    /// Reads the file as the next run will, and compares what that comes to.
    pub(super) fn prove(&self, path: &Path) -> Result<(), Vec<Diagnostic>> {
        let Chosen {
            store,
            selection,
            links,
            plan,
            environment,
            ..
        } = *self.chosen;
        let read = || -> Result<Plan, Vec<Diagnostic>> {
            let file = DeploymentFile::parse(path, self.written.toml.as_bytes())?;
            let choice = spec::Choice {
                profile: Some(selection.profile.name),
                node: None,
                options: &[],
                partial: false,
                home: store.root(),
                machine: &Machine::default(),
            };
            let own = |name: &str| {
                let key = self.written.variables.get(name)?;
                Some(OsString::from(self.secrets.get(key)?.as_str()))
            };
            let environment = |name: &str| own(name).or_else(|| environment(name));
            let selection = resolve(select(Some(&file), &choice)?, &environment)?;
            Plan::new(store, &selection, links)
        };
        let again = read().map_err(|errors| {
            let messages: Vec<_> = errors.into_iter().map(|error| error.message).collect();
            vec![not_saved(messages.join("; "))]
        })?;
        let changed = |plan: &Plan| -> BTreeMap<String, Vec<u8>> {
            let files = plan.files.iter();
            files
                .filter_map(|file| Some((file.path(), file.after.clone()?)))
                .collect()
        };
        let (once, again) = (changed(plan), changed(&again));
        let files = once.keys().chain(again.keys());
        let other: BTreeSet<&str> = files
            .filter(|file| once.get(*file) != again.get(*file))
            .map(String::as_str)
            .collect();
        if other.is_empty() {
            return Ok(());
        }
        let files: Vec<_> = other.into_iter().collect();
        let why = format!(
            "the file would come to something else in {}",
            files.join(", ")
        );
        Err(vec![not_saved(why)])
    }
}
