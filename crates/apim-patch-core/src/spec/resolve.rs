//! Reads what a selection only refers to.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use super::{Action, Origin, Patch, Reference, Requested, Selection, Setting, Value};
use crate::bounded_read::{self, ReadError};
use crate::catalogue::{self, Kind, Literal, Secret, illegal_in_xml};
use crate::diagnostic::{Class, Diagnostic, Spot, printable_name, printable_path};

/// The largest value kept in a variable or file, in bytes. No setting is that
/// long; a larger file is the wrong file.
const MAX_SIZE: u64 = 64 * 1024;

/// A value that is ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The value.
    pub literal: Literal,
    /// Where it was read or of what it was put together, if it stands in no
    /// deployment file. This, never the value, is what may be saved.
    pub reference: Option<Value>,
}

/// Reads every reference of a selection, and checks the values and what the
/// profile requires. `environment` answers with the value of a variable.
///
/// # Errors
///
/// Everything that is missing, unreadable or not acceptable, of class
/// [`Specification`](Class::Specification). No message holds a value that was
/// read.
pub fn resolve(
    selection: Selection,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Selection<Resolved>, Vec<Diagnostic>> {
    let mut reader = ReferenceReader {
        environment,
        diagnostics: selection.warnings,
    };
    let settings: Vec<_> = selection
        .settings
        .into_iter()
        .filter_map(|setting| reader.setting(setting))
        .collect();
    let patches: Vec<_> = selection
        .patches
        .into_iter()
        .filter_map(|patch| reader.patch(patch))
        .collect();
    let mut diagnostics = reader.diagnostics;
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(selection.profile.check(&settings, selection.partial));
    }
    let ((), warnings) = crate::diagnostic::unless_errors((), diagnostics)?;
    Ok(Selection {
        profile: selection.profile,
        node: selection.node,
        version: selection.version,
        partial: selection.partial,
        settings,
        patches,
        warnings,
    })
}

/// The host that a value of a load balancer names, read if it is kept elsewhere.
pub(crate) fn host_of(
    value: &Value,
    key: &str,
    spot: &Spot,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<String, Diagnostic> {
    let mut reader = ReferenceReader {
        environment,
        diagnostics: Vec::new(),
    };
    let origin = Origin::File(spot.clone());
    let text = reader.plain(value, key, false, &origin);
    let wrong = |reason: &str| {
        let message = format!("`{key}` {reason}");
        Diagnostic::error("wrong-value", Class::Specification, message).at(spot.clone(), "")
    };
    let Some(text) = text else {
        let error = reader.diagnostics.pop();
        return Err(error.unwrap_or_else(|| wrong("has no value that can be read")));
    };
    match catalogue::row("server.host_name").map(|row| row.check_plain(&text)) {
        Some(Err(reason)) => Err(wrong(&reason)),
        _ => Ok(text.to_string()),
    }
}

struct ReferenceReader<'e> {
    environment: &'e dyn Fn(&str) -> Option<OsString>,
    diagnostics: Vec<Diagnostic>,
}

impl ReferenceReader<'_> {
    fn setting(&mut self, setting: Setting) -> Option<Setting<Resolved>> {
        let key = setting.key();
        let Setting {
            row,
            name,
            requested,
            origin,
        } = setting;
        let requested = match requested {
            Requested::Absent => Requested::Absent,
            Requested::Value(Value::Literal(literal)) => Requested::Value(Resolved {
                literal,
                reference: None,
            }),
            Requested::Value(value) => {
                let what = match &value {
                    Value::Reference(reference) => format!("read from {reference}"),
                    _ => "put together".to_owned(),
                };
                let text = match (&value, row.kind) {
                    (Value::Template(parts), Kind::BrokerUrl) => {
                        self.broker_url(parts, &key, &origin)?
                    }
                    _ => self.plain(&value, &key, row.may_hold_secret(), &origin)?,
                };
                match row.check_plain(&text) {
                    Ok(checked) => {
                        if let Some(oddity) = checked.warning {
                            let message = format!("`{key}`, {what}, {oddity}");
                            let warning =
                                Diagnostic::warning("odd-value", Class::Specification, message);
                            self.diagnostics.push(origin.attach(warning, ""));
                        }
                        Requested::Value(Resolved {
                            literal: checked.literal,
                            reference: Some(value),
                        })
                    }
                    Err(reason) => {
                        let message = format!("`{key}`, {what}, {reason}");
                        self.error("wrong-value", message, &origin);
                        return None;
                    }
                }
            }
        };
        Some(Setting {
            row,
            name,
            requested,
            origin,
        })
    }

    /// The characters of a broker's URL. What of it is kept elsewhere or secret
    /// must not part the URL where it stands (AM 2.1.0, Maintaining Logins and
    /// Passwords).
    fn broker_url(
        &mut self,
        parts: &[Value],
        name: &str,
        origin: &Origin,
    ) -> Option<Zeroizing<String>> {
        let mut url = Zeroizing::new(String::new());
        for part in parts {
            let text = self.plain(part, name, true, origin)?;
            let shown = match part {
                Value::Reference(reference) => Some(reference.to_string()),
                Value::Literal(Literal::Secret(_)) => Some("the password".to_owned()),
                _ => None,
            };
            if let Some(shown) = shown
                && text.contains([
                    '@', '%', ':', '/', '?', '#', '\'', '"', ' ', '\t', '\r', '\n',
                ])
            {
                let message = format!(
                    "`{name}`: {shown} holds `@`, `%` or another character that parts such a URL"
                );
                self.error("wrong-value", message, origin);
                return None;
            }
            url.push_str(&text);
        }
        Some(url)
    }

    /// The characters of a value.
    fn plain(
        &mut self,
        value: &Value,
        name: &str,
        secret: bool,
        origin: &Origin,
    ) -> Option<Zeroizing<String>> {
        match value {
            Value::Literal(literal) => literal.to_text(),
            Value::Reference(reference) => self.read(reference, name, secret, origin),
            Value::Template(values) => {
                let mut text = Zeroizing::new(String::new());
                for value in values {
                    text.push_str(&self.plain(value, name, secret, origin)?);
                }
                Some(text)
            }
        }
    }

    fn patch(&mut self, patch: Patch) -> Option<Patch<Resolved>> {
        let Patch { secret, origin, .. } = patch;
        let expect = match patch.expect {
            Some(value) => Some(self.text("expect", value, secret, &origin)?),
            None => None,
        };
        let action = match patch.action {
            Action::Set { value, after } => Action::Set {
                value: self.text("set", value, secret, &origin)?,
                after,
            },
            Action::CommentOut => Action::CommentOut,
            Action::Uncomment => Action::Uncomment,
            Action::Remove => Action::Remove,
            Action::Insert {
                fragment,
                position,
                unless,
            } => Action::Insert {
                fragment,
                position,
                unless,
            },
        };
        Some(Patch {
            file: patch.file,
            select: patch.select,
            action,
            expect,
            all: patch.all,
            optional: patch.optional,
            secret,
            origin,
        })
    }

    /// The text of a patch's field.
    fn text(
        &mut self,
        field: &str,
        value: Value,
        secret: bool,
        origin: &Origin,
    ) -> Option<Resolved> {
        let value = match value {
            Value::Literal(literal) => {
                return Some(Resolved {
                    literal,
                    reference: None,
                });
            }
            value => value,
        };
        let text = self.plain(&value, field, secret, origin)?;
        if let Some(reason) = illegal_in_xml(&text) {
            let message = match &value {
                Value::Reference(reference) => {
                    format!("`{field}`, read from {reference}, {reason}")
                }
                _ => format!("`{field}` {reason}"),
            };
            self.error("wrong-value", message, origin);
            return None;
        }
        Some(Resolved {
            literal: match secret {
                true => Literal::Secret(Secret::new(text.as_str())),
                false => Literal::Text(text.to_string()),
            },
            reference: Some(value),
        })
    }

    fn read(
        &mut self,
        reference: &Reference,
        name: &str,
        secret: bool,
        origin: &Origin,
    ) -> Option<Zeroizing<String>> {
        let bytes = match reference {
            Reference::Environment(variable) => match (self.environment)(variable) {
                Some(value) => value.into_encoded_bytes(),
                None => {
                    let variable = printable_name(variable);
                    let message = format!("`{name}`: environment variable `{variable}` is not set");
                    self.error("missing-reference", message, origin);
                    return None;
                }
            },
            Reference::File(path) => match bounded_read::read(path, MAX_SIZE) {
                Ok(bytes) => {
                    if secret {
                        self.warn_of_readers(path, name, origin);
                    }
                    without_line_end(bytes)
                }
                Err(error) => {
                    let code = match error {
                        ReadError::TooLarge { .. } => "too-large",
                        ReadError::NotRegular => "not-a-regular-file",
                        ReadError::Io(_) => "missing-reference",
                    };
                    let path = printable_path(path);
                    self.error(code, format!("`{name}`: file `{path}`: {error}"), origin);
                    return None;
                }
            },
        };
        if bytes.len() as u64 > MAX_SIZE {
            let limit = MAX_SIZE;
            self.error(
                "too-large",
                format!("`{name}`: {reference} is larger than {limit} bytes"),
                origin,
            );
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                error.into_bytes().zeroize();
                self.error(
                    "not-utf-8",
                    format!("`{name}`: {reference} is not UTF-8 at byte offset {offset}"),
                    origin,
                );
                None
            }
        }
    }

    /// A secret that the group or everybody can read is none.
    fn warn_of_readers(&mut self, path: &Path, name: &str, origin: &Origin) {
        let Ok(metadata) = path.metadata() else {
            return;
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = printable_path(path);
            let warning = Diagnostic::warning(
                "readable-secret",
                Class::Specification,
                format!("`{name}`: file `{path}` is open to others (mode {mode:04o})"),
            )
            .help(format!("chmod 600 {path}"));
            self.diagnostics.push(origin.attach(warning, ""));
        }
    }

    fn error(&mut self, code: &'static str, message: String, origin: &Origin) {
        let error = Diagnostic::error(code, Class::Specification, message);
        self.diagnostics.push(origin.attach(error, ""));
    }
}

/// Drops the one line end with which editors and `echo` close a file.
fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}
