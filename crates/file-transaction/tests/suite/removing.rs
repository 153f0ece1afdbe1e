//! What is taken away, where it is kept, and how it comes back.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use file_transaction::history::{self, Entry};
use file_transaction::{
    Class, Error, FileKind, LinkPolicy, Lock, Manifest, Receipt, Transaction, TreeProblem, rollback,
};

use crate::root::{LIMIT, Root, STATE, details, is_root};

/// A root with a directory `apps/store`, and files `a` and `conf/b`.
pub(crate) fn with_store() -> Root {
    let root = Root::with(&[
        "a",
        "conf/b",
        "apps/store/index.html",
        "apps/store/WEB-INF/web.xml",
    ]);
    symlink("../../a", root.at("apps/store/link")).unwrap();
    fs::set_permissions(
        root.at("apps/store/WEB-INF"),
        Permissions::from_mode(0o2750),
    )
    .unwrap();
    fs::set_permissions(
        root.at("apps/store/index.html"),
        Permissions::from_mode(0o604),
    )
    .unwrap();
    root
}

pub(crate) fn begin<'lock>(lock: &'lock Lock, paths: &[&str]) -> Result<Transaction<'lock>, Error> {
    let mut transaction = Transaction::begin(lock, details());
    for path in paths {
        transaction.remove(Path::new(path), LinkPolicy::FollowOutside)?;
    }
    Ok(transaction)
}

fn commit(transaction: Transaction<'_>) -> Result<Receipt, Error> {
    transaction.stage()?.prepare()?.commit()
}

fn remove(root: &Root, paths: &[&str]) -> Receipt {
    let lock = root.lock();
    commit(begin(&lock, paths).unwrap()).unwrap()
}

fn remove_for_good(root: &Root, paths: &[&str]) -> Receipt {
    let lock = root.lock();
    commit(begin(&lock, paths).unwrap().keep_history(false)).unwrap()
}

fn entry(root: &Root, receipt: &Receipt) -> Entry {
    history::read(&root.store(), receipt.id.as_str()).unwrap()
}

/// `None` if everything is as before already.
fn revert(root: &Root, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
    let lock = root.lock();
    let plan = rollback::plan(
        lock.store(),
        entry(root, receipt),
        LinkPolicy::FollowOutside,
        LIMIT,
    )?;
    if plan.is_already_so() {
        return Ok(None);
    }
    commit(plan.begin(&lock, details())?).map(Some)
}

/// Everything but the state directory; of directories not the time, which a move changes where it
/// begins and ends.
fn tree(root: &Root) -> BTreeMap<PathBuf, String> {
    let mut tree = BTreeMap::new();
    for (path, told) in root.tree() {
        if path.starts_with(root.at(STATE)) {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let told = match meta.is_dir() {
            true => format!("{} {:o} {}", meta.ino(), meta.mode(), meta.uid()),
            false => told,
        };
        tree.insert(path, told);
    }
    tree
}

fn drift(error: Error) -> (Vec<(PathBuf, TreeProblem)>, usize) {
    assert_eq!(error.class(), Class::Conflict);
    match error {
        Error::TreeDrift { trees, files } => {
            let trees = trees.into_iter().map(|tree| (tree.relative, tree.problem));
            (trees.collect(), files.len())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_removed_comes_back_as_it_was() {
    let root = with_store();
    let before = tree(&root);
    let lock = root.lock();
    let mut transaction = root.begin(&lock, &["a", "conf/b"], "new").unwrap();
    let links = LinkPolicy::InsideOnly;
    assert!(transaction.remove(Path::new("apps/store"), links).unwrap());
    let receipt = commit(transaction).unwrap();
    drop(lock);
    assert_eq!(receipt.files.len(), 2);
    let removed = &receipt.removed[0];
    assert_eq!(removed.relative, Path::new("apps/store"));
    assert_eq!(removed.tree.kind, FileKind::Directory);
    assert_eq!((removed.tree.directories, removed.tree.files), (1, 3));
    assert!(!root.at("apps/store").exists());
    assert_eq!(root.text("a"), "new");

    let entry = entry(&root, &receipt);
    assert_eq!(entry.manifest().removed[0].tree, removed.tree);
    let kept = entry.kept(0).unwrap().unwrap();
    assert_eq!(
        fs::read_to_string(kept.join("WEB-INF/web.xml")).unwrap(),
        "content of apps/store/WEB-INF/web.xml\n"
    );
    assert_eq!(entry.kept(1).unwrap(), None);
    let state = fs::metadata(root.at(STATE)).unwrap().permissions().mode();
    assert_eq!(state & 0o777, 0o700);

    let back = revert(&root, &receipt).unwrap().unwrap();
    let edited: Vec<_> = back
        .files
        .iter()
        .map(|file| root.at(&file.relative))
        .collect();
    let others = |tree: BTreeMap<PathBuf, String>| -> Vec<_> {
        let tree = tree.into_iter();
        tree.filter(|(path, _)| !edited.contains(path)).collect()
    };
    assert_eq!(others(tree(&root)), others(before));
    assert_eq!(root.text("a"), "content of a\n");
    assert_eq!(back.restored[0].relative, Path::new("apps/store"));
    assert_eq!(back.restored[0].tree, removed.tree);
    assert_eq!(entry.kept(0).unwrap(), None);
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let root = with_store();
    remove(&root, &["apps/store", "conf/b"]);
    let before = root.tree();
    let lock = root.lock();
    let mut transaction = Transaction::begin(&lock, details());
    for path in ["apps/store", "apps/store/WEB-INF", "conf/b", "a/no/such"] {
        let removed = transaction.remove(Path::new(path), LinkPolicy::InsideOnly);
        assert!(!removed.unwrap(), "{path}");
    }
    assert!(transaction.is_empty());
    assert!(matches!(transaction.stage(), Err(Error::Empty)));
    assert_eq!(root.tree(), before);
}

#[test]
fn a_revert_can_be_reverted_as_often_as_one_likes() {
    let root = with_store();
    let before = tree(&root);
    let first = remove(&root, &["apps/store", "conf/b"]);
    let without = tree(&root);
    let mut last = first.clone();
    for round in 0..4 {
        last = revert(&root, &last).unwrap().unwrap();
        let (expected, moved) = match round % 2 {
            0 => (&before, &last.restored),
            _ => (&without, &last.removed),
        };
        assert_eq!(tree(&root), *expected, "{round}");
        assert_eq!(moved.len(), 2, "{round}");
    }
    // The first one's folders are in the entry of the last one by now, and are found there.
    assert_eq!(entry(&root, &first).kept(0).unwrap(), None);
    revert(&root, &first).unwrap().unwrap();
    assert_eq!(tree(&root), before);
    // And now it is so already, whichever is taken back.
    let all = root.tree();
    assert_eq!(revert(&root, &first).unwrap(), None);
    assert_eq!(revert(&root, &last).unwrap(), None);
    assert_eq!(root.tree(), all);
    assert_eq!(history::list(&root.store()).unwrap().entries.len(), 6);
}

#[test]
fn a_revert_that_was_taken_back_is_said_to_be() {
    let root = with_store();
    let first = remove(&root, &["apps/store"]);
    let back = revert(&root, &first).unwrap().unwrap();
    revert(&root, &back).unwrap().unwrap();
    let before = root.tree();
    assert_eq!(revert(&root, &back).unwrap(), None);
    assert_eq!(root.tree(), before);
}

#[test]
fn something_new_in_its_place_stops_the_revert() {
    let root = with_store();
    let lock = root.lock();
    let mut transaction = root.begin(&lock, &["a"], "new").unwrap();
    for path in ["apps/store", "conf/b"] {
        transaction
            .remove(path.as_ref(), LinkPolicy::InsideOnly)
            .unwrap();
    }
    let receipt = commit(transaction).unwrap();
    drop(lock);
    root.write("apps/store", "something new");
    root.write("a", "edited");
    let before = root.tree();
    let error = revert(&root, &receipt).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("apps/store (a file that was not there"),
        "{text}"
    );
    assert!(text.contains("a (expected"), "{text}");
    let kind = FileKind::Regular;
    let taken = (PathBuf::from("apps/store"), TreeProblem::Taken { kind });
    assert_eq!(drift(error), (vec![taken], 1));
    assert_eq!(root.tree(), before);
    // Once it has made room, all of it comes back.
    fs::remove_file(root.at("apps/store")).unwrap();
    root.write("a", "new");
    revert(&root, &receipt).unwrap().unwrap();
    assert_eq!(root.text("conf/b"), "content of conf/b\n");
    assert!(root.at("apps/store/index.html").exists());
}

#[test]
fn a_revert_says_what_else_is_in_its_way() {
    let check = |change: &dyn Fn(&Root, &Path), expected: TreeProblem| {
        let root = with_store();
        let receipt = remove(&root, &["apps/store"]);
        let kept = entry(&root, &receipt).kept(0).unwrap().unwrap();
        change(&root, &kept);
        let before = root.tree();
        let error = revert(&root, &receipt).unwrap_err();
        assert_eq!(drift(error).0, [(PathBuf::from("apps/store"), expected)]);
        assert_eq!(root.tree(), before);
    };
    check(
        &|root, _| fs::remove_dir(root.at("apps")).unwrap(),
        TreeProblem::Unreachable,
    );
    check(
        &|root, _| {
            fs::rename(root.at("apps"), root.at("elsewhere")).unwrap();
            symlink("elsewhere", root.at("apps")).unwrap();
        },
        TreeProblem::Unreachable,
    );
    check(
        &|_, kept| fs::remove_dir_all(kept).unwrap(),
        TreeProblem::NotKept,
    );
    check(
        &|_, kept| {
            fs::remove_dir_all(kept).unwrap();
            fs::write(kept, "something else").unwrap();
        },
        TreeProblem::NotKept,
    );
}

#[test]
fn what_was_moved_back_is_known_again_after_it_has_changed() {
    let root = with_store();
    let first = remove(&root, &["apps/store"]);
    let back = revert(&root, &first).unwrap().unwrap();
    // A server that runs from it leaves things in it.
    root.write("apps/store/work/cache", "cached");
    let forth = revert(&root, &back).unwrap().unwrap();
    assert!(!root.at("apps/store").exists());
    revert(&root, &forth).unwrap().unwrap();
    assert_eq!(root.text("apps/store/work/cache"), "cached");

    // Gone, or something else of the same name, is neither.
    fs::remove_dir_all(root.at("apps/store")).unwrap();
    let error = revert(&root, &back).unwrap_err();
    assert_eq!(drift(error).0[0].1, TreeProblem::Missing);
    root.write("apps/store/index.html", "another application");
    let before = root.tree();
    let error = revert(&root, &back).unwrap_err();
    let kind = FileKind::Directory;
    assert_eq!(drift(error).0[0].1, TreeProblem::Taken { kind });
    assert_eq!(root.tree(), before);
}

#[test]
fn another_of_the_same_name_has_a_history_of_its_own() {
    let root = with_store();
    let first = remove(&root, &["apps/store"]);
    root.write("apps/store/index.html", "another application");
    let second = remove(&root, &["apps/store"]);
    revert(&root, &first).unwrap().unwrap();
    assert_eq!(
        root.text("apps/store/index.html"),
        "content of apps/store/index.html\n"
    );
    // Its place is taken now.
    assert!(revert(&root, &second).is_err());
    remove(&root, &["apps/store"]);
    revert(&root, &second).unwrap().unwrap();
    assert_eq!(root.text("apps/store/index.html"), "another application");
}

#[test]
fn pruning_deletes_what_is_kept_and_follows_no_link() {
    let root = with_store();
    let outside = Root::with(&["precious", "more/of/it"]);
    symlink(outside.path(), root.at("apps/store/outside")).unwrap();
    symlink(outside.at("more"), root.at("apps/link")).unwrap();
    symlink("/no/such", root.at("apps/store/dangling")).unwrap();
    let status = std::process::Command::new("mkfifo")
        .arg(root.at("apps/store/pipe"))
        .status();
    assert!(status.unwrap().success());
    let others = outside.tree();
    let first = remove(&root, &["apps/store", "apps/link"]);
    let second = root.replace(&["a"], "new").unwrap();
    let kept = entry(&root, &first).kept(0).unwrap().unwrap();
    assert!(kept.join("index.html").exists());
    assert_eq!(history::prune(&root.lock(), 1).unwrap(), [first.id]);
    assert!(!kept.parent().unwrap().exists());
    assert_eq!(outside.tree(), others);
    assert_eq!(history::prune(&root.lock(), 0).unwrap(), [second.id]);
    assert!(!root.at(STATE).exists());
}

#[test]
fn pruning_leaves_what_was_moved_back() {
    let root = with_store();
    let first = remove(&root, &["apps/store"]);
    let back = revert(&root, &first).unwrap().unwrap();
    let before = tree(&root);
    history::prune(&root.lock(), 1).unwrap();
    assert_eq!(tree(&root), before);
    // The one that is left needs nothing of those that are gone.
    let forth = revert(&root, &back).unwrap().unwrap();
    history::prune(&root.lock(), 1).unwrap();
    revert(&root, &forth).unwrap().unwrap();
    assert_eq!(tree(&root), before);
}

#[test]
fn without_history_it_is_deleted() {
    let root = with_store();
    let outside = Root::with(&["precious"]);
    symlink(outside.path(), root.at("apps/store/outside")).unwrap();
    fs::set_permissions(root.at("apps/store/WEB-INF"), Permissions::from_mode(0o500)).unwrap();
    let receipt = remove_for_good(&root, &["apps/store", "conf/b"]);
    assert!(!receipt.history);
    assert_eq!(receipt.removed.len(), 2);
    let left: Vec<_> = root.tree().into_keys().collect();
    assert_eq!(left, [root.at("a"), root.at("apps"), root.at("conf")]);
    assert_eq!(outside.text("precious"), "content of precious\n");
}

#[test]
fn a_link_is_moved_itself() {
    let root = with_store();
    let outside = Root::with(&["precious"]);
    symlink("store", root.at("apps/directory")).unwrap();
    symlink(outside.path(), root.at("apps/outside")).unwrap();
    symlink("/no/such", root.at("apps/dangling")).unwrap();
    symlink("loop", root.at("apps/loop")).unwrap();
    let before = tree(&root);
    let links = [
        "apps/directory",
        "apps/outside",
        "apps/dangling",
        "apps/loop",
    ];
    let lock = root.lock();
    let mut transaction = Transaction::begin(&lock, details());
    for link in links {
        // Where it leads does not matter, so that it leads outside does not either.
        assert!(
            transaction
                .remove(link.as_ref(), LinkPolicy::InsideOnly)
                .unwrap()
        );
    }
    let receipt = commit(transaction).unwrap();
    drop(lock);
    for (link, removed) in links.iter().zip(&receipt.removed) {
        assert!(root.at(link).symlink_metadata().is_err(), "{link}");
        assert_eq!(removed.tree.kind, FileKind::SymbolicLink);
    }
    assert!(outside.at("precious").exists() && root.at("apps/store/index.html").exists());
    revert(&root, &receipt).unwrap().unwrap();
    assert_eq!(tree(&root), before);
    remove_for_good(&root, &links);
    assert!(outside.at("precious").exists() && root.at("apps/store/index.html").exists());
}

#[test]
fn the_way_may_lead_through_links() {
    let root = with_store();
    let outside = Root::with(&["shared/store/index.html"]);
    symlink("apps", root.at("now")).unwrap();
    symlink(outside.at("shared"), root.at("shared")).unwrap();
    let before = (tree(&root), tree(&outside));
    let receipt = remove(&root, &["now/store", "shared/store"]);
    assert!(!root.at("apps/store").exists() && !outside.at("shared/store").exists());
    assert!(root.at("now").exists() && root.at("shared").exists());
    let lock = root.lock();
    let plan = |links| rollback::plan(lock.store(), entry(&root, &receipt), links, LIMIT);
    let error = plan(LinkPolicy::InsideOnly).unwrap_err();
    assert!(matches!(error, Error::LeavesRoot { .. }), "{error}");
    drop(lock);
    revert(&root, &receipt).unwrap().unwrap();
    assert_eq!((tree(&root), tree(&outside)), before);
}

#[test]
fn names_that_are_not_utf8_and_owners_are_kept() {
    let name = Path::new(std::ffi::OsStr::from_bytes(b"apps/caf\xe9\n"));
    let root = Root::with(&["a"]);
    root.write(name.join("x"), "content");
    if is_root() {
        std::os::unix::fs::chown(root.at(name), Some(1234), Some(4321)).unwrap();
    }
    let before = tree(&root);
    let lock = root.lock();
    let mut transaction = Transaction::begin(&lock, details());
    assert!(transaction.remove(name, LinkPolicy::InsideOnly).unwrap());
    let receipt = commit(transaction).unwrap();
    drop(lock);
    assert_eq!(entry(&root, &receipt).manifest().removed[0].relative, name);
    revert(&root, &receipt).unwrap().unwrap();
    assert_eq!(tree(&root), before);
}

/// What does not tell of removals can be read by programs that do not know them, and the other way
/// round.
#[test]
fn a_manifest_has_the_version_that_it_needs() {
    let root = with_store();
    let manifest = |receipt: &Receipt| {
        let id = receipt.id.as_str();
        fs::read_to_string(
            root.at(STATE)
                .join("transactions")
                .join(id)
                .join("manifest.json"),
        )
        .unwrap()
    };
    let plain = manifest(&root.replace(&["a"], "new").unwrap());
    assert!(plain.contains("\"version\": 1"), "{plain}");
    assert!(
        !plain.contains("removed") && !plain.contains("restored"),
        "{plain}"
    );
    let receipt = remove(&root, &["apps/store"]);
    let removal = manifest(&receipt);
    assert!(removal.contains("\"version\": 2"), "{removal}");
    let back = manifest(&revert(&root, &receipt).unwrap().unwrap());
    assert!(back.contains("\"version\": 2"), "{back}");
    for good in [&plain, &removal, &back] {
        Manifest::parse(good.as_bytes()).unwrap();
    }
    for (whole, good, bad) in [
        (&plain, "\"version\": 1", "\"version\": 2"),
        (&removal, "\"version\": 2", "\"version\": 1"),
        (&back, "\"version\": 2", "\"version\": 1"),
        (
            &removal,
            "\"relative\": \"apps/store\"",
            "\"relative\": \"../store\"",
        ),
        (
            &removal,
            "\"kind\": \"directory\"",
            "\"kind\": \"surprise\"",
        ),
        (&removal, "\"shape\"", "\"form\""),
        (&back, "\"inside\": \"apps/store\"", "\"inside\": \"\""),
        (&back, "\"from\": \"", "\"from\": \"../"),
        (&back, "\"index\": 0", "\"index\": -1"),
    ] {
        let bad = whole.replace(good, bad);
        assert_ne!(bad, **whole);
        Manifest::parse(bad.as_bytes()).unwrap_err();
    }
}

#[test]
fn a_plan_says_what_it_is_going_to_move() {
    let root = with_store();
    let receipt = remove(&root, &["apps/store"]);
    let store = root.store();
    let plan = |receipt: &Receipt| {
        rollback::plan(&store, entry(&root, receipt), LinkPolicy::InsideOnly, LIMIT).unwrap()
    };
    let planned = plan(&receipt);
    let restores: Vec<_> = planned.restores().collect();
    assert_eq!(
        restores,
        [(Path::new("apps/store"), &receipt.removed[0].tree)]
    );
    assert_eq!(planned.removes().count(), 0);
    let back = revert(&root, &receipt).unwrap().unwrap();
    let planned = plan(&back);
    assert_eq!(planned.removes().count(), 1);
    assert_eq!(
        (planned.restores().count(), planned.changes().count()),
        (0, 0)
    );
}
