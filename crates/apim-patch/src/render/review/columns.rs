//! How wide what is drawn may be.

use std::env;
use std::io;

/// What `diff --side-by-side` takes where nothing says how wide it may be.
const USUAL: usize = 130;

/// The columns of the terminal, else `$COLUMNS`.
pub(super) fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    let terminal = size.map(|size| usize::from(size.ws_col));
    let variable = || env::var("COLUMNS").ok()?.parse().ok();
    terminal
        .filter(|columns| *columns > 0)
        .or_else(variable)
        .unwrap_or(USUAL)
}
