//! What a home keeps of a profile that it had before.

use file_transaction::{LinkPolicy, Store};

use crate::catalogue::{self, Row};
use crate::diagnostic::{Class, Diagnostic};
use crate::diff::Secrecy;
use crate::history;
use crate::inspect::{Inspected, MissingFiles, State, inspect};
use crate::profile::{self, Fix, Profile};
use crate::spec::{Resolved, Selection};

/// A warning of what runs with other profiles have fixed, still stands in the
/// home, and nobody asks for now: an apply leaves it as it is, and a home that
/// has never had another profile would not have it.
///
/// `version` is the home's release. What can't be read is not told; whoever
/// plans on it is told why.
pub fn left_over(
    store: &Store,
    selection: &Selection<Resolved>,
    version: Option<&str>,
    links: LinkPolicy,
) -> Option<Diagnostic> {
    let former = former_profiles(store, selection.profile);
    let is_asked = |key| selection.settings.iter().any(|one| one.row.key == key);
    let mut fixes: Vec<(&Row, &Fix)> = Vec::new();
    for fix in former.iter().flat_map(|profile| profile.fixes) {
        if let Some(row) = catalogue::row(fix.key).filter(|row| !is_asked(row.key)) {
            fixes.push((row, fix));
        }
    }
    if fixes.is_empty() {
        return None;
    }
    let rows: Vec<&'static Row> = catalogue::rows()
        .filter(|row| fixes.iter().any(|(fixed, _)| fixed.key == row.key))
        .collect();
    let found = inspect(store, &rows, links, Secrecy::Masked, MissingFiles::LeaveOut).ok()?;
    let mut kept = Vec::new();
    for inspected in &found {
        let Some(stock) = inspected.row.stock_value(None, version?) else {
            continue;
        };
        let here = here(inspected);
        let is_fixed = fixes.iter().any(|(row, fix)| {
            row.key == inspected.row.key
                && fix.value.to_text().as_deref().map(String::as_str) == Some(here)
        });
        if is_fixed && here != stock {
            kept.push(format!(
                "`{}` is {here} ({stock} in a stock home)",
                inspected.key
            ));
        }
    }
    if kept.is_empty() {
        return None;
    }
    let names: Vec<_> = former.iter().map(|profile| profile.name).collect();
    let message = format!(
        "this home was a {} before, and keeps what nobody asks for now: {}",
        names.join(" and a "),
        kept.join(", ")
    );
    Some(
        Diagnostic::warning("former-profile", Class::Home, message)
            .help("ask for the values that are meant, or start from a stock home"),
    )
}

/// The profiles of earlier runs.
fn former_profiles(store: &Store, now: &Profile) -> Vec<&'static Profile> {
    let Ok((entries, _)) = history::list(store) else {
        return Vec::new();
    };
    let mut former: Vec<&'static Profile> = Vec::new();
    for entry in &entries {
        let name = entry.manifest().details.remember.get("profile");
        if let Some(profile) = name.and_then(|name| profile::find(name).ok())
            && profile.name != now.name
            && former.iter().all(|known| known.name != profile.name)
        {
            former.push(profile);
        }
    }
    former
}

/// The value in effect. An element whose presence is the setting is not there
/// where it is hidden.
fn here(inspected: &Inspected) -> &str {
    match inspected.state {
        State::Active => inspected.value.as_deref().unwrap_or_default(),
        State::CommentedOut | State::Absent if inspected.row.is_presence() => "false",
        State::CommentedOut | State::Absent => "",
    }
}
