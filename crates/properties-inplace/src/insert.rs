//! New lines.

use std::collections::HashMap;

use crate::document::Document;
use crate::encode;
use crate::line::{is_blank, line_end_near};
use crate::position::Position;
use crate::property::{Property, Separator};
use crate::splice::{Rank, Splice};

/// Where new lines go, and how they look there.
pub(crate) struct Places<'d> {
    document: &'d Document<'d>,
    end: Place<'d>,
    /// Of the keys that are already given a line.
    taken: HashMap<&'d str, Place<'d>>,
}

#[derive(Clone, Copy)]
struct Place<'d> {
    offset: usize,
    position: Position,
    separator: &'d [u8],
}

impl<'d> Places<'d> {
    pub(crate) fn new(document: &'d Document<'d>) -> Self {
        let bytes = document.bytes;
        let end = Place {
            offset: bytes.len(),
            position: Position::end_of(bytes),
            separator: separator(bytes, document.last.as_ref()),
        };
        Self {
            document,
            end,
            taken: HashMap::new(),
        }
    }

    /// A new line behind the first of `after` that is there, or at the end.
    pub(crate) fn insert(
        &mut self,
        key: &'d str,
        value: &str,
        after: &[String],
    ) -> (Splice, Position) {
        let behind = after.iter().find_map(|neighbour| self.behind(neighbour));
        let place = behind.unwrap_or(self.end);
        self.taken.insert(key, place);
        let mut line = encode::key(key);
        line.extend(place.separator);
        line.extend(encode::value(value, Separator::Sign));
        (self.splice(place.offset, line), place.position)
    }

    fn behind(&self, key: &str) -> Option<Place<'d>> {
        if let Some(place) = self.taken.get(key) {
            return Some(*place);
        }
        let document = self.document;
        let (active, hidden) = (document.active(key), document.hidden(key));
        let property = &active.last().or(hidden.last())?.property;
        Some(Place {
            offset: property.last.next,
            position: Position::behind(&property.last),
            separator: separator(document.bytes, Some(property)),
        })
    }

    fn splice(&self, offset: usize, line: Vec<u8>) -> Splice {
        let bytes = self.document.bytes;
        let line_end = line_end_near(bytes, offset);
        let is_bare = offset > 0 && !matches!(bytes[offset - 1], b'\n' | b'\r');
        let mut out = Vec::with_capacity(line.len() + 2 * line_end.len());
        // An empty line ends the value that would go on otherwise.
        if offset == bytes.len() && self.document.is_dangling() {
            out.extend(line_end);
        }
        if is_bare {
            out.extend(line_end);
        }
        out.extend(line);
        if !is_bare {
            out.extend(line_end);
        }
        Splice {
            range: offset..offset,
            bytes: out,
            rank: match is_bare {
                true => Rank::NewLastLine,
                false => Rank::NewLine,
            },
        }
    }
}

/// The neighbour's separator, if it is one that may stand before any value.
fn separator<'b>(bytes: &'b [u8], neighbour: Option<&Property>) -> &'b [u8] {
    let between = neighbour
        .filter(|property| property.separator == Separator::Sign)
        .map(|property| &bytes[property.key.end..property.value.start]);
    let is_plain = |between: &&[u8]| {
        between
            .iter()
            .all(|byte| is_blank(*byte) || matches!(byte, b'=' | b':'))
    };
    between.filter(is_plain).unwrap_or(b"=")
}
