//! A deployment file for one node that asks for what was chosen of a plan, and
//! for nothing else.
//!
//! What the profile would fix or requires and was left is asked for as the home
//! has it. That the file comes to the same is proved before it is given out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

use file_transaction::{LinkPolicy, Store};
use toml::Value as TomlValue;
use zeroize::Zeroizing;

use crate::catalogue::{self, Literal, Row, url_passwords};
use crate::changes::{Change, changes};
use crate::confidential::secret_spans;
use crate::deployment_writer::{Asked, Written, release};
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::diff::Secrecy;
use crate::inspect::{Inspected, MissingFiles, State, inspect};
use crate::plan::{Item, Plan};
use crate::spec::{
    self, Action, DeploymentFile, Machine, Origin, Patch, Position, Reference, Requested, Resolved,
    Selection, Setting, Value, resolve, select,
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

    /// Asks for what the home has wherever the profile would say otherwise, or
    /// demands that something is said.
    fn hold(&mut self) -> Result<(), Vec<Diagnostic>> {
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

    fn patch(&mut self, number: usize, patch: &Patch<Resolved>) -> Result<(), Diagnostic> {
        let mut fields = vec![
            ("file", toml(&patch.file)),
            ("select", toml(patch.select.as_str())),
        ];
        let yes = || "true".to_owned();
        match &patch.action {
            Action::Set { value, after } => {
                fields.push(("set", self.patch_text(number, "set", value, patch)?));
                fields.extend(after.iter().map(|after| ("after", toml(after))));
            }
            Action::CommentOut => fields.push(("comment_out", yes())),
            Action::Uncomment => fields.push(("uncomment", yes())),
            Action::Remove => fields.push(("remove", yes())),
            Action::Insert {
                fragment,
                position,
                unless,
            } => {
                let speaks = secret_spans(fragment).iter().any(|span| !span.is_empty());
                if patch.secret || speaks || !url_passwords(fragment).is_empty() {
                    let why = "a patch inserts a secret that is written out".to_owned();
                    return Err(patch.origin.attach(not_saved(why), ""));
                }
                fields.push(("insert", toml(fragment)));
                let position = match position {
                    Position::Into => "into",
                    Position::Before => "before",
                    Position::After => "after",
                };
                fields.push((position, yes()));
                fields.extend(
                    unless
                        .iter()
                        .map(|unless| ("unless", toml(unless.as_str()))),
                );
            }
        }
        if let Some(expect) = &patch.expect {
            fields.push(("expect", self.patch_text(number, "expect", expect, patch)?));
        }
        let flags = [
            ("all", patch.all),
            ("optional", patch.optional),
            ("secret", patch.secret),
        ];
        fields.extend(
            flags
                .into_iter()
                .filter(|flag| flag.1)
                .map(|flag| (flag.0, yes())),
        );
        self.written.toml.push_str("\n[[patch]]\n");
        for (name, value) in fields {
            let _ = writeln!(self.written.toml, "{name} = {value}");
        }
        Ok(())
    }

    /// The text of a patch's field.
    fn patch_text(
        &mut self,
        number: usize,
        field: &str,
        value: &Resolved,
        patch: &Patch<Resolved>,
    ) -> Result<String, Diagnostic> {
        let key = format!("patch[{number}].{field}");
        if let Some(reference) = self.reference(value, &key, &patch.origin)? {
            return Ok(reference);
        }
        let text = value.literal.to_text().unwrap_or_default();
        if !patch.secret && url_passwords(&text).is_empty() {
            return Ok(toml(&text));
        }
        let variable = self.written.variable(None, &key);
        self.secrets.insert(key, text);
        Ok(format!("{{ env = \"{variable}\" }}"))
    }

    /// Reads the file as the next run will, and compares what that comes to.
    fn prove(&self, path: &Path) -> Result<(), Vec<Diagnostic>> {
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

fn toml(text: &str) -> String {
    TomlValue::from(text).to_string()
}

fn not_saved(why: String) -> Diagnostic {
    let message = format!("what was chosen can't be saved as a deployment file: {why}");
    Diagnostic::error("choice-not-saved", Class::Home, message)
        .help("nothing was written; choose again, or leave --save out")
}
