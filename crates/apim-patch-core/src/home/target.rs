//! Where a config file of a home really is.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::Home;
use crate::diagnostic::{Class, Diagnostic, printable_path};

/// "Too many levels of symbolic links" on Linux; std has no stable name for it.
const ELOOP: i32 = 40;

/// Why a config file of a home cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// There is none.
    #[error("{} not found", printable_path(.file))]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// It is a link to nothing.
    #[error("{} is a dangling link to {}", printable_path(.link), printable_path(.target))]
    DanglingLink {
        /// The link.
        link: PathBuf,
        /// What it names.
        target: PathBuf,
    },
    /// It is a folder, pipe, socket, device or a loop of links.
    #[error("{} is {kind}, not a regular file", printable_path(.file))]
    NotRegular {
        /// The file.
        file: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// It is behind a link that leaves the home.
    #[error("{} leaves the home: it is a link to {}", printable_path(.link), printable_path(.target))]
    LeavesHome {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The system refused to look.
    #[error("{}: {}", printable_path(.file), crate::bounded_read::reason(.source))]
    Inaccessible {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl From<TargetError> for Diagnostic {
    fn from(error: TargetError) -> Self {
        let code = match error {
            TargetError::Missing { .. } => "target-missing",
            TargetError::DanglingLink { .. } => "target-dangling",
            TargetError::NotRegular { .. } => "target-not-regular",
            TargetError::LeavesHome { .. } => "target-outside",
            TargetError::Inaccessible { .. } => "target-unreadable",
        };
        let diagnostic = Self::error(code, Class::Home, error.to_string());
        match error {
            TargetError::LeavesHome { .. } => {
                diagnostic.help("--follow-outside-links accepts links that leave the home")
            }
            _ => diagnostic,
        }
    }
}

impl Home {
    /// The path of a config file, `relative` to the home, that is a regular
    /// file inside it. Links are followed, not replaced: the path is the one
    /// that was asked for.
    ///
    /// # Errors
    ///
    /// Says what is there instead.
    pub fn resolve(&self, relative: &str) -> Result<PathBuf, TargetError> {
        let file = self.path.join(relative);
        let mut at = self.path.clone();
        for part in Path::new(relative).components() {
            // The specification lets no other part through.
            if let Component::Normal(name) = part {
                at.push(name);
            }
            self.check_part(&at, &file)?;
        }
        let inaccessible = |source| TargetError::Inaccessible {
            file: file.clone(),
            source,
        };
        let kind = at.metadata().map_err(inaccessible)?.file_type();
        if kind.is_file() {
            return Ok(file);
        }
        Err(TargetError::NotRegular {
            file,
            kind: kind_name(kind),
        })
    }

    /// Checks one part of the way to `file`.
    fn check_part(&self, part: &Path, file: &Path) -> Result<(), TargetError> {
        let inaccessible = |source| TargetError::Inaccessible {
            file: part.to_owned(),
            source,
        };
        match part.symlink_metadata() {
            Ok(metadata) if !metadata.is_symlink() => return Ok(()),
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Err(TargetError::Missing {
                    file: file.to_owned(),
                });
            }
            Err(error) => return Err(inaccessible(error)),
        }
        let target = part.read_link().map_err(inaccessible)?;
        match part.canonicalize() {
            Ok(real) if self.follow_outside_links || real.starts_with(&self.real) => Ok(()),
            Ok(real) => Err(TargetError::LeavesHome {
                link: part.to_owned(),
                target: real,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(TargetError::DanglingLink {
                    link: part.to_owned(),
                    target,
                })
            }
            Err(error) if error.raw_os_error() == Some(ELOOP) => Err(TargetError::NotRegular {
                file: part.to_owned(),
                kind: "a loop of links",
            }),
            Err(error) => Err(inaccessible(error)),
        }
    }
}

fn kind_name(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
