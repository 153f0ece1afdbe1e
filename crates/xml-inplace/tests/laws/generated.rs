//! The laws over generated documents.

use proptest::prelude::*;
use xml_inplace::{
    Action, Document, EditError, Fragment, Operation, OperationError, Place, Source, edit, locate,
};

use crate::check::{
    changes, decoded, lawful, named, operation, second_tree, selector, set_attribute, set_text,
    show, texts,
};
use crate::documents::{Generated, document};

const VALUES: [&str; 12] = [
    "",
    "v",
    " v ",
    "a&b<c>\"'",
    "x\ny",
    "x\r\ny",
    "]]>",
    "-->",
    "é€𝄞",
    "\t",
    "-",
    "]",
];

fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(VALUES.to_vec())
}

/// One of `all`, chosen by a number that stands for it.
fn pick<T>(all: &[T], index: prop::sample::Index) -> Option<&T> {
    (!all.is_empty()).then(|| index.get(all))
}

fn target(name: &str) -> String {
    format!("//{name}")
}

/// Some operation on some element.
fn any_operation(
    document: &Generated,
    number: usize,
    which: prop::sample::Index,
    value: &str,
) -> Option<Operation> {
    let element = |action| {
        Some(operation(
            &target(pick(&document.active[1..], which)?),
            action,
        ))
    };
    match number {
        0 => Some(operation(
            &target(pick(&document.leaves, which)?),
            set_text(value),
        )),
        1 => Some(operation(
            &target(&pick(&document.hidden, which)?.0),
            set_text(value),
        )),
        2 => Some(operation(
            &target(&pick(&document.hidden, which)?.0),
            Action::Uncomment,
        )),
        3 => element(Action::CommentOut),
        4 => element(Action::Remove),
        5 => Some(operation(
            &format!("//{}/@k", which.get(&document.active)),
            set_attribute(value, Some("j")),
        )),
        6 => Some(operation(
            &format!("//{}/@k", which.get(&document.active)),
            Action::Remove,
        )),
        7 => Some(operation(
            &format!("//{}/new", which.get(&document.active)),
            Action::SetText {
                value: value.to_owned(),
                insert: Some(vec![selector("//k")]),
            },
        )),
        _ => {
            let place = [Place::Into, Place::Before, Place::After][number % 3];
            let fragment = Fragment::parse("<new>\n  <k a='1\n2'/>é€</new>").unwrap();
            let all = if place == Place::Into {
                &document.active[..]
            } else {
                &document.active[1..]
            };
            Some(operation(
                &target(pick(all, which)?),
                Action::Insert {
                    fragment,
                    place,
                    unless: None,
                },
            ))
        }
    }
}
const OPERATIONS: usize = 11;

/// What a person can act on: the operation is refused, and the place is told.
fn is_refusal(error: &EditError) -> bool {
    matches!(
        error,
        EditError::Operation {
            error: OperationError::NotHideable(_)
                | OperationError::NotReversible(_)
                | OperationError::Spread(_)
                | OperationError::HasElements(_),
            ..
        }
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_file_comes_back_and_every_element_is_found(document in document()) {
        let source = Source::decode(&document.bytes).unwrap();
        prop_assert_eq!(source.encode(source.text()).unwrap(), &document.bytes[..]);
        let parsed = Document::parse(&source).unwrap();
        for name in &document.active {
            let found = locate(&parsed, &selector(&target(name)));
            prop_assert_eq!((found.active.len(), found.hidden.len()), (1, 0), "{}", name);
        }
        let ascii = decoded(&document.bytes).contains("US-ASCII");
        for (name, text) in &document.hidden {
            let found = locate(&parsed, &selector(&target(name)));
            prop_assert_eq!((found.active.len(), found.hidden.len()), (0, 1), "{} {}", name, show(&document.bytes));
            let text = text.as_ref().map(|text| match ascii {
                true => text.replace(|c: char| !c.is_ascii(), "_"),
                false => text.clone(),
            });
            prop_assert_eq!(&found.hidden[0].text, &text);
        }
        for name in &document.named {
            let found = locate(&parsed, &selector(&target(name)));
            prop_assert_eq!((found.active.len(), found.hidden.len()), (0, 0), "{} {}", name, show(&document.bytes));
        }
    }

    #[test]
    fn every_operation_keeps_the_laws(
        document in document(), number in 0..OPERATIONS, which: prop::sample::Index, value in value(),
    ) {
        let Some(operation) = any_operation(&document, number, which, value) else { return Ok(()) };
        match lawful(&document.bytes, std::slice::from_ref(&operation)) {
            Ok(_) => {}
            Err(error) => prop_assert!(is_refusal(&error), "{} {:?} {}", error, operation, show(&document.bytes)),
        }
    }

    #[test]
    fn two_parsers_read_the_text_that_was_set(document in document(), which: prop::sample::Index, value in value()) {
        let hidden: Vec<&String> = document.hidden.iter().filter(|(_, text)| text.is_some()).map(|(name, _)| name).collect();
        for name in [pick(&document.leaves, which), pick(&hidden, which).copied()].into_iter().flatten() {
            match lawful(&document.bytes, &[operation(&target(name), set_text(value))]) {
                Ok(edited) => {
                    let bytes = edited.bytes.unwrap_or_else(|| document.bytes.clone());
                    let wanted = Some(value.to_owned());
                    prop_assert_eq!(texts(&bytes, name), (wanted.clone(), wanted));
                }
                Err(error) => prop_assert!(is_refusal(&error), "{} {}", error, show(&document.bytes)),
            }
        }
    }

    #[test]
    fn two_parsers_read_the_attribute_that_was_set(document in document(), which: prop::sample::Index, value in value()) {
        let name = which.get(&document.active);
        for attribute in ["k", "j", "f", "new"] {
            let target = format!("//{name}/@{attribute}");
            let edited = lawful(&document.bytes, &[operation(&target, set_attribute(value, Some("k")))]).unwrap();
            let bytes = edited.bytes.unwrap_or_else(|| document.bytes.clone());
            let tree = second_tree(&bytes);
            let second = named(&tree, name).and_then(|element| element.attributes.get(attribute)).cloned();
            prop_assert_eq!(second.as_deref(), Some(value));
            let source = Source::decode(&bytes).unwrap();
            let parsed = Document::parse(&source).unwrap();
            let first = locate(&parsed, &selector(&target)).active[0].attribute(attribute).map(str::to_owned);
            prop_assert_eq!(first.as_deref(), Some(value));
        }
    }

    #[test]
    fn uncommenting_gives_back_what_was_commented_out(document in document(), which: prop::sample::Index) {
        let Some(name) = pick(&document.active[1..], which) else { return Ok(()) };
        match lawful(&document.bytes, &[operation(&target(name), Action::CommentOut)]) {
            Ok(edited) => {
                let hidden = edited.bytes.unwrap();
                prop_assert_eq!(texts(&hidden, name), (None, None));
                let back = lawful(&hidden, &[operation(&target(name), Action::Uncomment)]).unwrap();
                prop_assert_eq!(back.bytes.unwrap(), document.bytes);
            }
            Err(error) => prop_assert!(is_refusal(&error), "{}", error),
        }
    }

    #[test]
    fn operations_on_different_targets_go_in_any_order(
        document in document(),
        numbers in (0..6_usize, 0..6_usize),
        which: (prop::sample::Index, prop::sample::Index),
        value in value(),
    ) {
        let (Some(one), Some(other)) = (
            any_operation(&document, numbers.0, which.0, value),
            any_operation(&document, numbers.1, which.1, value),
        ) else { return Ok(()) };
        let together = lawful(&document.bytes, &[one.clone(), other.clone()]);
        let reversed = edit(&document.bytes, &[other.clone(), one.clone()]);
        let Ok(together) = together else {
            prop_assert!(reversed.is_err(), "{:?}", reversed);
            return Ok(());
        };
        let wanted = together.bytes.clone().unwrap_or_else(|| document.bytes.clone());
        prop_assert_eq!(reversed.unwrap().bytes.unwrap_or_else(|| document.bytes.clone()), &wanted[..]);
        let mut bytes = document.bytes.clone();
        for operation in [&one, &other] {
            let edited = edit(&bytes, std::slice::from_ref(operation)).unwrap();
            let after = edited.bytes.unwrap_or_else(|| bytes.clone());
            // What was removed may have held the only line end by which the file shows which it has.
            if decoded(&bytes).contains('\r') && !decoded(&after).contains('\r') {
                return Ok(());
            }
            bytes = after;
        }
        prop_assert_eq!(show(&bytes), show(&wanted), "{:?} {:?}", one, other);
        prop_assert_eq!(changes(&together).count(), together.outcomes.iter().map(|o| o.changes().len()).sum::<usize>());
    }
}
