//! The exit status, decided in one place.

use apim_patch_core::diagnostic::{Class, Diagnostic};

/// What a run came to. With several homes the gravest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Success,
    /// There are differences.
    Differences,
    /// Something of this class stood in the way.
    Failure(Class),
}

impl Exit {
    /// The gravest of several errors.
    pub(crate) fn of(errors: &[Diagnostic]) -> Self {
        errors
            .iter()
            .map(|error| Self::Failure(error.class))
            .fold(Self::Success, Self::graver)
    }

    /// The status as the shell sees it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Differences => 1,
            Self::Failure(Class::Specification) => 2,
            Self::Failure(Class::Home) => 3,
            Self::Failure(Class::Conflict) => 4,
            Self::Failure(Class::Io) => 5,
            Self::Failure(Class::RecoveryNeeded) => 6,
            Self::Failure(Class::Locked) => 75,
            Self::Failure(Class::Interrupted(signal)) => 128 + u8::try_from(signal).unwrap_or(0),
        }
    }

    /// The graver of two.
    pub(crate) fn graver(self, other: Self) -> Self {
        if other.gravity() > self.gravity() {
            other
        } else {
            self
        }
    }

    fn gravity(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Differences => 1,
            Self::Failure(class) => match class {
                Class::Specification => 2,
                Class::Locked => 3,
                Class::Home => 4,
                Class::Conflict => 5,
                Class::Io => 6,
                Class::RecoveryNeeded => 7,
                // Nothing was done after it.
                Class::Interrupted(_) => 8,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_counts() {
        let order = [0, 1, 2, 75, 3, 4, 5, 6];
        let all = [
            Exit::Success,
            Exit::Differences,
            Exit::Failure(Class::Specification),
            Exit::Failure(Class::Locked),
            Exit::Failure(Class::Home),
            Exit::Failure(Class::Conflict),
            Exit::Failure(Class::Io),
            Exit::Failure(Class::RecoveryNeeded),
        ];
        for (index, exit) in all.into_iter().enumerate() {
            assert_eq!(exit.code(), order[index]);
            for graver in &all[index..] {
                assert_eq!(exit.graver(*graver), *graver);
                assert_eq!(graver.graver(exit), *graver);
            }
        }
        assert_eq!(Exit::Failure(Class::Interrupted(15)).code(), 143);
    }
}
