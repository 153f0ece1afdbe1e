//! From TOML tables to settings, read off the catalogue's rows.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Origin, Reference, Requested, Setting, Value};
use crate::catalogue::{self, Depth, Given, Row, nearest};
use crate::diagnostic::{Class, Diagnostic, SourceText, Spot, printable_name};

/// A key with its value.
pub(super) type Entry<'e, 't> = (&'e Spanned<DeString<'t>>, &'e Spanned<DeValue<'t>>);

/// Reads the tables of one file and collects what is wrong with them.
pub(super) struct TableReader<'s, 't> {
    pub(super) source: &'s SourceText<'t>,
    /// The folder that relative paths start from.
    pub(super) folder: &'s Path,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Who speaks in the table that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Speaker<'n> {
    File,
    Node(&'n str),
    ProfileTable(&'n str),
    /// A table of a deployment that connects nodes.
    Connection(&'n str),
}

impl Speaker<'_> {
    pub(super) fn origin(self, spot: Spot) -> Origin {
        match self {
            Self::File => Origin::File(spot),
            Self::Node(node) => Origin::Node {
                node: node.to_owned(),
                spot,
            },
            Self::ProfileTable(profile) => Origin::ProfileTable {
                profile: profile.to_owned(),
                spot,
            },
            Self::Connection(table) => Origin::Derived {
                from: table.to_owned(),
                spot,
            },
        }
    }
}

/// The entries of a table in the order of the file, which the map has lost.
pub(super) fn in_order<'e, 't>(table: &'e DeTable<'t>) -> Vec<Entry<'e, 't>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl TableReader<'_, '_> {
    /// Adds an error of the deployment file.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::error(code, Class::Specification, message)
            .at(self.source.spot(span), label);
        diagnostic.help.extend(help);
        self.diagnostics.push(diagnostic);
    }

    fn warning(&mut self, code: &'static str, span: Range<usize>, message: String, help: &str) {
        self.diagnostics.push(
            Diagnostic::warning(code, Class::Specification, message)
                .at(self.source.spot(span), "")
                .help(help),
        );
    }

    /// Reads one entry as a setting or a table of settings. `path` is its
    /// dotted key; `also` are the names that may stand beside it and are no
    /// settings.
    pub(super) fn setting(
        &mut self,
        path: &str,
        entry: Entry<'_, '_>,
        speaker: Speaker<'_>,
        also: &[&'static str],
        settings: &mut Vec<Setting>,
    ) {
        self.setting_of(None, path, entry, speaker, also, settings);
    }

    /// The same inside the entry `of` of a keyed table, whose place in `path`
    /// is taken by a `*`.
    pub(super) fn setting_of(
        &mut self,
        of: Option<&str>,
        path: &str,
        (key, value): Entry<'_, '_>,
        speaker: Speaker<'_>,
        also: &[&'static str],
        settings: &mut Vec<Setting>,
    ) {
        let name = key.get_ref();
        // `"key_manager.client"` in quotes is another key than
        // `key_manager.client`.
        let depth = match name.contains('.') && !path.ends_with(".*") {
            true => Depth::Nowhere,
            false => catalogue::depth(path),
        };
        match (depth, value.get_ref()) {
            (Depth::Row(row), _) => settings.extend(self.row(row, of, value, speaker)),
            (Depth::Entries, DeValue::Table(table)) => {
                for entry in in_order(table) {
                    let name = entry.0.get_ref();
                    if self.entry_name(path, entry.0) {
                        let path = format!("{path}.*");
                        self.setting_of(Some(name), &path, entry, speaker, &[], settings);
                    }
                }
            }
            (Depth::Table, DeValue::Table(table)) => {
                for entry in in_order(table) {
                    let path = format!("{path}.{}", entry.0.get_ref());
                    self.setting_of(of, &path, entry, speaker, &[], settings);
                }
            }
            (Depth::Table | Depth::Entries, _) => self.error(
                "wrong-type",
                value.span(),
                format!(
                    "`{path}` must be a table of settings, not {}",
                    type_name(value)
                ),
                "",
                Some(format!("write `[{path}]` and the settings below it")),
            ),
            // Only tables that connect nodes have these.
            (Depth::Nowhere, _)
                if matches!(path, "environments.*.gateways" | "databases.*.profiles") =>
            {
                self.error(
                    "table-without-nodes",
                    key.span(),
                    format!("`{name}` has a meaning only at the top of a file with `[nodes]`"),
                    "",
                    Some("give the settings that would follow from it".into()),
                );
            }
            (Depth::Nowhere, _) => {
                let parent = path.strip_suffix(name.as_ref()).unwrap_or_default();
                let path = &path.replacen('*', of.unwrap_or("*"), 1);
                let siblings = catalogue::children(parent.trim_end_matches('.'));
                let meant = nearest(name, siblings.chain(also.iter().copied()))
                    .map(str::to_owned)
                    .or_else(|| catalogue::suggest(path))
                    .or_else(|| catalogue::suggest(name));
                self.unknown(key, path, meant.as_deref());
            }
        }
    }

    /// Whether `name` can be an entry's name of the keyed table `path`; adds the
    /// error if not.
    pub(super) fn entry_name(&mut self, path: &str, key: &Spanned<DeString<'_>>) -> bool {
        let name = key.get_ref();
        let problem = match name.as_ref() {
            name if name.trim() != name || name.is_empty() => "is empty or padded",
            name if name.contains('"') && name.contains('\'') => "holds both kinds of quotes",
            name if catalogue::illegal_in_xml(name).is_some()
                || name.contains(['\n', '\r', '\t']) =>
            {
                "holds a control character"
            }
            _ => return true,
        };
        let message = format!("the name `{}` in `{path}` {problem}", printable_name(name));
        self.error("wrong-name", key.span(), message, "", None);
        false
    }

    /// Adds the error for a key that nobody knows.
    pub(super) fn unknown(&mut self, key: &Spanned<DeString<'_>>, path: &str, meant: Option<&str>) {
        self.error(
            "unknown-key",
            key.span(),
            format!("unknown key `{}`", printable_name(path)),
            "",
            meant.map(|meant| format!("did you mean `{}`?", printable_name(meant))),
        );
    }

    fn row(
        &mut self,
        row: &'static Row,
        of: Option<&str>,
        value: &Spanned<DeValue<'_>>,
        speaker: Speaker<'_>,
    ) -> Option<Setting> {
        let requested = self.requested(row, &row.full_key(of), value)?;
        Some(Setting {
            row,
            name: of.map(str::to_owned),
            requested,
            origin: speaker.origin(self.source.spot(value.span())),
        })
    }

    /// Reads a value that `row` takes. `name` is what stands before it.
    pub(super) fn requested(
        &mut self,
        row: &'static Row,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Requested> {
        match value.get_ref() {
            DeValue::Table(table) => self.no_literal(row, name, value, table),
            _ => {
                let literal = self.literal(row, name, value)?;
                Some(Requested::Value(Value::Literal(literal)))
            }
        }
    }

    /// Whether an error was added since there were `before` diagnostics.
    pub(super) fn refused_since(&self, before: usize) -> bool {
        self.diagnostics[before..].iter().any(Diagnostic::is_error)
    }

    fn literal(
        &mut self,
        row: &'static Row,
        key: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<catalogue::Literal> {
        let span = value.span();
        let checked = match value.get_ref() {
            DeValue::Array(array) => {
                let mut items = Vec::new();
                for item in array.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => items.push(text.as_ref()),
                        _ => {
                            let message = format!("`{key}` must be {}", row.kind.expected());
                            self.error(
                                "wrong-type",
                                item.span(),
                                message,
                                "this is not text",
                                None,
                            );
                            return None;
                        }
                    }
                }
                row.check(Given::List(&items))
            }
            DeValue::String(text) => row.check(Given::Text(text)),
            DeValue::Integer(number) => row.check(Given::Integer(
                i64::from_str_radix(number.as_str(), number.radix()).ok(),
            )),
            DeValue::Boolean(value) => row.check(Given::Boolean(*value)),
            _ => row.check(Given::Other(type_name(value))),
        };
        match checked {
            Ok(checked) => {
                if let Some(oddity) = checked.warning {
                    let message = format!("`{key}` {oddity}");
                    self.warning(
                        "odd-value",
                        span.clone(),
                        message,
                        "check that this is meant",
                    );
                }
                if row.holds_secret(&checked.literal) {
                    self.plain_secret(key, span);
                }
                Some(checked.literal)
            }
            Err(reason) => {
                let message = format!("`{key}` {reason}");
                let help = Some(format!("for instance {}", row.example));
                self.error("wrong-value", span, message, "", help);
                None
            }
        }
    }

    /// Warns of a secret that stands in the file.
    pub(super) fn plain_secret(&mut self, name: &str, span: Range<usize>) {
        self.warning(
            "plain-secret",
            span,
            format!("`{name}` is a secret, and whoever can read this file can read it"),
            r#"keep it elsewhere: { env = "NAME" } or { file = "PATH" }"#,
        );
    }

    /// A value given as a table: `{ env }`, `{ file }` or `{ absent }`.
    fn no_literal(
        &mut self,
        row: &'static Row,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Requested> {
        if let [(key, absent)] = in_order(table)[..]
            && key.get_ref() == "absent"
        {
            if matches!(absent.get_ref(), DeValue::Boolean(true)) {
                return Some(Requested::Absent);
            }
            self.error(
                "wrong-value",
                absent.span(),
                format!("`{name}`: `absent` must be true"),
                "",
                Some("leave the setting out where nothing is asked".into()),
            );
            return None;
        }
        let reference = self.reference(name, value, table)?;
        if !row.kind.is_text() {
            self.error(
                "wrong-type",
                place(value, table),
                format!("`{name}` must be {}, not a reference", row.kind.expected()),
                "",
                Some("only text can be kept in a variable or a file".into()),
            );
            return None;
        }
        Some(Requested::Value(Value::Reference(reference)))
    }

    /// Reads `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub(super) fn reference(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Reference> {
        let [(key, target)] = in_order(table)[..] else {
            self.no_reference(name, place(value, table));
            return None;
        };
        let kind = key.get_ref().as_ref();
        if !matches!(kind, "env" | "file") {
            self.no_reference(name, key.span());
            if let Some(meant) = nearest(kind, ["env", "file", "absent"])
                && let Some(error) = self.diagnostics.last_mut()
            {
                error.help.insert(0, format!("did you mean `{meant}`?"));
            }
            return None;
        }
        let DeValue::String(text) = target.get_ref() else {
            let message = format!("`{name}`: `{kind}` must be text, not {}", type_name(target));
            self.error("wrong-type", target.span(), message, "", None);
            return None;
        };
        match reference(kind == "env", text, self.folder) {
            Ok(reference) => Some(reference),
            Err(reason) => {
                let message = format!("`{name}`: `{kind}` {reason}");
                self.error("wrong-value", target.span(), message, "", None);
                None
            }
        }
    }

    fn no_reference(&mut self, name: &str, span: Range<usize>) {
        self.error(
            "wrong-type",
            span,
            format!("`{name}` must be a value or a reference, not such a table"),
            "",
            Some(
                r#"as a table it is { env = "NAME" }, { file = "PATH" } or { absent = true }"#
                    .into(),
            ),
        );
    }
}

/// A reference, or why there can be none of that name, as a predicate.
pub(super) fn reference(
    environment: bool,
    target: &str,
    folder: &Path,
) -> Result<Reference, &'static str> {
    if target.is_empty() {
        return Err("is empty");
    }
    if target.contains('\0') || environment && target.contains('=') {
        return Err("holds a character that no such name has");
    }
    Ok(match environment {
        true => Reference::Environment(target.to_owned()),
        false => Reference::File(folder.join(target)),
    })
}

/// A value's type with its article.
pub(super) fn type_name(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The place of a table: the table itself, or its first key where it was
/// written with dotted keys and has no place of its own.
pub(super) fn place(value: &Spanned<DeValue<'_>>, table: &DeTable<'_>) -> Range<usize> {
    match in_order(table).first() {
        Some((key, _)) if value.span().is_empty() => key.span(),
        _ => value.span(),
    }
}
