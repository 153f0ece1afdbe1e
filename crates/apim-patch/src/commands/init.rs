//! `init`: a deployment file to start from, read off the catalogue.

use std::fmt::Write;

use apim_patch_core::catalogue::{self, Literal, Place, Row};
use apim_patch_core::profile::{self, Fix, PROFILES, Profile};

use crate::args::Init;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Init, console: &mut Console) -> Exit {
    let text = match &arguments.profile {
        None => starter(None),
        Some(name) => match profile::find(name) {
            Ok(profile) => starter(Some(profile)),
            Err(error) => {
                console.diagnostics(std::slice::from_ref(&error));
                return Exit::of(&[error]);
            }
        },
    };
    console.raw(text.as_bytes());
    Exit::Success
}

/// Every setting that a node can have, with what it does; of a profile also
/// what it demands and why. What the profile, or else the first one, requires
/// is active, the rest is commented out; where it requires nothing, what it
/// brings is active, because a file has to ask for something.
fn starter(profile: Option<&Profile>) -> String {
    let required = profile.or(PROFILES.first()).map_or(&[][..], |p| p.requires);
    let mut out = heading(profile);
    for (table, rows) in tables(profile) {
        let file = rows.first().map_or("", |(row, _)| row.file);
        let _ = write!(out, "\n[{table}]   # {file}\n");
        for (row, name) in rows {
            out.push('\n');
            let fixes = fixes(profile, row.key);
            let mut about = vec![row.doc.to_owned()];
            if let Some(profile) = profile {
                about.push(facts(row));
                about.extend(reasons(profile, row, &fixes));
            }
            for line in about.iter().flat_map(|text| wrapped(text)) {
                let _ = writeln!(out, "# {line}");
            }
            let is_active = match required.is_empty() {
                true => fixes.iter().any(|fix| fix.when.is_none()),
                false => required.contains(&row.key),
            };
            let mark = if is_active { "" } else { "#" };
            let value = match fixes.first().map(|fix| &fix.value) {
                Some(value @ (Literal::Boolean(_) | Literal::Number(_))) => value.to_string(),
                _ => row.example.to_owned(),
            };
            let _ = writeln!(out, "{mark}{name} = {value}");
        }
    }
    out.push_str(
        "\n# Anything else, with the same guarantees:\n\
         # [[patch]]\n\
         # file   = \"repository/conf/identity/identity.xml\"\n\
         # select = \"/Server/SSOService/IdentityProviderURL\"\n\
         # set    = \"https://gw.example.com/samlsso\"\n\
         \n\
         # Several nodes in one file: instead of the tables above,\n",
    );
    let name = profile.or(PROFILES.first()).map_or("", |p| p.name);
    let _ = write!(
        out,
        "# [profiles.{name}]   # what stands here is asked of every node of that profile\n\
         # server.host_name = \"gw.example.com\"\n\
         # [nodes]\n\
         # node-1 = {{ profile = \"{name}\", host = \"192.0.2.11\" }}\n\
         # node-2 = {{ profile = \"{name}\", host = \"192.0.2.12\", port_offset = 1 }}\n"
    );
    out
}

fn heading(profile: Option<&Profile>) -> String {
    let name = profile.or(PROFILES.first()).map_or("", |p| p.name);
    let mut out = format!(
        "# A deployment file for one node. Bring a home to what it asks for with\n\
         #   apim-patch apply --home /opt/wso2am --profile {name} --file apim-patch.toml\n\
         # and look first with `apim-patch diff`. What starts with `#` is not asked for; where\n\
         # no blank follows, it is a setting.\n"
    );
    if let Some(profile) = profile {
        let _ = writeln!(out, "#\n# Profile {}:", profile.name);
        for line in wrapped(profile.doc) {
            let _ = writeln!(out, "# {line}");
        }
        if !profile.requires.is_empty() {
            let requires = format!("It requires {}.", profile.requires.join(", "));
            for line in wrapped(&requires) {
                let _ = writeln!(out, "# {line}");
            }
        }
    }
    let version = catalogue::VERSIONS.last().copied().unwrap_or_default();
    let _ = write!(
        out,
        "\n#version = \"{version}\"   # compared with the home\n"
    );
    out
}

fn fixes(profile: Option<&Profile>, key: &str) -> Vec<&'static Fix> {
    let fixes = profile.map_or(&[][..], |profile| profile.fixes);
    fixes.iter().filter(|fix| fix.key == key).collect()
}

/// The type of a setting, and what stock files have.
fn facts(row: &Row) -> String {
    let name = row.entry.map_or("", |entry| entry.example);
    let stock = row.stock.iter().filter(|stock| stock.name == name);
    let stock: Vec<String> = stock
        .map(|stock| {
            let value = match stock.value {
                Some(_) if row.secret => "a password".to_owned(),
                Some(value) => format!("`{value}`"),
                None => "none active".to_owned(),
            };
            match catalogue::VERSIONS.first() == Some(&stock.since) {
                true => value,
                false => format!("from {} on {value}", stock.since),
            }
        })
        .collect();
    let expected = row.kind.expected();
    match stock.is_empty() {
        true => format!("Takes {expected}; not active in stock files."),
        false => format!("Takes {expected}; stock files have {}.", stock.join(", ")),
    }
}

/// What the profile has to do with a setting.
fn reasons(profile: &Profile, row: &Row, fixes: &[&Fix]) -> Vec<String> {
    let mut reasons = Vec::new();
    if profile.requires.contains(&row.key) {
        reasons.push(format!("Required by profile {}.", profile.name));
    }
    for rule in profile.rules {
        let Some(asked) = rule.requires.iter().find(|key| **key == row.key) else {
            continue;
        };
        reasons.push(format!(
            "{asked} is required where {} is {}: {}.",
            rule.key, rule.value, rule.reason
        ));
    }
    for fix in fixes {
        let when = fix.when.map(|when| format!(" where {when}"));
        reasons.push(format!(
            "Without a value here, profile {} makes it {}{}: {}.",
            profile.name,
            fix.value,
            when.unwrap_or_default(),
            fix.reason
        ));
    }
    reasons
}

/// The settings of every table, in the order in which the tables come first:
/// TOML takes each table once, and in the catalogue some come in pieces.
fn tables(profile: Option<&Profile>) -> Vec<(String, Vec<(&'static Row, String)>)> {
    let mut tables: Vec<(String, Vec<_>)> = Vec::new();
    for row in catalogue::rows().filter(|row| profile.is_none_or(|p| can_have(p, row))) {
        let (table, name) = row.table_and_name(row.entry.map(|entry| entry.example));
        match tables.iter_mut().find(|(known, _)| *known == table) {
            Some((_, rows)) => rows.push((row, name)),
            None => tables.push((table, vec![(row, name)])),
        }
    }
    tables
}

/// Whether a node of the profile can have a setting. A file that the product
/// brings along for one kind of node is for that one only.
fn can_have(profile: &Profile, row: &Row) -> bool {
    let mut places = row.shapes.iter().map(|shape| shape.place);
    let is_other_file = places.any(|place| matches!(place, Place::Replacement { .. }));
    !is_other_file || profile.fixes.iter().any(|fix| fix.key == row.key)
}

/// `text` in lines that fit beside a `# `.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 88;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use apim_patch_core::spec::DeploymentFile;
    use std::collections::HashSet;
    use std::path::Path;

    fn load(text: &str) {
        let parsed = DeploymentFile::parse(Path::new("f.toml"), text.as_bytes());
        assert!(parsed.is_ok(), "{parsed:?}\n{text}");
    }

    /// As it is, with any one setting active, and with all of them.
    #[test]
    fn every_starter_is_a_deployment_file_whatever_is_made_active() {
        let profiles = PROFILES.iter().map(Some);
        // Most lines are the same for every profile.
        let mut seen = HashSet::new();
        for profile in std::iter::once(None).chain(profiles) {
            let text = starter(profile);
            load(&text);
            let is_setting = |line: &str| {
                let setting = line.strip_prefix('#');
                setting.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(' '))
            };
            let lines: Vec<&str> = text.lines().collect();
            let active = |at: usize| lines[at].replacen('#', "", 1);
            let settings: Vec<usize> = (0..lines.len())
                .filter(|at| is_setting(lines[*at]))
                .collect();
            assert!(settings.len() > 100, "{text}");
            for at in settings
                .iter()
                .filter(|at| seen.insert(lines[**at].to_owned()))
            {
                let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
                changed[*at] = active(*at);
                load(&changed.join("\n"));
            }
            let all = (0..lines.len()).map(|at| match settings.contains(&at) {
                true => active(at),
                false => lines[at].to_owned(),
            });
            load(&all.collect::<Vec<_>>().join("\n"));
        }
    }

    /// What a profile demands is active, what it brings by itself is told.
    #[test]
    fn a_profile_tells_its_reasons() {
        for profile in PROFILES {
            let text = starter(Some(profile));
            let told = text.matches("# Required by profile").count();
            assert_eq!(told, profile.requires.len(), "{text}");
            let active = text
                .lines()
                .filter(|line| line.contains(" = ") && !line.starts_with('#'));
            let expect = match profile.requires.len() {
                0 => profile
                    .fixes
                    .iter()
                    .filter(|fix| fix.when.is_none())
                    .count(),
                count => count,
            };
            assert_eq!(active.count(), expect, "{text}");
            assert!(expect > 0, "{text}");
            let text: Vec<&str> = text
                .split_whitespace()
                .filter(|word| *word != "#")
                .collect();
            let text = text.join(" ");
            for fix in profile.fixes {
                let reason: Vec<&str> = fix.reason.split_whitespace().collect();
                assert!(text.contains(&reason.join(" ")), "{}", fix.reason);
            }
        }
    }
}
