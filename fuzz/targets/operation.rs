//! Any operation on any document: the editor's laws as assertions.
//!
//! The first two bytes choose the operation and the element, what follows up to a zero byte is the
//! value, the rest is the document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xml_inplace::{
    Action, Document, EditError, Fragment, Operation, Place, Selector, Source, VerifyError,
    check_value, edit, locate,
};

fuzz_target!(|data: &[u8]| {
    let [choice, element, rest @ ..] = data else {
        return;
    };
    let Some(zero) = rest.iter().position(|byte| *byte == 0) else {
        return;
    };
    let value = String::from_utf8_lossy(&rest[..zero]).into_owned();
    let bytes = &rest[zero + 1..];
    let Some(path) = path_of(bytes, usize::from(*element)) else {
        return;
    };
    let attribute = format!("{path}/@k");
    let set_text = || Action::SetText {
        value: value.clone(),
        insert: Some(Vec::new()),
    };
    let (target, action) = match choice % 9 {
        0 => (path.clone(), set_text()),
        1 => (
            attribute.clone(),
            Action::SetAttribute {
                value: value.clone(),
                after: None,
            },
        ),
        2 => (path.clone(), Action::CommentOut),
        3 => (path.clone(), Action::Uncomment),
        4 => (path.clone(), Action::Remove),
        5 => (attribute.clone(), Action::Remove),
        6 => (format!("{path}/New"), set_text()),
        7 => {
            let Ok(fragment) = Fragment::parse("<New>\n  <k>v</k>\n</New>") else {
                return;
            };
            let place = [Place::Into, Place::Before, Place::After][value.len() % 3];
            let unless = None;
            (path.clone(), Action::Insert { fragment, place, unless })
        }
        _ => (
            path.clone(),
            Action::SetList {
                item: "b".into(),
                fields: vec!["k".into(), "l".into()],
                entries: vec![vec![value.clone(), "1".into()], vec!["2".into(), "3".into()]],
            },
        ),
    };
    let Ok(target) = Selector::parse(&target) else {
        return;
    };
    let hides = matches!(action, Action::CommentOut | Action::Remove);
    let numbered = hides && target.as_str().contains('[');
    let operation = Operation::new(target, action);
    let edited = match edit(bytes, std::slice::from_ref(&operation)) {
        Ok(edited) => edited,
        Err(EditError::Verify(VerifyError::Unplanned(what))) => panic!("unplanned: {what}"),
        // Once it is gone, its number is another one's, and that is refused.
        Err(EditError::Contradiction { .. }) if numbered => return,
        Err(EditError::Contradiction { .. }) => panic!("not idempotent"),
        Err(_) => return,
    };
    let Some(after) = edited.bytes else {
        return;
    };
    let again = edit(&after, std::slice::from_ref(&operation)).expect("the same operation again");
    assert_eq!(again.bytes, None, "a second run has no edits");
    match &operation.action {
        Action::SetText { value, .. } => {
            assert!(check_value(value).is_ok());
            let source = Source::decode(&after).expect("text");
            let document = Document::parse(&source).expect("well-formed");
            let found = operation.target.matches(&document);
            assert_eq!(found[0].text(), *value);
        }
        // A number counts what is active, so that it does not find what is hidden.
        Action::CommentOut if !numbered && count(bytes, &operation.target) == (1, 0) => {
            let back = Operation::new(operation.target.clone(), Action::Uncomment);
            let restored = edit(&after, &[back]).expect("it can be uncommented");
            assert_eq!(restored.bytes.as_deref(), Some(bytes), "the same bytes come back");
        }
        _ => {}
    }
});

/// The path of an element of the document.
fn path_of(bytes: &[u8], index: usize) -> Option<String> {
    let source = Source::decode(bytes).ok()?;
    let document = Document::parse(&source).ok()?;
    let elements: Vec<_> = document.root().descendants_or_self().take(256).collect();
    Some(elements[index % elements.len()].path())
}

/// How many elements match, active and hidden.
fn count(bytes: &[u8], selector: &Selector) -> (usize, usize) {
    let Ok(source) = Source::decode(bytes) else {
        return (0, 0);
    };
    let Ok(document) = Document::parse(&source) else {
        return (0, 0);
    };
    let located = locate(&document, selector);
    (located.active.len(), located.hidden.len())
}
