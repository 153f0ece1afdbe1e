//! Operations on one document, as one unit.

use crate::change::{Change, Effect};
use crate::document::{Document, ParseError};
use crate::edit::EditSet;
use crate::operation::{Note, Operation, OperationError, Outcome};
use crate::source::{Position, Source};
use crate::verify::{self, VerifyError};

/// What operations made of a document, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// One outcome for each operation, in their order.
    pub outcomes: Vec<Outcome>,
    /// The new document; `None` where everything was already so.
    pub bytes: Option<Vec<u8>>,
}

/// Why operations can't be carried out. Operations are named by their index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file is no document that can be edited.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// One operation can't be carried out.
    #[error("{error}")]
    Operation {
        /// Which one.
        index: usize,
        /// Why.
        error: OperationError,
    },
    /// Two operations touch the same bytes.
    #[error("overlapping changes at {position}")]
    Overlap {
        /// The operation that came first.
        first: usize,
        /// The one that overlaps it.
        second: usize,
        /// Where.
        position: Position,
    },
    /// An operation undoes what another one asks for.
    #[error("this asks for something else than the other operations do")]
    Contradiction {
        /// The operation that would have to be done again.
        index: usize,
    },
    /// The result did not pass a gate.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Carries out `operations` on a file's bytes, all or none, and proves the
/// result before it is returned.
///
/// All operations are planned on the document as it is. Only where two of them
/// want elements out of one comment is the second planned on the result of the
/// first.
///
/// ```
/// use xml_inplace::{Action, Operation, Selector, edit};
///
/// let file = b"<Server>\n    <!--HostName>www.wso2.org</HostName-->\n</Server>\n";
/// let operation = Operation::new(
///     Selector::parse("/Server/HostName")?,
///     Action::SetText { value: "gw.example.com".into(), insert: None },
/// );
/// let edited = edit(file, std::slice::from_ref(&operation))?;
/// let bytes = edited.bytes.unwrap();
/// assert_eq!(bytes, b"<Server>\n    <HostName>gw.example.com</HostName>\n</Server>\n");
/// assert_eq!(edit(&bytes, &[operation])?.bytes, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The first operation that can't be carried out, two that don't go together,
/// a file that can't be edited.
pub fn edit(bytes: &[u8], operations: &[Operation]) -> Result<Edited, EditError> {
    crate::document::check_size(bytes.len()).map_err(ParseError::from)?;
    let mut source = Source::decode(bytes).map_err(ParseError::from)?;
    let mut outcomes: Vec<Option<Outcome>> = vec![None; operations.len()];
    let mut current: Option<Vec<u8>> = None;
    loop {
        let round = plan(&source, operations, &mut outcomes)?;
        if round.edits.as_slice().is_empty() {
            break;
        }
        let after = source.with_text(round.edits.apply(source.text()));
        let encoded = after.encode(after.text()).ok_or_else(|| {
            VerifyError::Unplanned("a value can't be written in the file's encoding".to_owned())
        })?;
        let before = current.as_deref().unwrap_or(bytes);
        verify::bytes(&source, &round.edits, before, &encoded)?;
        verify::agreement(&source, &round.changes, before, &encoded)?;
        source = after;
        current = Some(encoded);
    }
    if current.is_some() {
        settled(&source, operations)?;
    }
    Ok(Edited {
        outcomes: outcomes.into_iter().flatten().collect(),
        bytes: current,
    })
}

/// What can be done at once.
struct Round {
    edits: EditSet,
    changes: Vec<Change>,
}

/// Plans all operations that have no outcome yet, and leaves for the next
/// round those that want an element out of a comment that this round changes.
fn plan(
    source: &Source,
    operations: &[Operation],
    outcomes: &mut [Option<Outcome>],
) -> Result<Round, EditError> {
    let document = Document::parse(source)?;
    let mut edits = EditSet::default();
    let mut owners: Vec<(usize, Change)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        if outcomes[index].is_some() {
            continue;
        }
        let outcome = operation
            .plan(&document)
            .map_err(|error| EditError::Operation { index, error })?;
        let later = outcome.changes().iter().any(|change| {
            owners
                .iter()
                .any(|(_, other)| share_a_comment(change, other))
        });
        if later {
            continue;
        }
        let mut same_as = Vec::new();
        for change in outcome.changes() {
            // Two operations that ask for the same are one.
            if let Some((owner, _)) = owners.iter().find(|(_, other)| other == change) {
                if *owner != index {
                    same_as.push(Note::SameAs(*owner));
                }
                continue;
            }
            let taken = owners
                .iter()
                .find(|(owner, other)| *owner != index && same_target(change, other))
                .map(|(owner, _)| *owner);
            let taken = taken.or_else(|| {
                let overlapped = edits.add(&change.edits).err()?;
                let owner = owners
                    .iter()
                    .find(|(_, other)| other.edits.contains(&overlapped));
                Some(owner.map_or(index, |(owner, _)| *owner))
            });
            if let Some(first) = taken {
                return Err(EditError::Overlap {
                    first,
                    second: index,
                    position: change.position,
                });
            }
            owners.push((index, change.clone()));
        }
        same_as.truncate(1);
        outcomes[index] = Some(outcome.with(same_as));
    }
    Ok(Round {
        edits,
        changes: owners.into_iter().map(|(_, change)| change).collect(),
    })
}

/// Whether both give the same thing a value: where it has none yet, their
/// edits would stand side by side.
fn same_target(a: &Change, b: &Change) -> bool {
    a.path == b.path && a.kind == b.kind && a.new.is_some() && b.new.is_some()
}

fn share_a_comment(a: &Change, b: &Change) -> bool {
    let (
        Effect::Restored {
            parent: a_parent,
            comments: a_comments,
            ..
        },
        Effect::Restored {
            parent: b_parent,
            comments: b_comments,
            ..
        },
    ) = (&a.effect, &b.effect)
    else {
        return false;
    };
    a != b
        && a_parent == b_parent
        && a_comments.start() <= b_comments.end()
        && b_comments.start() <= a_comments.end()
        && a.path != b.path
}

/// Gate 3: on the result, every operation is already so.
fn settled(source: &Source, operations: &[Operation]) -> Result<(), EditError> {
    let document = Document::parse(source).map_err(|error| {
        VerifyError::Unplanned(format!("the result would not be well-formed ({error})"))
    })?;
    for (index, operation) in operations.iter().enumerate() {
        match operation.plan(&document) {
            Ok(outcome) if outcome.changes().is_empty() => {}
            _ => return Err(EditError::Contradiction { index }),
        }
    }
    Ok(())
}
