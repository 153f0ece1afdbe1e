//! From homes back to a deployment file that reproduces their settings.
//!
//! What is captured is what an apply of the profile to a stock home of the same
//! release would not bring by itself.

use std::collections::BTreeMap;

use file_transaction::{LinkPolicy, Store};

use crate::catalogue::{self, Place, Row, Shape, VERSIONS, WhenAbsent};
use crate::deployment_writer::{Asked, Table, Written, release};
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::diff::Secrecy;
use crate::inspect::{Inspected, MissingFiles, State, inspect, read_other};
use crate::profile::Profile;

/// A home that is to be captured.
#[derive(Debug)]
pub struct Captive<'h> {
    /// The name of its node, where several homes are captured.
    pub name: &'h str,
    /// The home.
    pub store: &'h Store,
    /// Its release, as its marks show it.
    pub version: Option<&'h str>,
    /// The profile with which the file is to be applied.
    pub profile: &'static Profile,
}

/// A deployment file, and what its reader has to know.
#[derive(Debug)]
pub struct Captured {
    /// The deployment file.
    pub toml: String,
    /// The environment variables that it refers to, each with the key whose
    /// secret it is to hold.
    pub variables: BTreeMap<String, String>,
    /// Values that no deployment file can ask for.
    pub warnings: Vec<Diagnostic>,
}

/// Captures homes: one as a file for one node, several as a file with
/// `[nodes]`. Writes nothing.
///
/// # Errors
///
/// Config files that can't be read.
pub fn capture(homes: &[Captive<'_>], links: LinkPolicy) -> Result<Captured, Vec<Diagnostic>> {
    let mut written = Written::default();
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    let versions: Vec<_> = homes.iter().map(|home| release(home.version)).collect();
    if let [Some(first), rest @ ..] = versions.as_slice()
        && rest.iter().all(|version| *version == Some(*first))
    {
        written.version(first);
    }
    for (home, version) in homes.iter().zip(versions) {
        let version = version.unwrap_or(VERSIONS[VERSIONS.len() - 1]);
        match one(home, version, links, &mut warnings) {
            Ok(settings) => {
                let table = (homes.len() > 1).then_some(Table {
                    node: home.name,
                    profile: home.profile.name,
                });
                let settings = settings
                    .iter()
                    .map(|(inspected, asked)| (inspected.row, inspected.name.as_deref(), asked));
                written.settings(table, settings);
            }
            Err(mut more) => errors.append(&mut more),
        }
    }
    if errors.is_empty() {
        Ok(Captured {
            toml: written.toml,
            variables: written.variables,
            warnings,
        })
    } else {
        Err(errors)
    }
}

/// The settings of one home that a stock home would not have.
fn one(
    home: &Captive<'_>,
    version: &str,
    links: LinkPolicy,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<(Inspected, Asked)>, Vec<Diagnostic>> {
    let rows: Vec<&'static Row> = catalogue::rows().collect();
    let found = inspect(
        home.store,
        &rows,
        links,
        Secrecy::Shown,
        MissingFiles::LeaveOut,
    )?;
    // A file that has become another one has that one's settings by itself.
    let mut others: BTreeMap<&str, Vec<Inspected>> = BTreeMap::new();
    for inspected in &found {
        if let Some(by) = replacement(inspected.row)
            && inspected.value.as_deref() == Some("true")
        {
            let rows = rows
                .iter()
                .filter(|row| row.file == inspected.file)
                .copied();
            let settings = read_other(home.store, by, rows, links)?;
            others.insert(inspected.file, settings);
        }
    }
    let mut settings = Vec::new();
    let mut missing = entries_that_are_gone(&found, version);
    for inspected in found {
        let here = match inspected.state {
            State::Active => inspected.value.as_deref(),
            State::CommentedOut | State::Absent => None,
        };
        let stock = stock(&inspected, version, &others);
        let required = requires(home.profile, inspected.row.key);
        let by_itself = here == stock.as_deref() && is_as_fixed(home.profile, &inspected, here);
        let never_there = here.is_none() && inspected.row.absent == WhenAbsent::NotApplicable;
        let brought = here.is_none() && is_brought(&inspected, version);
        if by_itself && !required && !brought || never_there && stock.is_none() {
            continue;
        }
        let asked = match here {
            None if inspected.row.is_presence() => Asked::Value("false".to_owned()),
            None if !brought => Asked::Absent,
            here => match ask(&inspected, here, stock.is_some()) {
                Ok(asked) => asked,
                Err(reason) => {
                    let message = format!(
                        "{}:{} `{}` {reason}: it is not captured",
                        inspected.file,
                        inspected.line.unwrap_or(1),
                        printable(&inspected.key)
                    );
                    warnings.push(Diagnostic::warning("not-captured", Class::Home, message));
                    continue;
                }
            },
        };
        settings.push((inspected, asked));
    }
    settings.append(&mut missing);
    Ok(settings)
}

/// Whether a profile requires a key, be it only where another has some value.
fn requires(profile: &Profile, key: &str) -> bool {
    let mut rules = profile.rules.iter();
    profile.requires.contains(&key) || rules.any(|rule| rule.requires.contains(&key))
}

/// Whether whatever a profile fixes for a setting is this value. Which of
/// several counts depends on other settings.
fn is_as_fixed(profile: &Profile, inspected: &Inspected, here: Option<&str>) -> bool {
    let mut fixes = profile
        .fixes
        .iter()
        .filter(|fix| fix.key == inspected.row.key);
    fixes.all(|fix| fix.value.to_text().as_deref().map(String::as_str) == here)
}

/// The value that a stock home has.
fn stock(
    inspected: &Inspected,
    version: &str,
    others: &BTreeMap<&str, Vec<Inspected>>,
) -> Option<String> {
    match others
        .get(inspected.file)
        .filter(|_| replacement(inspected.row).is_none())
    {
        Some(other) => other
            .iter()
            .find(|other| other.key == inspected.key && other.state == State::Active)
            .and_then(|other| other.value.clone()),
        None => inspected
            .row
            .stock_value(inspected.name.as_deref(), version)
            .map(str::to_owned),
    }
}

/// The file whose content a row asks for.
fn replacement(row: &Row) -> Option<&'static str> {
    row.shapes.iter().find_map(|shape| match shape.place {
        Place::Replacement { by, .. } => Some(by),
        _ => None,
    })
}

/// Whether a setting comes with its entry, which a stock home has not.
fn is_brought(inspected: &Inspected, version: &str) -> bool {
    let (Some(entry), Some(name)) = (inspected.row.entry, &inspected.name) else {
        return false;
    };
    let is_stock = catalogue::rows()
        .filter(|row| row.entry == Some(entry))
        .any(|row| row.stock_value(Some(name), version).is_some());
    let place = |shape: &Shape| match shape.place {
        Place::Attribute { name, .. } => name,
        place => place.element().rsplit('/').next().unwrap_or_default(),
    };
    let mut places = inspected.row.shapes.iter().map(place);
    !is_stock && places.any(|place| entry.fragment.contains(place))
}

/// Entries of keyed tables that a stock home has and this one has not.
fn entries_that_are_gone(found: &[Inspected], version: &str) -> Vec<(Inspected, Asked)> {
    let mut gone = Vec::new();
    for row in catalogue::rows().filter(|row| row.entry.is_some() && row.is_presence()) {
        for stock in row.stock {
            let there = found.iter().any(|found| {
                found.row.entry == row.entry && found.name.as_deref() == Some(stock.name)
            });
            let name = Some(stock.name);
            if !there && row.stock_value(name, version).is_some() {
                let inspected = Inspected::absent(row, name);
                gone.push((inspected, Asked::Value("false".to_owned())));
            }
        }
    }
    gone
}

/// A value as a deployment file asks for it, or why it can't, as a predicate.
fn ask(inspected: &Inspected, value: Option<&str>, in_stock: bool) -> Result<Asked, String> {
    let row = inspected.row;
    let value = value.ok_or("is not there, and comes with every new entry")?;
    if row.is_presence() && row.entry.is_none() && !in_stock {
        return Err("is there, and a stock home has nothing that could be restored".to_owned());
    }
    Asked::value(row, value)
}
