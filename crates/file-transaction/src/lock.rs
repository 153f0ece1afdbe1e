//! The lock: one run at a time below one root, and a word on who holds it.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::Error;
use crate::journal::Intent;
use crate::store::Store;

/// What to do when another run holds the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Give up.
    No,
    /// Try again until this much time has passed.
    For(Duration),
}

/// The exclusive lock of a root; released when dropped, and by the kernel when the process ends.
///
/// It is a `flock` on the root directory itself: nothing is written, nothing is left behind, and
/// two paths to one directory are one lock.
#[derive(Debug)]
pub struct Lock {
    store: Store,
    _root: File,
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// The host it runs on, where known.
    pub host: Option<String>,
    /// When its transaction, or else its process, began.
    pub since: Option<Timestamp>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if let Some(host) = &self.host {
            write!(f, " on {}", host.escape_debug())?;
        }
        if let Some(since) = self.since {
            write!(f, " since {since:.0}")?;
        }
        Ok(())
    }
}

/// How long to sleep between two tries. A run takes some ten milliseconds.
const PAUSE: Duration = Duration::from_millis(10);

/// A look at an unfinished journal holds a shared lock for an instant, and nobody is to be turned
/// away because of that.
const PATIENCE: Duration = Duration::from_millis(20);

impl Store {
    /// Takes the lock that every change below this root needs.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] with the holder if another run has it, [`Error::LockUnsupported`] on a
    /// file system without reliable locks, [`Error::Interrupted`] if a signal arrives while
    /// waiting, and [`Error::StateDirectory`] as [`Store::open`] gives it.
    pub fn lock(&self, wait: Wait) -> Result<Lock, Error> {
        let patience = match wait {
            Wait::No => PATIENCE,
            Wait::For(time) => time.max(PATIENCE),
        };
        let begun = Instant::now();
        loop {
            self.interrupt().check()?;
            let root = self.open_root()?;
            if try_flock(self, &root, FlockOperation::NonBlockingLockExclusive)? {
                // Whoever held the lock may have moved the directory away meanwhile.
                if !same_directory(&root, self) {
                    continue;
                }
                self.check_state()?;
                return Ok(Lock {
                    store: self.clone(),
                    _root: root,
                });
            }
            if begun.elapsed() >= patience {
                return Err(Error::Locked {
                    root: self.root().to_path_buf(),
                    holder: holder(self, &root),
                });
            }
            thread::sleep(PAUSE);
        }
    }

    /// Keeps runs from beginning while it is held; `None` if one is at work right now.
    pub(crate) fn lock_shared(&self) -> Result<Option<File>, Error> {
        let root = self.open_root()?;
        let free = try_flock(self, &root, FlockOperation::NonBlockingLockShared)?;
        Ok(free.then_some(root))
    }
}

impl Lock {
    /// The store that is locked.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

fn try_flock(store: &Store, root: &File, operation: FlockOperation) -> Result<bool, Error> {
    loop {
        match rustix::fs::flock(root, operation) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => return Ok(false),
            Err(Errno::INTR) => store.interrupt().check()?,
            Err(e) => {
                return Err(Error::LockUnsupported {
                    path: store.root().to_path_buf(),
                    cause: e.into(),
                });
            }
        }
    }
}

fn same_directory(root: &File, store: &Store) -> bool {
    match (root.metadata(), fs::metadata(store.root())) {
        (Ok(locked), Ok(now)) => (locked.dev(), locked.ino()) == (now.dev(), now.ino()),
        // It is gone; what is done next will say so with its path.
        _ => true,
    }
}

/// What the holder says of itself if it has come that far, otherwise what the kernel knows.
fn holder(store: &Store, root: &File) -> Option<Holder> {
    let pid = kernel_holder(root).ok().flatten();
    let said = Intent::read(store).ok().flatten().and_then(Result::ok);
    match (said, pid) {
        // A crashed run's file may still lie there while another run holds the lock.
        (Some(intent), pid) if pid.is_none_or(|pid| pid == intent.pid) => Some(Holder {
            pid: intent.pid,
            host: intent.host,
            since: Some(intent.started),
        }),
        (_, Some(pid)) => Some(Holder {
            pid,
            host: None,
            since: process_start(pid),
        }),
        _ => None,
    }
}

/// The process that `/proc/locks` names for this directory; `None` if it lives in another
/// container.
fn kernel_holder(root: &File) -> io::Result<Option<u32>> {
    let metadata = root.metadata()?;
    let device = metadata.dev();
    let place = format!(
        "{:02x}:{:02x}:{}",
        rustix::fs::major(device),
        rustix::fs::minor(device),
        metadata.ino()
    );
    let locks = fs::read_to_string("/proc/locks")?;
    Ok(holder_in(&locks, &place, metadata.ino()))
}

fn holder_in(locks: &str, place: &str, inode: u64) -> Option<u32> {
    let held: Vec<(&str, u32)> = locks
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [_, "FLOCK", _, "WRITE", pid, place, ..] => Some((*place, pid.parse().ok()?)),
                _ => None,
            }
        })
        .collect();
    if let Some((_, pid)) = held.iter().find(|(at, _)| *at == place) {
        return Some(*pid);
    }
    // btrfs shows another device number here than stat does; the inode alone will do if it is the
    // only one.
    let inode = format!(":{inode}");
    let mut same_inode = held.iter().filter(|(at, _)| at.ends_with(&inode));
    match (same_inode.next(), same_inode.next()) {
        (Some((_, pid)), None) => Some(*pid),
        _ => None,
    }
}

/// When a process began, as far as `/proc` tells.
fn process_start(pid: u32) -> Option<Timestamp> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let system = fs::read_to_string("/proc/stat").ok()?;
    start_in(&stat, &system)
}

fn start_in(stat: &str, system: &str) -> Option<Timestamp> {
    // Fixed at 100 for user space on every architecture Linux runs on but alpha and ia64.
    const TICKS_PER_SECOND: i64 = 100;
    // The second field is the command in parentheses and may hold anything; starttime is field 22.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: i64 = fields.split_whitespace().nth(19)?.parse().ok()?;
    let boot: i64 = system
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    Timestamp::from_second(boot.checked_add(ticks / TICKS_PER_SECOND)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransactionId;
    use crate::digest::Digest;
    use crate::disk;
    use crate::journal::to_json;

    #[test]
    fn the_kernel_names_the_holder() {
        let locks = "1: FLOCK  ADVISORY  WRITE 11 fe:00:7 0 EOF\n\
                     2: FLOCK  ADVISORY  READ  12 fe:00:8 0 EOF\n\
                     3: POSIX  ADVISORY  WRITE 13 fe:00:8 0 EOF\n\
                     3: -> FLOCK ADVISORY WRITE 14 fe:00:8 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE 15 fe:00:9 0 EOF\n\
                     5: FLOCK  ADVISORY  WRITE 16 fd:00:9 0 EOF\n";
        let check = |place, inode, holder| {
            assert_eq!(holder_in(locks, place, inode), holder, "{place}");
        };
        check("fe:00:7", 7, Some(11));
        check("fe:00:8", 8, None);
        check("fe:00:9", 9, Some(15));
        check("00:1f:7", 7, Some(11));
        check("00:1f:9", 9, None);
    }

    #[test]
    fn a_process_began_so_many_ticks_after_the_system() {
        let stat = "7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 12345 0 0";
        let start = start_in(stat, "cpu 1 2\nbtime 1000\n");
        assert_eq!(start, Timestamp::from_second(1123).ok());
        assert_eq!(start_in(stat, "cpu 1 2\n"), None);
        assert!(process_start(std::process::id()) > Some(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_directory_that_another_one_took_the_place_of_is_not_the_same() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        fs::create_dir(&root).unwrap();
        let store = Store::open(&root, ".state").unwrap();
        let opened = store.open_root().unwrap();
        assert!(same_directory(&opened, &store));
        fs::rename(&root, parent.path().join("moved")).unwrap();
        assert!(same_directory(&opened, &store));
        fs::create_dir(&root).unwrap();
        assert!(!same_directory(&opened, &store));
    }

    #[test]
    fn a_note_that_a_crash_left_does_not_name_the_holder() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path(), ".state").unwrap();
        let _lock = store.lock(Wait::For(Duration::from_secs(60))).unwrap();
        disk::make_directory(&store.state_directory()).unwrap();
        let id = TransactionId::new(Timestamp::now(), None, Digest::of(b""));
        let mut intent = Intent::new(&id, Vec::new());
        let holder_now = |intent: &Intent| {
            fs::write(store.intent_path(), to_json(intent).unwrap()).unwrap();
            holder(&store, &store.open_root().unwrap()).unwrap()
        };
        assert_eq!(holder_now(&intent).since, Some(intent.started));
        intent.pid = 1;
        assert_eq!(holder_now(&intent).pid, std::process::id());
    }
}
