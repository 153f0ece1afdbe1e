//! `explain`: what a setting or a profile does, and why.

use std::fmt::Write;

use anstyle::Style;
use apim_patch_core::catalogue::{Place, Row};
use apim_patch_core::profile::{self, PROFILES, Profile};
use apim_patch_core::report::Explanation;

use super::explain_node::explain_file;
use super::inspect::{rows, unknown_key};
use crate::args::Explain;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Explain, console: &mut Console) -> Exit {
    let Some(subject) = &arguments.subject else {
        return explain_file(arguments, console);
    };
    if arguments.file.is_some() || arguments.node.is_some() {
        return explain_file(arguments, console);
    }
    if let Some(profile) = PROFILES.iter().find(|profile| profile.name == *subject) {
        console.data(&explain_profile(profile));
        console.json(&Explanation::from(profile));
        return Exit::Success;
    }
    match rows(std::slice::from_ref(subject)) {
        Ok(rows) => {
            for row in rows {
                console.data(&explain_row(row));
                console.json(&Explanation::from(row));
            }
            Exit::Success
        }
        Err(_) => {
            // A profile's name that is not supported yet is better explained
            // than called an unknown key.
            let error = match profile::find(subject) {
                Err(error) if error.code == "unsupported-profile" => error,
                _ => unknown_key(subject),
            };
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

fn explain_row(row: &Row) -> String {
    let bold = Style::new().bold();
    let mut out = format!("{bold}{}{bold:#}\n  {}\n\n", row.key, row.doc);
    let _ = writeln!(out, "  value    {}", row.kind.expected());
    let _ = writeln!(out, "  example  {} = {}", row.key, row.example);
    for shape in row.shapes {
        let place = match shape.place {
            Place::Attribute { element, name, .. } => format!("{element}/@{name}"),
            place => place.element().to_owned(),
        };
        let _ = writeln!(
            out,
            "  stands   {}, {}",
            row.file,
            place.replace("{}", "NAME")
        );
    }
    if row.secret {
        let _ = writeln!(out, "  secret   masked wherever it is shown");
    }
    let _ = writeln!(out, "  source   {}\n", row.source);
    out
}

fn explain_profile(profile: &Profile) -> String {
    let bold = Style::new().bold();
    let mut out = format!(
        "{bold}profile {}{bold:#}\n  {}\n\n",
        profile.name, profile.doc
    );
    let _ = writeln!(out, "  requires");
    for key in profile.requires {
        let _ = writeln!(out, "    {key}");
    }
    for rule in profile.rules {
        for key in rule.requires {
            let _ = writeln!(out, "    {key}, where {} is {}", rule.key, rule.value);
        }
        for key in rule.explicit_ports {
            let _ = writeln!(
                out,
                "    a port in {key}, where {} is {}",
                rule.key, rule.value
            );
        }
    }
    let _ = writeln!(out, "\n  fixes, unless somebody says otherwise");
    for fix in profile.fixes {
        let _ = writeln!(out, "    {} = {}\n      {}", fix.key, fix.value, fix.reason);
    }
    let _ = writeln!(out, "\n  source   {}", profile.source);
    out
}
