//! A run that is killed before each of its steps. That needs a process that can die: the test
//! binary runs itself with [`child`] as its only test.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::io::Errno;

use super::{
    Deed, FILES, LIMIT, PATIENTLY, Root, STATE, abilities, apply, check_recovered, new, old,
    perform, prepared_for, with_steps,
};
use crate::{Class, Details, Interrupt, LinkPolicy, Recovery, Store, Transaction, recover};

const CHILD: &str = "FILE_TRANSACTION_CHILD";

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
    let deed = match *deed {
        "apply" => Deed::Apply { history: true },
        "apply-without-history" => Deed::Apply { history: false },
        "revert" => Deed::Revert,
        _ => Deed::Recover,
    };
    let at: usize = at.parse().unwrap();
    let kill = move |count| {
        if count == at {
            std::process::abort()
        } else {
            Ok(())
        }
    };
    let lacking = abilities(lacking);
    let (result, _) = with_steps(&lacking, Some(Box::new(kill)), || {
        perform(Path::new(root), deed, Interrupt::new())
    });
    result.unwrap();
}

/// Runs a deed in a process of its own, which dies before its step number `at`. `false` if it has
/// fewer steps.
fn killed(root: &Root, deed: Deed, at: usize, lacking: &str) -> bool {
    let deed = match deed {
        Deed::Apply { history: true } => "apply",
        Deed::Apply { history: false } => "apply-without-history",
        Deed::Revert => "revert",
        Deed::Recover => "recover",
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash_tests::kills::child",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(
            CHILD,
            format!("{deed} {at} {lacking} {}", root.path().display()),
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
            "{deed} {at}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Kills the deed before each of its steps; recovers; and kills the recovery before each of its
/// steps.
fn kill_everywhere(deed: Deed, lacking: &str) {
    let mut outcomes = [0, 0];
    for at in 1.. {
        let root = prepared_for(deed);
        if !killed(&root, deed, at, lacking) {
            assert!(at > 20, "only {at} steps");
            break;
        }
        root.which_are_new(&format!("{deed:?} killed at {at}"));
        for again in 1.. {
            let told =
                format!("{deed:?} lacking {lacking} killed at {at}, recovery killed at {again}");
            let copy = root.copy();
            let more = killed(&copy, Deed::Recover, again, lacking);
            copy.which_are_new(&told);
            check_recovered(&copy, deed, &told);
            if !more {
                outcomes[usize::from(copy.all_new(&told))] += 1;
                break;
            }
        }
    }
    assert!(!outcomes.contains(&0), "all went one way: {outcomes:?}");
}

#[test]
fn a_killed_transaction_is_recovered() {
    kill_everywhere(Deed::Apply { history: true }, "-");
}

#[test]
fn a_killed_transaction_without_history_is_recovered() {
    kill_everywhere(Deed::Apply { history: false }, "-");
}

#[test]
fn a_killed_transaction_is_recovered_where_names_cannot_be_swapped() {
    kill_everywhere(Deed::Apply { history: true }, "exchange");
    kill_everywhere(Deed::Apply { history: false }, "exchange,link");
}

#[test]
fn a_killed_revert_is_recovered() {
    kill_everywhere(Deed::Revert, "-");
}

/// A root whose run was killed as soon as so many of its files were swapped in.
fn killed_with_new(count: usize) -> Root {
    let roots = (1..).map(|at| {
        let root = Root::new();
        assert!(killed(&root, Deed::Apply { history: true }, at, "-"));
        root
    });
    let new = |root: &Root| root.which_are_new("").iter().filter(|new| **new).count();
    roots.into_iter().find(|root| new(root) == count).unwrap()
}

/// A root whose run was killed when all files were swapped in and nothing had been cleaned up.
fn killed_when_swapped() -> Root {
    killed_with_new(FILES.len())
}

#[test]
fn a_recovery_says_how_many_files_it_replaced() {
    let recovered = |root: &Root, fail: bool| {
        let fail_once = {
            let mut fail = fail;
            move |_| match fail && super::last_step() == "exchange" {
                true => {
                    fail = false;
                    Err(Errno::IO.into())
                }
                false => Ok(()),
            }
        };
        let store = Store::open(root.path(), STATE).unwrap();
        let lock = store.lock(PATIENTLY).unwrap();
        let (result, _) = with_steps(&[], Some(Box::new(fail_once)), || recover::recover(&lock));
        match result.unwrap() {
            Recovery::RolledForward(run) => (true, run.replaced),
            Recovery::RolledBack(run) => (false, run.replaced),
            Recovery::Nothing => panic!("nothing was recovered"),
        }
    };
    let root = killed_with_new(2);
    assert_eq!(recovered(&root.copy(), false), (true, 1));
    assert_eq!(recovered(&root.copy(), true), (false, 2));
    // What was to be swapped in last is gone, so that the way is back from the start.
    let copy = root.copy();
    for entry in fs::read_dir(copy.path().join("conf/deep")).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with(FILES[2]) {
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(recovered(&copy, false), (false, 2));
    assert_eq!(recovered(&killed_when_swapped(), false), (true, 0));
}

#[test]
fn nothing_is_staged_before_an_interrupted_run_is_recovered() {
    let root = killed_when_swapped();
    let store = Store::open(root.path(), STATE).unwrap();
    let lock = store.lock(PATIENTLY).unwrap();
    let file = store
        .read(FILES[0].as_ref(), LinkPolicy::InsideOnly, LIMIT)
        .unwrap();
    let mut transaction = Transaction::begin(&lock, Details::default());
    transaction.replace(&file, b"another".to_vec()).unwrap();
    let before = root.files();
    assert_eq!(
        transaction.stage().unwrap_err().class(),
        Class::RecoveryNeeded
    );
    assert_eq!(root.files(), before);
}

#[test]
fn a_damaged_journal_is_not_acted_upon() {
    let root = killed_when_swapped();
    let journal = root.path().join(STATE).join("journal/manifest.json");
    let whole = fs::read_to_string(&journal).unwrap();
    let staged = format!("\"staged\": \"{STATE}-");
    let id = crate::Manifest::parse(whole.as_bytes()).unwrap().id;
    let temporary = format!("{STATE}-{id}-");
    for bad in [
        whole.replace(&temporary, &format!("{temporary}/../")),
        whole[..whole.len() / 2].to_owned(),
        whole.replace(&staged, "\"staged\": \"important-"),
        whole.replace(&staged, &format!("\"staged\": \"../{STATE}-")),
    ] {
        assert_ne!(bad, whole);
        fs::write(&journal, bad).unwrap();
        let before = root.files();
        let error = perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_err();
        assert_eq!(error.class(), Class::RecoveryNeeded);
        assert!(
            error.to_string().contains("manifest.json is damaged"),
            "{error}"
        );
        assert_eq!(root.files(), before);
    }
    fs::write(&journal, whole).unwrap();
    check_recovered(
        &root,
        Deed::Apply { history: true },
        "the journal as it was",
    );
}

#[test]
fn a_file_that_is_neither_old_nor_new_stops_the_recovery() {
    let root = killed_when_swapped();
    let edited = root.path().join(FILES[1]);
    fs::write(&edited, "an edit").unwrap();
    let before = root.files();
    let store = Store::open(root.path(), STATE).unwrap();
    assert!(recover::pending(&store).unwrap().is_some());
    let error = apply(root.path(), true).unwrap_err();
    assert_eq!(error.class(), Class::RecoveryNeeded);
    let text = error.to_string();
    for part in [
        "conf/two.xml".to_owned(),
        crate::Digest::of(&old(FILES[1])).to_string(),
        crate::Digest::of(&new(FILES[1])).to_string(),
    ] {
        assert!(text.contains(&part), "{part} is not in {text}");
    }
    assert_eq!(root.files(), before);

    // As the message says: put one of the two back.
    fs::write(&edited, old(FILES[1])).unwrap();
    perform(root.path(), Deed::Recover, Interrupt::new()).unwrap();
    assert!(!root.all_new("the old content put back"));
}

/// The journal of a run that was killed may not be durable yet, and has to be before any file
/// follows it.
#[test]
fn recovery_makes_the_journal_durable_before_it_swaps_anything() {
    let names = (1..).find_map(|at| {
        let root = Root::new();
        assert!(killed(&root, Deed::Apply { history: true }, at, "-"));
        let (result, names) = with_steps(&[], None, || {
            perform(root.path(), Deed::Recover, Interrupt::new())
        });
        result.unwrap();
        names.contains(&"exchange").then_some(names)
    });
    assert_eq!(names.unwrap()[..2], ["sync directory", "exchange"]);
}
