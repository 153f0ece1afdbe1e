//! From homes back to a deployment file that reproduces their settings.
//!
//! What is captured is what an apply of the profile to a stock home of the same
//! release would not bring by itself.

use std::collections::BTreeMap;
use std::fmt::Write;

use file_transaction::{LinkPolicy, Store};
use toml::Value as TomlValue;

use crate::catalogue::{
    self, Kind, Literal, Place, Row, Shape, VERSIONS, WhenAbsent, quoted, url_passwords,
};
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

/// What one setting is to be, as it is written.
enum Asked {
    /// Its value in TOML.
    Value(String),
    /// A secret.
    Secret,
    /// `{ absent = true }`
    Absent,
}

/// Captures homes: one as a file for one node, several as a file with
/// `[nodes]`. Writes nothing.
///
/// # Errors
///
/// Config files that can't be read.
pub fn capture(homes: &[Captive<'_>], links: LinkPolicy) -> Result<Captured, Vec<Diagnostic>> {
    let mut captured = Captured {
        toml: String::new(),
        variables: BTreeMap::new(),
        warnings: Vec::new(),
    };
    let mut errors = Vec::new();
    let versions: Vec<_> = homes.iter().map(|home| release(home.version)).collect();
    if let [Some(first), rest @ ..] = versions.as_slice()
        && rest.iter().all(|version| *version == Some(*first))
    {
        let _ = writeln!(captured.toml, "version = \"{first}\"");
    }
    for (home, version) in homes.iter().zip(versions) {
        let version = version.unwrap_or(VERSIONS[VERSIONS.len() - 1]);
        match one(home, version, links, &mut captured.warnings) {
            Ok(settings) => {
                let node = (homes.len() > 1).then_some(home);
                write_settings(node, &settings, &mut captured);
            }
            Err(mut more) => errors.append(&mut more),
        }
    }
    if errors.is_empty() {
        Ok(captured)
    } else {
        Err(errors)
    }
}

/// The release of the catalogue that a home's version is or is an update of.
fn release(version: Option<&str>) -> Option<&'static str> {
    let version = version?;
    VERSIONS
        .iter()
        .copied()
        .find(|known| version == *known || version.starts_with(&format!("{known}-")))
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
    if row.kind == Kind::Members {
        let members: Vec<&str> = value
            .split(", ")
            .filter(|member| !member.is_empty())
            .collect();
        row.check(catalogue::Given::List(&members))?;
        let members: Vec<_> = members.into_iter().map(TomlValue::from).collect();
        return Ok(Asked::Value(TomlValue::from(members).to_string()));
    }
    let checked = row.check_plain(value)?;
    Ok(match checked.literal {
        // A broker's URL may hold no password, or only what the server fills in.
        Literal::Secret(_) if row.kind == Kind::BrokerUrl && url_passwords(value).is_empty() => {
            Asked::Value(TomlValue::from(value).to_string())
        }
        Literal::Secret(_) => Asked::Secret,
        Literal::Boolean(value) => Asked::Value(value.to_string()),
        Literal::Number(value) => Asked::Value(value.to_string()),
        _ => Asked::Value(TomlValue::from(value).to_string()),
    })
}

fn write_settings(
    node: Option<&Captive<'_>>,
    settings: &[(Inspected, Asked)],
    captured: &mut Captured,
) {
    let Captured {
        toml, variables, ..
    } = captured;
    let node_name = node.map(|node| quoted(node.name));
    if let (Some(node), Some(name)) = (node, &node_name) {
        let _ = write!(
            toml,
            "\n[nodes.{name}]\nprofile = \"{}\"\n",
            node.profile.name
        );
    }
    // The rows of a keyed table go from setting to setting, a file from entry
    // to entry.
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for (inspected, asked) in settings {
        let (table, last) = inspected.row.table_and_name(inspected.name.as_deref());
        let table = match &node_name {
            Some(name) => format!("nodes.{name}.{table}"),
            None => table,
        };
        let value = match asked {
            Asked::Value(value) => value.clone(),
            Asked::Absent => "{ absent = true }".to_owned(),
            Asked::Secret => {
                let mut variable = variable(node.map(|node| node.name), &inspected.key);
                while variables.contains_key(&variable) {
                    variable.push('_');
                }
                variables.insert(variable.clone(), inspected.key.clone());
                format!("{{ env = \"{variable}\" }}")
            }
        };
        let line = format!("{last} = {value}");
        match tables.iter_mut().find(|(name, _)| *name == table) {
            Some((_, lines)) => lines.push(line),
            None => tables.push((table, vec![line])),
        }
    }
    for (table, lines) in tables {
        let _ = write!(toml, "\n[{table}]\n{}\n", lines.join("\n"));
    }
}

/// The name of the variable for a secret: `APIM_GW_1_KEY_MANAGER_PASSWORD`.
fn variable(node: Option<&str>, key: &str) -> String {
    let mut variable = String::from("APIM");
    for part in node.into_iter().chain([key]) {
        variable.push('_');
        variable.extend(part.chars().map(|c| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_uppercase(),
            false => '_',
        }));
    }
    variable
}
