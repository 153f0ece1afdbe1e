//! `--set`, `--set-env` and `--set-file`.

use std::fmt;
use std::path::Path;

use super::table_reader::reference;
use super::{Origin, Requested, Setting, Value};
use crate::catalogue;
use crate::diagnostic::{Class, Diagnostic, MASK, printable_name};

/// One such option with its argument as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub enum SetOption {
    /// `--set KEY=VALUE`
    Literal(String),
    /// `--set-env KEY=NAME`
    Environment(String),
    /// `--set-file KEY=PATH`; relative to the working directory, as on every
    /// command line.
    File(String),
}

impl fmt::Debug for SetOption {
    /// A literal without its value: which key is a secret's is not known yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(argument) => {
                let key = argument.split_once('=').map_or(MASK, |(key, _)| key);
                write!(f, "Literal({key}={MASK})")
            }
            Self::Environment(argument) => f.debug_tuple("Environment").field(argument).finish(),
            Self::File(argument) => f.debug_tuple("File").field(argument).finish(),
        }
    }
}

impl SetOption {
    /// Checks the argument against the catalogue.
    pub(super) fn read(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Setting> {
        let (option, shape, argument) = match self {
            Self::Literal(argument) => ("--set", "KEY=VALUE", argument),
            Self::Environment(argument) => ("--set-env", "KEY=NAME", argument),
            Self::File(argument) => ("--set-file", "KEY=PATH", argument),
        };
        let error = |code, message| Some(Diagnostic::error(code, Class::Specification, message));
        let Some((key, value)) = split(argument) else {
            // What stands there may be a secret whose key was forgotten.
            let message = format!("{option} takes {shape}, and its argument has no `=`");
            diagnostics.extend(error("set-argument", message));
            return None;
        };
        let Some((row, name)) = catalogue::find(key) else {
            let message = format!("{option}: unknown key `{}`", printable_name(key));
            diagnostics.extend(error("unknown-key", message).map(
                |unknown| match catalogue::suggest(key) {
                    Some(meant) => {
                        unknown.help(format!("did you mean `{}`?", printable_name(&meant)))
                    }
                    None => unknown,
                },
            ));
            return None;
        };
        let environment = match self {
            Self::Literal(_) => {
                let setting = |literal| Setting {
                    row,
                    name: name.clone(),
                    requested: Requested::Value(Value::Literal(literal)),
                    origin: Origin::SetOption,
                };
                let checked = row
                    .check_plain(value)
                    .map_err(|reason| {
                        let message = format!("{option}: `{key}` {reason}");
                        diagnostics.extend(error("wrong-value", message));
                    })
                    .ok()?;
                let warning =
                    |code, message| Diagnostic::warning(code, Class::Specification, message);
                if let Some(oddity) = checked.warning {
                    diagnostics.push(warning("odd-value", format!("{option}: `{key}` {oddity}")));
                }
                if row.holds_secret(&checked.literal) {
                    let message = format!(
                        "{option}: `{key}` is a secret, and everybody on this machine can read \
                         command lines"
                    );
                    diagnostics
                        .push(warning("plain-secret", message).help("use --set-env or --set-file"));
                }
                return Some(setting(checked.literal));
            }
            Self::Environment(_) => true,
            Self::File(_) => false,
        };
        if !row.kind.is_text() {
            let message = format!(
                "{option}: `{key}` must be {}, not a reference",
                row.kind.expected()
            );
            diagnostics.extend(error("wrong-type", message));
            return None;
        }
        match reference(environment, value, Path::new("")) {
            Ok(reference) => Some(Setting {
                row,
                name,
                requested: Requested::Value(Value::Reference(reference)),
                origin: match environment {
                    true => Origin::SetEnvOption,
                    false => Origin::SetFileOption,
                },
            }),
            Err(reason) => {
                let message = format!("{option}: what `{key}` refers to {reason}");
                diagnostics.extend(error("wrong-value", message));
                None
            }
        }
    }
}

/// Key and value, parted by the first `=` that stands in no quoted name.
fn split(argument: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in argument.char_indices() {
        match (quote, c) {
            (None, '=') => return Some((&argument[..at], &argument[at + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
