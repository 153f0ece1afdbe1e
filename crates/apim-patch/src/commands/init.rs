//! `init`: a deployment file to start from, read off the catalogue.

use std::fmt::Write;

use apim_patch_core::catalogue::{self, Row};
use apim_patch_core::profile::PROFILES;

use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(console: &mut Console) -> Exit {
    console.raw(starter().as_bytes());
    Exit::Success
}

/// Every setting with what it does. What the first profile requires is active,
/// the rest is commented out.
fn starter() -> String {
    let required: &[&str] = PROFILES.first().map_or(&[], |profile| profile.requires);
    let mut out = String::from(
        "# A deployment file for one node. Bring a home to what it asks for with\n\
         #   apim-patch apply --home /opt/wso2am --profile gateway --file apim-patch.toml\n\
         # and look first with `apim-patch diff`. What starts with `#` is not asked for.\n\
         \n\
         # version = \"2.1.0\"   # compared with the home\n",
    );
    for (table, rows) in tables() {
        let file = rows.first().map_or("", |(row, _)| row.file);
        let _ = write!(out, "\n[{table}]   # {file}\n");
        for (row, name) in rows {
            out.push('\n');
            for line in wrapped(row.doc) {
                let _ = writeln!(out, "# {line}");
            }
            let mark = if required.contains(&row.key) {
                ""
            } else {
                "# "
            };
            let _ = writeln!(out, "{mark}{name} = {}", row.example);
        }
    }
    out.push_str(
        "\n# Anything else, with the same guarantees:\n\
         # [[patch]]\n\
         # file   = \"repository/conf/identity/identity.xml\"\n\
         # select = \"/Server/SSOService/IdentityProviderURL\"\n\
         # set    = \"https://gw.example.com/samlsso\"\n",
    );
    out
}

/// The settings of every table, in the order in which the tables come first:
/// TOML takes each table once, and in the catalogue some come in pieces.
fn tables() -> Vec<(String, Vec<(&'static Row, String)>)> {
    let mut tables: Vec<(String, Vec<_>)> = Vec::new();
    for row in catalogue::rows() {
        let (table, name) = row.table_and_name(row.entry.map(|entry| entry.example));
        match tables.iter_mut().find(|(known, _)| *known == table) {
            Some((_, rows)) => rows.push((row, name)),
            None => tables.push((table, vec![(row, name)])),
        }
    }
    tables
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
    use std::path::Path;

    #[test]
    fn the_starter_is_a_deployment_file_also_with_every_setting_active() {
        let starter = starter();
        assert!(DeploymentFile::parse(Path::new("f.toml"), starter.as_bytes()).is_ok());
        let settings = starter.split("# Anything else").next().unwrap_or_default();
        let active: String = settings
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") && !setting.starts_with("version") => {
                    format!("{setting}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let parsed = DeploymentFile::parse(Path::new("f.toml"), active.as_bytes());
        assert!(parsed.is_ok(), "{parsed:?}\n{active}");
    }
}
