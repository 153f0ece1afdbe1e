//! The bar that shows how many of many homes are done.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;

/// A bar on stderr, or nothing where nobody would see it.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// A bar for this many homes.
    pub(super) fn of(console: &Console, homes: usize) -> Self {
        if console.quiet || console.is_json() || console.is_paged() || !io::stderr().is_terminal() {
            return Self::none();
        }
        let homes = u64::try_from(homes).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(homes), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} homes, {elapsed}")
        {
            bar.set_style(style);
        }
        // Shown before the first home is done.
        bar.tick();
        Self(Some(bar))
    }

    /// One more home is done.
    pub(crate) fn advance(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// Writes with the bar out of the way.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
