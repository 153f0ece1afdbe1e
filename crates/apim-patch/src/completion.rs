//! What a shell offers while a command line is typed: keys, their values,
//! profiles, nodes.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use apim_patch_core::catalogue::{self, Kind, Row};
use apim_patch_core::diagnostic::printable;
use apim_patch_core::profile::{PROFILES, Profile};
use apim_patch_core::spec::DeploymentFile;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use crate::options::deployment_file;

/// Where it names a shell, the words behind `--` are a command line to be
/// completed for it.
pub(crate) const VARIABLE: &str = "APIM_PATCH_COMPLETE";

/// Profiles, by the product's own names where one is begun.
pub(crate) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let profiles = PROFILES.iter();
    let names = profiles.flat_map(|profile| {
        let aliases = profile.aliases.iter().copied();
        let begun = aliases.filter(|alias| !current.is_empty() && !alias.starts_with(profile.name));
        let candidate = |name: &'static str| candidate(name, profile.doc);
        std::iter::once(profile.name).chain(begun).map(candidate)
    });
    beginning_with(current, names)
}

/// The nodes of the deployment file that would be used.
pub(crate) fn nodes(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = node_names().into_iter().map(CompletionCandidate::new);
    beginning_with(current, names)
}

/// `DIR` or `NODE=DIR`.
pub(crate) fn homes(current: &OsStr) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    if let Some((node, directory)) = text.split_once('=')
        && !node.contains('/')
    {
        return behind(node, PathCompleter::dir().complete(OsStr::new(directory)));
    }
    let nodes = node_names().into_iter();
    let nodes = nodes.map(|name| CompletionCandidate::new(format!("{name}=")));
    let mut found = beginning_with(current, nodes);
    found.extend(PathCompleter::dir().complete(current));
    found
}

/// Keys and tables of keys.
pub(crate) fn keys(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning_with(current, tables().chain(all_keys(current, "")))
}

/// Keys, tables of keys, and profiles.
pub(crate) fn subjects(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = PROFILES
        .iter()
        .flat_map(Profile::names)
        .collect::<BTreeSet<_>>();
    let tables = tables().filter(|table| {
        let table = table.get_value().to_string_lossy();
        !names.contains(&*table)
    });
    let mut found = profiles(current);
    found.extend(beginning_with(current, tables.chain(all_keys(current, ""))));
    found
}

/// `KEY=VALUE`.
pub(crate) fn key_and_value(current: &OsStr) -> Vec<CompletionCandidate> {
    key_and(current, |row, value| {
        let words: &[&str] = match row.kind {
            Kind::Boolean => &["true", "false"],
            Kind::OneOf(words) => words,
            _ => &[],
        };
        let words = words.iter().map(CompletionCandidate::new);
        beginning_with(value, words)
    })
}

/// `KEY=NAME` of an environment variable.
pub(crate) fn key_and_variable(current: &OsStr) -> Vec<CompletionCandidate> {
    key_and(current, |_, value| {
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let names = names.filter(|name| !name.starts_with('_') && name != VARIABLE);
        beginning_with(value, names.map(CompletionCandidate::new))
    })
}

/// `KEY=PATH`.
pub(crate) fn key_and_file(current: &OsStr) -> Vec<CompletionCandidate> {
    key_and(current, |_, value| PathCompleter::any().complete(value))
}

fn key_and(
    current: &OsStr,
    values: impl Fn(&'static Row, &OsStr) -> Vec<CompletionCandidate>,
) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    match text.split_once('=') {
        None => beginning_with(current, all_keys(current, "=")),
        Some((key, value)) => match catalogue::find(key) {
            Some((row, _)) => behind(key, values(row, OsStr::new(value))),
            None => Vec::new(),
        },
    }
}

/// Every key with `end` behind it. Of a keyed table, its entries' keys where a
/// name is begun to be followed by one, and else the table.
fn all_keys(current: &OsStr, end: &'static str) -> impl Iterator<Item = CompletionCandidate> {
    let current = current.to_string_lossy().into_owned();
    let mut tables = BTreeSet::new();
    catalogue::rows().filter_map(move |row| {
        let Some((table, _)) = row.key.split_once('*') else {
            return Some(candidate(format!("{}{end}", row.key), row.doc));
        };
        let entry = current
            .strip_prefix(table)
            .and_then(|rest| rest.split_once('.'));
        match entry {
            Some((name, _)) => {
                let key = row.key.replacen('*', name, 1);
                Some(candidate(format!("{key}{end}"), row.doc))
            }
            None => tables
                .insert(table)
                .then(|| CompletionCandidate::new(table)),
        }
    })
}

/// The tables at the top.
fn tables() -> impl Iterator<Item = CompletionCandidate> {
    let tables = catalogue::rows().filter_map(|row| row.key.split('.').next());
    let tables: BTreeSet<_> = tables.collect();
    tables.into_iter().map(CompletionCandidate::new)
}

fn node_names() -> Vec<String> {
    // Where the engine of completion does not tell the rest of the line, it is
    // read off this process's.
    let words: Vec<OsString> = env::args_os().collect();
    let named = last_of(&words, "--file");
    let home = last_of(&words, "--home");
    let file = deployment_file(named.as_deref(), home.as_deref());
    let Some(Ok(file)) = file.map(|path| DeploymentFile::read(&path)) else {
        return Vec::new();
    };
    let names = file.nodes().iter().map(|node| node.name.clone());
    // What a shell would have to quote can't be offered to every shell.
    let is_plain = |name: &String| {
        let odd = |c: char| c.is_whitespace() || "\"'\\$`!*?[]{}()<>|&;#~=:".contains(c);
        printable(name) == *name && !name.contains(odd)
    };
    names.filter(is_plain).collect()
}

/// The last value of an option in the words behind `--`.
fn last_of(words: &[OsString], option: &str) -> Option<PathBuf> {
    let begin = words.iter().position(|word| word == "--")?;
    let mut words = words[begin..].iter();
    let mut value = None;
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == option {
            value = words.next().map(PathBuf::from);
        } else if let Some(rest) = text.strip_prefix(option) {
            value = rest.strip_prefix('=').map(PathBuf::from).or(value);
        }
    }
    value
}

fn candidate(value: impl Into<OsString>, doc: &'static str) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(doc.into()))
}

fn behind(before: &str, candidates: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let candidates = candidates.into_iter();
    candidates
        .map(|candidate| candidate.add_prefix(format!("{before}=")))
        .collect()
}

fn beginning_with(
    current: &OsStr,
    candidates: impl Iterator<Item = CompletionCandidate>,
) -> Vec<CompletionCandidate> {
    let current = current.as_encoded_bytes();
    candidates
        .filter(|candidate| {
            candidate
                .get_value()
                .as_encoded_bytes()
                .starts_with(current)
        })
        .collect()
}
