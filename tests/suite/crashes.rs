//! Runs that are killed, or told to stop, in the middle: every file old or every file new.
//!
//! When is chosen by what can be seen of the run: after so many changes below its home. A machine that
//! is busy sees fewer of them, and then more runs come to their end; no outcome depends on it.
//! `tests/faults/run` does it at each single system call, with more that can go wrong.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Compare, Home, Run, STATE, Tool, Tree, deployment};

const RUNS: usize = 60;

/// What can be seen from outside: names, and which file each one is.
fn glimpse(home: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = walkdir::WalkDir::new(home).into_iter().flatten();
    let inode = |path: &Path| fs::symlink_metadata(path).map_or(0, |metadata| metadata.ino());
    entries
        .map(|entry| (entry.path().to_owned(), inode(entry.path())))
        .collect()
}

/// Counts changes below a home, and acts once after so many.
struct Watch<'a> {
    home: &'a Home,
    last: BTreeMap<PathBuf, u64>,
    seen: usize,
}

impl<'a> Watch<'a> {
    fn over(home: &'a Home) -> Self {
        Self {
            home,
            last: glimpse(home.path()),
            seen: 0,
        }
    }

    fn look(&mut self) -> usize {
        let now = glimpse(self.home.path());
        if now != self.last {
            self.seen += 1;
            self.last = now;
        }
        self.seen
    }
}

fn apply(home: &Home) -> Tool {
    home.command("apply", &deployment("gateway-thrift.toml"))
}

fn recover(home: &Home) -> Tool {
    Tool::new("recover").home(home)
}

/// Sends the signal after so many changes.
fn meet(tool: Tool, home: &Home, signal: Signal, changes: usize) -> Run {
    let mut watch = Watch::over(home);
    tool.run_watched(|child: &Child| {
        let waiting = watch.look() < changes;
        if !waiting {
            kill_process(Pid::from_child(child), signal).unwrap();
        }
        waiting
    })
}

/// A home before and after, and how many changes can be seen of the way.
struct Course {
    old: Tree,
    new: Tree,
    changes: usize,
}

impl Course {
    fn undisturbed() -> Self {
        let home = Home::stock();
        let old = home.files();
        let mut watch = Watch::over(&home);
        let run = apply(&home).run_watched(|_| {
            watch.look();
            true
        });
        run.exits(0);
        let new = home.files();
        let changed = old.differences(&new, Compare::Content);
        assert!(changed.len() >= 4, "{changed:?}");
        Self {
            old,
            new,
            changes: watch.seen.max(1),
        }
    }

    /// Is every file new? Not one may be anything but old or new, and they may not be mixed.
    #[track_caller]
    fn all_new(&self, home: &Home, told: &Run) -> bool {
        let now = home.files();
        let (from_old, from_new) = (
            self.old.differences(&now, Compare::Content),
            self.new.differences(&now, Compare::Content),
        );
        assert!(
            from_old.is_empty() || from_new.is_empty(),
            "neither old ({from_old:#?}) nor new ({from_new:#?})\nafter {told}"
        );
        from_new.is_empty()
    }

    /// Nothing of an unfinished run is left, and there is a history exactly if there is something to
    /// take back.
    #[track_caller]
    fn settled(&self, home: &Home, told: &Run) -> bool {
        let all_new = self.all_new(home, told);
        let left: Vec<PathBuf> = match fs::read_dir(home.file(STATE)) {
            Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        };
        let history = home.file(STATE).join("transactions");
        let expected = if all_new { vec![history] } else { Vec::new() };
        assert_eq!(left, expected, "below {STATE} after {told}");
        assert_eq!(
            home.file(STATE).exists(),
            all_new,
            "{STATE} itself after {told}"
        );
        all_new
    }

    /// While it is interrupted, the files may be mixed, but each is old or new.
    #[track_caller]
    fn none_torn(&self, home: &Home, told: &Run) {
        for (path, mode, bytes) in self.old.regular() {
            let file = home.path().join(path);
            let now = fs::read(&file).unwrap();
            let new = self.new.content(path.to_str().unwrap());
            assert!(
                now == bytes || now == new,
                "{} is torn after {told}",
                path.display()
            );
            let now = fs::metadata(&file).unwrap().mode() & 0o7777;
            assert_eq!(now, mode, "mode of {} after {told}", path.display());
        }
    }
}

#[test]
fn a_killed_run_is_recovered_or_run_again() {
    let course = Course::undisturbed();
    let (mut killed, mut outcomes) = (0, [0, 0]);
    for turn in 0..RUNS {
        let home = Home::stock();
        let changes = turn / 3 % (course.changes + 1);
        let run = meet(apply(&home), &home, Signal::KILL, changes);
        killed += usize::from(run.status() == 128 + Signal::KILL.as_raw());
        course.none_torn(&home, &run);
        let again = match turn % 3 {
            0 => recover(&home).run(),
            1 => apply(&home).run(),
            _ => {
                let run = meet(recover(&home), &home, Signal::KILL, turn / 3 % 4);
                course.none_torn(&home, &run);
                recover(&home).run()
            }
        };
        again.exits(0);
        let all_new = course.settled(&home, &again);
        assert!(all_new || turn % 3 != 1, "not applied by {again}");
        outcomes[usize::from(all_new)] += 1;
        if all_new {
            let back = Tool::new("revert").home(&home).run();
            back.exits(0);
            course.old.same_content(&home.files(), &back);
        }
    }
    println!("{killed} of {RUNS} killed; afterwards [old, new]: {outcomes:?}");
    assert!(killed > 0);
}

#[test]
fn a_signal_stops_a_run_before_it_changed_anything_or_not_at_all() {
    let course = Course::undisturbed();
    let mut outcomes = [0, 0];
    for turn in 0..RUNS {
        let signal = [Signal::TERM, Signal::INT, Signal::HUP][turn % 3];
        let home = Home::stock();
        let changes = turn / 3 % (course.changes + 1);
        let run = meet(apply(&home), &home, signal, changes);
        let all_new = course.settled(&home, &run);
        run.exits(if all_new { 0 } else { 128 + signal.as_raw() });
        outcomes[usize::from(all_new)] += 1;
    }
    println!("[rolled back, finished]: {outcomes:?}");
}
