//! What is kept when a file is replaced, and what cannot be replaced.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use file_transaction::{Class, Digest, Error, Interrupt, LinkPolicy, Transaction};
use rustix::fs::IFlags;
use xattr::FileExt as _;

use crate::root::{LIMIT, Root, STATE, details, is_root, skipped};

#[test]
fn all_files_are_replaced_and_nothing_is_left() {
    let root = Root::with(&["a", "conf/b"]);
    let lock = root.lock();
    let transaction = root
        .begin(&lock, &["a", "conf/b"], "new")
        .unwrap()
        .keep_history(false);
    assert!(!transaction.is_empty());
    let receipt = transaction
        .stage()
        .unwrap()
        .prepare()
        .unwrap()
        .commit()
        .unwrap();
    assert_eq!(receipt.files.len(), 2);
    assert_eq!(receipt.files[1].relative, Path::new("conf/b"));
    assert_eq!(
        (root.text("a"), root.text("conf/b")),
        ("new".into(), "new".into())
    );
    assert_eq!(root.tree().len(), 3, "{:?}", root.tree().keys());
}

#[test]
fn content_that_is_there_already_is_no_replacement() {
    let root = Root::with(&["a"]);
    let before = root.tree();
    let lock = root.lock();
    let transaction = root.begin(&lock, &["a"], "content of a\n").unwrap();
    assert!(transaction.is_empty());
    assert!(matches!(transaction.stage(), Err(Error::Empty)));
    assert_eq!(root.tree(), before);
}

#[test]
fn dropping_a_transaction_at_any_stage_leaves_everything_as_it_was() {
    let root = Root::with(&["a", "b"]);
    let before: Vec<_> = root.tree().into_iter().collect();
    let lock = root.lock();
    let begin = || root.begin(&lock, &["a", "b"], "new").unwrap();
    drop(begin());
    drop(begin().stage().unwrap());
    drop(begin().stage().unwrap().prepare().unwrap());
    assert_eq!(root.tree().into_iter().collect::<Vec<_>>(), before);
}

#[test]
fn the_mode_is_kept() {
    let root = Root::with(&["a"]);
    for mode in [0o600, 0o640, 0o444, 0o666, 0o4755] {
        fs::set_permissions(root.at("a"), fs::Permissions::from_mode(mode)).unwrap();
        if mode & 0o200 == 0 && !is_root() {
            continue;
        }
        root.replace(&["a"], &format!("{mode:o}")).unwrap();
        let now = fs::metadata(root.at("a")).unwrap().permissions().mode();
        assert_eq!(now & 0o7777, mode);
        assert_eq!(root.text("a"), format!("{mode:o}"));
    }
}

#[test]
fn the_owner_is_kept() {
    if !is_root() {
        return;
    }
    let root = Root::with(&["a"]);
    std::os::unix::fs::chown(root.at("a"), Some(1234), Some(4321)).unwrap();
    root.replace(&["a"], "new").unwrap();
    let now = fs::metadata(root.at("a")).unwrap();
    assert_eq!((now.uid(), now.gid()), (1234, 4321));
}

#[test]
fn extended_attributes_are_kept() {
    let root = Root::with(&["a"]);
    let file = File::open(root.at("a")).unwrap();
    if file.set_xattr("user.note", b"keep").is_err() {
        return skipped("no extended attributes here");
    }
    root.replace(&["a"], "new").unwrap();
    assert_eq!(root.text("a"), "new");
    assert_eq!(
        xattr::get(root.at("a"), "user.note").unwrap().unwrap(),
        b"keep"
    );
}

/// The binary form of `user::rw-,user:1234:rwx,group::r--,mask::rwx,other::r--`.
const ACL: &[u8] = &[
    2, 0, 0, 0, //
    1, 0, 6, 0, 255, 255, 255, 255, //
    2, 0, 7, 0, 210, 4, 0, 0, //
    4, 0, 4, 0, 255, 255, 255, 255, //
    16, 0, 7, 0, 255, 255, 255, 255, //
    32, 0, 4, 0, 255, 255, 255, 255,
];

#[test]
fn an_acl_is_kept_and_an_inherited_one_is_not_added() {
    let root = Root::with(&["plain", "listed"]);
    if xattr::set(root.at("listed"), "system.posix_acl_access", ACL).is_err() {
        return skipped("no ACLs here");
    }
    xattr::set(root.path(), "system.posix_acl_default", ACL).unwrap();
    let mode = |file: &str| fs::metadata(root.at(file)).unwrap().permissions().mode();
    let before = (mode("plain"), mode("listed"));
    root.replace(&["plain", "listed"], "new").unwrap();
    let acl = |file| xattr::get(root.at(file), "system.posix_acl_access").unwrap();
    assert_eq!(acl("plain"), None);
    assert_eq!(acl("listed").as_deref(), Some(ACL));
    assert_eq!((mode("plain"), mode("listed")), before);
    let state = fs::metadata(root.at(STATE)).unwrap().permissions().mode();
    assert_eq!(state & 0o777, 0o700);
}

#[test]
fn links_stay_links() {
    let root = Root::with(&["real/a", "b"]);
    let outside = Root::with(&["c"]);
    symlink("real", root.at("dir")).unwrap();
    symlink("dir/a", root.at("a")).unwrap();
    symlink(outside.at("c"), root.at("c")).unwrap();
    root.replace(&["a", "b", "c"], "new").unwrap();
    assert_eq!(fs::read_link(root.at("a")).unwrap(), Path::new("dir/a"));
    assert_eq!(fs::read_link(root.at("dir")).unwrap(), Path::new("real"));
    assert_eq!(fs::read_link(root.at("c")).unwrap(), outside.at("c"));
    for path in [root.at("real/a"), root.at("b"), outside.at("c")] {
        assert_eq!(fs::read_to_string(path).unwrap(), "new");
    }
    assert_eq!(outside.tree().len(), 1);
}

#[test]
fn two_names_of_one_file_are_not_two_files() {
    let root = Root::with(&["a"]);
    symlink("a", root.at("b")).unwrap();
    let error = root.refuses(&["a", "b"]);
    assert!(matches!(error, Error::SameFile { .. }), "{error}");
}

#[test]
fn a_hard_link_is_refused() {
    let root = Root::with(&["a", "b"]);
    fs::hard_link(root.at("b"), root.at("other")).unwrap();
    let error = root.refuses(&["a", "b"]);
    assert!(
        matches!(error, Error::HardLinked { links: 2, .. }),
        "{error}"
    );
    assert_eq!(error.class(), Class::NotAcceptable);
}

#[test]
fn a_file_that_changed_since_it_was_read_is_a_conflict() {
    type Change = fn(&Root);
    let change: [(&str, Change); 4] = [
        ("content", |root| root.write("b", "edited")),
        ("gone", |root| fs::remove_file(root.at("b")).unwrap()),
        ("link", |root| {
            fs::rename(root.at("b"), root.at("c")).unwrap();
            symlink("c", root.at("b")).unwrap();
        }),
        ("mode", |root| {
            fs::set_permissions(root.at("b"), fs::Permissions::from_mode(0o600)).unwrap()
        }),
    ];
    for (what, change) in change {
        let root = Root::with(&["a", "b"]);
        let lock = root.lock();
        let staged = root
            .begin(&lock, &["a", "b"], "new")
            .unwrap()
            .stage()
            .unwrap();
        change(&root);
        let error = staged
            .prepare()
            .and_then(|prepared| prepared.commit())
            .unwrap_err();
        assert_eq!(error.class(), Class::Conflict, "{what}: {error}");
        assert!(
            error.to_string().contains("/b has changed"),
            "{what}: {error}"
        );
        assert_eq!(root.text("a"), "content of a\n", "{what}");
        assert_ne!(fs::read(root.at("b")).ok(), Some(b"new".to_vec()), "{what}");
        assert!(!root.at(STATE).exists(), "{what}");
    }
}

#[test]
fn a_conflict_names_what_was_found() {
    type Change = fn(&Root);
    let changes: [(Change, Option<Digest>); 2] = [
        (
            |root| root.write("a", "edited"),
            Some(Digest::of(b"edited")),
        ),
        (
            |root| {
                let mode = fs::Permissions::from_mode(0o600);
                fs::set_permissions(root.at("a"), mode).unwrap();
            },
            None,
        ),
    ];
    for (change, found) in changes {
        let root = Root::with(&["a"]);
        let lock = root.lock();
        let staged = root.begin(&lock, &["a"], "new").unwrap().stage().unwrap();
        let prepared = staged.prepare().unwrap();
        change(&root);
        match prepared.commit().unwrap_err() {
            Error::Conflict { actual, .. } => assert_eq!(actual, found),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_path_that_leads_elsewhere_since_is_a_conflict() {
    let root = Root::with(&["one/a", "two/a"]);
    symlink("one", root.at("now")).unwrap();
    let lock = root.lock();
    let staged = root
        .begin(&lock, &["now/a"], "new")
        .unwrap()
        .stage()
        .unwrap();
    fs::remove_file(root.at("now")).unwrap();
    symlink("two", root.at("now")).unwrap();
    assert_eq!(staged.prepare().unwrap_err().class(), Class::Conflict);
    assert_eq!(root.text("one/a"), "content of one/a\n");
}

#[test]
fn nothing_changes_when_the_last_file_cannot_be_replaced() {
    if !is_root() {
        return;
    }
    let root = Root::with(&["a", "b", "last/c"]);
    let obstacles = [
        ("last/c", IFlags::IMMUTABLE, "it is immutable"),
        ("last", IFlags::IMMUTABLE, "it is immutable"),
        ("last/c", IFlags::APPEND, "it is append-only"),
        ("last", IFlags::APPEND, "it is append-only"),
    ];
    for (path, flag, why) in obstacles {
        let at = File::open(root.at(path)).unwrap();
        let flags = rustix::fs::ioctl_getflags(&at).unwrap_or(IFlags::empty());
        if rustix::fs::ioctl_setflags(&at, flags | flag).is_err() {
            return skipped("no file flags here");
        }
        let before = root.tree();
        let result = root.replace(&["a", "b", "last/c"], "new");
        let after = root.tree();
        rustix::fs::ioctl_setflags(&at, flags).unwrap();
        let error = result.unwrap_err();
        assert_eq!(error.class(), Class::Io, "{error}");
        assert!(matches!(error, Error::NotWritable { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(path) && text.contains(why), "{text}");
        // It was found out by looking.
        assert_eq!(after, before, "{error}");
    }
}

#[test]
fn a_signal_before_the_commit_point_rolls_back() {
    let root = Root::with(&["a", "b"]);
    let interrupt = Interrupt::new();
    let store = root.store().with_interrupt(interrupt.clone());
    let lock = store.lock(file_transaction::Wait::No).unwrap();
    let begin = || root.begin(&lock, &["a", "b"], "new").unwrap();

    let staged = begin().stage().unwrap();
    interrupt.raise(2);
    let error = staged.prepare().unwrap_err();
    assert_eq!(error.class(), Class::Interrupted(2));
    assert_eq!(
        (root.text("a"), root.at(STATE).exists()),
        ("content of a\n".into(), false)
    );

    assert_eq!(begin().stage().unwrap_err().class(), Class::Interrupted(2));
    assert!(!root.at(STATE).exists());
}

#[test]
fn a_signal_after_the_commit_point_is_not_looked_at() {
    let root = Root::with(&["a"]);
    let interrupt = Interrupt::new();
    let store = root.store().with_interrupt(interrupt.clone());
    let lock = store.lock(file_transaction::Wait::No).unwrap();
    let prepared = root
        .begin(&lock, &["a"], "new")
        .unwrap()
        .stage()
        .unwrap()
        .prepare()
        .unwrap();
    interrupt.raise(15);
    prepared.commit().unwrap();
    assert_eq!(root.text("a"), "new");
}

#[test]
fn a_name_that_is_not_utf8_comes_back_from_the_journal() {
    use std::os::unix::ffi::OsStrExt as _;
    let name = Path::new(std::ffi::OsStr::from_bytes(b"conf/caf\xe9.xml"));
    let root = Root::with(&[]);
    root.write(name, "old");
    let lock = root.lock();
    let file = lock
        .store()
        .read(name, LinkPolicy::InsideOnly, LIMIT)
        .unwrap();
    let mut transaction = Transaction::begin(&lock, details());
    transaction.replace(&file, b"new".to_vec()).unwrap();
    transaction
        .stage()
        .unwrap()
        .prepare()
        .unwrap()
        .commit()
        .unwrap();
    let entry = file_transaction::history::latest(lock.store())
        .unwrap()
        .unwrap();
    assert_eq!(entry.manifest().files[0].relative, name);
}

#[test]
fn secrets_are_stored_for_the_owner_only() {
    let root = Root::with(&["a"]);
    root.replace(&["a"], "new").unwrap();
    let mut seen = 0;
    for path in root
        .tree()
        .into_keys()
        .filter(|path| path.starts_with(root.at(STATE)))
    {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            expected,
            "{}",
            path.display()
        );
        seen += 1;
    }
    assert_eq!(seen, 5);
}
