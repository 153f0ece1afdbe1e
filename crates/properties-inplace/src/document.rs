//! Where the keys that somebody asks for stand in a file.

use std::collections::{HashMap, HashSet};

use crate::decode::decode;
use crate::error::EditError;
use crate::hidden::{self, Reading};
use crate::line::{Lines, skip_blanks};
use crate::property::Property;

/// One property and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) property: Property,
    pub(crate) value: String,
}

/// The properties of one key, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    pub(crate) active: Vec<Entry>,
    pub(crate) hidden: Vec<Entry>,
}

/// A file, as far as it is asked for.
#[derive(Debug)]
pub(crate) struct Document<'b> {
    pub(crate) bytes: &'b [u8],
    entries: HashMap<String, Entries>,
    /// The last active property, whatever its key.
    pub(crate) last: Option<Property>,
}

impl<'b> Document<'b> {
    /// Walks the file, which is not kept: one of the size that is accepted
    /// might have millions of lines.
    ///
    /// # Errors
    ///
    /// The first line that can't be read, whatever its key: Java refuses the
    /// file for it.
    pub(crate) fn scan(bytes: &'b [u8], wanted: &HashSet<&str>) -> Result<Self, EditError> {
        let mut document = Self {
            bytes,
            entries: HashMap::new(),
            last: None,
        };
        let mut lines = Lines::new(bytes);
        while let Some(line) = lines.next() {
            let start = skip_blanks(bytes, line.start..line.end);
            if start == line.end {
                continue;
            }
            if matches!(bytes[start], b'#' | b'!') {
                let found = hidden::property(bytes, line, &mut lines, Reading::Strict);
                // What Java does not read need not be readable.
                if let Some(property) = found
                    && let Ok(key) = decode(bytes, &property.segments, &property.key)
                    && wanted.contains(key.as_str())
                    && let Ok(value) = decode(bytes, &property.segments, &property.value)
                {
                    let entries = document.entries.entry(key).or_default();
                    entries.hidden.push(Entry { property, value });
                }
                continue;
            }
            if bytes[start..line.end].iter().all(|byte| *byte == b'\\') {
                let position = line.position(start);
                return Err(EditError::OnlyBackslashes { position });
            }
            let property = Property::active(bytes, line, &mut lines);
            let read = |range| {
                decode(bytes, &property.segments, range).map_err(|error| error.in_file(bytes))
            };
            let (key, value) = (read(&property.key)?, read(&property.value)?);
            if wanted.contains(key.as_str()) {
                let property = property.clone();
                let entries = document.entries.entry(key).or_default();
                entries.active.push(Entry { property, value });
            }
            document.last = Some(property);
        }
        Ok(document)
    }

    pub(crate) fn active(&self, key: &str) -> &[Entry] {
        self.entries.get(key).map_or(&[], |found| &found.active)
    }

    pub(crate) fn hidden(&self, key: &str) -> &[Entry] {
        self.entries.get(key).map_or(&[], |found| &found.hidden)
    }

    /// Whether what is put at the end would be taken for the last line's rest.
    pub(crate) fn is_dangling(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.dangling)
    }
}
