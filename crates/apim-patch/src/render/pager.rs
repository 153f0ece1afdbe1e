//! A pager, as git starts one: what is longer than the terminal is read page by
//! page.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use apim_patch_core::diagnostic::printable;

/// The variables that name a pager; the first that is set counts.
const VARIABLES: [&str; 2] = ["APIM_PATCH_PAGER", "PAGER"];
const DEFAULT: &str = "less";

/// What `less` does unless the user has said so otherwise: end at once where
/// the text fits on the screen, show colours, leave the text behind.
const LESS: (&str, &str) = ("LESS", "FRX");

/// What a shell exits with that does not find a command, or may not run it.
const NOT_RUN: [i32; 2] = [126, 127];

/// Whether a pager shows what is written.
pub(super) enum Paging {
    Off,
    /// It starts with the first text.
    Wanted(Choice),
    Running(Pager),
}

/// A pager that may be started.
pub(super) struct Choice {
    command: String,
    /// Whether somebody has named it.
    is_named: bool,
}

/// A pager that runs.
pub(super) struct Pager {
    child: Child,
    is_coloured: bool,
    /// What was written, where only a shell knows whether the command exists.
    kept: Option<String>,
}

impl Paging {
    /// What the environment asks for.
    pub(super) fn chosen() -> Self {
        let named = VARIABLES.into_iter().find_map(|name| env::var(name).ok());
        Choice::of(named).map_or(Self::Off, Self::Wanted)
    }

    /// Starts the pager that is wanted.
    ///
    /// # Errors
    ///
    /// It can't be started: says why. There is none then.
    pub(super) fn start(&mut self) -> Result<(), String> {
        if let Self::Wanted(_) = self
            && let Self::Wanted(choice) = std::mem::replace(self, Self::Off)
        {
            match choice.start() {
                Ok(pager) => *self = Self::Running(pager),
                // Nobody has asked for it.
                Err(_) if !choice.is_named => {}
                Err(error) => {
                    return Err(format!(
                        "note: the pager `{}` can't be started: {error}",
                        printable(&choice.command)
                    ));
                }
            }
        }
        Ok(())
    }

    /// The pager that runs.
    pub(super) fn running(&mut self) -> Option<&mut Pager> {
        match self {
            Self::Running(pager) => Some(pager),
            _ => None,
        }
    }

    /// Whether what is said beside the data goes to the pager too: it would
    /// write over it.
    pub(super) fn takes_asides(&self) -> bool {
        matches!(self, Self::Running(_)) && io::stderr().is_terminal()
    }

    /// Waits until the reader has seen enough. Returns what no pager has shown.
    pub(super) fn end(&mut self) -> Option<String> {
        let Self::Running(mut pager) = std::mem::replace(self, Self::Off) else {
            return None;
        };
        drop(pager.child.stdin.take());
        let status = pager.child.wait().ok()?;
        let is_missing = NOT_RUN.map(Some).contains(&status.code());
        pager.kept.filter(|_| is_missing)
    }
}

impl Choice {
    fn of(named: Option<String>) -> Option<Self> {
        let is_named = named.is_some();
        let command = named.unwrap_or_else(|| DEFAULT.to_owned());
        let is_wanted = !matches!(command.trim(), "" | "cat");
        is_wanted.then_some(Self { command, is_named })
    }

    /// Whether only a shell understands it.
    fn is_for_shell(&self) -> bool {
        self.command
            .contains(|c| "|&;<>()$`\\\"'*?[]#~=%{}\n".contains(c))
    }

    fn start(&self) -> io::Result<Pager> {
        let is_for_shell = self.is_for_shell();
        let mut command = match is_for_shell {
            true => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &self.command]);
                shell
            }
            false => {
                let mut words = self.command.split_whitespace();
                let mut program = Command::new(words.next().unwrap_or_default());
                program.args(words);
                program
            }
        };
        if env::var_os(LESS.0).is_none() {
            command.env(LESS.0, LESS.1);
        }
        let child = command.stdin(Stdio::piped()).spawn()?;
        // Ctrl-C is for the pager: it stops a search, and the text stays.
        let ignored = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGINT, ignored)?;
        let choice = anstream::AutoStream::choice(&io::stdout());
        Ok(Pager {
            child,
            is_coloured: choice != anstream::ColorChoice::Never,
            kept: is_for_shell.then(String::new),
        })
    }
}

impl Pager {
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        if let Some(kept) = &mut self.kept {
            kept.push_str(text);
        }
        let Some(input) = &mut self.child.stdin else {
            return Ok(());
        };
        match self.is_coloured {
            true => input.write_all(text.as_bytes()),
            false => write!(input, "{}", anstream::adapter::strip_str(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_pager() {
        for (named, expect) in [
            (None, Some(("less", false))),
            (Some("more -s"), Some(("more -s", false))),
            (Some("less | tee x"), Some(("less | tee x", true))),
            (Some("cat"), None),
            (Some(" "), None),
            (Some(""), None),
        ] {
            let choice = Choice::of(named.map(str::to_owned));
            let found = choice
                .as_ref()
                .map(|choice| (choice.command.as_str(), choice.is_for_shell()));
            assert_eq!(found, expect, "{named:?}");
        }
    }
}
