//! The laws over every `.properties` file of the corpus, if it is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use properties_inplace::{Found, Operation, edit, get, value_spans};

use crate::check::{comment_out, edited, gone, other_reader, set};

/// The files of `$APIM_CORPUS`, or of `../shared/corpus` beside the workspace.
fn files() -> BTreeMap<PathBuf, Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("APIM_CORPUS").map_or(beside, PathBuf::from);
    if !root.is_dir() {
        println!("skipped: no corpus at {} (set APIM_CORPUS)", root.display());
        return BTreeMap::new();
    }
    let files: BTreeMap<_, _> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "properties")
        })
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    println!("files: {}", files.len());
    assert!(!files.is_empty());
    files
}

#[test]
fn every_key_can_be_set_and_commented_out() {
    let mut count = 0;
    for (path, bytes) in files() {
        let properties = other_reader(&bytes);
        for (key, value) in &properties {
            let found = get(&bytes, key).unwrap();
            assert!(matches!(found, Found::Active { value: found, .. } if found == *value));
            let same = set(key, value, &[]);
            assert_eq!(edit(&bytes, &[same]).unwrap().bytes, None, "{path:?}");

            let after = edited(&bytes, &[set(key, "caf\u{E9} \u{20AC}", &[])]);
            let mut expected = properties.clone();
            expected.insert(key.clone(), "caf\u{E9} \u{20AC}".to_owned());
            assert_eq!(other_reader(&after), expected, "{path:?}");
            let (start, end) = gone(&bytes, &after);
            let spans = value_spans(&bytes, key);
            let is_value = |span: &std::ops::Range<usize>| span.start <= start && end <= span.end;
            assert!(spans.iter().any(is_value), "{path:?}: {key}");

            let hidden = edited(&bytes, &[comment_out(key)]);
            expected.remove(key);
            assert_eq!(other_reader(&hidden), expected, "{path:?}");
            let back = edited(&hidden, &[set(key, value, &[])]);
            assert!(back == bytes, "{path:?}: {key}");
            count += 1;
        }
        let all = |action: &dyn Fn(&str) -> Operation| -> Vec<Operation> {
            properties.keys().map(|key| action(key)).collect()
        };
        let set_all = edited(&bytes, &all(&|key| set(key, key, &[])));
        assert!(
            other_reader(&set_all)
                .iter()
                .all(|(key, value)| key == value)
        );
        let none = edited(&bytes, &all(&comment_out));
        assert!(other_reader(&none).is_empty(), "{path:?}");
    }
    println!("keys: {count}");
}

/// The one line that stock files have commented out, beside prose that looks
/// nearly like it.
#[test]
fn the_queue_in_the_comment_is_restored_and_prose_is_not() {
    for (path, bytes) in files() {
        if !path.ends_with("conf/jndi.properties") {
            continue;
        }
        let wanted = b"#queue.MyQueue = example.MyQueue";
        let Some(at) = bytes
            .windows(wanted.len())
            .position(|window| window == wanted)
        else {
            continue;
        };
        let after = edited(&bytes, &[set("queue.MyQueue", "example.MyQueue", &[])]);
        let expected = [&bytes[..at], &bytes[at + 1..]].concat();
        assert!(after == expected, "{path:?}");
        let new = set("topic.new", "new", &["topic.throttleData"]);
        let (start, end) = gone(&bytes, &edited(&bytes, &[new]));
        assert_eq!(start, end, "{path:?}");
    }
}
