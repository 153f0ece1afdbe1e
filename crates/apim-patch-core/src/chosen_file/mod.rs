//! A deployment file for one node that asks for what was chosen of a plan, and
//! for nothing else.
//!
//! What the profile would fix or requires and was left is asked for as the home
//! has it. That the file comes to the same is proved before it is given out.

mod held;
mod patch;
mod proof;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use file_transaction::{LinkPolicy, Store};
use toml::Value as TomlValue;
use zeroize::Zeroizing;

use crate::catalogue::{Literal, Row, url_passwords};
use crate::changes::{Change, changes};
use crate::deployment_writer::{Asked, Written, release};
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::plan::{Item, Plan};
use crate::spec::{
    Action, Origin, Patch, Reference, Requested, Resolved, Selection, Setting, Value,
};

/// What was chosen, and of what.
pub struct Chosen<'c> {
    /// The home.
    pub store: &'c Store,
    /// Its release, as its marks show it.
    pub version: Option<&'c str>,
    /// All that was asked for.
    pub selection: &'c Selection<Resolved>,
    /// What of it is not yet so.
    pub changes: &'c [Change],
    /// What was chosen.
    pub items: &'c BTreeSet<Item>,
    /// The plan of what was chosen.
    pub plan: &'c Plan,
    /// What to do about links.
    pub links: LinkPolicy,
    /// Where relative paths of references start.
    pub folder: &'c Path,
    /// Answers with the value of an environment variable.
    pub environment: &'c dyn Fn(&str) -> Option<OsString>,
}

/// A deployment file, and what its reader has to know.
#[derive(Debug)]
pub struct ChosenFile {
    /// The deployment file.
    pub toml: String,
    /// The environment variables that it refers to instead of holding a secret,
    /// each with the key whose secret it is to hold.
    pub variables: BTreeMap<String, String>,
}

/// Writes down what was chosen. `path` is where it is going to stand.
///
/// # Errors
///
/// No deployment file can say it, or config files can't be read.
pub fn chosen_file(chosen: &Chosen<'_>, path: &Path) -> Result<ChosenFile, Vec<Diagnostic>> {
    let mut writer = Writer {
        chosen,
        kept: chosen.kept(),
        entries: Vec::new(),
        secrets: BTreeMap::new(),
        written: Written::default(),
    };
    writer.ask().map_err(|error| vec![error])?;
    writer.hold()?;
    if let Some(version) = release(chosen.version) {
        writer.written.version(version);
    }
    let entries = std::mem::take(&mut writer.entries);
    let settings = entries.iter();
    writer.written.settings(
        None,
        settings.map(|entry| (entry.row, entry.name(), &entry.asked)),
    );
    for (number, patch) in (1..).zip(chosen.patches(&writer.kept.clone())) {
        writer.patch(number, patch).map_err(|error| vec![error])?;
    }
    writer.prove(path)?;
    Ok(ChosenFile {
        toml: writer.written.toml,
        variables: writer.written.variables,
    })
}

/// One setting of the file.
struct Entry {
    row: &'static Row,
    /// As the rules of profiles see it.
    setting: Setting,
    asked: Asked,
}

impl Entry {
    fn name(&self) -> Option<&str> {
        self.setting.name.as_deref()
    }
}

impl Chosen<'_> {
    /// What was chosen, and what was so already and is so beside it.
    fn kept(&self) -> BTreeSet<Item> {
        let is_change = |item: &Item| self.changes.iter().any(|change| change.item == *item);
        let so = self.selection.items().filter(|item| !is_change(item));
        let kept: BTreeSet<Item> = so.chain(self.items.iter().copied()).collect();
        let plan = Plan::of(self.store, self.selection, self.links, |item| {
            kept.contains(&item)
        });
        let Ok(plan) = plan else {
            return self.items.clone();
        };
        // What was so because of something that was left.
        let mut kept = kept;
        for change in changes(&plan, self.selection) {
            if !self.items.contains(&change.item) {
                kept.remove(&change.item);
            }
        }
        kept
    }

    fn patches<'k>(
        &'k self,
        kept: &'k BTreeSet<Item>,
    ) -> impl Iterator<Item = &'k Patch<Resolved>> {
        kept.iter().filter_map(|item| self.selection.patch(*item))
    }
}

struct Writer<'c> {
    chosen: &'c Chosen<'c>,
    /// What was chosen, and what is so beside it.
    kept: BTreeSet<Item>,
    entries: Vec<Entry>,
    /// By key, what is kept out of the file.
    secrets: BTreeMap<String, Zeroizing<String>>,
    written: Written,
}

impl Writer<'_> {
    /// Asks for what somebody asked for and is kept; what the profile fixes, it
    /// fixes again.
    fn ask(&mut self) -> Result<(), Diagnostic> {
        let chosen = self.chosen;
        let kept = self.kept.clone();
        for patch in chosen.patches(&kept) {
            let set = match &patch.action {
                Action::Set { value, .. } => Some(value),
                _ => None,
            };
            for value in set.into_iter().chain(&patch.expect) {
                self.take(value);
            }
        }
        for item in kept {
            if let Some(setting) = chosen.selection.setting(item)
                && !matches!(setting.origin, Origin::FixedByProfile { .. })
            {
                self.add(setting)?;
            }
        }
        Ok(())
    }

    /// Takes the name of a variable that is referred to.
    fn take(&mut self, value: &Resolved) {
        if let Some(Value::Reference(Reference::Environment(name))) = &value.reference {
            self.written.taken.insert(name.clone());
        }
    }

    fn add(&mut self, setting: &Setting<Resolved>) -> Result<(), Diagnostic> {
        let (requested, asked) = match &setting.requested {
            Requested::Absent if setting.row.is_presence() => {
                let no = Value::Literal(Literal::Boolean(false));
                (Requested::Value(no), Asked::Value("false".to_owned()))
            }
            Requested::Absent => (Requested::Absent, Asked::Absent),
            Requested::Value(value) => {
                self.take(value);
                let asked = match self.reference(value, &setting.key(), &setting.origin)? {
                    Some(reference) => Asked::Value(reference),
                    None => self.literal(setting.row, &setting.key(), &value.literal)?,
                };
                let value = match &value.reference {
                    Some(reference @ Value::Reference(_)) => reference.clone(),
                    _ => Value::Literal(value.literal.clone()),
                };
                (Requested::Value(value), asked)
            }
        };
        self.push(setting.row, setting.name.clone(), requested, asked);
        Ok(())
    }

    fn push(
        &mut self,
        row: &'static Row,
        name: Option<String>,
        requested: Requested,
        asked: Asked,
    ) {
        self.entries.push(Entry {
            row,
            setting: Setting {
                row,
                name,
                requested,
                origin: Origin::Typed,
            },
            asked,
        });
    }

    /// A reference as it is written; `None` for what is no single one.
    fn reference(
        &self,
        value: &Resolved,
        key: &str,
        origin: &Origin,
    ) -> Result<Option<String>, Diagnostic> {
        let Some(Value::Reference(reference)) = &value.reference else {
            return Ok(None);
        };
        Ok(Some(match reference {
            Reference::Environment(name) => format!("{{ env = {} }}", toml(name)),
            Reference::File(path) => {
                let path = self.chosen.folder.join(path);
                let Some(path) = path.to_str() else {
                    let why = format!("`{key}` is kept in a file whose path is not UTF-8");
                    return Err(origin.attach(not_saved(why), ""));
                };
                format!("{{ file = {} }}", toml(path))
            }
        }))
    }

    fn literal(&mut self, row: &Row, key: &str, literal: &Literal) -> Result<Asked, Diagnostic> {
        let text = match literal {
            Literal::Members(members) => {
                let members: Vec<_> = members.iter().map(ToString::to_string).collect();
                Zeroizing::new(members.join(","))
            }
            literal => literal.to_text().unwrap_or_default(),
        };
        self.text(row, key, &text)
    }

    /// A value as it is asked for; a secret is kept aside.
    fn text(&mut self, row: &Row, key: &str, text: &str) -> Result<Asked, Diagnostic> {
        let mut asked = Asked::value(row, text)
            .map_err(|reason| not_saved(format!("`{}` {reason}", printable(key))))?;
        if row.kind.is_text() && !url_passwords(text).is_empty() {
            asked = Asked::Secret;
        }
        if asked == Asked::Secret {
            self.secrets
                .insert(key.to_owned(), Zeroizing::new(text.to_owned()));
        }
        Ok(asked)
    }
}

fn toml(text: &str) -> String {
    TomlValue::from(text).to_string()
}

fn not_saved(why: String) -> Diagnostic {
    let message = format!("what was chosen can't be saved as a deployment file: {why}");
    Diagnostic::error("choice-not-saved", Class::Home, message)
        .help("nothing was written; choose again, or leave --save out")
}
