//! What is read, and what is refused before anything is written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use file_transaction::{Class, Digest, Error, FileKind, LinkPolicy, Store};

use crate::root::{LIMIT, Root, STATE};

#[test]
fn a_file_is_read_with_its_digest() {
    let root = Root::with(&["conf/a.xml"]);
    let file = root.read("conf/a.xml").unwrap();
    assert_eq!(file.bytes(), b"content of conf/a.xml\n");
    assert_eq!(file.digest(), Digest::of(file.bytes()));
    assert_eq!(file.relative(), Path::new("conf/a.xml"));
    let debug = format!("{file:?}");
    assert!(debug.contains("conf/a.xml") && !debug.contains("content of"));
}

#[test]
fn paths_stay_below_the_root() {
    let root = Root::with(&["a"]);
    for bad in [
        "",
        "/etc/passwd",
        "../a",
        "conf/../a",
        "./a",
        "conf//a",
        "a/",
        "a\0b",
    ] {
        let error = root.read(bad).unwrap_err();
        assert!(matches!(error, Error::BadPath { .. }), "{bad:?}: {error}");
        assert_eq!(error.class(), Class::Usage);
    }
}

#[test]
fn what_is_not_a_file_is_refused_at_once() {
    let root = Root::with(&["dir/file", "loop/file"]);
    let _socket = UnixListener::bind(root.at("socket")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, root.at("fifo"), fifo, mode, 0).unwrap();
    symlink("nowhere", root.at("dangling")).unwrap();
    symlink("nowhere", root.at("dangling-dir")).unwrap();
    symlink("self", root.at("self")).unwrap();
    symlink("fifo", root.at("to-fifo")).unwrap();
    let before = root.tree();

    let check = |file: &str, expected: fn(&Error) -> bool| {
        let error = root.read(file).unwrap_err();
        assert!(expected(&error), "{file}: {error:?}");
        assert_eq!(error.class(), Class::NotAcceptable, "{file}");
        assert!(
            error.to_string().contains(root.path().to_str().unwrap()),
            "{error}"
        );
    };
    check("dir", |e| {
        matches!(
            e,
            Error::NotRegular {
                kind: FileKind::Directory,
                ..
            }
        )
    });
    check("fifo", |e| {
        matches!(
            e,
            Error::NotRegular {
                kind: FileKind::Fifo,
                ..
            }
        )
    });
    check("to-fifo", |e| {
        matches!(
            e,
            Error::NotRegular {
                kind: FileKind::Fifo,
                ..
            }
        )
    });
    check("socket", |e| {
        matches!(
            e,
            Error::NotRegular {
                kind: FileKind::Socket,
                ..
            }
        )
    });
    check("missing", |e| matches!(e, Error::Missing { .. }));
    check("dir/file/below", |e| matches!(e, Error::Missing { .. }));
    check("self", |e| matches!(e, Error::LinkLoop { .. }));
    check(
        "dangling",
        |e| matches!(e, Error::DanglingLink { path, .. } if path.ends_with("dangling")),
    );
    check(
        "dangling-dir/file",
        |e| matches!(e, Error::DanglingLink { path, .. } if path.ends_with("dangling-dir")),
    );
    assert_eq!(root.tree(), before);
}

#[test]
fn a_link_out_of_the_root_is_followed_only_if_asked() {
    let root = Root::with(&["a"]);
    let outside = Root::with(&["conf/b"]);
    symlink(outside.at("conf"), root.at("conf")).unwrap();
    symlink(outside.at("conf/b"), root.at("b")).unwrap();
    for (file, link) in [("conf/b", "conf"), ("b", "b")] {
        match root.read(file).unwrap_err() {
            Error::LeavesRoot { link: at, target } => {
                assert_eq!(at, root.path().canonicalize().unwrap().join(link));
                assert_eq!(target, outside.at("conf/b").canonicalize().unwrap());
            }
            other => panic!("{other}"),
        }
        let store = root.store();
        let file = store
            .read(Path::new(file), LinkPolicy::FollowOutside, LIMIT)
            .unwrap();
        assert_eq!(file.bytes(), b"content of conf/b\n");
    }
}

#[test]
fn the_limit_is_the_largest_size_that_is_read() {
    let root = Root::with(&[]);
    root.write("a", "12345");
    let read = |limit| {
        root.store()
            .read(Path::new("a"), LinkPolicy::InsideOnly, limit)
    };
    assert_eq!(read(5).unwrap().bytes(), b"12345");
    assert!(matches!(
        read(4).unwrap_err(),
        Error::TooLarge { limit: 4, .. }
    ));
    // A file of /proc has size 0 and content.
    symlink("/proc/self/maps", root.at("maps")).unwrap();
    let endless = root
        .store()
        .read(Path::new("maps"), LinkPolicy::FollowOutside, 10);
    assert!(matches!(endless.unwrap_err(), Error::TooLarge { .. }));
}

#[test]
fn a_device_is_not_opened() {
    let root = Root::with(&[]);
    symlink("/dev/null", root.at("null")).unwrap();
    let store = root.store();
    let device = store.read(Path::new("null"), LinkPolicy::FollowOutside, LIMIT);
    let kind = FileKind::Device;
    assert!(matches!(device.unwrap_err(), Error::NotRegular { kind: k, .. } if k == kind));
}

#[test]
fn a_root_is_found_through_links_and_odd_names() {
    let parent = Root::with(&[]);
    let name = OsStr::from_bytes(b"caf\xe9 '\"$x\n\xff");
    let root = parent.at(name);
    parent.write(Path::new(name).join("a"), "old");
    symlink(name, parent.at("link")).unwrap();
    let store = Store::open(&parent.at("link"), STATE).unwrap();
    assert_eq!(store.root(), root.canonicalize().unwrap());
    let missing = store
        .read(Path::new("b"), LinkPolicy::InsideOnly, LIMIT)
        .unwrap_err();
    let shown = missing.to_string();
    assert!(shown.contains("caf\\xe9 '\"$x\\n\\xff/b"), "{shown}");
}

#[test]
fn a_root_has_to_be_a_directory() {
    let root = Root::with(&["file"]);
    for bad in ["file", "missing"] {
        let error = Store::open(&root.at(bad), STATE).unwrap_err();
        assert_eq!(error.class(), Class::NotAcceptable);
        assert!(matches!(error, Error::Root { .. }), "{error}");
    }
    for bad in ["", "..", "a/b", "/"] {
        assert!(matches!(
            Store::open(root.path(), bad),
            Err(Error::BadPath { .. })
        ));
    }
}
