//! Deployment files as they are written, secrets left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use toml::Value as TomlValue;

use crate::catalogue::{Given, Kind, Literal, Row, VERSIONS, quoted, url_passwords};

/// What one setting is to be, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Its value in TOML.
    Value(String),
    /// A secret.
    Secret,
    /// `{ absent = true }`
    Absent,
}

impl Asked {
    /// A value as a deployment file asks for it, or why it can't, as a
    /// predicate. Members are parted by commas.
    pub(crate) fn value(row: &Row, value: &str) -> Result<Self, String> {
        if row.kind == Kind::Members {
            let members: Vec<&str> = value
                .split(',')
                .map(str::trim)
                .filter(|member| !member.is_empty())
                .collect();
            row.check(Given::List(&members))?;
            let members: Vec<_> = members.into_iter().map(TomlValue::from).collect();
            return Ok(Self::Value(TomlValue::from(members).to_string()));
        }
        Ok(match row.check_plain(value)?.literal {
            // A broker's URL may hold no password, or only what the server fills in.
            Literal::Secret(_)
                if row.kind == Kind::BrokerUrl && url_passwords(value).is_empty() =>
            {
                Self::Value(TomlValue::from(value).to_string())
            }
            Literal::Secret(_) => Self::Secret,
            Literal::Boolean(value) => Self::Value(value.to_string()),
            Literal::Number(value) => Self::Value(value.to_string()),
            _ => Self::Value(TomlValue::from(value).to_string()),
        })
    }
}

/// The release of the catalogue that a home's version is or is an update of.
pub(crate) fn release(version: Option<&str>) -> Option<&'static str> {
    let version = version?;
    VERSIONS
        .iter()
        .copied()
        .find(|known| version == *known || version.starts_with(&format!("{known}-")))
}

/// A deployment file as far as it is written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) toml: String,
    /// The environment variables that it refers to instead of holding a secret,
    /// each with the key of the secret.
    pub(crate) variables: BTreeMap<String, String>,
    /// Other variables that it refers to.
    pub(crate) taken: BTreeSet<String>,
}

/// The table of a node, in a file for several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'t> {
    pub(crate) node: &'t str,
    pub(crate) profile: &'t str,
}

impl Written {
    pub(crate) fn version(&mut self, version: &str) {
        let _ = writeln!(self.toml, "version = \"{version}\"");
    }

    /// Writes the settings of one node.
    pub(crate) fn settings<'a>(
        &mut self,
        node: Option<Table<'_>>,
        settings: impl Iterator<Item = (&'a Row, Option<&'a str>, &'a Asked)>,
    ) {
        let node_name = node.map(|node| quoted(node.node));
        if let (Some(node), Some(name)) = (node, &node_name) {
            let profile = node.profile;
            let _ = write!(self.toml, "\n[nodes.{name}]\nprofile = \"{profile}\"\n");
        }
        // The rows of a keyed table go from setting to setting, a file from entry
        // to entry.
        let mut tables: Vec<(String, Vec<String>)> = Vec::new();
        for (row, name, asked) in settings {
            let (table, last) = row.table_and_name(name);
            let table = match &node_name {
                Some(name) => format!("nodes.{name}.{table}"),
                None => table,
            };
            let value = match asked {
                Asked::Value(value) => value.clone(),
                Asked::Absent => "{ absent = true }".to_owned(),
                Asked::Secret => {
                    let variable = self.variable(node.map(|node| node.node), &row.full_key(name));
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
            let _ = write!(self.toml, "\n[{table}]\n{}\n", lines.join("\n"));
        }
    }

    /// A variable for the secret of `key`, of which the file speaks from now on:
    /// `APIM_GW_1_KEY_MANAGER_PASSWORD`.
    pub(crate) fn variable(&mut self, node: Option<&str>, key: &str) -> String {
        let mut variable = String::from("APIM");
        for part in node.into_iter().chain([key]) {
            variable.push('_');
            variable.extend(part.chars().map(|c| match c.is_ascii_alphanumeric() {
                true => c.to_ascii_uppercase(),
                false => '_',
            }));
        }
        while self.variables.contains_key(&variable) || self.taken.contains(&variable) {
            variable.push('_');
        }
        self.variables.insert(variable.clone(), key.to_owned());
        variable
    }
}
