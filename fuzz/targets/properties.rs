//! Any operation on any file of properties: the editor's laws as assertions.
//!
//! The first byte chooses the operation, then key and value up to a zero byte each, the rest is the
//! file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use properties_inplace::{Action, EditError, Found, Operation, edit, get, value_spans};

fuzz_target!(|data: &[u8]| {
    let [choice, rest @ ..] = data else {
        return;
    };
    let mut parts = rest.splitn(3, |byte| *byte == 0);
    let (Some(key), Some(value), Some(file)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let key = String::from_utf8_lossy(key).into_owned();
    let value = String::from_utf8_lossy(value).into_owned();
    for span in value_spans(file, &key) {
        assert!(span.start <= span.end && span.end <= file.len());
    }
    let action = match choice % 2 {
        0 => Action::Set {
            value: value.clone(),
            after: vec!["a".into()],
        },
        _ => Action::CommentOut,
    };
    let operation = Operation {
        key: key.clone(),
        action,
    };
    let edited = match edit(file, std::slice::from_ref(&operation)) {
        Ok(edited) => edited,
        Err(EditError::Unplanned(what)) => panic!("unplanned: {what}"),
        Err(_) => return,
    };
    let after = edited.bytes.as_deref().unwrap_or(file);
    let again = edit(after, std::slice::from_ref(&operation)).expect("the same operation again");
    assert_eq!(again.bytes, None, "a second run has no edits");
    match (&operation.action, get(after, &key).expect("it can be read")) {
        (Action::Set { .. }, Found::Active { value: found, .. }) => assert_eq!(found, value),
        (Action::CommentOut, Found::CommentedOut { .. } | Found::Absent) => {}
        (_, found) => panic!("{found:?}"),
    }
});
