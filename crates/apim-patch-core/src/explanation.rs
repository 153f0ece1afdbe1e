//! What stands in the way of a change, drawn at its place in the config file.

use xml_inplace::{
    Action, Document, EditError, Note, OperationError, ParseError, Position, Refusal, Source,
    VerifyError,
};

use crate::confidential::secrets;
use crate::diagnostic::{Class, Diagnostic, SourceText, Spot, printable};
use crate::operation::{Operation, Operations};

/// A config file's text, secrets masked.
pub(crate) fn source_text<'s>(
    path: &str,
    source: &'s Source,
    operations: &Operations<'_>,
) -> SourceText<'s> {
    SourceText::new(
        path,
        source.text(),
        secrets(source, &operations.secret_places()),
    )
}

pub(crate) fn warning(
    path: &str,
    source: &Source,
    operation: &Operation,
    operations: &Operations<'_>,
    note: &Note,
) -> Diagnostic {
    let text = source_text(path, source, operations);
    let key = operation.subject.key();
    let spot = |position: &Position| {
        let offset = source.offset(*position);
        text.spot(offset..offset + 1)
    };
    let several = |code, message: String, positions: &[Position], label: &str| {
        positions.iter().fold(
            Diagnostic::warning(code, Class::Home, message),
            |diagnostic, position| diagnostic.at(spot(position), label),
        )
    };
    match note {
        Note::SameAs(first) => {
            let first = &operations.list[*first];
            let message = format!("{} and {key} ask for the same change in {path}", first.subject.key());
            let diagnostic = Diagnostic::warning("asked-twice", Class::Specification, message);
            first.origin.attach(operation.origin.attach(diagnostic, "this"), "and this")
        }
        Note::OtherActive(positions) => several(
            "several-active",
            format!("{key} stands in {path} {} times; the server reads the first, which is the one that counts", positions.len() + 1),
            positions,
            "left as it is",
        ),
        Note::OtherHidden(positions) => several(
            "several-hidden",
            format!("{key} is commented out in {path} {} times; the first is taken", positions.len() + 1),
            positions,
            "left as it is",
        ),
        Note::NotRecognised(position, refusal) => Diagnostic::warning(
            "comment-not-recognised",
            Class::Home,
            format!("a comment in {path} names {key} but does not hold it whole; a new element is inserted"),
        )
        .at(spot(position), refusal_text(*refusal)),
    }
}

fn refusal_text(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::LoneTag => "only a start tag or an end tag",
        Refusal::Mixed => "prose beside the element",
        Refusal::IllFormed => "would not be well-formed",
    }
}

/// What is wrong, as many problems at once as can be found.
pub(crate) fn explain(
    path: &str,
    bytes: &[u8],
    operations: &Operations<'_>,
    error: EditError,
) -> Vec<Diagnostic> {
    let Ok(source) = Source::decode(bytes) else {
        return vec![in_file(path, None, operations, &error)];
    };
    match error {
        EditError::Parse(_) | EditError::Verify(_) => {
            vec![in_file(path, Some(&source), operations, &error)]
        }
        EditError::Operation { index, error } => {
            let explained =
                |operation, error| of_operation(path, &source, operation, operations, error);
            // Alone, an operation fails that needs what another one brings.
            let depends = operations.list.iter().any(|operation| {
                matches!(
                    operation.edit.action,
                    Action::Uncomment | Action::Insert { .. }
                )
            });
            let alone = operations
                .list
                .iter()
                .filter(|_| !depends)
                .filter_map(|operation| {
                    match xml_inplace::edit(bytes, std::slice::from_ref(&operation.edit)) {
                        Err(EditError::Operation { error, .. }) => {
                            Some(explained(operation, error))
                        }
                        _ => None,
                    }
                });
            let mut all: Vec<_> = alone.collect();
            if all.is_empty() {
                all.push(explained(&operations.list[index], error));
            }
            all
        }
        EditError::Overlap {
            first,
            second,
            position,
        } => {
            let (first, second) = (&operations.list[first], &operations.list[second]);
            let diagnostic = Diagnostic::error(
                "overlapping-changes",
                Class::Specification,
                format!(
                    "overlapping changes: {} and {} touch the same place in {path}",
                    first.subject.key(),
                    second.subject.key()
                ),
            );
            let diagnostic = second.origin.attach(diagnostic, "this");
            let diagnostic = first.origin.attach(diagnostic, "and this");
            let offset = source.offset(position);
            vec![diagnostic.beside(
                source_text(path, &source, operations).spot(offset..offset + 1),
                "both change this place",
            )]
        }
        EditError::Contradiction { index } => {
            let operation = &operations.list[index];
            let diagnostic = Diagnostic::error(
                "contradiction",
                Class::Specification,
                format!(
                    "{} would change {path} again on every run",
                    operation.subject.key()
                ),
            )
            .help("another change asks for something else at the same place, or what it makes is not what it looks for");
            vec![operation.origin.attach(diagnostic, "asked for here")]
        }
    }
}

/// The error for a target that is nowhere in the file, not even in a comment.
pub(crate) fn nothing_found(
    path: &str,
    source: &Source,
    operation: &Operation,
    operations: &Operations<'_>,
) -> Diagnostic {
    let selector = &operation.edit.target;
    let matched = Document::parse(source).ok().and_then(|document| {
        let (prefix, element) = selector.longest_match(&document)?;
        Some((prefix.to_owned(), source.position(element.span().start)))
    });
    let error = OperationError::NoMatch {
        selector: selector.to_string(),
        matched,
    };
    of_operation(path, source, operation, operations, error)
}

fn in_file(
    path: &str,
    source: Option<&Source>,
    operations: &Operations<'_>,
    error: &EditError,
) -> Diagnostic {
    let (code, position, message) = match error {
        EditError::Parse(parse) => {
            let code = match parse {
                ParseError::Source(_) => "xml-encoding",
                ParseError::Limit(_) => "xml-limit",
                ParseError::IllFormed { .. } => "xml-ill-formed",
            };
            (code, parse.position(), parse.to_string())
        }
        EditError::Verify(VerifyError::Refused { message, position }) => (
            "xml-ill-formed",
            *position,
            format!("not well-formed: {message}"),
        ),
        other => (
            "xml-not-verified",
            Position { line: 1, column: 1 },
            other.to_string(),
        ),
    };
    let diagnostic = Diagnostic::error(
        code,
        Class::Home,
        format!("{path} can't be edited: {}", printable(&message)),
    );
    let spot = match source {
        Some(source) => {
            let offset = source.offset(position);
            source_text(path, source, operations).spot(offset..offset + 1)
        }
        None => Spot::without_text(path, position.line, position.column),
    };
    diagnostic.at(spot, "")
}

fn of_operation(
    path: &str,
    source: &Source,
    operation: &Operation,
    operations: &Operations<'_>,
    error: OperationError,
) -> Diagnostic {
    let text = source_text(path, source, operations);
    // Around what a secret patch looks for, nobody has said what may be shown.
    let spot = |position: &Position| match operation.secret {
        true => Spot::without_text(path, position.line, position.column),
        false => {
            let offset = source.offset(*position);
            text.spot(offset..offset + 1)
        }
    };
    let key = operation.subject.key();
    let home = |code, message: String| Diagnostic::error(code, Class::Home, message);
    let specification =
        |code, message: String| Diagnostic::error(code, Class::Specification, message);
    let diagnostic = match &error {
        OperationError::NoMatch { selector, matched } => {
            let diagnostic = home(
                "target-missing",
                format!("{key}: `{}` is not in {path}", printable(selector)),
            );
            match matched {
                Some((prefix, position)) => diagnostic.at(
                    spot(position),
                    format!("`{}` matched here, what follows did not", printable(prefix)),
                ),
                None => diagnostic.help("nothing of that path is there: is this the right file?"),
            }
        }
        OperationError::CommentedOut { position, .. } => home(
            "target-commented-out",
            format!("{key}: the element in {path} is commented out"),
        )
        .at(spot(position), "in this comment")
        .help("uncomment it first"),
        OperationError::Several {
            selector,
            positions,
        } => positions
            .iter()
            .fold(
                home(
                    "target-ambiguous",
                    format!(
                        "{key}: `{}` matches {} elements in {path}",
                        printable(selector),
                        positions.len()
                    ),
                ),
                |diagnostic, position| diagnostic.at(spot(position), "this one"),
            )
            .help("add a predicate like [@name='…'] or [2], or say `all = true`"),
        OperationError::HasElements(position)
        | OperationError::NotHideable(position)
        | OperationError::NotReversible(position)
        | OperationError::Spread(position)
        | OperationError::NotUncommentable { position, .. } => {
            home("target-not-editable", format!("{key} in {path}: {error}")).at(spot(position), "")
        }
        OperationError::Unexpected(position) => Diagnostic::error(
            "unexpected-value",
            Class::Conflict,
            format!("{key} in {path} does not have the expected value"),
        )
        .at(spot(position), "another value stands here"),
        OperationError::Root | OperationError::WrongTarget(_) => {
            specification("target-not-possible", format!("{key}: {error}"))
        }
        OperationError::IllegalCharacter(_) => {
            specification("illegal-character", format!("{key}: {error}"))
        }
    };
    operation.origin.attach(diagnostic, "asked for here")
}
