//! Answers of the user, line by line from standard input, be it a terminal or
//! not.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use apim_patch_core::apply::Interrupt;
use apim_patch_core::diagnostic::{Class, Diagnostic};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcsetattr};
use signal_hook::consts::SIGHUP;
use zeroize::{Zeroize, Zeroizing};

/// The longest answer, in bytes. No setting is that long.
const MAX_LINE: usize = 64 * 1024;

/// How long a signal may go unnoticed that arrives just before the wait for an
/// answer begins; one that arrives later ends the wait at once.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: Duration::from_millis(100).subsec_nanos() as i64,
};

/// Standard input, of which nobody else reads.
pub(crate) struct Answers<'i> {
    interrupt: &'i Interrupt,
    /// Whether a terminal shows the answers by itself.
    is_terminal: bool,
    /// What has been read of the lines to come.
    ahead: Zeroizing<Vec<u8>>,
}

/// Whether the terminal shows what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// It does.
    On,
    /// It does not; for secrets.
    Off,
}

impl<'i> Answers<'i> {
    pub(crate) fn new(interrupt: &'i Interrupt) -> Self {
        Self {
            interrupt,
            is_terminal: isatty(io::stdin()),
            ahead: Zeroizing::new(Vec::new()),
        }
    }

    /// Whether a terminal shows the answers by itself.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// The next line, without its end; `None` where there is no more.
    ///
    /// # Errors
    ///
    /// A signal that arrives first, and input that can't be read.
    pub(crate) fn line(&mut self, echo: Echo) -> Result<Option<Zeroizing<String>>, Diagnostic> {
        let _silence = match echo {
            Echo::Off => Silence::begin(),
            Echo::On => None,
        };
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let line = self.take(end);
                self.ahead.drain(..1);
                return line.map(Some);
            }
            if self.ahead.len() > MAX_LINE {
                return Err(unusable("an answer is too long"));
            }
            self.wait()?;
            let mut chunk = Zeroizing::new([0; 4096]);
            match rustix::io::read(io::stdin(), chunk.as_mut_slice()) {
                Ok(0) if self.ahead.is_empty() => return Ok(None),
                Ok(0) => return self.take(self.ahead.len()).map(Some),
                Ok(length) => self.keep(&chunk[..length]),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => return Err(unusable(&io::Error::from(error).to_string())),
            }
        }
    }

    /// Waits until there is something to read.
    fn wait(&self) -> Result<(), Diagnostic> {
        let stdin = io::stdin();
        loop {
            let signal = self.interrupt.flag().load(Ordering::SeqCst);
            if signal != 0 {
                return Err(stopped(i32::try_from(signal).unwrap_or(i32::MAX)));
            }
            let mut inputs = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut inputs, Some(&WAIT)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // A terminal that was closed is no end of what is typed; its signal
                // may not have arrived yet.
                Ok(_) if self.is_terminal && inputs[0].revents().contains(PollFlags::HUP) => {
                    return Err(stopped(SIGHUP));
                }
                Ok(_) => return Ok(()),
                Err(error) => return Err(unusable(&io::Error::from(error).to_string())),
            }
        }
    }

    /// Takes the first `length` bytes as an answer.
    fn take(&mut self, length: usize) -> Result<Zeroizing<String>, Diagnostic> {
        let line = &self.ahead[..length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = str::from_utf8(line).map(|line| Zeroizing::new(line.to_owned()));
        let text = text.map_err(|_| unusable("an answer is not UTF-8"));
        self.ahead[..length].zeroize();
        self.ahead.drain(..length);
        text
    }

    /// Grows without leaving a copy behind, which `Vec` would.
    fn keep(&mut self, chunk: &[u8]) {
        let mut longer = Zeroizing::new(Vec::with_capacity(self.ahead.len() + chunk.len()));
        longer.extend_from_slice(&self.ahead);
        longer.extend_from_slice(chunk);
        self.ahead = longer;
    }
}

fn stopped(signal: i32) -> Diagnostic {
    let message = format!("stopped by signal {signal}; nothing was written");
    Diagnostic::error("interrupted", Class::Interrupted(signal), message)
}

fn unusable(why: &str) -> Diagnostic {
    let message = format!("no answer can be read from standard input: {why}");
    Diagnostic::error("no-answer", Class::Specification, message)
}

/// The terminal as it was, while it does not show what is typed.
struct Silence(Termios);

impl Silence {
    /// `None` where standard input is no terminal.
    fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent).ok()?;
        Some(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // A terminal that is gone has nothing left to show.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
