//! Finding homes below a folder.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::bounded_read::reason;
use crate::diagnostic::{Class, Diagnostic, printable_path};
use crate::home::is_home;

/// How far below the folder a home is looked for. Layouts like
/// `/opt/TENANT/STAGE/NODE/wso2am-2.1.0` have four levels; a folder with deep
/// trees of other things beside its homes is not walked to its end.
const DEPTH: usize = 6;

/// A place below which homes are not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The place.
    pub path: PathBuf,
    /// Why.
    pub error: Diagnostic,
}

/// The homes at and below `folder`, in the order of their paths, and the places
/// that can't be looked at: a home may be there. Links are not followed, and
/// nothing is looked for inside a home.
///
/// ```
/// use apim_patch_core::home_search::homes_below;
///
/// let place = tempfile::tempdir()?;
/// for home in ["b", "a/nested"] {
///     let conf = place.path().join(home).join("repository/conf");
///     std::fs::create_dir_all(&conf)?;
///     std::fs::write(conf.join("carbon.xml"), "<Server/>")?;
/// }
/// let found: Vec<_> = homes_below(place.path()).collect();
/// assert_eq!(found, [Ok(place.path().join("a/nested")), Ok(place.path().join("b"))]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn homes_below(folder: &Path) -> impl Iterator<Item = Result<PathBuf, Unreadable>> {
    let mut walk = WalkDir::new(folder)
        .max_depth(DEPTH)
        .sort_by_file_name()
        .into_iter();
    std::iter::from_fn(move || {
        loop {
            let entry = match walk.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(unreadable(&error))),
            };
            // The folder itself may be named through a link.
            let is_folder = match entry.depth() {
                0 => entry.path().is_dir(),
                _ => entry.file_type().is_dir(),
            };
            // A folder that can't be entered is an error of the walk itself.
            if is_folder && is_home(entry.path()).unwrap_or(false) {
                walk.skip_current_dir();
                return Some(Ok(entry.into_path()));
            }
        }
    })
}

fn unreadable(error: &walkdir::Error) -> Unreadable {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    let why = match error.io_error() {
        Some(cause) => reason(cause),
        None => error.to_string(),
    };
    let message = format!(
        "{}: {why}; homes below it are not found",
        printable_path(&path)
    );
    Unreadable {
        path,
        error: Diagnostic::error("home-unreadable", Class::Home, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn home(at: &Path) {
        let conf = at.join("repository/conf");
        fs::create_dir_all(&conf).unwrap();
        fs::write(conf.join("api-manager.xml"), "<APIManager/>").unwrap();
    }

    #[test]
    fn neither_links_nor_what_lies_inside_a_home_or_too_deep() {
        let place = tempfile::tempdir().unwrap();
        let at = |path: &str| place.path().join(path);
        home(&at("one"));
        home(&at("one/backup/old"));
        home(&at("1/2/3/4/5/last"));
        home(&at("1/2/3/4/5/6/beyond"));
        symlink(at("one"), at("again")).unwrap();
        let found: Vec<_> = homes_below(place.path()).map(Result::unwrap).collect();
        assert_eq!(found, [at("1/2/3/4/5/last"), at("one")]);
        // The folder itself counts, through a link too.
        let found: Vec<_> = homes_below(&at("again")).map(Result::unwrap).collect();
        assert_eq!(found, [at("again")]);
    }

    #[test]
    fn a_folder_that_is_not_there() {
        let found: Vec<_> = homes_below(Path::new("/nowhere/at/all")).collect();
        let [Err(error)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(
            error
                .error
                .message
                .starts_with("/nowhere/at/all: no such file")
        );
    }
}
