//! A run in which each step fails, or is met by a signal or by an editor.

use std::fs;
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::Path;

use rustix::io::Errno;

use super::{
    Deed, FILES, LIMIT, PATIENTLY, Root, STATE, abilities, apply, check_recovered, new, perform,
    prepared_for, with_steps,
};
use crate::{Class, Details, Error, Interrupt, LinkPolicy, Store, Transaction};

/// Lets one step fail, or all from it on, and checks that the result tells the truth.
#[test]
fn any_call_may_fail() {
    let deeds = [
        Deed::Apply { history: true },
        Deed::Apply { history: false },
        Deed::Revert,
    ];
    for (deed, lacking) in deeds
        .iter()
        .flat_map(|deed| ["-", "exchange", "exchange,link"].map(|l| (*deed, l)))
    {
        let lacking = abilities(lacking);
        let (result, steps) = {
            let root = prepared_for(deed);
            with_steps(&lacking, None, || {
                perform(root.path(), deed, Interrupt::new())
            })
        };
        result.unwrap();
        let steps = steps.len();
        assert!(steps > 20, "only {steps} steps");
        for (errno, forever, at) in [Errno::NOSPC, Errno::IO]
            .into_iter()
            .flat_map(|errno| [false, true].map(|forever| (errno, forever)))
            .flat_map(|(errno, forever)| (1..=steps).map(move |at| (errno, forever, at)))
        {
            let told =
                format!("{deed:?} lacking {lacking:?}, {errno:?} at {at}, forever: {forever}");
            let root = prepared_for(deed);
            let before = root.files();
            let fail = move |count| match count == at || forever && count > at {
                true => Err(errno.into()),
                false => Ok(()),
            };
            let (result, _) = with_steps(&lacking, Some(Box::new(fail)), || {
                perform(root.path(), deed, Interrupt::new())
            });
            match result {
                Ok(_) => assert_eq!(root.all_new(&told), deed != Deed::Revert, "{told}"),
                Err(e) if e.class() == Class::Io => assert_eq!(root.files(), before, "{told}: {e}"),
                Err(e) => {
                    assert_eq!(e.class(), Class::RecoveryNeeded, "{told}: {e}");
                    root.which_are_new(&told);
                }
            }
            check_recovered(&root, deed, &told);
        }
    }
}

#[test]
fn a_signal_rolls_back_before_the_commit_point_and_finishes_after_it() {
    for deed in [
        Deed::Apply { history: true },
        Deed::Apply { history: false },
        Deed::Revert,
    ] {
        let (mut finished, mut rolled_back) = (0, 0);
        for at in 1.. {
            let told = format!("{deed:?}, signal at {at}");
            let root = prepared_for(deed);
            let before = root.files();
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
            match result {
                Ok(_) => {
                    assert_eq!(root.all_new(&told), deed != Deed::Revert, "{told}");
                    finished += 1;
                }
                Err(e) => {
                    assert_eq!(e.class(), Class::Interrupted(15), "{told}: {e}");
                    assert_eq!(root.files(), before, "{told}");
                    rolled_back += 1;
                }
            }
            check_recovered(&root, deed, &told);
            if steps.len() < at {
                break;
            }
        }
        assert!(finished > 3 && rolled_back > 10, "{finished} {rolled_back}");
    }
}

/// An edit made at any step is there afterwards, whatever became of the transaction.
#[test]
fn no_edit_is_lost() {
    let in_place = |path: &Path, text: &[u8]| fs::write(path, text).unwrap();
    let by_rename = |path: &Path, text: &[u8]| {
        let beside = path.with_extension("editor");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, path).unwrap();
    };
    type Edit = fn(&Path, &[u8]);
    // Between the last look and a plain rename, an edit that comes by rename is not seen.
    let cases: [(&str, Edit); 3] = [("-", in_place), ("-", by_rename), ("exchange", in_place)];
    for ((lacking, edit), file) in cases
        .into_iter()
        .flat_map(|case| FILES.map(|file| (case, file)))
    {
        let (mut conflicts, mut commits) = (0, 0);
        for at in 1.. {
            let told = format!("{file} edited at {at}, lacking {lacking}");
            let root = Root::new();
            let path = root.path().join(file);
            let act = {
                let path = path.clone();
                move |count| {
                    if count == at {
                        edit(&path, b"an edit");
                    }
                    Ok(())
                }
            };
            let (result, steps) = with_steps(&abilities(lacking), Some(Box::new(act)), || {
                apply(root.path(), true)
            });
            if steps.len() < at {
                break;
            }
            let survived = fs::read(&path).unwrap() == b"an edit";
            assert!(survived, "{told}: {result:?}");
            let others = FILES.into_iter().filter(|other| *other != file);
            let others: Vec<bool> = others
                .map(|other| fs::read(root.path().join(other)).unwrap() == new(other))
                .collect();
            match result {
                Ok(_) => {
                    assert_eq!(others, [true, true], "{told}");
                    commits += 1;
                }
                Err(e) if e.class() == Class::Conflict => {
                    assert_eq!(others, [false, false], "{told}: {e}");
                    assert!(!root.path().join(STATE).exists(), "{told}: {e}");
                    conflicts += 1;
                }
                Err(e) => panic!("{told}: {e}"),
            }
        }
        assert!(
            conflicts > 10 && commits > 3,
            "{file}: {conflicts} {commits}"
        );
    }
}

#[test]
fn an_edit_is_seen_as_early_as_it_can_be() {
    for file in FILES {
        let root = Root::new();
        let store = Store::open(root.path(), STATE).unwrap();
        let lock = store.lock(PATIENTLY).unwrap();
        let begin = || {
            let mut transaction = Transaction::begin(&lock, Details::default());
            for file in FILES {
                let snapshot = store.read(Path::new(file), LinkPolicy::InsideOnly, LIMIT);
                transaction.replace(&snapshot.unwrap(), new(file)).unwrap();
            }
            transaction
        };
        let transaction = begin();
        fs::write(root.path().join(file), "an edit").unwrap();
        let (result, steps) = with_steps(&[], None, || transaction.stage().map(drop));
        assert_eq!(result.unwrap_err().class(), Class::Conflict, "{file}");
        assert_eq!(steps.len(), 0, "{file}: {steps:?}");

        let staged = begin().stage().unwrap();
        fs::write(root.path().join(file), "another").unwrap();
        let (result, steps) = with_steps(&[], None, || staged.prepare().map(drop));
        assert_eq!(result.unwrap_err().class(), Class::Conflict, "{file}");
        assert!(!steps.contains(&"rename"), "{file}: {steps:?}");
    }
}

/// An editor that had the file open before the swap writes into what was swapped out.
#[test]
fn an_edit_through_an_open_file_is_seen_until_the_old_content_is_dropped() {
    let root = Root::new();
    let path = root.path().join(FILES[0]);
    let open = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let write_after_the_swap = {
        let mut swapped = false;
        move |_| {
            swapped |= super::last_step() == "exchange";
            if swapped && super::last_step() == "sync directory" {
                open.write_all_at(b"an edit", 0).unwrap();
                swapped = false;
            }
            Ok(())
        }
    };
    let (result, _) = with_steps(&[], Some(Box::new(write_after_the_swap)), || {
        perform(root.path(), Deed::Apply { history: true }, Interrupt::new())
    });
    assert_eq!(result.unwrap_err().class(), Class::Conflict);
    assert!(fs::read(&path).unwrap().starts_with(b"an edit"));
    for file in &FILES[1..] {
        assert_ne!(fs::read(root.path().join(file)).unwrap(), new(file));
    }
    assert!(!root.path().join(STATE).exists());
}

/// It is neither the old nor the new content, and which of the two it was made of is for somebody
/// to say.
#[test]
fn an_edit_of_the_new_content_stops_taking_it_back() {
    let root = Root::new();
    let path = root.path().join(FILES[0]);
    let edit_and_fail = {
        let (path, mut edited) = (path.clone(), false);
        move |_| {
            let swapped = fs::read(&path).unwrap() == new(FILES[0]);
            if edited || !swapped || super::last_step() != "sync directory" {
                return Ok(());
            }
            edited = true;
            fs::write(&path, "an edit").unwrap();
            Err(Errno::IO.into())
        }
    };
    let (result, _) = with_steps(&[], Some(Box::new(edit_and_fail)), || {
        apply(root.path(), true)
    });
    let error = result.unwrap_err();
    assert_eq!(error.class(), Class::RecoveryNeeded, "{error}");
    let text = error.to_string();
    assert!(text.contains("was changed by somebody else"), "{text}");
    assert_eq!(fs::read(&path).unwrap(), b"an edit");
}

#[test]
fn nothing_is_removed_through_a_state_directory_that_somebody_plants() {
    let root = Root::new();
    let elsewhere = Root::new();
    fs::write(elsewhere.path().join("running.json"), "important").unwrap();
    let before = (root.files(), elsewhere.files());
    let plant = {
        let (target, link) = (elsewhere.path().to_path_buf(), root.path().join(STATE));
        move |count| {
            if count == 1 {
                symlink(&target, &link)
            } else {
                Ok(())
            }
        }
    };
    let (result, _) = with_steps(&[], Some(Box::new(plant)), || apply(root.path(), true));
    assert!(result.unwrap_err().to_string().contains("a symbolic link"));
    fs::remove_file(root.path().join(STATE)).unwrap();
    assert_eq!((root.files(), elsewhere.files()), before);
}

/// The order of calls is what a power cut is survived by. Nothing here can cut the power, so a call
/// that is missing or comes too late has to show in the sequence.
#[test]
fn the_sequence_of_calls_is_the_one_that_survives_a_power_cut() {
    let check = |root: &Root, deed, parts: &[&str]| {
        let (result, names) =
            with_steps(&[], None, || perform(root.path(), deed, Interrupt::new()));
        result.unwrap();
        let expected: Vec<&str> = parts.iter().flat_map(|part| part.split(", ")).collect();
        assert_eq!(names, expected, "{deed:?}");
        names.iter().filter(|name| name.starts_with("sync")).count()
    };
    const ANNOUNCED: &str = "create, write, make directory, sync, sync directory";
    const STAGED: &str = "create, write, set mode";
    const BACKUP: &str = "create, write";
    const JOURNAL: &str = "create, write";
    const COMMIT_POINT: &str = "rename, sync directory";
    const SWAPPED: &str = "exchange, exchange, exchange, sync directory, sync directory";
    const CLEANED_UP: &str = "remove, remove, remove, remove";

    let (files, directories) = (3, 2);
    let root = Root::new();
    let without_history = Deed::Apply { history: false };
    let syncs = check(
        &root,
        without_history,
        &[
            "make directory",
            ANNOUNCED,
            "sync directory",
            STAGED,
            STAGED,
            STAGED,
            JOURNAL,
            "sync, sync, sync, sync",
            COMMIT_POINT,
            SWAPPED,
            CLEANED_UP,
            "remove, remove directory, remove directory",
        ],
    );
    assert_eq!(syncs, 1 + 4 + files + directories);

    let with_history = [
        STAGED,
        BACKUP,
        STAGED,
        BACKUP,
        STAGED,
        BACKUP,
        JOURNAL,
        "sync, sync, sync, sync, sync, sync, sync",
        COMMIT_POINT,
        SWAPPED,
        "rename",
        CLEANED_UP,
    ];
    let root = Root::new();
    let first = "make directory, create, write, make directory, make directory, \
                 sync, sync directory, sync directory";
    let syncs = check(
        &root,
        Deed::Apply { history: true },
        &[&[first], &with_history[..]].concat(),
    );
    assert_eq!(syncs, 1 + 4 + 2 * files + directories);

    let syncs = check(
        &root,
        Deed::Revert,
        &[&[ANNOUNCED], &with_history[..]].concat(),
    );
    assert_eq!(syncs, 4 + 2 * files + directories);
}

/// Where names cannot be swapped, the old content has a second name, a durable copy if need be,
/// before the target is replaced.
#[test]
fn the_old_content_is_safe_before_a_plain_rename() {
    for (lacking, second_name) in [
        ("exchange", "link"),
        ("exchange,link", "link, create, write, set mode, sync"),
    ] {
        let root = Root::new();
        let (result, names) = with_steps(&abilities(lacking), None, || apply(root.path(), true));
        result.unwrap();
        let names = names.join(", ");
        let swapped = format!("exchange, {second_name}, rename, rename, ").repeat(FILES.len());
        assert!(names.contains(&swapped), "{lacking}: {names}");
    }
}

/// What stands in the journal or beside a target is what was to be written, or is not used.
#[test]
fn what_does_not_read_back_is_not_used() {
    let damage = |name: &'static str, directory: &'static str| {
        let root = Root::new();
        let before = root.files();
        let directory = root.path().join(directory);
        let act = move |_| {
            // The files of this transaction, and not its note, stand there when they are synced.
            if super::last_step() == "sync" && directory.exists() {
                for entry in fs::read_dir(&directory).unwrap() {
                    let path = entry.unwrap().path();
                    let file = path.file_name().unwrap().to_string_lossy().into_owned();
                    if file.starts_with(name) {
                        fs::write(path, "damaged").unwrap();
                    }
                }
            }
            Ok(())
        };
        let (result, _) = with_steps(&[], Some(Box::new(act)), || apply(root.path(), true));
        let error = result.unwrap_err();
        assert!(matches!(error, Error::ReadBack { .. }), "{name}: {error}");
        assert_eq!(root.files(), before, "{name}");
        check_recovered(&root, Deed::Apply { history: true }, name);
    };
    damage(".state-", "conf");
    damage(".state-", "conf/deep");
    for backup in ["backup-0", "backup-1", "backup-2"] {
        damage(backup, ".state/journal");
    }
}

#[test]
fn many_files_are_not_all_kept_open() {
    let root = Root::new();
    let names: Vec<String> = (0..300).map(|n| format!("conf/{n}")).collect();
    for name in &names {
        fs::write(root.path().join(name), "old").unwrap();
    }
    let (result, steps) = with_steps(&[], None, || {
        let store = Store::open(root.path(), STATE)?;
        let lock = store.lock(PATIENTLY)?;
        let mut transaction = Transaction::begin(&lock, Details::default());
        for name in &names {
            let file = store.read(Path::new(name), LinkPolicy::InsideOnly, LIMIT)?;
            transaction.replace(&file, b"new".to_vec())?;
        }
        transaction.stage()?.prepare()?.commit()
    });
    assert_eq!(result.unwrap().files.len(), 300);
    let count = |steps: &[&str], name| steps.iter().filter(|step| **step == name).count();
    let between = steps.split(|step| *step == "sync");
    assert!(between.map(|steps| count(steps, "create")).max() < Some(150));
    assert_eq!(count(&steps, "create"), 2 + 600);
    assert_eq!(count(&steps, "sync"), 2 + 600);
    for name in &names {
        assert_eq!(fs::read(root.path().join(name)).unwrap(), b"new");
    }
}

/// Rolling back, and rolling forward, are as durable.
#[test]
fn recovery_syncs_before_it_drops_anything() {
    let root = Root::new();
    let fail_to_sync_the_last_directory = {
        let mut directories = 0;
        move |_| {
            let syncs = super::last_step() == "sync directory";
            directories += usize::from(syncs);
            // The state directory, the root, the journal, and then those of the targets.
            if syncs && directories == 5 {
                Err(Errno::IO.into())
            } else {
                Ok(())
            }
        }
    };
    let (result, names) = with_steps(&[], Some(Box::new(fail_to_sync_the_last_directory)), || {
        perform(root.path(), Deed::Apply { history: true }, Interrupt::new())
    });
    assert_eq!(result.unwrap_err().class(), Class::Io);
    let at = names.iter().rposition(|name| *name == "exchange").unwrap();
    assert_eq!(
        names[at + 1..at + 4],
        ["sync directory", "sync directory", "remove"]
    );
}
