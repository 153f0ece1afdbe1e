//! Which settings `inspect` shows: by key, by state, by config file.

use apim_patch_core::catalogue::{self, Row, nearest, suggest_key_or_table};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable};
use apim_patch_core::inspect::{Inspected, MissingFiles, State};
use wildmatch::WildMatch;

use crate::args::{InState, Inspect};

/// What is asked for.
pub(super) struct Filter {
    rows: Vec<&'static Row>,
    keys: Vec<Keys>,
    states: Vec<InState>,
}

/// What one argument asks for.
enum Keys {
    /// A setting, or that of every entry.
    Row(&'static Row),
    /// A setting of the entry of this name.
    Entry(&'static Row, String),
    /// Whatever is like this.
    Like(WildMatch),
}

impl Filter {
    pub(super) fn new(arguments: &Inspect) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut keys = Vec::new();
        for argument in &arguments.keys {
            match keys_of(argument) {
                Ok(more) => keys.extend(more),
                Err(error) => errors.push(error),
            }
        }
        let is_asked = |row: &&'static Row| keys.is_empty() || keys.iter().any(|k| k.may_be(row));
        let mut rows: Vec<_> = catalogue::rows().filter(is_asked).collect();
        if let Some(file) = &arguments.file {
            let like = WildMatch::new(file);
            let is_like = |path: &str| like.matches(path) || is_end(path, file);
            if !catalogue::rows().any(|row| is_like(row.file)) {
                errors.push(unknown_file(file));
            }
            rows.retain(|row| is_like(row.file));
        }
        match errors.is_empty() {
            true => Ok(Self {
                rows,
                keys,
                states: arguments.state.clone(),
            }),
            false => Err(errors),
        }
    }

    /// The rows to look for.
    pub(super) fn rows(&self) -> &[&'static Row] {
        &self.rows
    }

    /// A file that is missing is worth an error where a setting in it was asked
    /// for by name.
    pub(super) fn missing_files(&self) -> MissingFiles {
        let by_name = |keys: &Keys| !matches!(keys, Keys::Like(_));
        match self.keys.iter().any(by_name) {
            true => MissingFiles::Refuse,
            false => MissingFiles::LeaveOut,
        }
    }

    /// Leaves the keys that are not asked for, and adds entries that are asked
    /// for by name and are nowhere.
    pub(super) fn keep_keys(&self, found: &mut Vec<Inspected>) {
        if self.keys.is_empty() {
            return;
        }
        found.retain(|inspected| self.keys.iter().any(|keys| keys.is(inspected)));
        for keys in &self.keys {
            if let Keys::Entry(row, name) = keys
                && self.rows.contains(row)
                && !found.iter().any(|inspected| keys.is(inspected))
            {
                found.push(Inspected::absent(row, Some(name)));
            }
        }
    }

    /// Whether a setting is in one of the states that are asked for.
    pub(super) fn is_in_state(&self, inspected: &Inspected) -> bool {
        let is = |state: &InState| match state {
            InState::Active => inspected.state == State::Active && !inspected.vault,
            InState::Hidden => inspected.state == State::CommentedOut,
            InState::Absent => inspected.state == State::Absent,
            InState::Shadowed => !inspected.shadowed.is_empty(),
            InState::Vault => inspected.vault,
        };
        self.states.is_empty() || self.states.iter().any(is)
    }
}

impl Keys {
    /// Whether a setting of the row may be asked for.
    fn may_be(&self, row: &'static Row) -> bool {
        match self {
            Self::Row(asked) | Self::Entry(asked, _) => *asked == row,
            // Which names entries have is known when the home was read.
            Self::Like(like) => row.is_keyed() || like.matches(row.key),
        }
    }

    fn is(&self, inspected: &Inspected) -> bool {
        let row = inspected.row;
        match self {
            Self::Row(asked) => *asked == row,
            Self::Entry(asked, name) => *asked == row && inspected.name.as_ref() == Some(name),
            Self::Like(like) => {
                // A name needs no quotes where blanks and dots part nothing.
                let bare = inspected.name.as_deref();
                let bare = bare.map(|name| row.key.replacen('*', name, 1));
                like.matches(&inspected.key) || bare.is_some_and(|key| like.matches(&key))
            }
        }
    }
}

/// What an argument asks for: a key, a table of keys, or a pattern of keys.
fn keys_of(argument: &str) -> Result<Vec<Keys>, Diagnostic> {
    let named = rows_of(argument).map(Keys::Row);
    let is_pattern = argument.contains(['*', '?']);
    let entries = catalogue::rows().filter_map(|row| {
        let (_, field) = row.key.split_once("*.")?;
        let of_table = || catalogue::find(&format!("{argument}.{field}"));
        match catalogue::find(argument).or_else(of_table) {
            Some((asked, Some(name))) if asked == row => Some(Keys::Entry(row, name)),
            _ => None,
        }
    });
    let keys: Vec<Keys> = match is_pattern {
        true => named.collect(),
        false => named.chain(entries).collect(),
    };
    if !keys.is_empty() {
        return Ok(keys);
    }
    let like = WildMatch::new(argument);
    let some_key = |row: &Row| like.matches(row.key) || could_match(argument, row);
    if is_pattern && catalogue::rows().any(some_key) {
        return Ok(vec![Keys::Like(like)]);
    }
    Err(unknown_key(argument))
}

/// Whether some name makes the row's key one that the pattern may match: what
/// stands in front of wildcard and name is the same, as far as both go.
fn could_match(pattern: &str, row: &Row) -> bool {
    let Some((table, _)) = row.key.split_once('*') else {
        return false;
    };
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
    table.starts_with(fixed) || fixed.starts_with(table)
}

/// The row of a key, or those of a table of keys.
pub(super) fn rows_of(key: &str) -> impl Iterator<Item = &'static Row> + use<'_> {
    catalogue::rows().filter(move |row| {
        let rest = row.key.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

pub(super) fn unknown_key(key: &str) -> Diagnostic {
    let error = Diagnostic::error(
        "unknown-key",
        Class::Specification,
        format!("unknown key `{}`", printable(key)),
    );
    match suggest_key_or_table(key) {
        Some(meant) => error.help(format!("did you mean `{}`?", printable(&meant))),
        None => error.help("`apim-patch inspect --home HOME` lists all keys"),
    }
}

fn is_end(path: &str, end: &str) -> bool {
    let before = path.strip_suffix(end);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn unknown_file(file: &str) -> Diagnostic {
    let message = format!("no setting stands in a file like `{}`", printable(file));
    let error = Diagnostic::error("unknown-file", Class::Specification, message);
    let names = catalogue::rows().map(|row| row.file.rsplit('/').next().unwrap_or(row.file));
    let known: Vec<&str> = match file.contains('/') {
        true => catalogue::rows().map(|row| row.file).collect(),
        false => names.collect(),
    };
    match nearest(file, known.iter().copied()) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => {
            let mut names = known;
            names.sort_unstable();
            names.dedup();
            error.help(format!("there are {}", names.join(", ")))
        }
    }
}
