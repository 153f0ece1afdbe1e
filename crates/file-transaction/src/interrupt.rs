//! The one thing a signal may do here: be noticed between two steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;

/// A flag that a signal handler sets and a transaction looks at between its steps.
///
/// Before the commit point a raised flag rolls the transaction back and gives
/// [`Error::Interrupted`]; after it the flag is not looked at any more and the transaction
/// finishes. This crate installs no handlers. A program that wants signals to be noticed hands
/// [`flag`](Self::flag) to `signal_hook::flag::register_usize(signal, flag, signal as usize)`. It
/// should do so for SIGXFSZ too, whose default action would otherwise kill it where a size limit is
/// met.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// A flag that is not raised.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// The number of the signal that arrived, 0 for none.
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }

    /// Raises the flag, as a handler for `signal` would.
    pub fn raise(&self, signal: u8) {
        self.0.store(usize::from(signal), Ordering::SeqCst);
    }

    /// An error if the flag is raised.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] with the number of the signal.
    pub fn check(&self) -> Result<(), Error> {
        match self.0.load(Ordering::SeqCst) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: i32::try_from(signal).unwrap_or(i32::MAX),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_flag_is_seen_through_every_copy() {
        let interrupt = Interrupt::new();
        let copy = interrupt.clone();
        interrupt.check().unwrap();
        copy.flag().store(15, Ordering::SeqCst);
        let error = interrupt.check().unwrap_err();
        assert!(matches!(error, Error::Interrupted { signal: 15 }));
        copy.raise(0);
        interrupt.check().unwrap();
    }
}
