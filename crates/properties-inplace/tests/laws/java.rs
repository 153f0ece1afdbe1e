//! Java itself, where there is one: it reads generated files as the crate does,
//! and reads in the edited ones what was asked for.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

use properties_inplace::{Action, EditError, Found, Operation, get};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::check::{lawful, show};
use crate::files::{joined, noise, pieces};
use crate::generated::operation;

type Properties = HashMap<String, String>;

/// What `java.util.Properties.load` makes of each file: `None` where it throws.
fn load(files: &[&[u8]]) -> Option<Vec<Option<Properties>>> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/laws/Load.java");
    let java = Command::new("java")
        .arg(source)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut java) = java else {
        println!("skipped: there is no java");
        return None;
    };
    let mut input = u32::try_from(files.len()).unwrap().to_be_bytes().to_vec();
    for file in files {
        input.extend(u32::try_from(file.len()).unwrap().to_be_bytes());
        input.extend(*file);
    }
    let mut stdin = java.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = java.wait_with_output().unwrap();
    // A runtime without compiler can't run what it is given.
    if !output.status.success() {
        println!("skipped: this java does not run source files");
        return None;
    }
    writer.join().unwrap().unwrap();
    let mut rest = &output.stdout[..];
    Some(files.iter().map(|_| properties(&mut rest)).collect())
}

fn properties(rest: &mut &[u8]) -> Option<Properties> {
    let count = usize::try_from(number(rest)).ok()?;
    Some((0..count).map(|_| (text(rest), text(rest))).collect())
}

fn number(rest: &mut &[u8]) -> i32 {
    let (number, tail) = rest.split_first_chunk().unwrap();
    *rest = tail;
    i32::from_be_bytes(*number)
}

fn text(rest: &mut &[u8]) -> String {
    let length = 2 * usize::try_from(number(rest)).unwrap();
    let (text, tail) = rest.split_at(length);
    *rest = tail;
    let units = text
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    // A lone surrogate is refused, and what Java reads then is not compared.
    String::from_utf16_lossy(&units.collect::<Vec<u16>>())
}

struct Case {
    before: Vec<u8>,
    operation: Operation,
    result: Result<Vec<u8>, EditError>,
}

fn cases() -> Vec<Case> {
    let mut runner = TestRunner::deterministic();
    let mut one = |is_noise: bool| {
        let before = match is_noise {
            true => noise().new_tree(&mut runner).unwrap().current(),
            false => joined(&pieces().new_tree(&mut runner).unwrap().current()),
        };
        let operation = operation().new_tree(&mut runner).unwrap().current();
        let edited = lawful(&before, std::slice::from_ref(&operation));
        let result = edited.map(|edited| edited.bytes.unwrap_or_else(|| before.clone()));
        Case {
            before,
            operation,
            result,
        }
    };
    (0..8000).map(|number| one(number % 2 == 0)).collect()
}

#[test]
fn java_reads_what_was_asked_for() {
    let cases = cases();
    let files: Vec<&[u8]> = cases
        .iter()
        .flat_map(|case| [&case.before[..], case.result.as_deref().unwrap_or(&[])])
        .collect();
    let Some(loaded) = load(&files) else { return };
    let (mut edited, mut refused) = (0, 0);
    for (case, loaded) in cases.iter().zip(loaded.chunks_exact(2)) {
        let Case {
            before,
            operation,
            result,
        } = case;
        let shown = || format!("{operation:?} on {}", show(before));
        let is_read = loaded[0].is_some();
        match result {
            Ok(_) => assert!(is_read, "{}", shown()),
            Err(EditError::MalformedEscape { .. }) => assert!(!is_read, "{}", shown()),
            // What is refused first may hide what Java throws for.
            Err(EditError::OnlyBackslashes { .. } | EditError::LoneSurrogate { .. }) => {}
            Err(error) => panic!("{error}: {}", shown()),
        }
        let (Ok(_), Some(properties)) = (result, &loaded[0]) else {
            refused += 1;
            continue;
        };
        for (key, value) in properties {
            let found = get(before, key).unwrap();
            assert!(
                matches!(&found, Found::Active { value: found, .. } if found == value),
                "{found:?}: {}",
                shown()
            );
        }
        let mut expected = properties.clone();
        match &operation.action {
            Action::Set { value, .. } => expected.insert(operation.key.clone(), value.clone()),
            Action::CommentOut => expected.remove(&operation.key),
        };
        assert_eq!(loaded[1].as_ref(), Some(&expected), "{}", shown());
        edited += 1;
    }
    println!("files that java read as asked for: {edited}; refused: {refused}");
    assert!(edited > 4000);
}
