//! `explain`: what a setting or a profile does, and why.

use std::fmt::Write;

use anstyle::Style;
use apim_patch_core::catalogue::{Place, Row, nearest, suggest_key_or_table};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable};
use apim_patch_core::profile::{self, PROFILES, Profile};
use apim_patch_core::report::Explanation;

use super::explain_node::explain_file;
use super::inspect_filter::rows_of;
use crate::args::Explain;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Explain, console: &mut Console) -> Exit {
    let Some(subject) = &arguments.subject else {
        return explain_file(arguments, console);
    };
    if arguments.file.is_some() || arguments.node.is_some() || arguments.profile.is_some() {
        return explain_file(arguments, console);
    }
    // `store` and `publisher` are tables of settings as well.
    let profile = profile::find(subject).ok();
    let rows: Vec<_> = rows_of(subject).collect();
    if profile.is_none() && rows.is_empty() {
        let error = unknown(subject);
        console.diagnostics(std::slice::from_ref(&error));
        return Exit::of(&[error]);
    }
    if let Some(profile) = profile {
        console.data(&explain_profile(profile));
        console.json(&Explanation::from(profile));
    }
    for row in rows {
        console.data(&explain_row(row));
        console.json(&Explanation::from(row));
    }
    Exit::Success
}

fn unknown(subject: &str) -> Diagnostic {
    let message = format!("unknown key or profile `{}`", printable(subject));
    let error = Diagnostic::error("unknown-key", Class::Specification, message);
    let profiles = PROFILES.iter().flat_map(Profile::names);
    let key = suggest_key_or_table(subject);
    let candidates = profiles.map(|name| name as &str).chain(key.as_deref());
    let meant = nearest(subject, candidates).map(str::to_owned);
    match meant.or(key) {
        Some(meant) => error.help(format!("did you mean `{}`?", printable(&meant))),
        None => {
            let names: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
            error
                .help(format!("profiles: {}", names.join(", ")))
                .help("`apim-patch init` prints all keys")
        }
    }
}

fn explain_row(row: &Row) -> String {
    let bold = Style::new().bold();
    let mut out = format!("{bold}{}{bold:#}\n  {}\n\n", named(row.key), row.doc);
    let _ = writeln!(out, "  value    {}", row.kind.expected());
    let _ = writeln!(out, "  example  {} = {}", row.example_key(), row.example);
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
    if !profile.aliases.is_empty() {
        let _ = writeln!(out, "  also     {}\n", profile.aliases.join(", "));
    }
    let _ = writeln!(out, "  requires");
    for key in profile.requires {
        let _ = writeln!(out, "    {}", named(key));
    }
    for rule in profile.rules {
        for key in rule.requires {
            let _ = writeln!(
                out,
                "    {}, where {} is {}",
                named(key),
                rule.key,
                rule.value
            );
        }
        for key in rule.explicit_ports {
            let _ = writeln!(
                out,
                "    a port in {}, where {} is {}",
                named(key),
                rule.key,
                rule.value
            );
        }
    }
    if profile.requires.is_empty() && profile.rules.is_empty() {
        let _ = writeln!(out, "    nothing");
    }
    let _ = writeln!(out, "\n  fixes, unless somebody says otherwise");
    for fix in profile.fixes {
        let when = fix.when.map(|when| format!(", where {when}"));
        let when = when.unwrap_or_default();
        let _ = writeln!(
            out,
            "    {} = {}{when}\n      {}",
            fix.key, fix.value, fix.reason
        );
    }
    let _ = writeln!(out, "\n  source   {}", profile.source);
    out
}

/// A key with a word for the name that its `*` stands for.
fn named(key: &str) -> String {
    key.replacen('*', "NAME", 1)
}
