//! Operation by operation: a document before and after.

mod attribute;
mod insert;
mod list;
mod presence;
mod refused;
mod text;
mod together;

use xml_inplace::{Done, EditError, Note, Operation, Outcome, Why};

use crate::check::lawful;

/// Carries out one operation: `expect` is the whole document afterwards, or
/// the same as `before` where everything was so.
#[track_caller]
fn check(before: &str, operation: Operation, expect: &str) -> Outcome {
    let mut edited = match lawful(before.as_bytes(), &[operation]) {
        Ok(edited) => edited,
        Err(error) => panic!("{error}\n{before}"),
    };
    let after = edited
        .bytes
        .map_or(before.to_owned(), |bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(after, expect);
    edited.outcomes.remove(0)
}

/// Several at once.
#[track_caller]
fn check_all(before: &str, operations: &[Operation], expect: &str) -> Vec<Outcome> {
    let edited = match lawful(before.as_bytes(), operations) {
        Ok(edited) => edited,
        Err(error) => panic!("{error}\n{before}"),
    };
    let after = edited
        .bytes
        .map_or(before.to_owned(), |bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(after, expect);
    edited.outcomes
}

/// What an operation is refused with.
#[track_caller]
fn refusal(before: &str, operations: &[Operation]) -> String {
    match lawful(before.as_bytes(), operations) {
        Ok(edited) => panic!("not refused: {edited:?}"),
        Err(error @ EditError::Verify(_)) => panic!("{error}"),
        Err(error) => error.to_string(),
    }
}

/// Why an outcome is already so, and where.
fn why(outcome: &Outcome) -> String {
    match outcome.result {
        Done::AlreadySo(Why::Equal(position)) => format!("equal at {position}"),
        Done::AlreadySo(Why::Hidden(position)) => format!("hidden at {position}"),
        Done::AlreadySo(Why::Absent) => "absent".to_owned(),
        Done::Changed(_) => "changed".to_owned(),
    }
}

fn notes(outcome: &Outcome) -> Vec<String> {
    let places = |positions: &[xml_inplace::Position]| -> String {
        let all: Vec<String> = positions.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    outcome
        .notes
        .iter()
        .map(|note| match note {
            Note::OtherActive(positions) => format!("other active: {}", places(positions)),
            Note::OtherHidden(positions) => format!("other hidden: {}", places(positions)),
            Note::NotRecognised(position, refusal) => format!("{refusal:?} at {position}"),
            Note::SameAs(index) => format!("same as {index}"),
        })
        .collect()
}
