//! One run at a time, and a state directory that nobody else has prepared.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use file_transaction::{Class, Error, Interrupt, Store, Wait};

use crate::root::{Root, STATE, is_root};

#[test]
fn a_lock_is_one_through_any_path_and_writes_nothing() {
    let root = Root::with(&["a"]);
    let parent = Root::with(&[]);
    symlink(root.path(), parent.at("link")).unwrap();
    let before = root.tree();
    let lock = root.lock();
    for path in [root.path().to_path_buf(), parent.at("link")] {
        let store = Store::open(&path, STATE).unwrap();
        let error = store.lock(Wait::No).unwrap_err();
        assert_eq!(error.class(), Class::Locked);
        match &error {
            Error::Locked {
                holder: Some(holder),
                ..
            } => assert_eq!(holder.pid, std::process::id()),
            other => panic!("{other:?}"),
        }
        assert!(
            error
                .to_string()
                .contains(&format!("pid {}", std::process::id())),
            "{error}"
        );
        assert!(error.to_string().contains(" since "), "{error}");
    }
    drop(lock);
    root.lock();
    assert_eq!(root.tree(), before);
}

#[test]
fn a_run_at_work_says_who_it_is() {
    let root = Root::with(&["a"]);
    let lock = root.lock();
    let staged = root.begin(&lock, &["a"], "new").unwrap().stage().unwrap();
    match root.store().lock(Wait::No).unwrap_err() {
        Error::Locked {
            holder: Some(holder),
            ..
        } => {
            assert_eq!(holder.pid, std::process::id());
            assert!(
                holder.since.is_some() && holder.host.is_some(),
                "{holder:?}"
            );
        }
        other => panic!("{other}"),
    }
    // To a reader this is not something to recover: the run is alive.
    assert_eq!(
        file_transaction::recover::pending(&root.store()).unwrap(),
        None
    );
    drop(staged);
}

#[test]
fn waiting_ends_when_the_lock_is_free_or_a_signal_comes() {
    let root = Root::with(&["a"]);
    let lock = root.lock();
    let long = Wait::For(Duration::from_secs(600));
    let waiting = {
        let store = root.store();
        std::thread::spawn(move || store.lock(long).map(drop))
    };
    drop(lock);
    waiting.join().unwrap().unwrap();

    let _lock = root.lock();
    let interrupt = Interrupt::new();
    let store = root.store().with_interrupt(interrupt.clone());
    let waiting = std::thread::spawn(move || store.lock(long).map(drop));
    interrupt.raise(15);
    let error = waiting.join().unwrap().unwrap_err();
    assert_eq!(error.class(), Class::Interrupted(15));
}

#[test]
fn a_state_directory_that_is_not_ours_is_not_used() {
    let check = |prepare: &dyn Fn(&Root), told: &str| {
        let root = Root::with(&["a"]);
        prepare(&root);
        let before = root.tree();
        let error = Store::open(root.path(), STATE).unwrap_err();
        assert_eq!(error.class(), Class::NotAcceptable);
        let text = error.to_string();
        assert!(text.contains(told) && text.contains(STATE), "{text}");
        assert_eq!(root.tree(), before);
    };
    let elsewhere = Root::with(&[]);
    check(
        &|root| symlink(elsewhere.path(), root.at(STATE)).unwrap(),
        "a symbolic link",
    );
    check(&|root| root.write(STATE, ""), "a file");
    check(
        &|root| {
            fs::create_dir(root.at(STATE)).unwrap();
            fs::set_permissions(root.at(STATE), fs::Permissions::from_mode(0o750)).unwrap();
        },
        "0750",
    );
    if is_root() {
        check(
            &|root| {
                fs::create_dir(root.at(STATE)).unwrap();
                fs::set_permissions(root.at(STATE), fs::Permissions::from_mode(0o700)).unwrap();
                std::os::unix::fs::chown(root.at(STATE), Some(1234), None).unwrap();
            },
            "user 1234",
        );
    }
    assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
}

#[test]
fn a_state_directory_that_is_planted_after_opening_is_not_used_either() {
    let root = Root::with(&["a"]);
    let elsewhere = Root::with(&[]);
    let store = root.store();
    let lock = store.lock(Wait::No).unwrap();
    let transaction = root.begin(&lock, &["a"], "new").unwrap();
    symlink(elsewhere.path(), root.at(STATE)).unwrap();
    let error = transaction.stage().unwrap_err();
    assert!(matches!(error, Error::StateDirectory { .. }), "{error}");
    assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
    assert!(matches!(store.lock(Wait::No), Err(Error::Locked { .. })));
}
