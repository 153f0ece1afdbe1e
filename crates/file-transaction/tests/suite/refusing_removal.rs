//! What cannot be taken away: nothing has changed then, and mostly nothing was written.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use file_transaction::{Class, Error, Interrupt, LinkPolicy, Store, Transaction, Wait};
use rustix::fs::IFlags;

use crate::removing::{begin, with_store};
use crate::root::{LIMIT, Root, STATE, details, is_root, skipped};

/// Tries to remove the paths together and checks that not even a time has changed.
fn refuses(root: &Root, paths: &[&str]) -> Error {
    let before = root.tree();
    let lock = root.lock();
    let error = begin(&lock, paths)
        .and_then(|transaction| transaction.stage().map(drop))
        .unwrap_err();
    assert_eq!(root.tree(), before, "{error}");
    error
}

#[test]
fn a_path_has_to_be_one_below_the_root_and_not_our_own() {
    let root = with_store();
    let up = root.path().parent().unwrap();
    symlink(up, root.at("up")).unwrap();
    root.replace(&["a"], "new").unwrap();
    let name = root.path().file_name().unwrap().to_str().unwrap();
    let inside = format!("{STATE}/transactions");
    let (whole, through) = (format!("up/{name}"), format!("up/{name}/{STATE}"));
    for path in [
        "",
        "..",
        "/etc",
        "apps/../a",
        "a\0b",
        STATE,
        &inside,
        &whole,
        &through,
    ] {
        let error = refuses(&root, &[path]);
        assert!(matches!(error, Error::BadPath { .. }), "{path}: {error}");
        assert_eq!(error.class(), Class::Usage);
    }
}

#[test]
fn a_way_that_leads_out_or_nowhere_is_refused() {
    let root = with_store();
    let outside = Root::with(&["store/x"]);
    symlink(outside.path(), root.at("outside")).unwrap();
    symlink("/no/such", root.at("dangling")).unwrap();
    symlink("loop", root.at("loop")).unwrap();
    let lock = root.lock();
    let mut transaction = Transaction::begin(&lock, details());
    let mut remove = |path: &str| transaction.remove(Path::new(path), LinkPolicy::InsideOnly);
    let error = remove("outside/store").unwrap_err();
    assert!(
        matches!(&error, Error::LeavesRoot { link, .. } if link.ends_with("outside")),
        "{error}"
    );
    assert!(matches!(
        remove("dangling/x"),
        Err(Error::DanglingLink { .. })
    ));
    assert!(matches!(remove("loop/x"), Err(Error::LinkLoop { .. })));
    assert!(transaction.is_empty());
}

#[test]
fn what_overlaps_is_refused_whichever_comes_first() {
    let root = with_store();
    let outside = Root::with(&["shared/x"]);
    symlink("apps", root.at("now")).unwrap();
    symlink("now/store", root.at("current")).unwrap();
    symlink(outside.path(), root.at("outside")).unwrap();
    let check = |one: &str, other: &str| {
        for (first, second) in [(one, other), (other, one)] {
            match refuses(&root, &[first, second]) {
                Error::Overlapping {
                    first: f,
                    second: s,
                } => {
                    assert_eq!((f, s), (PathBuf::from(first), PathBuf::from(second)));
                }
                other => panic!("{first} {second}: {other}"),
            }
        }
    };
    check("apps/store", "apps/store");
    check("apps/store", "apps/store/index.html");
    check("apps", "apps/store/WEB-INF/web.xml");
    check("apps/store", "now/store");
    check("apps/store", "current/index.html");
    // The link is the way to the other.
    check("now", "now/store/index.html");
    check("now", "current/index.html");
    check("current", "current/index.html");
    check("outside", "outside/shared");

    // With files that are replaced, directly or by their way.
    for (path, file) in [
        ("a", "a"),
        ("apps/store", "apps/store/index.html"),
        ("apps", "now/store/index.html"),
        ("now", "now/store/index.html"),
        ("now", "current/index.html"),
        ("outside", "outside/shared/x"),
        ("apps/store", "apps/store/link"),
    ] {
        let lock = root.lock();
        let read = || {
            lock.store()
                .read(file.as_ref(), LinkPolicy::FollowOutside, LIMIT)
        };
        let mut transaction = begin(&lock, &[path]).unwrap();
        let error = transaction
            .replace(&read().unwrap(), b"new".to_vec())
            .unwrap_err();
        assert!(
            matches!(error, Error::Overlapping { .. }),
            "{path} {file}: {error}"
        );
        assert_eq!(error.class(), Class::NotAcceptable);
        let mut transaction = Transaction::begin(&lock, details());
        transaction
            .replace(&read().unwrap(), b"new".to_vec())
            .unwrap();
        let error = transaction
            .remove(path.as_ref(), LinkPolicy::InsideOnly)
            .unwrap_err();
        assert!(
            matches!(error, Error::Overlapping { .. }),
            "{path} {file}: {error}"
        );
    }

    // Beside each other, or a link and what it leads to, are no overlap.
    let lock = root.lock();
    let together = begin(&lock, &["now", "current", "apps/store", "conf"]);
    assert!(together.is_ok());
    let file = lock
        .store()
        .read("a".as_ref(), LinkPolicy::InsideOnly, LIMIT)
        .unwrap();
    let mut transaction = begin(&lock, &["apps/store/link", "conf"]).unwrap();
    transaction.replace(&file, b"new".to_vec()).unwrap();
}

#[test]
fn what_changed_since_it_was_looked_at_is_a_conflict() {
    type Change = fn(&Root);
    let changes: [Change; 6] = [
        |root| root.write("apps/store/new", ""),
        |root| root.write("apps/store/WEB-INF/web.xml", "edited"),
        |root| fs::remove_file(root.at("apps/store/link")).unwrap(),
        |root| fs::remove_dir_all(root.at("apps/store")).unwrap(),
        |root| fs::set_permissions(root.at("apps/store"), Permissions::from_mode(0o700)).unwrap(),
        |root| {
            fs::rename(root.at("apps"), root.at("elsewhere")).unwrap();
            symlink("elsewhere", root.at("apps")).unwrap();
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let root = with_store();
        let lock = root.lock();
        let staged = begin(&lock, &["apps/store"]).unwrap().stage().unwrap();
        change(&root);
        let error = staged.prepare().map(drop).unwrap_err();
        assert!(
            matches!(error, Error::TreeConflict { .. }),
            "{index}: {error}"
        );
        assert_eq!(error.class(), Class::Conflict);
        assert!(!root.at(STATE).exists(), "{index}");

        let root = with_store();
        let lock = root.lock();
        let transaction = begin(&lock, &["apps/store"]).unwrap();
        change(&root);
        let before = root.tree();
        let error = transaction.stage().map(drop).unwrap_err();
        assert!(
            matches!(error, Error::TreeConflict { .. }),
            "{index}: {error}"
        );
        assert_eq!(root.tree(), before, "{index}");
    }
}

#[test]
fn dropping_a_transaction_at_any_stage_leaves_everything_as_it_was() {
    let root = with_store();
    let lock = root.lock();
    let files = || {
        let tree = root.tree().into_iter();
        tree.filter(|(path, _)| !path.is_dir()).collect::<Vec<_>>()
    };
    let before = files();
    let begin = || begin(&lock, &["apps/store", "conf"]).unwrap();
    drop(begin());
    drop(begin().stage().unwrap());
    drop(begin().stage().unwrap().prepare().unwrap());
    assert_eq!(files(), before);
    assert!(!root.at(STATE).exists());
}

#[test]
fn a_signal_is_noticed_while_looking() {
    let root = with_store();
    let interrupt = Interrupt::new();
    let store = root.store().with_interrupt(interrupt.clone());
    let lock = store.lock(Wait::No).unwrap();
    interrupt.raise(2);
    let error = begin(&lock, &["apps/store"]).unwrap_err();
    assert_eq!(error.class(), Class::Interrupted(2));
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let root = with_store();
    let deep: PathBuf = std::iter::repeat_n("d", 128).collect();
    fs::create_dir_all(root.at("apps").join(&deep)).unwrap();
    root.write(
        Path::new("apps/store").join(&deep).join("d"),
        "too deep by its directory",
    );
    assert!(matches!(
        refuses(&root, &["apps/store"]),
        Error::TooDeep { limit: 128, .. }
    ));
    let path = Path::new("apps").join(deep.strip_prefix("d").unwrap());
    let lock = root.lock();
    fs::write(root.at(&path).join("file"), "").unwrap();
    let transaction = begin(&lock, &["apps/d"]).unwrap().keep_history(false);
    transaction
        .stage()
        .unwrap()
        .prepare()
        .unwrap()
        .commit()
        .unwrap();
    assert!(!root.at("apps/d").exists());
}

#[test]
fn another_file_system_is_refused() {
    let root = with_store();
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        return skipped("there is no /dev/shm");
    };
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata(other.path()).unwrap().dev() == fs::metadata(root.path()).unwrap().dev() {
        return skipped("there is one file system only");
    }
    fs::create_dir(other.path().join("store")).unwrap();
    symlink(other.path(), root.at("shared")).unwrap();
    let error = refuses(&root, &["conf", "shared/store"]);
    match &error {
        Error::OtherFileSystem { path, .. } => assert!(path.ends_with("shared/store"), "{error}"),
        other => panic!("{other}"),
    }
    assert_eq!(error.class(), Class::Io);
    assert!(other.path().join("store").exists());
}

/// Something mounted for as long as this lives.
struct Mounted(PathBuf);

impl Mounted {
    fn new(arguments: &[&str], place: PathBuf) -> Option<Mounted> {
        fs::create_dir_all(&place).unwrap();
        let mut command = Command::new("mount");
        let status = command.args(arguments).arg(&place).status();
        if !status.is_ok_and(|status| status.success()) {
            skipped("nothing can be mounted here");
            return None;
        }
        Some(Mounted(place))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_mount_is_neither_moved_nor_crossed() {
    if !is_root() {
        return;
    }
    let root = with_store();
    let bound = Root::with(&["precious", "store/x"]);
    let bind = ["--bind", bound.path().to_str().unwrap()];
    for arguments in [&["-t", "tmpfs", "none"][..], &bind] {
        let place = root.at("apps/store/mount point");
        let Some(mounted) = Mounted::new(arguments, place.clone()) else {
            return;
        };
        fs::create_dir_all(place.join("store")).unwrap();
        for path in ["apps", "apps/store", "apps/store/mount point"] {
            let error = refuses(&root, &["conf", path]);
            match &error {
                Error::HoldsMount { mount, .. } => {
                    assert_eq!(*mount, place.canonicalize().unwrap(), "{error}");
                }
                other => panic!("{path}: {other}"),
            }
            assert_eq!(error.class(), Class::Io);
        }
        // Moving something out of it would be a move to another mount.
        let error = refuses(&root, &["conf", "apps/store/mount point/store"]);
        assert!(matches!(error, Error::OtherFileSystem { .. }), "{error}");
        drop(mounted);
    }
    // A file can be a mount point as well.
    let arguments = ["--bind", bound.at("precious").to_str().unwrap()].map(str::to_owned);
    let place = root.at("apps/store/index.html");
    let status = Command::new("mount").args(arguments).arg(&place).status();
    assert!(status.unwrap().success());
    let _mounted = Mounted(place);
    for path in ["apps/store/index.html", "apps/store"] {
        let error = refuses(&root, &[path]);
        assert!(matches!(error, Error::HoldsMount { .. }), "{error}");
    }
    assert_eq!(bound.text("precious"), "content of precious\n");
}

/// A directory of a container's image cannot be renamed, and that shows only when it is tried.
#[test]
fn a_lower_layer_is_refused_with_everything_taken_back() {
    if !is_root() {
        return;
    }
    let layers = tempfile::tempdir().unwrap();
    let layer = |name: &str| layers.path().join(name);
    let Some(_memory) = Mounted::new(&["-t", "tmpfs", "none"], layer("")) else {
        return;
    };
    for name in ["lower/apps/store", "upper", "work"] {
        fs::create_dir_all(layer(name)).unwrap();
    }
    fs::write(layer("lower/a"), "old").unwrap();
    fs::write(layer("lower/apps/store/index.html"), "hello").unwrap();
    let [lower, upper, work] =
        ["lower", "upper", "work"].map(|name| layer(name).display().to_string());
    let options = format!("redirect_dir=off,lowerdir={lower},upperdir={upper},workdir={work}");
    let arguments = ["-t", "overlay", "overlay", "-o", &options];
    let Some(merged) = Mounted::new(&arguments, layer("merged")) else {
        return;
    };
    let store = Store::open(&merged.0, STATE).unwrap();
    let lock = store.lock(Wait::No).unwrap();
    let mut transaction = begin(&lock, &["apps/store"]).unwrap();
    let file = store
        .read("a".as_ref(), LinkPolicy::InsideOnly, LIMIT)
        .unwrap();
    transaction.replace(&file, b"new".to_vec()).unwrap();
    let prepared = transaction.stage().unwrap().prepare().unwrap();
    let error = prepared.commit().unwrap_err();
    assert!(matches!(error, Error::OtherFileSystem { .. }), "{error}");
    assert_eq!(fs::read(merged.0.join("a")).unwrap(), b"old");
    assert!(merged.0.join("apps/store/index.html").exists());
    assert!(!merged.0.join(STATE).exists());
}

/// What is mounted in a moved tree afterwards is not deleted with it.
#[test]
fn what_is_mounted_in_what_is_kept_is_not_deleted() {
    if !is_root() {
        return;
    }
    let root = with_store();
    let bound = Root::with(&["precious"]);
    let lock = root.lock();
    let transaction = begin(&lock, &["apps/store"]).unwrap();
    let receipt = transaction
        .stage()
        .unwrap()
        .prepare()
        .unwrap()
        .commit()
        .unwrap();
    let entry = file_transaction::history::read(lock.store(), receipt.id.as_str()).unwrap();
    let place = entry.kept(0).unwrap().unwrap().join("WEB-INF");
    let bind = ["--bind", bound.path().to_str().unwrap()];
    let Some(mounted) = Mounted::new(&bind, place) else {
        return;
    };
    let error = file_transaction::history::prune(&lock, 0).unwrap_err();
    assert!(matches!(error, Error::HoldsMount { .. }), "{error}");
    assert_eq!(bound.text("precious"), "content of precious\n");
    drop(mounted);
    file_transaction::history::prune(&lock, 0).unwrap();
    assert!(!root.at(STATE).exists());
}

#[test]
fn what_could_not_be_deleted_later_is_refused() {
    if !is_root() {
        return;
    }
    let root = with_store();
    for (path, flag) in [
        ("apps", IFlags::IMMUTABLE),
        ("apps", IFlags::APPEND),
        ("apps/store", IFlags::IMMUTABLE),
        ("apps/store/WEB-INF", IFlags::IMMUTABLE),
        ("apps/store/WEB-INF", IFlags::APPEND),
        ("apps/store/WEB-INF/web.xml", IFlags::IMMUTABLE),
    ] {
        let at = File::open(root.at(path)).unwrap();
        let flags = rustix::fs::ioctl_getflags(&at).unwrap_or(IFlags::empty());
        if rustix::fs::ioctl_setflags(&at, flags | flag).is_err() {
            return skipped("no file flags here");
        }
        let before = root.tree();
        let lock = root.lock();
        let result = begin(&lock, &["conf", "apps/store"])
            .unwrap()
            .stage()
            .map(drop);
        let after = root.tree();
        rustix::fs::ioctl_setflags(&at, flags).unwrap();
        let error = result.unwrap_err();
        match &error {
            Error::NotWritable { path: named, .. } => assert!(named.ends_with(path), "{error}"),
            other => panic!("{path}: {other}"),
        }
        assert_eq!(after, before, "{error}");
    }
}

const CHILD: &str = "FILE_TRANSACTION_OTHER_USER";

/// Not a test of its own: what a user does who is not root.
#[test]
fn another_user() {
    let Ok(root) = std::env::var(CHILD) else {
        return;
    };
    let store = Store::open(Path::new(&root), STATE).unwrap();
    let lock = store.lock(Wait::No).unwrap();
    // That a directory of ours is not writable does not matter, unless it is the one that moves.
    let own = begin(&lock, &["own"]).unwrap().keep_history(false);
    own.stage().unwrap().prepare().unwrap().commit().unwrap();
    assert!(!store.root().join("own").exists());
    let own = begin(&lock, &["other"]).unwrap();
    own.stage().unwrap().prepare().unwrap().commit().unwrap();
    file_transaction::history::prune(&lock, 0).unwrap();
    for (path, named) in [
        ("unwritable", "unwritable"),
        ("foreign", "foreign/directory"),
        ("foreign/directory/x", "foreign/directory"),
        ("sticky/x", "sticky/x"),
    ] {
        let error = begin(&lock, &[path])
            .unwrap()
            .stage()
            .map(drop)
            .unwrap_err();
        match &error {
            Error::NotWritable { path, .. } => assert!(path.ends_with(named), "{error}"),
            other => panic!("{path}: {other}"),
        }
    }
    let error = begin(&lock, &["unreadable"]).unwrap_err();
    assert_eq!(error.class(), Class::Io, "{error}");
    assert!(!store.root().join(STATE).exists());
}

#[test]
fn a_user_who_is_not_root_is_told_before_anything_is_written() {
    if !is_root() {
        return;
    }
    let root = Root::with(&[
        "own/deep/x",
        "other/deep/x",
        "unwritable/x",
        "foreign/directory/x",
        "sticky/x",
        "unreadable/d/x",
    ]);
    let mode = |path: &str, mode| fs::set_permissions(root.at(path), Permissions::from_mode(mode));
    for path in root.tree().into_keys().chain([root.path().to_path_buf()]) {
        std::os::unix::fs::chown(path, Some(1234), Some(1234)).unwrap();
    }
    for path in ["foreign/directory", "sticky", "sticky/x"] {
        std::os::unix::fs::chown(root.at(path), Some(0), Some(0)).unwrap();
    }
    for (path, bits) in [
        ("own/deep", 0o500),
        ("other/deep", 0o500),
        ("unwritable", 0o555),
        ("sticky", 0o1777),
        ("unreadable/d", 0o000),
    ] {
        mode(path, bits).unwrap();
    }
    // Where this program stands may be closed to others.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("suite");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(program)
        .args(["refusing_removal::another_user", "--exact", "--nocapture"])
        .env(CHILD, root.path())
        .current_dir("/")
        .uid(1234)
        .gid(1234)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("running 1 test"),
        "{said}{failed}"
    );
    assert!(root.at("sticky/x").exists() && root.at("foreign/directory/x").exists());
    assert!(!root.at("own").exists() && !root.at("other").exists());
}
