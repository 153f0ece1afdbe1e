//! The home: is this one, and of which release.
//!
//! Nothing here writes, and nothing opens what is not a regular file, so that a
//! pipe in a home cannot block a run.

mod mark;

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::catalogue::VERSIONS;
use crate::diagnostic::{Class, Diagnostic, printable_name, printable_path};
use crate::profile::Profile;
use crate::spec::AskedVersion;
use mark::Marks;

/// The files by which a home is recognised. Homes that hold only what a node
/// overrides have one of them.
const SIGNS: &[&str] = &["repository/conf/carbon.xml", API_MANAGER];

const API_MANAGER: &str = "repository/conf/api-manager.xml";

/// From 3.0 on, a home is configured by this file.
const DEPLOYMENT_TOML: &str = "repository/conf/deployment.toml";

/// Entries of a folder that are looked at for homes below it.
const LOOKED_AT: usize = 1000;

/// The releases of Identity Server that have been made Key Managers, each with
/// the release of API-M that it keeps keys for.
const KEY_MANAGERS: &[(&str, &str)] = &[
    ("5.2.0", "2.0.0"),
    ("5.3.0", "2.1.0"),
    ("5.5.0", "2.2.0"),
    ("5.6.0", "2.5.0"),
    ("5.7.0", "2.6.0"),
];

/// The profile that an Identity Server can have.
const KEY_MANAGER: &str = "key-manager";

/// A home of API-M 1.x or 2.x, or of an Identity Server that is its Key Manager.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    marks: Marks,
    /// Whether it is an Identity Server.
    identity_server: bool,
}

impl Home {
    /// Recognises the home at `path`. Returns the home with what is odd about it.
    ///
    /// # Errors
    ///
    /// Of class [`Home`](Class::Home): there is no home, or it is one of
    /// another product or of API-M 3.0 and later. An Identity Server is a home
    /// where it has what makes it a Key Manager: `api-manager.xml`.
    pub fn open(path: &Path) -> Result<(Self, Vec<Diagnostic>), Diagnostic> {
        let inaccessible = |error: io::Error| {
            let reason = crate::bounded_read::reason(&error);
            home_error(
                "home-unreadable",
                format!("{}: {reason}", printable_path(path)),
            )
        };
        let real = path.canonicalize().map_err(inaccessible)?;
        if !real.is_dir() {
            let message = format!(
                "{} is a file, not the folder of a home",
                printable_path(path)
            );
            return Err(home_error("not-a-folder", message));
        }
        if exists(&real.join(DEPLOYMENT_TOML)).map_err(inaccessible)? {
            let message = format!(
                "{} is a home of API-M 3.0 or later: it has {DEPLOYMENT_TOML}",
                printable_path(path)
            );
            return Err(home_error("version-3", message).help(
                "3.x regenerates XML from deployment.toml at every start: change that file instead",
            ));
        }
        if !is_home(&real).map_err(inaccessible)? {
            return Err(no_home(path, &real));
        }
        let marks = Marks::read(path);
        let home = Self {
            identity_server: marks.is_identity_server()
                && exists(&real.join(API_MANAGER)).map_err(inaccessible)?,
            marks,
            path: path.to_owned(),
        };
        if home.identity_server {
            return Ok((home, Vec::new()));
        }
        home.check_product()?;
        let warnings = home.odd_versions()?;
        Ok((home, warnings))
    }

    /// The home as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The release as the home's own marks show it, which may be wrong.
    pub fn version(&self) -> Option<&str> {
        self.marks.versions().next().map(|(version, _)| version)
    }

    /// The product as which the home shows itself.
    pub fn product(&self) -> &'static str {
        match self.identity_server {
            true => "Identity Server",
            false => "API Manager",
        }
    }

    /// Compares the home with the profile that it is to have: an Identity Server
    /// can only be a Key Manager.
    ///
    /// # Errors
    ///
    /// Of class [`Home`](Class::Home): it is to be something else.
    pub fn check_profile(&self, profile: &Profile) -> Result<(), Diagnostic> {
        if !self.identity_server || profile.name == KEY_MANAGER {
            return Ok(());
        }
        self.check_product().map_err(|error| {
            error.help(format!(
                "an Identity Server can only be a `{KEY_MANAGER}`, not a `{}`",
                profile.name
            ))
        })
    }

    /// Compares the home with the release that a deployment file is for.
    ///
    /// # Errors
    ///
    /// Of class [`Home`](Class::Home): no mark of the home shows that release.
    pub fn check_version(&self, asked: &AskedVersion) -> Result<(), Diagnostic> {
        let mut versions = self.marks.versions().peekable();
        let Some((first, mark)) = versions.peek().cloned() else {
            return Ok(());
        };
        if versions.any(|(version, _)| self.serves(version, asked.version)) {
            return Ok(());
        }
        let message = format!(
            "the deployment file is for {}, and {} is {}",
            asked.version,
            printable_path(&self.path),
            printable_name(first)
        );
        Err(home_error("version-differs", message)
            .at(asked.spot.clone(), "")
            .beside(mark.spot.clone(), "the home's version")
            .help("take the home or the file that was meant, or correct `version`"))
    }

    /// Warns if a server runs on this home: it has read its files and goes on
    /// with them until it is started again.
    pub fn running_server(&self) -> Option<Diagnostic> {
        let pid = self.server_process()?;
        let message = format!(
            "a server runs on {} (process {pid}): restart needed",
            printable_path(&self.path)
        );
        Some(
            Diagnostic::warning("server-running", Class::Home, message)
                .help("what is changed takes effect when the server is started again"),
        )
    }

    /// The process of the server that runs on the home, if one does.
    pub fn server_process(&self) -> Option<u32> {
        self.server_process_in(Path::new("/proc"))
    }

    /// The same, by the processes that `proc` shows.
    pub(crate) fn server_process_in(&self, proc: &Path) -> Option<u32> {
        let file = self.path.join("wso2carbon.pid");
        let content = crate::bounded_read::read(&file, 64).ok()?;
        let pid: u32 = str::from_utf8(&content).ok()?.trim().parse().ok()?;
        proc.join(pid.to_string()).is_dir().then_some(pid)
    }

    /// Whether `version` of the home's product belongs to `release` of API-M.
    fn serves(&self, version: &str, release: &str) -> bool {
        let mut key_managers = KEY_MANAGERS.iter();
        is_release(version, release)
            || self.identity_server
                && key_managers.any(|(identity_server, of)| {
                    *of == release && is_release(version, identity_server)
                })
    }

    fn check_product(&self) -> Result<(), Diagnostic> {
        let Some((product, mark)) = self.marks.other_product() else {
            return Ok(());
        };
        let version = self
            .version()
            .map_or(String::new(), |version| format!(" {version}"));
        let message = format!(
            "{} is a home of {}{}, not of API Manager",
            printable_path(&self.path),
            printable_name(product),
            printable_name(&version)
        );
        Err(home_error("other-product", message).at(mark.spot.clone(), "read here"))
    }

    /// Warns of releases that are unknown, not tested with or contradictory.
    fn odd_versions(&self) -> Result<Vec<Diagnostic>, Diagnostic> {
        let versions: Vec<_> = self.marks.versions().collect();
        let by_shape = "settings are found by the shape of the files";
        let name = printable_path(&self.path);
        let Some(&(first, mark)) = versions.first() else {
            let message = format!(
                "{name} shows no version: neither bin/version.txt nor carbon.xml names one"
            );
            return Ok(vec![warning("version-unknown", message).help(by_shape)]);
        };
        for (version, mark) in &versions {
            if major(version).is_some_and(|major| major >= 3) {
                let message = format!("{name} is a home of API-M {}", printable_name(version));
                return Err(home_error("version-3", message)
                    .at(mark.spot.clone(), "read here")
                    .help("3.x regenerates XML from deployment.toml at every start"));
            }
        }
        let mut warnings = Vec::new();
        if let Some((second, other)) = versions.iter().find(|(version, _)| *version != first) {
            let message = format!(
                "{name} shows two versions: {} and {}",
                printable_name(first),
                printable_name(second)
            );
            warnings.push(
                warning("versions-disagree", message)
                    .at(mark.spot.clone(), "")
                    .beside(other.spot.clone(), "")
                    .help(by_shape),
            );
        }
        let tested = |version: &str| VERSIONS.iter().any(|known| is_release(version, known));
        if let Some((version, mark)) = versions.iter().find(|(version, _)| !tested(version)) {
            let message = format!(
                "{name} is {}, with which this was not tested",
                printable_name(version)
            );
            warnings.push(
                warning("version-untested", message)
                    .at(mark.spot.clone(), "")
                    .help(format!("tested with {}; {by_shape}", VERSIONS.join(", "))),
            );
        }
        Ok(warnings)
    }
}

/// Whether `version` is the release `known` or an update of it (`2.1.0-wum4`).
fn is_release(version: &str, known: &str) -> bool {
    version
        .strip_prefix(known)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '+', '.', '_']))
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

pub(crate) fn is_home(path: &Path) -> io::Result<bool> {
    for sign in SIGNS {
        if exists(&path.join(sign))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something stands there, be it a dangling link; a folder that cannot
/// be entered is an error, not a no.
fn exists(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(error),
        },
    }
}

/// Says what there is instead of a home: one above, or some below.
fn no_home(path: &Path, real: &Path) -> Diagnostic {
    let message = format!("no WSO2 home here: {} not found", SIGNS[0]);
    let error = home_error("no-home", format!("{}: {message}", printable_path(path)));
    let above = real
        .ancestors()
        .skip(1)
        .take(3)
        .position(|parent| is_home(parent).unwrap_or(false));
    if let Some(steps) = above {
        let up = vec![".."; steps + 1].join("/");
        let meant = real.ancestors().nth(steps + 1).unwrap_or(real);
        return error.help(format!(
            "did you mean {up}, that is {}?",
            printable_path(meant)
        ));
    }
    let below: Vec<String> = WalkDir::new(path)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name()
        .into_iter()
        .take(LOOKED_AT)
        .flatten()
        .filter(|entry| is_home(entry.path()).unwrap_or(false))
        .map(|entry| printable_path(entry.path()))
        .collect();
    match below.is_empty() {
        true => error,
        false => error.help(format!("homes below it: {}", below.join(", "))),
    }
}

fn home_error(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, Class::Home, message)
}

fn warning(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::warning(code, Class::Home, message)
}

#[cfg(test)]
mod tests;
