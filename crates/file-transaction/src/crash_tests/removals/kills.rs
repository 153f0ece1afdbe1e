//! A run that is killed before each of its steps, and what is found when it is recovered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::{FILES, PATIENTLY, Root, STATE, abilities, new, with_steps};
use super::{DEEDS, Deed, TREES, check_recovered, copy, perform, prepared_for, state, states};
use crate::{Class, Error, Interrupt, Recovery, RecoveryReason, Store, history, recover};

const CHILD: &str = "FILE_TRANSACTION_REMOVALS_CHILD";

/// Not a test of its own: what a process does that is killed at a step.
#[test]
fn child() {
    let Ok(orders) = std::env::var(CHILD) else {
        return;
    };
    let orders: Vec<&str> = orders.splitn(4, ' ').collect();
    let [deed, at, lacking, root] = orders.as_slice() else {
        panic!("{orders:?}")
    };
    let named = |known: &&Deed| format!("{known:?}").replace(' ', "") == *deed;
    let deed = DEEDS.iter().find(named).copied().unwrap_or(Deed::Recover);
    let at: usize = at.parse().unwrap();
    let kill = move |count| {
        if count == at {
            std::process::abort()
        } else {
            Ok(())
        }
    };
    let (result, _) = with_steps(&abilities(lacking), Some(Box::new(kill)), || {
        perform(Path::new(root), deed, Interrupt::new())
    });
    result.unwrap();
}

/// Runs a deed in a process of its own, which dies before its step number `at`. `false` if it has
/// fewer steps.
fn killed(root: &Root, deed: Deed, at: usize, lacking: &str) -> bool {
    let name = format!("{deed:?}").replace(' ', "");
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash_tests::removals::kills::child",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(
            CHILD,
            format!("{name} {at} {lacking} {}", root.path().display()),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("running 1 test"), "{said}");
    use std::os::unix::process::ExitStatusExt as _;
    match output.status.signal() {
        Some(6) => true,
        None if output.status.success() => false,
        _ => panic!(
            "{name} {at}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Kills the deed before each of its steps; recovers, in a copy and in place; and kills the recovery
/// before each of its steps.
fn kill_everywhere(deed: Deed, lacking: &str) {
    let states = states(deed);
    let mut outcomes = [0, 0];
    for at in 1.. {
        let root = prepared_for(deed);
        if !killed(&root, deed, at, lacking) {
            assert!(at > 30, "only {at} steps");
            break;
        }
        for again in 1.. {
            let told =
                format!("{deed:?} lacking {lacking} killed at {at}, recovery killed at {again}");
            let copy = copy(&root);
            let more = killed(&copy, Deed::Recover, again, lacking);
            check_recovered(&copy, deed, &states, &told);
            if !more {
                break;
            }
        }
        let told = format!("{deed:?} lacking {lacking} killed at {at}");
        outcomes[usize::from(check_recovered(&root, deed, &states, &told))] += 1;
    }
    assert!(!outcomes.contains(&0), "all went one way: {outcomes:?}");
}

#[test]
fn a_killed_removal_is_recovered() {
    kill_everywhere(Deed::Remove { history: true }, "-");
}

#[test]
fn a_killed_removal_without_history_is_recovered() {
    kill_everywhere(Deed::Remove { history: false }, "-");
}

#[test]
fn a_killed_removal_is_recovered_where_names_cannot_be_swapped() {
    kill_everywhere(Deed::Remove { history: false }, "exchange");
}

#[test]
fn a_killed_revert_of_a_removal_is_recovered() {
    kill_everywhere(Deed::Revert, "-");
}

#[test]
fn a_killed_revert_of_a_revert_of_a_removal_is_recovered() {
    kill_everywhere(Deed::RevertOfRevert, "-");
}

/// A root whose run was killed as soon as this is so.
fn killed_when(deed: Deed, so: impl Fn(&Path) -> bool) -> Root {
    let roots = (1..).map(|at| {
        let root = prepared_for(deed);
        assert!(killed(&root, deed, at, "-"), "it never is so");
        root
    });
    roots.into_iter().find(|root| so(root.path())).unwrap()
}

fn is_decided(root: &Path) -> bool {
    root.join(STATE).join("journal/manifest.json").exists()
}

fn is_moved(root: &Path) -> bool {
    is_decided(root)
        && TREES
            .iter()
            .all(|tree| root.join(tree).symlink_metadata().is_err())
}

#[test]
fn a_tree_that_changes_between_a_crash_and_its_recovery_stays_where_it_was() {
    for history in [true, false] {
        let deed = Deed::Remove { history };
        for so in [is_decided, is_moved] {
            let root = killed_when(deed, so);
            let store = root.path().join("apps/store");
            let journal = root.path().join(STATE).join("journal/moved-0");
            let now = if store.exists() { &store } else { &journal };
            fs::write(now.join("new"), "an edit").unwrap();
            perform(root.path(), Deed::Recover, Interrupt::new()).unwrap();
            assert_eq!(fs::read(store.join("new")).unwrap(), b"an edit");
            fs::remove_file(store.join("new")).unwrap();
            assert_eq!(state(&root), states(deed)[0]);
        }
    }
}

#[test]
fn what_is_new_between_a_crash_and_its_recovery_stays() {
    let root = killed_when(Deed::Remove { history: true }, is_moved);
    let place = root.path().join("apps/store");
    fs::write(&place, "something new").unwrap();
    perform(root.path(), Deed::Recover, Interrupt::new()).unwrap();
    assert_eq!(fs::read(&place).unwrap(), b"something new");
    fs::remove_file(&place).unwrap();
    let states = states(Deed::Remove { history: true });
    assert!(check_recovered(
        &root,
        Deed::Remove { history: true },
        &states,
        ""
    ));

    // Where only the way back is left, it has to make room.
    let root = killed_when(Deed::Remove { history: true }, is_moved);
    let place = root.path().join("apps/store");
    fs::write(&place, "something new").unwrap();
    let kept = root.path().join(STATE).join("journal/moved-0/index.html");
    fs::write(&kept, "an edit").unwrap();
    let error = perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_err();
    match &error {
        Error::RecoveryNeeded(reason) => match reason.as_ref() {
            RecoveryReason::PlaceTaken { path, .. } => assert!(path.ends_with("apps/store")),
            other => panic!("{other}"),
        },
        other => panic!("{other}"),
    }
    assert_eq!(fs::read(&place).unwrap(), b"something new");
    fs::remove_file(&place).unwrap();
    perform(root.path(), Deed::Recover, Interrupt::new()).unwrap();
    assert_eq!(fs::read(place.join("index.html")).unwrap(), b"an edit");
}

/// What has come back belongs to those who work with it, be the run finished or not.
#[test]
fn what_changes_after_it_has_come_back_stays() {
    let is_back = |root: &Path| is_decided(root) && TREES.iter().all(|tree| exists(root, tree));
    type Change = fn(&Path);
    let changes: [Change; 2] = [
        |store| fs::write(store.join("new"), "theirs").unwrap(),
        |store| {
            fs::remove_dir_all(store).unwrap();
            fs::create_dir(store).unwrap();
            fs::write(store.join("new"), "theirs").unwrap();
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        for to_fail in [false, true] {
            let root = killed_when(Deed::Revert, is_back);
            let store = root.path().join("apps/store");
            change(&store);
            if to_fail {
                // An edit that was swapped out is to come back, and with it everything else.
                let staged = staged_beside(&root.path().join(FILES[2]));
                fs::write(staged, "something else").unwrap();
            }
            let result = perform(root.path(), Deed::Recover, Interrupt::new());
            let theirs = match (to_fail, index) {
                (false, _) => store,
                (true, 0) => {
                    let store = Store::open(root.path(), STATE).unwrap();
                    let entry = history::latest(&store).unwrap().unwrap();
                    entry.kept(0).unwrap().unwrap()
                }
                (true, _) => {
                    let error = result.unwrap_err();
                    assert!(error.to_string().contains("apps/store"), "{error}");
                    assert_eq!(fs::read(store.join("new")).unwrap(), b"theirs");
                    continue;
                }
            };
            result.unwrap();
            assert_eq!(fs::read(theirs.join("new")).unwrap(), b"theirs");
            let file = fs::read(root.path().join(FILES[0])).unwrap();
            assert_eq!(file == new(FILES[0]), to_fail);
        }
    }
}

fn exists(root: &Path, path: &str) -> bool {
    root.join(path).symlink_metadata().is_ok()
}

/// The temporary file beside a target.
fn staged_beside(target: &Path) -> PathBuf {
    let entries = fs::read_dir(target.parent().unwrap()).unwrap();
    let name = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with(STATE)
    };
    entries
        .map(|entry| entry.unwrap().path())
        .find(name)
        .unwrap()
}

#[test]
fn a_journal_that_lost_its_manifest_does_not_take_trees_with_it() {
    let root = killed_when(Deed::Remove { history: true }, is_moved);
    let journal = root.path().join(STATE).join("journal");
    fs::remove_file(journal.join("manifest.json")).unwrap();
    let error = perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_err();
    assert_eq!(error.class(), Class::RecoveryNeeded);
    assert!(error.to_string().contains("journal/moved-"), "{error}");
    assert!(journal.join("moved-0/index.html").exists());
}

#[test]
fn a_journal_that_names_places_of_its_own_is_not_acted_upon() {
    let root = killed_when(Deed::Remove { history: true }, is_decided);
    let path = root.path().join(STATE).join("journal/manifest.json");
    let whole = fs::read_to_string(&path).unwrap();
    for (good, bad) in [
        ("\"inside\": \"apps/store\"", "\"inside\": \".state\""),
        (
            "\"inside\": \"apps/store\"",
            "\"inside\": \".state/running.json\"",
        ),
        ("\"inside\": \"apps/store\"", "\"inside\": \"\""),
        ("\"inside\": \"apps/store\"", "\"inside\": \"../x\""),
        ("\"inside\": \"apps/store\"", "\"outside\": \"/\""),
        ("\"relative\": \"apps/store\"", "\"relative\": \"/etc\""),
        ("\"version\": 2", "\"version\": 1"),
        ("\"version\": 2", "\"version\": 3"),
    ] {
        let bad = whole.replace(good, bad);
        assert_ne!(bad, whole);
        fs::write(&path, &bad).unwrap();
        let error = perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_err();
        assert_eq!(error.class(), Class::RecoveryNeeded, "{bad}");
        assert!(error.to_string().contains("is damaged"), "{error}");
    }
    fs::write(&path, whole).unwrap();
    let deed = Deed::Remove { history: true };
    check_recovered(&root, deed, &states(deed), "the journal as it was");
}

/// Half of a tree must never look like a backup, or be told to have been rolled back.
#[test]
fn a_deletion_that_was_cut_off_is_finished_and_told_as_done() {
    let deed = Deed::Remove { history: false };
    let half = |root: &Path| {
        let kept = root.join(STATE).join("journal/moved-0");
        kept.exists() && !kept.join("index.html").exists()
            || kept.exists() && !kept.join("WEB-INF/web.xml").exists()
    };
    let root = killed_when(deed, half);
    let store = Store::open(root.path(), STATE).unwrap();
    let pending = recover::pending(&store).unwrap().unwrap();
    assert!(pending.id.is_some() && pending.started.is_some());
    let lock = store.lock(PATIENTLY).unwrap();
    assert!(history::prune(&lock, 0).is_err(), "something is pending");
    match recover::recover(&lock).unwrap() {
        Recovery::RolledForward(run) => assert_eq!((run.replaced, run.moved), (0, 0)),
        other => panic!("{other:?}"),
    }
    drop(lock);
    assert!(check_recovered(&root, deed, &states(deed), "deleted"));
}
