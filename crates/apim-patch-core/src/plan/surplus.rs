//! Applications that a profile can do without.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use crate::bounded_read::reason;
use crate::catalogue::{
    Apps, INBOUND_ENDPOINTS, JAGGERYAPPS, SYNAPSE_CONFIGS, SYNAPSE_KEPT, WEB_SOCKET_ENDPOINTS,
    WEBAPPS, apps,
};
use crate::diagnostic::{Class, Diagnostic, printable_path};

/// What stands in the home at `root` that a node of the profile can do without, relative to the
/// home, in a fixed order.
pub(super) fn surplus(root: &Path, profile: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    let Some(apps) = apps(profile) else {
        return Ok(Vec::new());
    };
    let mut surplus = webapps(root, apps)?;
    surplus.extend(below(root, Path::new(JAGGERYAPPS), |entry, name| {
        is_directory(entry) && !is_one_of(name, apps.jaggeryapps)
    })?);
    if apps.synapse_configs {
        surplus.extend(below(root, Path::new(SYNAPSE_CONFIGS), |_, name| {
            name != SYNAPSE_KEPT
        })?);
    } else if apps.web_socket_endpoints {
        let endpoints = Path::new(SYNAPSE_CONFIGS).join(INBOUND_ENDPOINTS);
        surplus.extend(below(root, &endpoints, |_, name| {
            WEB_SOCKET_ENDPOINTS.contains(&name)
        })?);
    }
    Ok(surplus)
}

/// Web archives that go, and the directories that they were unpacked to. What stands there without
/// an archive was put there by somebody else.
fn webapps(root: &Path, apps: &Apps) -> Result<Vec<PathBuf>, Diagnostic> {
    let folder = Path::new(WEBAPPS);
    let archives = below(root, folder, |_, name| {
        name.len() > ".war".len() && name.ends_with(".war") && !is_one_of(name, apps.webapps)
    })?;
    let unpacked = archives
        .iter()
        .map(|archive| archive.with_extension(""))
        .filter(|unpacked| root.join(unpacked).is_dir());
    let unpacked: Vec<_> = unpacked.collect();
    Ok(archives.into_iter().chain(unpacked).collect())
}

/// The entries of a folder of the home that `goes` picks, sorted; none where there is no such
/// folder.
fn below(
    root: &Path,
    folder: &Path,
    goes: impl Fn(&DirEntry, &str) -> bool,
) -> Result<Vec<PathBuf>, Diagnostic> {
    let failed = |error: io::Error| {
        let message = format!("{}: {}", printable_path(folder), reason(&error));
        Diagnostic::error("unreadable-folder", Class::Home, message)
    };
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut picked = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| goes(&entry, name)) {
            picked.push(folder.join(name));
        }
    }
    picked.sort();
    Ok(picked)
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

/// Whether a name is one of these, in which a `*` stands for any characters.
fn is_one_of(name: &str, patterns: &[&str]) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.split_once('*') {
            Some((begin, end)) => {
                name.len() >= begin.len() + end.len()
                    && name.starts_with(begin)
                    && name.ends_with(end)
            }
            None => name == *pattern,
        })
}
