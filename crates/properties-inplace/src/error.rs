//! Why a file or a set of operations is refused.

use crate::position::Position;

/// Bytes of a file. Stock files have a few kilobytes; the limit is there so
/// that what is no such file fails before it is walked.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why operations can't be carried out. Operations are named by their index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The file is larger than [`MAX_BYTES`], or would be.
    #[error("the file has {size} bytes, the limit is {MAX_BYTES}")]
    TooLarge {
        /// How many it has.
        size: usize,
    },
    /// No text file has NUL bytes; one in UTF-16 has.
    #[error("a NUL byte at {position}: this is no ISO-8859-1 text")]
    Nul {
        /// Where.
        position: Position,
    },
    /// Java's reader refuses the whole file for one of these.
    #[error("malformed escape at {position}: `\\u` needs four hexadecimal digits")]
    MalformedEscape {
        /// Where its backslash stands.
        position: Position,
    },
    /// An escape for half of a character, without the other half.
    #[error("the escape at {position} is one half of a surrogate pair without the other")]
    LoneSurrogate {
        /// Where its backslash stands.
        position: Position,
    },
    /// `\` alone on its line: what follows is a comment in one Java release
    /// and a key in another.
    #[error(
        "the line at {position} is nothing but backslashes, which Java releases read differently"
    )]
    OnlyBackslashes {
        /// Where.
        position: Position,
    },
    /// Two operations ask for different things of one key.
    #[error("operations {first} and {second} ask for different things of one key")]
    Contradiction {
        /// The operation that came first.
        first: usize,
        /// The one that contradicts it.
        second: usize,
    },
    /// A gate saw something else than was planned: a mistake of this crate.
    /// Nothing of the result left it.
    #[error("refused to change the file: {0}. Please report this")]
    Unplanned(&'static str),
}

/// Refuses what is too large, and what is no text.
pub(crate) fn check(bytes: &[u8]) -> Result<(), EditError> {
    if bytes.len() > MAX_BYTES {
        return Err(EditError::TooLarge { size: bytes.len() });
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        let position = Position::of(bytes, offset);
        return Err(EditError::Nul { position });
    }
    Ok(())
}

/// An escape that stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadEscape {
    Malformed(usize),
    LoneSurrogate(usize),
}

impl BadEscape {
    pub(crate) fn in_file(self, bytes: &[u8]) -> EditError {
        match self {
            Self::Malformed(offset) => EditError::MalformedEscape {
                position: Position::of(bytes, offset),
            },
            Self::LoneSurrogate(offset) => EditError::LoneSurrogate {
                position: Position::of(bytes, offset),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_at_its_number() {
        let mut bytes = vec![b'\n'; MAX_BYTES];
        assert_eq!(check(&bytes), Ok(()));
        bytes.push(b'\n');
        let size = MAX_BYTES + 1;
        assert_eq!(check(&bytes), Err(EditError::TooLarge { size }));
    }

    #[test]
    fn a_nul_byte_is_told_with_its_place() {
        let error = check(b"a=b\r\nc\0=d").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a NUL byte at 2:2: this is no ISO-8859-1 text"
        );
    }
}
