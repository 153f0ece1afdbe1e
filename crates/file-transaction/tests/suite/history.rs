//! What is remembered, and the way back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use file_transaction::history::{self, History};
use file_transaction::{
    Class, Digest, Error, LinkPolicy, Manifest, Receipt, Recovery, Store, recover, rollback,
};

use crate::root::{LIMIT, Root, STATE, details};

const FILES: [&str; 3] = ["a", "conf/b", "conf/c"];

fn revert(root: &Root, id: &str) -> Result<Option<Receipt>, Error> {
    let lock = root.lock();
    let entry = history::read(lock.store(), id)?;
    let plan = rollback::plan(lock.store(), entry, LinkPolicy::InsideOnly, LIMIT)?;
    if plan.is_already_so() {
        return Ok(None);
    }
    let transaction = plan.begin(&lock, details())?;
    transaction.stage()?.prepare()?.commit().map(Some)
}

fn list(root: &Root) -> History {
    history::list(&root.store()).unwrap()
}

fn texts(root: &Root) -> [String; 3] {
    FILES.map(|file| root.text(file))
}

#[test]
fn a_transaction_is_remembered() {
    let root = Root::with(&FILES);
    let first = root.replace(&FILES, "first").unwrap();
    let second = root.replace(&["conf/b"], "second").unwrap();
    let history = list(&root);
    let ids: Vec<_> = history
        .entries
        .iter()
        .map(|entry| entry.id().clone())
        .collect();
    assert_eq!(ids, [second.id, first.id.clone()]);
    assert!(history.damaged.is_empty());

    let entry = history::read(&root.store(), first.id.as_str()).unwrap();
    let manifest = entry.manifest();
    assert_eq!((&manifest.id, &manifest.details), (&first.id, &details()));
    assert_eq!(manifest.reverts, None);
    for (index, file) in manifest.files.iter().enumerate() {
        assert_eq!(file.relative.to_str(), Some(FILES[index]));
        assert_eq!(file.before, first.files[index].before);
        let backup = entry.backup(index).unwrap().unwrap();
        assert_eq!(
            backup,
            format!("content of {}\n", FILES[index]).into_bytes()
        );
    }
    assert_eq!(entry.backup(3).unwrap(), None);
}

#[test]
fn a_revert_can_be_reverted() {
    let root = Root::with(&FILES);
    let old = texts(&root);
    let first = root.replace(&FILES, "new").unwrap();
    let back = revert(&root, first.id.as_str()).unwrap().unwrap();
    assert_eq!(texts(&root), old);
    let forth = revert(&root, back.id.as_str()).unwrap().unwrap();
    assert_eq!(texts(&root), ["new", "new", "new"]);
    revert(&root, forth.id.as_str()).unwrap().unwrap();
    assert_eq!(texts(&root), old);
    let entry = history::read(&root.store(), back.id.as_str()).unwrap();
    assert_eq!(entry.manifest().reverts, Some(first.id));
    assert_eq!(list(&root).entries.len(), 4);
}

#[test]
fn what_is_taken_back_already_is_said_to_be() {
    let root = Root::with(&FILES);
    let receipt = root.replace(&FILES, "new").unwrap();
    revert(&root, receipt.id.as_str()).unwrap().unwrap();
    let before = root.tree();
    assert_eq!(revert(&root, receipt.id.as_str()).unwrap(), None);
    assert_eq!(root.tree(), before);
}

#[test]
fn drift_names_every_file_and_stops_the_revert() {
    let root = Root::with(&FILES);
    let receipt = root.replace(&FILES, "new").unwrap();
    root.write("conf/b", "edited");
    fs::remove_file(root.at("conf/c")).unwrap();
    let before = root.tree();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert_eq!(error.class(), Class::Conflict);
    match &error {
        Error::Drift { files } => {
            let names: Vec<_> = files
                .iter()
                .map(|file| file.relative.to_str().unwrap())
                .collect();
            assert_eq!(names, ["conf/b", "conf/c"]);
            assert_eq!(files[0].expected, receipt.files[1].after);
            assert!(files[0].actual.is_some() && files[1].actual.is_none());
        }
        other => panic!("{other}"),
    }
    let (planned, edited) = (receipt.files[1].after, Digest::of(b"edited"));
    assert_eq!(
        error.to_string(),
        format!(
            "changed since: conf/b (expected {planned}, found {edited}); \
             conf/c (expected {planned}, found something else)"
        )
    );
    assert_eq!(root.tree(), before);
}

#[test]
fn a_file_that_is_another_one_now_is_drift() {
    let root = Root::with(&FILES);
    let receipt = root.replace(&FILES, "new").unwrap();
    fs::rename(root.at("a"), root.at("moved")).unwrap();
    std::os::unix::fs::symlink("moved", root.at("a")).unwrap();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert!(
        matches!(&error, Error::Drift { files } if files.len() == 1),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_no_drift() {
    let root = Root::with(&["a"]);
    let receipt = root.replace(&["a"], "new").unwrap();
    fs::remove_file(root.at("a")).unwrap();
    std::os::unix::fs::symlink("x".repeat(300), root.at("a")).unwrap();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert_eq!(error.class(), Class::Io, "{error}");
}

#[test]
fn a_plan_shows_what_it_would_do() {
    let root = Root::with(&FILES);
    let receipt = root.replace(&FILES, "new").unwrap();
    let store = root.store();
    let entry = history::read(&store, receipt.id.as_str()).unwrap();
    let plan = rollback::plan(&store, entry, LinkPolicy::InsideOnly, LIMIT).unwrap();
    assert_eq!(plan.entry().id(), &receipt.id);
    let changes: Vec<_> = plan
        .changes()
        .map(|(now, then)| (now.bytes().to_vec(), String::from_utf8_lossy(then).into()))
        .collect();
    let expected = FILES.map(|file| (b"new".to_vec(), format!("content of {file}\n")));
    assert_eq!(changes, expected);
}

#[test]
fn a_revert_needs_the_same_leave_to_follow_links() {
    let root = Root::with(&[]);
    let outside = Root::with(&["a"]);
    std::os::unix::fs::symlink(outside.at("a"), root.at("a")).unwrap();
    let receipt = root.replace(&["a"], "new").unwrap();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert!(matches!(error, Error::LeavesRoot { .. }), "{error}");
}

#[test]
fn a_damaged_backup_is_never_written_back() {
    let root = Root::with(&FILES);
    let receipt = root.replace(&FILES, "new").unwrap();
    let backup = root
        .at(STATE)
        .join("transactions")
        .join(receipt.id.as_str())
        .join("backup-1");
    fs::write(&backup, "tampered with").unwrap();
    let before = root.tree();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert_eq!(error.class(), Class::Conflict);
    assert!(
        matches!(&error, Error::BadBackup { path, .. } if *path == backup.canonicalize().unwrap()),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains(&receipt.files[1].before.to_string()),
        "{error}"
    );
    fs::remove_file(&backup).unwrap();
    let error = revert(&root, receipt.id.as_str()).unwrap_err();
    assert!(
        matches!(error, Error::BadBackup { actual: None, .. }),
        "{error}"
    );
    assert_eq!(texts(&root), ["new", "new", "new"]);
    assert_ne!(root.tree(), before);
}

#[test]
fn a_damaged_entry_does_not_hide_the_others() {
    let root = Root::with(&FILES);
    let first = root.replace(&FILES, "first").unwrap();
    let second = root.replace(&FILES, "second").unwrap();
    let transactions = root.at(STATE).join("transactions");
    let manifest = transactions.join(second.id.as_str()).join("manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    for bad in [
        String::new(),
        whole.replace("\"version\": 1", "\"version\": 2"),
        whole.replace("\"history\"", "\"surprise\""),
        whole.replace("\"relative\": \"a\"", "\"relative\": \"../a\""),
        whole.replace("\"inside\": \"a\"", "\"inside\": \"/a\""),
        whole.replace("\"inside\": \"a\"", "\"outside\": \"a\""),
        whole.replace(second.id.as_str(), first.id.as_str()),
    ] {
        assert_ne!(bad, whole);
        fs::write(&manifest, &bad).unwrap();
        let history = list(&root);
        assert_eq!(history.entries.len(), 1, "{bad}");
        assert_eq!(history.entries[0].id(), &first.id);
        assert!(
            matches!(history.damaged.as_slice(), [Error::DamagedEntry { .. }]),
            "{bad}"
        );
        let error = revert(&root, second.id.as_str()).unwrap_err();
        assert_eq!(error.class(), Class::Conflict, "{error}");
    }
    assert!(Manifest::parse(whole.as_bytes()).is_ok());
    assert_eq!(texts(&root), ["second", "second", "second"]);
}

#[test]
fn a_name_may_be_shortened_as_long_as_it_is_clear() {
    let root = Root::with(&["a"]);
    let first = root.replace(&["a"], "first").unwrap();
    root.replace(&["a"], "second").unwrap();
    let read = |id: &str| history::read(&root.store(), id);
    assert_eq!(read(&first.id.as_str()[..24]).unwrap().id(), &first.id);
    assert!(
        matches!(read("2"), Err(Error::AmbiguousTransaction { candidates, .. }) if candidates.len() == 2)
    );
    for unknown in ["", "3", "../../a"] {
        let error = read(unknown).unwrap_err();
        assert!(
            matches!(error, Error::NoSuchTransaction { .. }),
            "{unknown}: {error}"
        );
        assert_eq!(error.class(), Class::Usage);
    }
}

#[test]
fn a_later_transaction_sorts_later_even_if_the_clock_was_set_back() {
    const LATER: &str = "20990101T000000.000Z-0000";
    let root = Root::with(&["a"]);
    let first = root.replace(&["a"], "first").unwrap();
    let transactions = root.at(STATE).join("transactions");
    let manifest = transactions.join(first.id.as_str()).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace(first.id.as_str(), LATER)).unwrap();
    fs::rename(
        transactions.join(first.id.as_str()),
        transactions.join(LATER),
    )
    .unwrap();
    let second = root.replace(&["a"], "second").unwrap();
    assert!(second.id.as_str() > LATER, "{}", second.id);
    assert_eq!(list(&root).entries[0].id(), &second.id);
}

#[test]
fn pruning_keeps_the_newest() {
    let root = Root::with(&["a"]);
    let ids: Vec<_> = (0..5)
        .map(|n| root.replace(&["a"], &n.to_string()).unwrap().id)
        .collect();
    let prune = |keep| history::prune(&root.lock(), keep).unwrap();
    let before = root.tree();
    assert_eq!(prune(5), []);
    assert_eq!(root.tree(), before);
    assert_eq!(prune(2), ids[..3]);
    assert_eq!(list(&root).entries[1].id(), &ids[3]);
    // An entry whose removal was cut off is none, and goes with the next pruning.
    let cut_off = root.at(STATE).join("transactions").join(ids[3].as_str());
    fs::remove_file(cut_off.join("manifest.json")).unwrap();
    assert_eq!(list(&root).entries.len(), 1);
    assert_eq!(prune(1), []);
    assert!(!cut_off.exists());
    assert_eq!(prune(0), ids[4..]);
    assert!(!root.at(STATE).exists());
    assert_eq!(prune(0), []);
}

#[test]
fn without_history_the_earlier_one_is_left_alone() {
    let root = Root::with(&["a"]);
    root.replace(&["a"], "first").unwrap();
    let lock = root.lock();
    let transaction = root
        .begin(&lock, &["a"], "second")
        .unwrap()
        .keep_history(false);
    let receipt = transaction
        .stage()
        .unwrap()
        .prepare()
        .unwrap()
        .commit()
        .unwrap();
    assert!(!receipt.history);
    assert_eq!(list(&root).entries.len(), 1);
    assert_eq!(root.text("a"), "second");
}

#[test]
fn nothing_is_remembered_where_nothing_was_written() {
    let root = Root::with(&["a"]);
    assert!(list(&root).entries.is_empty());
    assert!(history::latest(&root.store()).unwrap().is_none());
    assert_eq!(root.tree().len(), 1);
}

/// Contents may hold passwords, whether they are shown as text or as numbers.
#[test]
fn no_debug_output_shows_content() {
    let root = Root::with(&["a"]);
    root.replace(&["a"], "first").unwrap();
    let lock = root.lock();
    let entry = history::latest(lock.store()).unwrap().unwrap();
    let revert = rollback::plan(lock.store(), entry, LinkPolicy::InsideOnly, LIMIT).unwrap();
    let snapshot = root.read("a").unwrap();
    let mut shown = format!("{revert:?} {snapshot:?}");
    let transaction = revert.begin(&lock, details()).unwrap();
    shown += &format!("{transaction:?}");
    let staged = transaction.stage().unwrap();
    shown += &format!("{staged:?}");
    shown += &format!("{:?}", staged.prepare().unwrap());
    for content in [&b"first"[..], b"content of"] {
        let text = String::from_utf8_lossy(content);
        let numbers = format!("{content:?}");
        let numbers = numbers.trim_matches(['[', ']']);
        assert!(!shown.contains(&*text), "{shown}");
        assert!(!shown.contains(numbers), "{shown}");
    }
    assert!(shown.contains("relative"), "{shown}");
}

#[test]
fn a_history_that_cannot_be_listed_is_not_an_empty_one() {
    let root = Root::with(&["a"]);
    root.replace(&["a"], "new").unwrap();
    fs::remove_dir_all(root.at(STATE).join("transactions")).unwrap();
    root.write(format!("{STATE}/transactions"), "no directory");
    let (store, lock) = (root.store(), root.lock());
    for error in [
        history::list(&store).unwrap_err(),
        history::latest(&store).unwrap_err(),
        history::prune(&lock, 0).unwrap_err(),
        recover::pending(&store).unwrap_err(),
        recover::recover(&lock).unwrap_err(),
    ] {
        assert_eq!(error.class(), Class::Io, "{error}");
        assert!(error.to_string().starts_with("list "), "{error}");
    }
}

#[test]
fn where_there_is_no_root_any_more_there_is_no_telling() {
    let parent = Root::with(&["root/a"]);
    let store = Store::open(&parent.at("root"), STATE).unwrap();
    fs::remove_dir_all(parent.at("root")).unwrap();
    parent.write("root", "no directory");
    let error = history::list(&store).unwrap_err();
    assert_eq!(error.class(), Class::Io, "{error}");
}

#[test]
fn an_empty_state_directory_is_no_history() {
    let root = Root::with(&["a"]);
    fs::create_dir(root.at(STATE)).unwrap();
    fs::set_permissions(root.at(STATE), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(list(&root).entries.is_empty());
    assert_eq!(recover::pending(&root.store()).unwrap(), None);
    let recovery = recover::recover(&root.lock()).unwrap();
    assert!(matches!(recovery, Recovery::RolledBack(_)), "{recovery:?}");
    assert!(!root.at(STATE).exists());
}
