//! Operations on one file, as one unit.

use crate::error::{EditError, check};
use crate::operation::{Operation, Outcome};
use crate::plan::plan;
use crate::splice::apply;
use crate::verify;

/// What operations made of a file, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new file; `None` where everything was already so.
    pub bytes: Option<Vec<u8>>,
    /// One outcome for each operation, in their order.
    pub outcomes: Vec<Outcome>,
}

/// Carries out `operations` on a file's bytes, all or none, and proves the
/// result before it is returned.
///
/// All operations are planned on the file as it is. A new line may follow one
/// that an earlier operation inserts.
///
/// ```
/// use properties_inplace::{Action, ChangeKind, Done, Operation, edit};
///
/// let file = b"topic.throttleData : \\\r\n    throttleData\r\n";
/// let operation = Operation {
///     key: "topic.throttleData".into(),
///     action: Action::Set { value: "limits".into(), after: Vec::new() },
/// };
/// let edited = edit(file, std::slice::from_ref(&operation))?;
/// let bytes = edited.bytes.unwrap();
/// assert_eq!(bytes, b"topic.throttleData : \\\r\n    limits\r\n");
/// assert!(matches!(
///     &edited.outcomes[0].result,
///     Done::Changed(change) if change.kind == ChangeKind::Set
///         && change.old.as_deref() == Some("throttleData"),
/// ));
/// assert_eq!(edit(&bytes, &[operation])?.bytes, None);
/// # Ok::<(), properties_inplace::EditError>(())
/// ```
///
/// # Errors
///
/// A file that Java would not read, or not read the same in every release; two
/// operations that don't go together.
pub fn edit(bytes: &[u8], operations: &[Operation]) -> Result<Edited, EditError> {
    check(bytes)?;
    let planned = plan(bytes, operations)?;
    if planned.splices.is_empty() {
        return Ok(Edited {
            bytes: None,
            outcomes: planned.outcomes,
        });
    }
    let after = apply(bytes, &planned.splices);
    check(&after)?;
    verify::bytes(bytes, &after, &planned.splices)?;
    verify::agreement(bytes, &after, operations)?;
    match plan(&after, operations) {
        Ok(again) if again.splices.is_empty() => Ok(Edited {
            bytes: Some(after),
            outcomes: planned.outcomes,
        }),
        _ => Err(EditError::Unplanned("the result would be edited again")),
    }
}
