//! What was asked for, as it is saved.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xml_inplace::Selector;

use super::origin::SavedOrigin;
use super::specification;
use super::value::{SavedValue, Unsavable, has_password};
use crate::catalogue::{self, Literal, illegal_in_xml};
use crate::confidential::secret_spans;
use crate::diagnostic::{Diagnostic, printable_name};
use crate::operation::holds_secret;
use crate::profile::{self, Profile};
use crate::spec::{
    Action, Origin, Patch, Position, Requested, Resolved, Selection, Setting, Value, home_path,
};

/// All that was asked of one node.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SavedSelection {
    profile: String,
    pub(super) node: Option<String>,
    partial: bool,
    settings: Vec<SavedSetting>,
    patches: Vec<SavedPatch>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct SavedSetting {
    key: String,
    /// `None`: there shall be no such setting.
    value: Option<SavedValue>,
    origin: SavedOrigin,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct SavedPatch {
    file: String,
    select: String,
    action: SavedAction,
    expect: Option<SavedValue>,
    all: bool,
    optional: bool,
    secret: bool,
    origin: SavedOrigin,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SavedAction {
    Set {
        value: SavedValue,
        after: Option<String>,
    },
    CommentOut,
    Uncomment,
    Remove,
    Insert {
        fragment: String,
        position: SavedPosition,
        unless: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SavedPosition {
    Into,
    Before,
    After,
}

impl SavedSelection {
    /// What `selection` asks for; relative paths start from `folder`.
    ///
    /// # Errors
    ///
    /// Every secret that is written out in it.
    pub(super) fn of(
        selection: &Selection<Resolved>,
        folder: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut settings = Vec::new();
        for setting in &selection.settings {
            let key = setting.key();
            let value = match &setting.requested {
                Requested::Absent => None,
                Requested::Value(value) => {
                    // Of a URL only the password is secret.
                    let secret =
                        setting.row.secret && setting.row.kind != catalogue::Kind::BrokerUrl;
                    match SavedValue::of(value, secret, folder) {
                        Ok(value) => Some(value),
                        Err(why) => {
                            errors.push(refused(&format!("`{key}`"), &why, &setting.origin));
                            continue;
                        }
                    }
                }
            };
            settings.push(SavedSetting {
                key,
                value,
                origin: SavedOrigin::of(&setting.origin),
            });
        }
        let mut patches = Vec::new();
        for (patch, number) in selection.patches.iter().zip(1..) {
            match SavedPatch::of(patch, folder) {
                Ok(patch) => patches.push(patch),
                Err(why) => errors.push(refused(&format!("patch[{number}]"), &why, &patch.origin)),
            }
        }
        match errors.is_empty() {
            true => Ok(Self {
                profile: selection.profile.name.to_owned(),
                node: selection.node.clone(),
                partial: selection.partial,
                settings,
                patches,
            }),
            false => Err(errors),
        }
    }

    /// What is to be resolved and planned again. The file may have been edited
    /// by hand: everything is checked as in a deployment file.
    pub(super) fn restore(&self) -> Result<Selection, Vec<Diagnostic>> {
        let profile = profile::find(&self.profile).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut settings = Vec::new();
        let mut patches = Vec::new();
        for saved in &self.settings {
            match saved.restore(profile) {
                Ok(setting) => settings.push(setting),
                Err(why) => {
                    errors.push(unusable(&format!("`{}`", printable_name(&saved.key)), &why))
                }
            }
        }
        for (saved, number) in self.patches.iter().zip(1..) {
            match saved.restore(profile) {
                Ok(patch) => patches.push(patch),
                Err(why) => errors.push(unusable(&format!("patch[{number}]"), &why)),
            }
        }
        match errors.is_empty() {
            true => Ok(Selection {
                profile,
                node: self.node.clone(),
                version: None,
                partial: self.partial,
                settings,
                patches,
                warnings: Vec::new(),
            }),
            false => Err(errors),
        }
    }
}

impl SavedSetting {
    fn restore(&self, profile: &'static Profile) -> Result<Setting, String> {
        let (row, name) = catalogue::find(&self.key).ok_or("this release knows no such key")?;
        let check = |text: &str| row.check_plain(text).map(|checked| checked.literal);
        let requested = match &self.value {
            None => Requested::Absent,
            Some(value) => Requested::Value(value.restore(check)?),
        };
        let origin = self.origin.restore(row.key, profile);
        Ok(Setting {
            row,
            name,
            requested,
            origin: origin.ok_or("this release's profile does not fix it")?,
        })
    }
}

impl SavedPatch {
    fn of(patch: &Patch<Resolved>, folder: &Path) -> Result<Self, Unsavable> {
        let secret = patch.secret || holds_secret(&patch.select);
        let save = |value: &Resolved| SavedValue::of(value, secret, folder);
        let action = match &patch.action {
            Action::Set { value, after } => SavedAction::Set {
                value: save(value)?,
                after: after.clone(),
            },
            Action::CommentOut => SavedAction::CommentOut,
            Action::Uncomment => SavedAction::Uncomment,
            Action::Remove => SavedAction::Remove,
            Action::Insert { fragment, .. }
                if patch.secret
                    || has_password(fragment)
                    || secret_spans(fragment).iter().any(|span| !span.is_empty()) =>
            {
                return Err(Unsavable::Secret);
            }
            Action::Insert {
                fragment,
                position,
                unless,
            } => SavedAction::Insert {
                fragment: fragment.clone(),
                position: match position {
                    Position::Into => SavedPosition::Into,
                    Position::Before => SavedPosition::Before,
                    Position::After => SavedPosition::After,
                },
                unless: unless.as_ref().map(ToString::to_string),
            },
        };
        Ok(Self {
            file: patch.file.clone(),
            select: patch.select.to_string(),
            action,
            expect: patch.expect.as_ref().map(save).transpose()?,
            all: patch.all,
            optional: patch.optional,
            secret: patch.secret,
            origin: SavedOrigin::of(&patch.origin),
        })
    }

    fn restore(&self, profile: &'static Profile) -> Result<Patch, String> {
        let selector = |text: &str| Selector::parse(text).map_err(|error| error.to_string());
        let value = |value: &SavedValue| -> Result<Value, String> {
            value.restore(|text| match illegal_in_xml(text) {
                Some(why) => Err(why),
                None => Ok(Literal::Text(text.to_owned())),
            })
        };
        let file = home_path(&self.file).map_err(|why| format!("its file {why}"))?;
        let action = match &self.action {
            SavedAction::Set { value: set, after } => Action::Set {
                value: value(set)?,
                after: after.clone(),
            },
            SavedAction::CommentOut => Action::CommentOut,
            SavedAction::Uncomment => Action::Uncomment,
            SavedAction::Remove => Action::Remove,
            SavedAction::Insert {
                fragment,
                position,
                unless,
            } => Action::Insert {
                fragment: fragment.clone(),
                position: match position {
                    SavedPosition::Into => Position::Into,
                    SavedPosition::Before => Position::Before,
                    SavedPosition::After => Position::After,
                },
                unless: unless.as_deref().map(selector).transpose()?,
            },
        };
        Ok(Patch {
            file,
            select: selector(&self.select)?,
            action,
            expect: self.expect.as_ref().map(value).transpose()?,
            all: self.all,
            optional: self.optional,
            secret: self.secret,
            origin: self
                .origin
                .restore("", profile)
                .ok_or("a patch is no profile's")?,
        })
    }
}

fn refused(what: &str, why: &Unsavable, origin: &Origin) -> Diagnostic {
    let error = match why {
        Unsavable::Secret => specification(
            "secret-in-plan",
            format!("{what} is a secret that is written out, and a plan file holds none"),
        )
        .help("write { env = \"NAME\" } or { file = \"PATH\" } instead, or --set-env, --set-file"),
        Unsavable::Path => specification(
            "path-in-plan",
            format!("{what} is kept in a file whose path is not UTF-8"),
        ),
    };
    origin.attach(error, "")
}

fn unusable(what: &str, why: &str) -> Diagnostic {
    specification("plan-file", format!("the plan's {what}: {why}"))
        .help("make a new plan with this release")
}
