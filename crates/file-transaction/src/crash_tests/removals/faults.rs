//! A run in which each step fails, or is met by a signal or by somebody else.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::io::Errno;

use super::super::{FILES, PATIENTLY, Root, STATE, abilities, with_steps};
use super::{DEEDS, Deed, TREES, check_recovered, do_it, perform, prepared_for, state, states};
use crate::{Class, Error, Interrupt, Receipt, Store, history};

/// Lets one step fail, or all from it on, and checks that the result tells the truth.
#[test]
fn any_call_may_fail() {
    let cases = DEEDS.map(|deed| (deed, "-"));
    let without_exchange = (Deed::Remove { history: true }, "exchange");
    for (deed, lacking) in cases.into_iter().chain([without_exchange]) {
        let states = states(deed);
        let lacking = abilities(lacking);
        let (_, steps) = {
            let root = prepared_for(deed);
            with_steps(&lacking, None, || do_it(&root, deed))
        };
        assert!(steps.len() > 30, "only {} steps", steps.len());
        for (at, name) in (1..).zip(&steps) {
            let faults: &[(Errno, bool)] = match *name {
                "move" => &[
                    (Errno::IO, false),
                    (Errno::IO, true),
                    (Errno::XDEV, false),
                    (Errno::BUSY, false),
                    (Errno::EXIST, false),
                    (Errno::NOENT, false),
                ],
                _ => &[(Errno::NOSPC, false), (Errno::IO, true)],
            };
            for &(errno, forever) in faults {
                let told = format!("{deed:?} lacking {lacking:?}, {errno:?} at {at}, {forever}");
                let root = prepared_for(deed);
                let fail = move |count| match count == at || forever && count > at {
                    true => Err(errno.into()),
                    false => Ok(()),
                };
                let (result, _) = with_steps(&lacking, Some(Box::new(fail)), || {
                    perform(root.path(), deed, Interrupt::new())
                });
                match result {
                    Ok(_) => assert_eq!(state(&root), states[1], "{told}"),
                    Err(e) if e.class() == Class::RecoveryNeeded => {}
                    Err(e) => {
                        let expected = match errno {
                            Errno::EXIST | Errno::NOENT => Class::Conflict,
                            _ => Class::Io,
                        };
                        assert_eq!(e.class(), expected, "{told}: {e}");
                        assert_eq!(state(&root), states[0], "{told}: {e}");
                        let typed = match errno {
                            Errno::XDEV => matches!(e, Error::OtherFileSystem { .. }),
                            Errno::BUSY => matches!(e, Error::HoldsMount { .. }),
                            _ => true,
                        };
                        assert!(typed, "{told}: {e}");
                    }
                }
                check_recovered(&root, deed, &states, &told);
            }
        }
    }
}

#[test]
fn a_signal_rolls_back_before_the_commit_point_and_finishes_after_it() {
    for deed in DEEDS {
        let states = states(deed);
        let (mut finished, mut rolled_back) = (0, 0);
        for at in 1.. {
            let told = format!("{deed:?}, signal at {at}");
            let root = prepared_for(deed);
            let interrupt = Interrupt::new();
            let raise = {
                let interrupt = interrupt.clone();
                move |count| {
                    if count == at {
                        interrupt.raise(15);
                    }
                    Ok(())
                }
            };
            let (result, steps) = with_steps(&[], Some(Box::new(raise)), || {
                perform(root.path(), deed, interrupt)
            });
            let done = result.is_ok();
            if let Err(e) = result {
                assert_eq!(e.class(), Class::Interrupted(15), "{told}: {e}");
                rolled_back += 1;
            } else {
                finished += 1;
            }
            assert_eq!(state(&root), states[usize::from(done)], "{told}");
            assert_eq!(check_recovered(&root, deed, &states, &told), done, "{told}");
            if steps.len() < at {
                break;
            }
        }
        assert!(finished > 3 && rolled_back > 10, "{finished} {rolled_back}");
    }
}

/// Does something before a step of a deed. Gives the result, and whether there was such a step.
fn disturbed(
    root: &Root,
    deed: Deed,
    at: usize,
    lacking: &str,
    mut disturb: impl FnMut(&Path) + 'static,
) -> (Result<Option<Receipt>, Error>, bool) {
    let path = root.path().to_path_buf();
    let act = move |count| {
        if count == at {
            disturb(&path);
        }
        Ok(())
    };
    let (result, steps) = with_steps(&abilities(lacking), Some(Box::new(act)), || {
        perform(root.path(), deed, Interrupt::new())
    });
    (result, steps.len() >= at)
}

/// Where a tree is now: at its place, or in the history.
fn whereabouts(root: &Root, index: usize) -> PathBuf {
    let place = root.path().join(TREES[index]);
    if place.symlink_metadata().is_ok() {
        return place;
    }
    let store = Store::open(root.path(), STATE).unwrap();
    let entries = history::list(&store).unwrap().entries;
    let mut kept = entries
        .iter()
        .filter_map(|entry| entry.kept(index).unwrap());
    kept.next().unwrap()
}

/// A change in a tree at any step is there afterwards, whatever became of the transaction.
#[test]
fn no_change_in_a_tree_is_lost() {
    let add = |root: &Path| {
        let _ = fs::write(root.join("apps/store/WEB-INF/new"), "an edit");
    };
    let rename_over = |root: &Path| {
        if root.join("apps/store").exists() {
            fs::create_dir(root.join("other")).unwrap();
            fs::create_dir(root.join("other/WEB-INF")).unwrap();
            fs::write(root.join("other/WEB-INF/new"), "an edit").unwrap();
            fs::rename(root.join("apps/store"), root.join("was")).unwrap();
            fs::rename(root.join("other"), root.join("apps/store")).unwrap();
        }
    };
    type Disturb = fn(&Path);
    // Without history, what was noticed too late would be deleted.
    let cases: [(Deed, Disturb); 6] = [
        (Deed::Remove { history: false }, add),
        (Deed::Remove { history: false }, rename_over),
        (Deed::Remove { history: true }, add),
        (Deed::Remove { history: true }, rename_over),
        (Deed::RevertOfRevert, add),
        (Deed::RevertOfRevert, rename_over),
    ];
    for (deed, disturb) in cases {
        let (mut conflicts, mut commits) = (0, 0);
        for at in 1.. {
            let told = format!("{deed:?}, edited at {at}");
            let root = prepared_for(deed);
            let edited = Rc::new(Cell::new(false));
            let (result, more) = {
                let edited = edited.clone();
                disturbed(&root, deed, at, "-", move |root| {
                    let there = root.join("apps/store/WEB-INF").exists();
                    disturb(root);
                    edited.set(there);
                })
            };
            if !more {
                break;
            }
            if edited.get() {
                let edit = whereabouts(&root, 0).join("WEB-INF/new");
                assert_eq!(fs::read(edit).unwrap(), b"an edit", "{told}: {result:?}");
            }
            let files = root.which_are_new(&told);
            match result {
                Ok(_) => {
                    assert_eq!(files, [true; 3], "{told}");
                    assert!(!root.path().join(TREES[0]).exists(), "{told}");
                    commits += 1;
                }
                Err(e) => {
                    assert!(matches!(e, Error::TreeConflict { .. }), "{told}: {e}");
                    assert_eq!(files, [false; 3], "{told}");
                    assert!(edited.get(), "{told}: {e}");
                    conflicts += 1;
                }
            }
        }
        assert!(conflicts > 10 && commits > 3, "{conflicts} {commits}");
    }
}

/// Something new at a place at any step is there afterwards, and what belongs there is not lost.
#[test]
fn nothing_new_is_overwritten() {
    for (deed, lacking) in [
        (Deed::Remove { history: true }, "-"),
        (Deed::Remove { history: false }, "-"),
        (Deed::Revert, "-"),
        (Deed::Revert, "exchange"),
    ] {
        let (mut conflicts, mut commits) = (0, 0);
        for at in 1.. {
            let told = format!("{deed:?}, something new at {at}");
            let root = prepared_for(deed);
            let made = Rc::new(Cell::new(false));
            let (result, more) = {
                let made = made.clone();
                disturbed(&root, deed, at, lacking, move |root| {
                    made.set(fs::create_dir(root.join("apps/store")).is_ok());
                })
            };
            if !more {
                break;
            }
            let place = root.path().join("apps/store");
            if made.get() {
                assert_eq!(
                    fs::read_dir(&place).unwrap().count(),
                    0,
                    "{told}: {result:?}"
                );
            }
            match result {
                Ok(_) => commits += 1,
                Err(e) => {
                    assert!(matches!(e, Error::TreeConflict { .. }), "{told}: {e}");
                    assert_eq!(deed, Deed::Revert, "{told}: {e}");
                    // It can be taken back as soon as the place is free.
                    fs::remove_dir(&place).unwrap();
                    do_it(&root, deed);
                    assert!(place.join("index.html").exists(), "{told}");
                    conflicts += 1;
                }
            }
        }
        assert!(commits > 3, "{commits}");
        assert_eq!(conflicts > 10, deed == Deed::Revert, "{conflicts}");
    }
}

/// The order of calls is what a power cut is survived by.
#[test]
fn the_sequence_of_calls_is_the_one_that_survives_a_power_cut() {
    let names = |deed| {
        let root = prepared_for(deed);
        let (_, names) = with_steps(&[], None, || do_it(&root, deed));
        let commit_point = names.iter().position(|name| *name == "rename").unwrap();
        names[commit_point..].join(", ")
    };
    // The directories of the targets and of the trees, two of three the same, and the journal's.
    const DONE: &str = "rename, sync directory, exchange, exchange, exchange, move, move, move, \
                        sync directory, sync directory, sync directory, sync directory, ";
    const CLEANED_UP: &str = "remove, remove, remove, remove";
    assert_eq!(
        names(Deed::Remove { history: true }),
        format!("{DONE}rename, {CLEANED_UP}")
    );
    let without_history = names(Deed::Remove { history: false });
    // Marked as done, and that durable, before the first of it is deleted; and the mark goes last.
    let begun = format!("{DONE}{CLEANED_UP}, rename, sync directory, ");
    const ENDED: &str = ", remove, remove directory, remove directory";
    let deleted = without_history.strip_prefix(&begun).unwrap();
    let deleted = deleted.strip_suffix(ENDED).unwrap();
    let mut deleted: Vec<&str> = deleted.split(", ").collect();
    deleted.sort_unstable();
    assert_eq!(
        deleted,
        [["remove"; 5].as_slice(), &["remove directory"; 3]].concat()
    );
    assert_eq!(names(Deed::Revert), format!("{DONE}rename, {CLEANED_UP}"));
}

/// What pruning has begun to delete is no entry any more, and the next one finishes it.
#[test]
fn pruning_may_be_cut_off_anywhere() {
    for at in 1.. {
        let root = prepared_for(Deed::Revert);
        let fail = move |count| match count >= at {
            true => Err(Errno::IO.into()),
            false => Ok(()),
        };
        let prune = || history::prune(&Store::open(root.path(), STATE)?.lock(PATIENTLY)?, 0);
        let (result, _) = with_steps(&[], Some(Box::new(fail)), prune);
        let store = Store::open(root.path(), STATE).unwrap();
        for entry in history::list(&store).unwrap().entries {
            for index in 0..TREES.len() {
                assert!(entry.kept(index).unwrap().is_some(), "{at}");
            }
            assert!(entry.kept(0).unwrap().unwrap().join("index.html").exists());
        }
        let done = result.is_ok();
        prune().unwrap();
        // An empty directory is all that may be left for it.
        perform(root.path(), Deed::Recover, Interrupt::new()).unwrap();
        assert!(!root.path().join(STATE).exists(), "{at}");
        assert!(root.path().join(FILES[0]).exists(), "{at}");
        if done {
            assert!(at > 10, "only {at} steps");
            break;
        }
    }
}
