//! Values as they are saved: text, or where it is kept. Never a secret.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Literal, url_passwords};
use crate::spec::{Reference, Resolved, Value};

/// A value, or where it is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SavedValue {
    /// The text, spelt as `--set` takes it.
    Text(String),
    /// It is kept in this environment variable.
    Env(String),
    /// It is kept in this file.
    File(String),
    /// It is put together of these.
    Parts(Vec<SavedValue>),
}

/// Why a value can't be saved.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsavable {
    /// It is a secret.
    Secret,
    /// The path of its file is not UTF-8.
    Path,
}

impl SavedValue {
    /// What is asked for; `secret` says that nobody may see it. Relative paths
    /// start from `folder`: another run may be made elsewhere.
    pub(super) fn of(value: &Resolved, secret: bool, folder: &Path) -> Result<Self, Unsavable> {
        match &value.reference {
            None => Ok(Self::Text(text(&value.literal, secret)?)),
            Some(reference) => {
                refuse_secret_parts(reference, secret)?;
                Self::of_reference(reference, folder)
            }
        }
    }

    fn of_reference(value: &Value, folder: &Path) -> Result<Self, Unsavable> {
        Ok(match value {
            Value::Literal(literal) => Self::Text(text(literal, false)?),
            Value::Reference(Reference::Environment(name)) => Self::Env(name.clone()),
            Value::Reference(Reference::File(path)) => {
                let path = folder.join(path).into_os_string();
                Self::File(path.into_string().map_err(|_| Unsavable::Path)?)
            }
            Value::Template(parts) => {
                let parts = parts.iter().map(|part| Self::of_reference(part, folder));
                Self::Parts(parts.collect::<Result<_, _>>()?)
            }
        })
    }

    /// The value to be resolved; `check` takes the text that stands alone.
    pub(super) fn restore<E>(
        &self,
        check: impl FnOnce(&str) -> Result<Literal, E>,
    ) -> Result<Value, E> {
        match self {
            Self::Text(text) => check(text).map(Value::Literal),
            other => Ok(other.part()),
        }
    }

    fn part(&self) -> Value {
        match self {
            Self::Text(text) => Value::Literal(Literal::Text(text.clone())),
            Self::Env(name) => Value::Reference(Reference::Environment(name.clone())),
            Self::File(path) => Value::Reference(Reference::File(PathBuf::from(path))),
            Self::Parts(parts) => Value::Template(parts.iter().map(Self::part).collect()),
        }
    }
}

/// The text of a literal, if everybody may see it.
fn text(literal: &Literal, secret: bool) -> Result<String, Unsavable> {
    let text = match literal {
        Literal::Members(members) => {
            let members: Vec<String> = members.iter().map(ToString::to_string).collect();
            members.join(",")
        }
        // A URL with nothing to mask is shown as it is.
        Literal::Secret(value) if value.to_string() == value.expose() => value.to_string(),
        Literal::Secret(_) => return Err(Unsavable::Secret),
        Literal::Text(_) | Literal::Boolean(_) | Literal::Number(_) => literal.to_string(),
    };
    match secret && !matches!(literal, Literal::Secret(_)) || has_password(&text) {
        true => Err(Unsavable::Secret),
        false => Ok(text),
    }
}

/// Whether some URL in `text` holds a password.
pub(super) fn has_password(text: &str) -> bool {
    !url_passwords(text).is_empty()
}

/// Refuses what is put together of references and of a secret that is written
/// out.
fn refuse_secret_parts(value: &Value, secret: bool) -> Result<(), Unsavable> {
    let mut whole = String::new();
    let mut written = Vec::new();
    put_together(value, &mut whole, &mut written)?;
    let in_password = |range: &std::ops::Range<usize>| {
        let passwords = url_passwords(&whole);
        let meets = |password: &std::ops::Range<usize>| {
            password.start < range.end && range.start < password.end
        };
        passwords.iter().any(meets)
    };
    match written.iter().any(|range| secret || in_password(range)) {
        true => Err(Unsavable::Secret),
        false => Ok(()),
    }
}

/// The text of a value with a stand-in for each reference, and the ranges of
/// what is written out.
fn put_together(
    value: &Value,
    whole: &mut String,
    written: &mut Vec<std::ops::Range<usize>>,
) -> Result<(), Unsavable> {
    match value {
        Value::Literal(literal) => {
            let start = whole.len();
            whole.push_str(&text(literal, false)?);
            if whole.len() > start {
                written.push(start..whole.len());
            }
        }
        Value::Reference(_) => whole.push('x'),
        Value::Template(parts) => {
            for part in parts {
                put_together(part, whole, written)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Secret;

    fn saved(
        reference: Option<Value>,
        literal: Literal,
        secret: bool,
    ) -> Result<String, Unsavable> {
        let value = Resolved { literal, reference };
        let saved = SavedValue::of(&value, secret, Path::new("/here"))?;
        Ok(serde_json::to_string(&saved).unwrap())
    }

    #[test]
    fn what_everybody_may_see() {
        let literal = |text: &str| Literal::Text(text.into());
        let env = || Value::Reference(Reference::Environment("E".into()));
        let file = |path: &str| Value::Reference(Reference::File(path.into()));
        let parts = |parts| Some(Value::Template(parts));
        let word = |text: &str| Value::Literal(Literal::Text(text.into()));
        let ok = |json: &str| Ok(json.to_owned());
        let no = || Err(Unsavable::Secret);
        let secret = || Literal::Secret(Secret::new("s3cret"));
        for (reference, value, is_secret, expect) in [
            (None, literal("a"), false, ok(r#"{"text":"a"}"#)),
            (None, Literal::Number(8), false, ok(r#"{"text":"8"}"#)),
            (None, secret(), true, no()),
            (None, literal("s3cret"), true, no()),
            (None, literal("jdbc://u:p@h"), false, no()),
            (
                None,
                Literal::Secret(Secret::in_urls("amqp://u:p@h")),
                true,
                no(),
            ),
            (
                None,
                Literal::Secret(Secret::in_urls("amqp://h")),
                true,
                ok(r#"{"text":"amqp://h"}"#),
            ),
            (Some(env()), secret(), true, ok(r#"{"env":"E"}"#)),
            (Some(file("k")), secret(), true, ok(r#"{"file":"/here/k"}"#)),
            (Some(file("/k")), secret(), true, ok(r#"{"file":"/k"}"#)),
            (
                parts(vec![word("amqp://u:"), env(), word("@h")]),
                secret(),
                false,
                ok(r#"{"parts":[{"text":"amqp://u:"},{"env":"E"},{"text":"@h"}]}"#),
            ),
            (
                parts(vec![word("amqp://u:"), word("p"), word("@h")]),
                secret(),
                false,
                no(),
            ),
            (
                parts(vec![word("amqp://u:p"), env(), word("@h")]),
                secret(),
                false,
                no(),
            ),
            (parts(vec![env(), word("s3c")]), secret(), true, no()),
            (
                parts(vec![env(), Value::Literal(secret())]),
                secret(),
                false,
                no(),
            ),
        ] {
            assert_eq!(
                saved(reference.clone(), value, is_secret),
                expect,
                "{reference:?}"
            );
        }
    }
}
