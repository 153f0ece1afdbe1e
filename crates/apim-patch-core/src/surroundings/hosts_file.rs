//! A marked block in a hosts file, with other people's lines around it.

use std::path::Path;

use file_transaction::{Details, LinkPolicy, Snapshot, Store, Transaction, Wait, recover};

use super::Hosts;
use super::hosts::mapping;
use crate::apply::{STATE, repair};
use crate::diagnostic::{Class, Diagnostic, SourceText, printable_path};
use crate::failure::diagnostic_of;

const BEGIN: &str = "# BEGIN apim-patch: `apim-patch render hosts` keeps these lines";
const END: &str = "# END apim-patch";
/// By this a mark of any release is known.
const BEGIN_MARK: &str = "# BEGIN apim-patch";

/// A hosts file has some hundred lines, or some ten thousand where it blocks
/// advertisements.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// A hosts file.
#[derive(Debug)]
pub struct HostsFile {
    store: Store,
    snapshot: Snapshot,
    path: String,
}

/// What became of the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It was already so; nothing was written.
    Unchanged,
    /// It was written.
    Written,
}

impl HostsFile {
    /// Reads a hosts file, through links, after repairing what an interrupted run
    /// has left beside it.
    ///
    /// # Errors
    ///
    /// It is no regular file, or can't be read, or another run is at it.
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let failed = |error| diagnostic_of(&error);
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let Some(name) = path.file_name() else {
            let message = format!("`{}` is no file", printable_path(path));
            return Err(Diagnostic::error(
                "not-a-regular-file",
                Class::Specification,
                message,
            ));
        };
        let store = Store::open(folder, STATE).map_err(failed)?;
        // Also where nothing is to be written: what an interrupted run has left would
        // refuse every later one once somebody else has changed the file.
        if recover::pending(&store).map_err(failed)?.is_some() {
            repair(&store.lock(Wait::No).map_err(failed)?)?;
        }
        let snapshot = store
            .read(Path::new(name), LinkPolicy::FollowOutside, MAX_SIZE)
            .map_err(failed)?;
        Ok(Self {
            store,
            snapshot,
            path: printable_path(path),
        })
    }

    /// Lines of others that map one of the names elsewhere. The first line of a
    /// name wins.
    pub fn contradictions(&self, hosts: &Hosts) -> Vec<Diagnostic> {
        let text = String::from_utf8_lossy(self.snapshot.bytes());
        let source = SourceText::new(self.path.clone(), &text, Vec::new());
        let mut all = Vec::new();
        let mut in_block = false;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            in_block = (in_block || line.starts_with(BEGIN_MARK)) && !line.starts_with(END);
            let (Some((address, names)), false) = (mapping(line), in_block) else {
                continue;
            };
            let content = line.split('#').next().unwrap_or_default();
            for word in names {
                let wanted = hosts.lines.iter().find(|(wanted, names)| {
                    *wanted != address
                        && wanted.is_ipv4() == address.is_ipv4()
                        && names.iter().any(|name| name.eq_ignore_ascii_case(word))
                });
                if let Some((wanted, _)) = wanted {
                    let message = format!("`{word}` is mapped to {address}, not to {wanted}");
                    let spot = source.spot(start..start + content.trim_end().len());
                    all.push(
                        Diagnostic::warning("mapped-elsewhere", Class::Specification, message)
                            .at(spot, "")
                            .help("the first line of a name wins: take it out of this one"),
                    );
                }
            }
        }
        all
    }

    /// Brings the block up to date; every other byte stays as it is. Where there
    /// is none it is put at the end. Without lines there is no block.
    ///
    /// # Errors
    ///
    /// A block without end, and everything that keeps the file from being
    /// replaced; nothing has changed then.
    pub fn keep(&self, hosts: &Hosts) -> Result<Kept, Diagnostic> {
        let after = self.with_block(hosts)?;
        if after == self.snapshot.bytes() {
            return Ok(Kept::Unchanged);
        }
        let failed = |error| diagnostic_of(&error);
        let lock = self.store.lock(Wait::No).map_err(failed)?;
        repair(&lock)?;
        let mut transaction = Transaction::begin(&lock, Details::default()).keep_history(false);
        transaction.replace(&self.snapshot, after).map_err(failed)?;
        let prepared = transaction.stage().and_then(|staged| staged.prepare());
        prepared
            .and_then(|prepared| prepared.commit())
            .map_err(failed)?;
        Ok(Kept::Written)
    }

    fn with_block(&self, hosts: &Hosts) -> Result<Vec<u8>, Diagnostic> {
        let bytes = self.snapshot.bytes();
        let first_line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let line_end = match bytes[..first_line].ends_with(b"\r") {
            true => "\r\n",
            false => "\n",
        };
        let block = match hosts.lines.is_empty() {
            true => String::new(),
            false => format!("{BEGIN}\n{}{END}\n", hosts.text()).replace('\n', line_end),
        };
        let mut after = Vec::with_capacity(bytes.len() + block.len());
        match self.block()? {
            Some((start, end)) => {
                after.extend_from_slice(&bytes[..start]);
                after.extend_from_slice(block.as_bytes());
                after.extend_from_slice(&bytes[end..]);
            }
            None => {
                after.extend_from_slice(bytes);
                if !block.is_empty() {
                    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                        after.extend_from_slice(line_end.as_bytes());
                    }
                    after.extend_from_slice(block.as_bytes());
                }
            }
        }
        Ok(after)
    }

    /// From the first byte of the block to behind its last.
    fn block(&self) -> Result<Option<(usize, usize)>, Diagnostic> {
        let mut begin = None;
        let mut block = None;
        let mut at = 0;
        for (number, line) in self
            .snapshot
            .bytes()
            .split_inclusive(|byte| *byte == b'\n')
            .enumerate()
        {
            let is_begin = line.starts_with(BEGIN_MARK.as_bytes());
            let is_end = line.trim_ascii_end() == END.as_bytes();
            match (is_begin, is_end, begin) {
                (true, _, None) if block.is_none() => begin = Some(at),
                (_, true, Some(start)) => {
                    block = Some((start, at + line.len()));
                    begin = None;
                }
                (true, ..) | (_, true, None) => return Err(self.broken(number + 1)),
                _ => {}
            }
            at += line.len();
        }
        match begin {
            Some(_) => Err(self.broken(self.snapshot.bytes().split(|byte| *byte == b'\n').count())),
            None => Ok(block),
        }
    }

    fn broken(&self, line: usize) -> Diagnostic {
        let message = format!(
            "{}:{line}: the marks `{BEGIN_MARK}` and `{END}` do not enclose one block",
            self.path
        );
        Diagnostic::error("broken-block", Class::Specification, message)
            .help("put the missing mark back, or delete both with what is left of the block")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_an_interrupted_run_has_left_goes_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts");
        fs::write(&path, "127.0.0.1 localhost\n").unwrap();
        let store = Store::open(folder.path(), STATE).unwrap();
        let name = Path::new("hosts");
        let snapshot = store.read(name, LinkPolicy::FollowOutside, MAX_SIZE);
        let lock = store.lock(Wait::No).unwrap();
        let mut transaction = Transaction::begin(&lock, Details::default()).keep_history(false);
        transaction
            .replace(&snapshot.unwrap(), b"other\n".to_vec())
            .unwrap();
        // A process that is killed cleans nothing up.
        std::mem::forget(transaction.stage().unwrap().prepare().unwrap());
        drop(lock);
        let left = || fs::read_dir(folder.path()).unwrap().count();
        assert!(left() > 1);

        let nothing = Hosts {
            lines: Vec::new(),
            warnings: Vec::new(),
        };
        let file = HostsFile::open(&path).unwrap();
        assert_eq!(file.keep(&nothing).unwrap(), Kept::Unchanged);
        assert_eq!(left(), 1);
        // It had been as good as done.
        assert_eq!(fs::read(&path).unwrap(), b"other\n");
    }
}
