//! Operations on one document, as one unit.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use crate::change::{Anchor, Change, ChangeKind, Effect};
use crate::document::{Document, ParseError};
use crate::edit::{Claims, Edit, EditSet, Span};
use crate::operation::{Note, Operation, OperationError, Outcome};
use crate::source::{Position, Source};
use crate::token::tokens;
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
    /// On the result, the operation would have to be done again: another one
    /// asks for something else, or its selector no longer names what it changed
    /// (`[2]`, once the second one is commented out, names the third).
    #[error(
        "this would have to be done again on the result: another operation asks for something \
         else, or the selector no longer names what was changed"
    )]
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
/// want elements out of one comment, or put them into one empty element, or
/// where the target of one is what another restores or inserts, is the second
/// planned on the result of the first.
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
    let original = Source::decode(bytes).map_err(ParseError::from)?;
    let mut source = original.clone();
    let mut outcomes: Vec<Option<Outcome>> = vec![None; operations.len()];
    let mut begun: Vec<Option<Outcome>> = vec![None; operations.len()];
    let mut failed: HashMap<usize, OperationError> = HashMap::new();
    let mut current: Option<Vec<u8>> = None;
    let mut made: Vec<EditSet> = Vec::new();
    loop {
        let origin = |position: Position| match made.as_slice() {
            [] => position,
            made => original.position(
                made.iter()
                    .rev()
                    .fold(source.offset(position), |at, set| set.origin(at)),
            ),
        };
        let round = plan(&source, operations, &mut outcomes, &mut begun, origin)?;
        if let Some((index, error)) = round.failed {
            // What another operation restores or inserts may be what this one
            // needs; only when nothing comes any more has it failed.
            let error = failed.entry(index).or_insert(error);
            if round.edits.as_slice().is_empty() {
                let error = error.clone();
                return Err(EditError::Operation { index, error });
            }
        }
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
        made.push(round.edits);
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
    /// The first operation whose target is not there.
    failed: Option<(usize, OperationError)>,
}

/// Plans all operations that have no outcome yet, and leaves for the next
/// round those that need the result of this one. `origin` tells where a place
/// of this round's text was in the file.
fn plan(
    source: &Source,
    operations: &[Operation],
    outcomes: &mut [Option<Outcome>],
    begun: &mut [Option<Outcome>],
    origin: impl Fn(Position) -> Position,
) -> Result<Round, EditError> {
    let document = Document::parse(source)?;
    let mut claims = Claims::default();
    let mut planned = Planned::default();
    let mut crowd = Crowd::default();
    let mut failed = None;
    for (index, operation) in operations.iter().enumerate() {
        if outcomes[index].is_some() {
            continue;
        }
        let mut outcome = match operation.plan(&document) {
            Ok(outcome) => outcome,
            Err(error @ (OperationError::NoMatch { .. } | OperationError::CommentedOut { .. })) => {
                failed.get_or_insert((index, error));
                continue;
            }
            Err(error) => return Err(EditError::Operation { index, error }),
        };
        let rival = outcome.changes().iter().find_map(|change| {
            let first = planned.rival(change)?;
            Some((first, change.position))
        });
        if let Some((first, position)) = rival {
            return Err(EditError::Overlap {
                first,
                second: index,
                position: origin(position),
            });
        }
        if outcome.changes().iter().any(|change| crowd.is_at(change)) {
            continue;
        }
        let mut same_as = Vec::new();
        for change in outcome.changes() {
            // Two operations that ask for the same are one.
            if let Some(owner) = planned.twin(change) {
                if owner != index {
                    same_as.push(Note::SameAs(owner));
                }
                continue;
            }
            if let Err(first) = claims.add(&reach(change), index) {
                return Err(EditError::Overlap {
                    first,
                    second: index,
                    position: origin(change.position),
                });
            }
            planned.add(change, index);
        }
        for change in outcome.changes() {
            crowd.add(change);
        }
        outcome.move_positions(&origin);
        same_as.truncate(1);
        let outcome = outcome.with(same_as).after(begun[index].take());
        match outcome.unfinished {
            true => begun[index] = Some(outcome),
            false => outcomes[index] = Some(outcome),
        }
    }
    Ok(Round {
        edits: in_order(&planned.changes),
        changes: planned.changes,
        failed,
    })
}

/// What a change gives a value to: a path, and what tells siblings of one name
/// apart that have no ordinal yet.
type Thing = (String, Option<Position>, Option<String>);

fn thing(change: &Change) -> Thing {
    let (position, start_tag) = match &change.effect {
        Effect::Restored { .. } => (Some(change.position), None),
        Effect::Inserted { source, .. } => {
            let tag = tokens(source, 0).next();
            (None, tag.map(|tag| source[tag.span].to_owned()))
        }
        _ => (None, None),
    };
    (change.path.clone(), position, start_tag)
}

/// A kind of change, its place and the new value.
type Spot = (ChangeKind, Position, Option<String>);

/// The changes of a round, with the operations that asked for them.
#[derive(Default)]
struct Planned {
    changes: Vec<Change>,
    /// Owner and index of the changes at a place to a value.
    at: HashMap<Spot, Vec<(usize, usize)>>,
    /// The first owner of those that give a value to this thing.
    with_value: HashMap<(ChangeKind, Thing), usize>,
}

impl Planned {
    /// Who asked for the very same change.
    fn twin(&self, change: &Change) -> Option<usize> {
        let key = (change.kind, change.position, change.new.clone());
        let mut there = self.at.get(&key)?.iter();
        there
            .find(|(_, index)| self.changes[*index] == *change)
            .map(|(owner, _)| *owner)
    }

    /// Who gives another value to the same thing. Where it has none yet, the
    /// edits that give it two would stand side by side.
    fn rival(&self, change: &Change) -> Option<usize> {
        if change.new.is_none() || self.twin(change).is_some() {
            return None;
        }
        let key = (change.kind, thing(change));
        self.with_value.get(&key).copied()
    }

    fn add(&mut self, change: &Change, owner: usize) {
        let key = (change.kind, change.position, change.new.clone());
        let there = self.at.entry(key).or_default();
        there.push((owner, self.changes.len()));
        if change.new.is_some() {
            let key = (change.kind, thing(change));
            self.with_value.entry(key).or_insert(owner);
        }
        self.changes.push(change.clone());
    }
}

/// Where a second change has to see what the first one makes of the text.
#[derive(Default)]
struct Crowd {
    /// Comments that elements come out of: parent, ordinals, path.
    comments: Vec<(Vec<usize>, RangeInclusive<usize>, String)>,
    /// Parents that were empty and get a child.
    parents: HashSet<Vec<usize>>,
}

impl Crowd {
    fn is_at(&self, change: &Change) -> bool {
        match &change.effect {
            Effect::Restored {
                parent, comments, ..
            } => self
                .comments
                .iter()
                .any(|(other_parent, others, other_path)| {
                    parent == other_parent
                        && comments.start() <= others.end()
                        && others.start() <= comments.end()
                        && change.path != *other_path
                }),
            Effect::Inserted {
                parent,
                anchor: Anchor::Last,
                ..
            } => self.parents.contains(parent),
            _ => false,
        }
    }

    fn add(&mut self, change: &Change) {
        match &change.effect {
            Effect::Restored {
                parent, comments, ..
            } => self
                .comments
                .push((parent.clone(), comments.clone(), change.path.clone())),
            Effect::Inserted {
                parent,
                anchor: Anchor::Last,
                ..
            } => {
                self.parents.insert(parent.clone());
            }
            _ => {}
        }
    }
}

/// What no other change may touch. An element on its way into a comment or out
/// of it is one piece: what another change put into it would be lost.
fn reach(change: &Change) -> Vec<Span> {
    match (change.kind, change.edits.as_slice()) {
        (ChangeKind::CommentedOut | ChangeKind::Restored, [first, .., last]) => {
            vec![Span {
                start: first.span.start,
                end: last.span.end,
            }]
        }
        (_, edits) => edits.iter().map(|edit| edit.span.clone()).collect(),
    }
}

/// All edits. Of those that insert at one place, the end of a comment comes
/// first and the start of one last: what is put beside an element stays
/// outside its comment.
fn in_order(changes: &[Change]) -> EditSet {
    let mut ranked: Vec<(u8, &Edit)> = Vec::new();
    for change in changes {
        for (index, edit) in change.edits.iter().enumerate() {
            let rank = match (change.kind, &change.effect) {
                (ChangeKind::CommentedOut, _) if index + 1 == change.edits.len() => 0,
                (ChangeKind::CommentedOut, _) if index == 0 => 3,
                (
                    _,
                    Effect::Inserted {
                        anchor: Anchor::BeforeElement(_),
                        ..
                    },
                ) => 2,
                _ => 1,
            };
            ranked.push((rank, edit));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    EditSet::new(ranked.into_iter().map(|(_, edit)| edit.clone()))
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
