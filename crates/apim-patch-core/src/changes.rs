//! The changes of a plan one by one, so that a person can choose among them.
//!
//! What is asked about is a setting or a patch that is not yet so. The element
//! of an entry of a keyed table comes with the first of its settings that is
//! chosen.

use std::collections::{BTreeSet, HashMap};

use file_transaction::{LinkPolicy, Store};

use crate::catalogue::{Literal, Row, Secret, illegal_in_xml};
use crate::diagnostic::{Class, Diagnostic, MASK};
use crate::diff::{FileDiff, Secrecy};
use crate::plan::{FilePlan, Item, Plan, PlannedSetting};
use crate::spec::{Action, Origin, Patch, Requested, Resolved, Selection, Setting};

/// A setting or a patch that is not yet what is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is of the selection.
    pub item: Item,
    /// The path of its file in the home.
    pub file: String,
    /// What becomes of it, with all others.
    pub planned: PlannedSetting,
}

/// What one change does beside those that were chosen before it.
pub enum Step {
    /// This.
    Diff(FileDiff),
    /// Nothing: it is so with them.
    Nothing,
    /// It can't be made with them alone, and why not.
    Impossible(Vec<Diagnostic>),
}

/// The changes of the plan that was made of all of `selection`, in its order.
pub fn changes(plan: &Plan, selection: &Selection<Resolved>) -> Vec<Change> {
    let settings = selection.settings.iter().enumerate();
    let settings = settings.map(|(index, setting)| (setting.key(), Item::Setting(index)));
    let patches = (0..selection.patches.len())
        .map(|index| (format!("patch[{}]", index + 1), Item::Patch(index)));
    let items: HashMap<String, Item> = settings.chain(patches).collect();
    let mut changes = Vec::new();
    // The element of an entry stands in front of the setting that needs it.
    let mut element: Option<&PlannedSetting> = None;
    for (file, planned) in plan.settings() {
        let Some(item) = items.get(&planned.key) else {
            element = Some(planned).filter(|planned| planned.changes());
            continue;
        };
        let brings = element.take().filter(|_| !planned.changes());
        if planned.changes() || brings.is_some() {
            let mut planned = planned.clone();
            if let Some(element) = brings {
                planned.outcome = element.outcome;
                planned.position = element.position;
                planned.reason = None;
            }
            changes.push(Change {
                item: *item,
                file: file.path(),
                planned,
            });
        }
    }
    changes
}

/// What `change` does to its file beside what is `chosen`. Writes nothing.
pub fn step(
    store: &Store,
    selection: &Selection<Resolved>,
    links: LinkPolicy,
    chosen: &BTreeSet<Item>,
    change: &Change,
    secrecy: Secrecy,
) -> Step {
    let file = selection.file_of(change.item);
    let plan = |with: bool| {
        Plan::of(store, selection, links, |item| {
            let is_asked = chosen.contains(&item) || with && item == change.item;
            is_asked && selection.file_of(item) == file
        })
    };
    // What was chosen may wait for something that is chosen later.
    let before = plan(false).ok();
    let before = before.as_ref().and_then(|plan| plan.files.first());
    match plan(true) {
        Err(errors) => Step::Impossible(errors),
        Ok(after) => after
            .files
            .first()
            .and_then(|after| FileDiff::step(before, after, secrecy))
            .map_or(Step::Nothing, Step::Diff),
    }
}

/// Refuses a plan that was made on other files than the plan of all changes,
/// among which its own were chosen.
///
/// # Errors
///
/// Of class [`Conflict`](Class::Conflict): a file was changed in between.
pub fn refuse_other_files(whole: &Plan, plan: &Plan) -> Result<(), Diagnostic> {
    let moved = plan.files.iter().find(|file| {
        let mut shown = whole.files.iter();
        let shown = shown.find(|shown| shown.snapshot.relative() == file.snapshot.relative());
        shown.is_none_or(|shown| shown.snapshot.bytes() != file.snapshot.bytes())
    });
    match moved {
        None => Ok(()),
        Some(file) => {
            let message = format!("{} was changed while it was chosen from", file.path());
            Err(
                Diagnostic::error("changed-meanwhile", Class::Conflict, message)
                    .help("nothing was written; choose again"),
            )
        }
    }
}

/// Of the diff of all changes of a file, the part in which one stands.
pub fn surroundings(
    file: &FilePlan,
    planned: &PlannedSetting,
    secrecy: Secrecy,
) -> Option<FileDiff> {
    let line = planned.position?.line;
    let mut diff = FileDiff::of(file, secrecy)?;
    diff.hunks
        .retain(|hunk| hunk.old.contains(&(line - 1)) || hunk.old.end == line - 1);
    (!diff.hunks.is_empty()).then_some(diff)
}

impl Selection<Resolved> {
    /// The setting of an item, if it is one.
    pub fn setting(&self, item: Item) -> Option<&Setting<Resolved>> {
        match item {
            Item::Setting(index) => self.settings.get(index),
            Item::Patch(_) => None,
        }
    }

    /// The patch of an item, if it is one.
    pub fn patch(&self, item: Item) -> Option<&Patch<Resolved>> {
        match item {
            Item::Patch(index) => self.patches.get(index),
            Item::Setting(_) => None,
        }
    }

    /// Who asked for an item.
    pub fn origin_of(&self, item: Item) -> Option<&Origin> {
        let of_setting = self.setting(item).map(|setting| &setting.origin);
        of_setting.or_else(|| self.patch(item).map(|patch| &patch.origin))
    }

    /// Every item, settings first.
    pub(crate) fn items(&self) -> impl Iterator<Item = Item> + use<> {
        let settings = (0..self.settings.len()).map(Item::Setting);
        settings.chain((0..self.patches.len()).map(Item::Patch))
    }

    pub(crate) fn file_of(&self, item: Item) -> Option<&str> {
        let of_setting = self.setting(item).map(|setting| setting.row.file);
        of_setting.or_else(|| self.patch(item).map(|patch| patch.file.as_str()))
    }

    /// Whether another value can be typed for an item: it has one.
    pub fn takes_value(&self, item: Item) -> bool {
        self.setting(item).is_some()
            || matches!(
                self.patch(item).map(|patch| &patch.action),
                Some(Action::Set { .. })
            )
    }

    /// Whether what is typed for an item is a secret or may hold one.
    pub fn is_secret(&self, item: Item) -> bool {
        self.setting(item)
            .is_some_and(|setting| setting.row.may_hold_secret())
            || self.patch(item).is_some_and(|patch| patch.secret)
    }

    /// What is asked for an item, as it may be shown.
    pub fn shown_value(&self, item: Item) -> Option<String> {
        if let Some(setting) = self.setting(item) {
            return Some(match &setting.requested {
                Requested::Value(value) => value.literal.to_string(),
                Requested::Absent => return None,
            });
        }
        match &self.patch(item)?.action {
            Action::Set { value, .. } => Some(match self.is_secret(item) {
                true => MASK.to_owned(),
                false => value.literal.to_string(),
            }),
            _ => None,
        }
    }

    /// Asks for what was typed instead. Gives what was asked for before, for
    /// [`Selection::put_back`], and what is odd about the value, as a sentence.
    ///
    /// # Errors
    ///
    /// Why it can't be the value, as a sentence that holds nothing of a secret;
    /// nothing has changed then.
    pub fn type_value(
        &mut self,
        item: Item,
        text: &str,
    ) -> Result<(Replaced, Option<String>), String> {
        match item {
            Item::Setting(index) => {
                let Some(setting) = self.settings.get_mut(index) else {
                    return Ok((Replaced::Nothing, None));
                };
                let key = setting.key();
                let refused = |reason| format!("`{key}` {reason}");
                let checked = setting.row.check_plain(text).map_err(refused)?;
                refuse_members_without_port(setting.row, &checked.literal).map_err(refused)?;
                let typed = Setting {
                    row: setting.row,
                    name: setting.name.clone(),
                    requested: Requested::Value(typed(checked.literal)),
                    origin: Origin::Typed,
                };
                let before = std::mem::replace(setting, typed);
                let problems = self.profile.check(&self.settings, true);
                if let Some(problem) = problems.into_iter().find(Diagnostic::is_error) {
                    self.settings[index] = before;
                    let mut said = vec![problem.message];
                    said.extend(problem.help);
                    return Err(said.join("; "));
                }
                let oddity = checked.warning.map(|oddity| format!("`{key}` {oddity}"));
                Ok((Replaced::Setting(index, before), oddity))
            }
            Item::Patch(index) => {
                if let Some(reason) = illegal_in_xml(text) {
                    return Err(format!("`set` {reason}"));
                }
                let Some(patch) = self.patches.get_mut(index) else {
                    return Ok((Replaced::Nothing, None));
                };
                let before = patch.clone();
                if let Action::Set { value, .. } = &mut patch.action {
                    *value = typed(match patch.secret {
                        true => Literal::Secret(Secret::new(text)),
                        false => Literal::Text(text.to_owned()),
                    });
                    patch.origin = Origin::Typed;
                }
                Ok((Replaced::Patch(index, before), None))
            }
        }
    }

    /// Asks again for what was asked for before a value was typed.
    pub fn put_back(&mut self, replaced: Replaced) {
        match replaced {
            Replaced::Nothing => {}
            Replaced::Setting(index, setting) => self.settings[index] = setting,
            Replaced::Patch(index, patch) => self.patches[index] = patch,
        }
    }
}

/// What was asked for before a value was typed.
#[derive(Debug)]
pub enum Replaced {
    /// There was no such thing.
    Nothing,
    /// The setting at this index.
    Setting(usize, Setting<Resolved>),
    /// The patch at this index.
    Patch(usize, Patch<Resolved>),
}

fn typed(literal: Literal) -> Resolved {
    Resolved {
        literal,
        reference: None,
    }
}

/// The port that a deployment file gives them is none of this one setting.
fn refuse_members_without_port(row: &Row, literal: &Literal) -> Result<(), String> {
    let Literal::Members(members) = literal else {
        return Ok(());
    };
    match members.iter().find(|member| member.port.is_none()) {
        Some(member) => Err(format!(
            "lists {member} without a port; write, for instance, {}",
            row.example
        )),
        None => Ok(()),
    }
}
