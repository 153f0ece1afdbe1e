//! What was left, and the profile would not leave.

use std::collections::BTreeSet;

use super::{Chosen, Writer, not_saved};
use crate::catalogue::{self, Literal, Row};
use crate::deployment_writer::Asked;
use crate::diagnostic::Diagnostic;
use crate::diff::Secrecy;
use crate::inspect::{Inspected, MissingFiles, State, inspect};
use crate::plan::Item;
use crate::spec::{Origin, Requested, Resolved, Value};

impl Writer<'_> {
    /// Asks for what the home has wherever the profile would say otherwise, or
    /// demands that something is said.
    pub(super) fn hold(&mut self) -> Result<(), Vec<Diagnostic>> {
        let profile = self.chosen.selection.profile;
        let mut keys: BTreeSet<&str> = profile.requires.iter().copied().collect();
        keys.extend(profile.rules.iter().flat_map(|rule| rule.requires));
        keys.extend(profile.fixes.iter().map(|fix| fix.key));
        let rows: Vec<_> = keys.iter().filter_map(|key| catalogue::row(key)).collect();
        let Chosen { store, links, .. } = *self.chosen;
        let missing = MissingFiles::LeaveOut;
        let home = inspect(store, &rows, links, Secrecy::Shown, missing)?;
        // What is asked for may make another fix or rule apply.
        loop {
            let before = self.entries.len();
            self.hold_once(&home).map_err(|error| vec![error])?;
            if self.entries.len() == before {
                break;
            }
        }
        self.entries.sort_by_key(|entry| entry.setting.identity());
        Ok(())
    }

    fn hold_once(&mut self, home: &[Inspected]) -> Result<(), Diagnostic> {
        let chosen = self.chosen;
        let profile = chosen.selection.profile;
        for fix in profile.fixes {
            let Some(row) = catalogue::row(fix.key) else {
                continue;
            };
            if self.says(fix.key) {
                continue;
            }
            let settings = self.entries.iter().map(|entry| &entry.setting);
            let follows = fix.follows(settings);
            let fixed = self.fixed_as(fix.key, &fix.value);
            match (follows, fixed) {
                (true, Some(_)) | (false, None | Some(false)) => {}
                (true, None) => self.hold_key(row, home)?,
                (false, Some(true)) => {
                    let asked = self.literal(row, fix.key, &fix.value)?;
                    let value = Requested::Value(Value::Literal(fix.value.clone()));
                    self.push(row, None, value, asked);
                }
            }
        }
        let rules = profile.rules.iter();
        let rules = rules.filter(|rule| self.gives(rule.key, rule.value));
        let required: Vec<&str> = rules
            .flat_map(|rule| rule.requires)
            .chain(profile.requires)
            .copied()
            .collect();
        for key in required {
            if !self.says(key)
                && let Some(row) = catalogue::row(key)
            {
                self.hold_key(row, home)?;
            }
        }
        Ok(())
    }

    fn says(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.row.key == key)
    }

    fn gives(&self, key: &str, value: &str) -> bool {
        self.entries.iter().any(|entry| {
            let requested = &entry.setting.requested;
            entry.row.key == key
                && matches!(requested, Requested::Value(Value::Literal(Literal::Text(text))) if text == value)
        })
    }

    /// Whether the profile fixes a key to this value in what is kept, and was
    /// chosen (`true`) or is so already.
    fn fixed_as(&self, key: &str, value: &Literal) -> Option<bool> {
        let chosen = self.chosen;
        let (index, _) = chosen
            .selection
            .settings
            .iter()
            .enumerate()
            .find(|(_, setting)| {
                let requested = &setting.requested;
                setting.row.key == key
                    && matches!(setting.origin, Origin::FixedByProfile { .. })
                    && matches!(requested, Requested::Value(Resolved { literal, .. }) if literal == value)
            })?;
        let item = Item::Setting(index);
        let is_kept = self.kept.contains(&item);
        is_kept.then(|| chosen.items.contains(&item))
    }

    /// Asks for a key as the home has it.
    fn hold_key(&mut self, row: &'static Row, home: &[Inspected]) -> Result<(), Diagnostic> {
        let active = |inspected: &&Inspected| {
            inspected.row.key == row.key && inspected.state == State::Active
        };
        let found = home.iter().find(active);
        let value = found.and_then(|found| Some((found, found.value.as_deref()?)));
        let (name, requested, asked) = match value {
            Some((found, value)) => {
                let asked = self.text(row, &found.key, value)?;
                let literal = row.check_plain(value).map(|checked| checked.literal);
                let literal = literal.unwrap_or_else(|_| Literal::Text(value.to_owned()));
                let requested = Requested::Value(Value::Literal(literal));
                (found.name.clone(), requested, asked)
            }
            // Of the entries of a table one is required, and there is none.
            None if row.is_keyed() => {
                let why = format!("the profile requires `{}`, and the home has none", row.key);
                return Err(not_saved(why));
            }
            None if row.is_presence() => {
                let no = Value::Literal(Literal::Boolean(false));
                (None, Requested::Value(no), Asked::Value("false".to_owned()))
            }
            None => (None, Requested::Absent, Asked::Absent),
        };
        self.push(row, name, requested, asked);
        Ok(())
    }
}
