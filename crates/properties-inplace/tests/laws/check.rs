//! What holds for every edit, and what a reader by other authors sees.

use std::collections::HashMap;

use properties_inplace::{Action, Done, EditError, Edited, Operation, edit};

pub(crate) fn set(key: &str, value: &str, after: &[&str]) -> Operation {
    Operation {
        key: key.to_owned(),
        action: Action::Set {
            value: value.to_owned(),
            after: after.iter().map(|key| (*key).to_owned()).collect(),
        },
    }
}

pub(crate) fn comment_out(key: &str) -> Operation {
    Operation {
        key: key.to_owned(),
        action: Action::CommentOut,
    }
}

/// Carries out the operations, and holds the result against the laws that need
/// no knowledge of the file.
pub(crate) fn lawful(bytes: &[u8], operations: &[Operation]) -> Result<Edited, EditError> {
    let edited = edit(bytes, operations)?;
    let shown = || format!("{operations:?}\non {}", show(bytes));
    let is_changed = |edited: &Edited| {
        let mut outcomes = edited.outcomes.iter();
        outcomes.any(|outcome| matches!(outcome.result, Done::Changed(_)))
    };
    assert_eq!(edited.outcomes.len(), operations.len(), "{}", shown());
    assert_eq!(is_changed(&edited), edited.bytes.is_some(), "{}", shown());
    if let Some(after) = &edited.bytes {
        assert_ne!(after, bytes, "{}", shown());
        let again = edit(after, operations).unwrap_or_else(|error| panic!("{error}: {}", shown()));
        assert_eq!(again.bytes, None, "not idempotent: {}", shown());
        assert!(!is_changed(&again), "{}", shown());
    }
    Ok(edited)
}

pub(crate) fn edited(bytes: &[u8], operations: &[Operation]) -> Vec<u8> {
    let edited = lawful(bytes, operations);
    let edited = edited.unwrap_or_else(|error| panic!("{error}: {}", show(bytes)));
    edited.bytes.unwrap_or_else(|| bytes.to_vec())
}

/// Of the part of `before` that is no longer there: where it begins and ends.
pub(crate) fn gone(before: &[u8], after: &[u8]) -> (usize, usize) {
    let same = |(one, other): &(&u8, &u8)| one == other;
    let head = before.iter().zip(after).take_while(same).count();
    let (before, after) = (&before[head..], &after[head..]);
    let tail = before.iter().rev().zip(after.iter().rev());
    (head, head + before.len() - tail.take_while(same).count())
}

/// The properties as the `java-properties` crate reads them. It reads in
/// Windows' encoding unless told otherwise, drops a last line that goes on, and
/// stumbles over `\u` in comments, which are left out for it.
pub(crate) fn other_reader(bytes: &[u8]) -> HashMap<String, String> {
    let text: String = bytes
        .iter()
        .map(|byte| char::from(*byte))
        .chain(['\n'])
        .collect();
    let mut properties = HashMap::new();
    java_properties::PropertiesIter::new_with_encoding(text.as_bytes(), encoding_rs::UTF_8)
        .read_into(|key, value| {
            properties.insert(key, value);
        })
        .unwrap();
    properties
}

pub(crate) fn show(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    format!("{text:?}")
}
