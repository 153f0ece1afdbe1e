//! What many homes came to: the exit status and the summary.

use std::path::Path;

use apim_patch_core::diagnostic::printable_path;
use apim_patch_core::report::Status;

use crate::exit::Exit;
use crate::render::Console;

/// What became of one home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was worked on.
    Ended(Status),
    /// A signal came first.
    NotBegun,
}

/// What the homes of a run came to.
#[derive(Debug)]
pub(super) struct Tally {
    /// The gravest of their exit statuses.
    pub(super) exit: Exit,
    total: usize,
    changed: usize,
    planned: usize,
    unchanged: usize,
    not_begun: usize,
    differing: Vec<String>,
    failed: Vec<String>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            exit: Exit::Success,
            total: 0,
            changed: 0,
            planned: 0,
            unchanged: 0,
            not_begun: 0,
            differing: Vec::new(),
            failed: Vec::new(),
        }
    }
}

impl Tally {
    /// Counts one home.
    pub(super) fn count(&mut self, home: &Path, exit: Exit, fate: Fate) {
        self.exit = self.exit.graver(exit);
        self.total += 1;
        match fate {
            Fate::NotBegun => self.not_begun += 1,
            Fate::Ended(Status::Applied | Status::Reverted) => self.changed += 1,
            Fate::Ended(Status::Planned) => self.planned += 1,
            Fate::Ended(Status::Unchanged) => self.unchanged += 1,
            Fate::Ended(Status::Differences) => self.differing.push(printable_path(home)),
            Fate::Ended(Status::Failed) => self.failed.push(printable_path(home)),
        }
    }

    /// Whether a home was changed.
    pub(super) fn has_written(&self) -> bool {
        self.changed > 0
    }

    /// Says how many homes came to what, and which failed or differ.
    pub(super) fn summarise(&self, console: &mut Console) {
        console.say(&self.summary());
    }

    fn summary(&self) -> String {
        let counts = [
            (self.changed, "changed"),
            (self.planned, "would change"),
            (self.unchanged, "unchanged"),
            (self.differing.len(), "differ"),
            (self.failed.len(), "failed"),
            (self.not_begun, "not begun"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let mut summary = format!("{} homes: {}", self.total, counts.join(", "));
        for (what, homes) in [("differ", &self.differing), ("failed", &self.failed)] {
            if !homes.is_empty() {
                summary.push_str(&format!("\n  {what}: {}", homes.join(", ")));
            }
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use apim_patch_core::diagnostic::Class;

    #[test]
    fn the_gravest_exit_and_every_count() {
        let mut tally = Tally::default();
        let home = Path::new;
        tally.count(home("/a"), Exit::Success, Fate::Ended(Status::Applied));
        tally.count(home("/b"), Exit::Success, Fate::Ended(Status::Unchanged));
        assert_eq!(tally.summary(), "2 homes: 1 changed, 1 unchanged");
        assert!(tally.has_written());
        tally.count(
            home("/c"),
            Exit::Differences,
            Fate::Ended(Status::Differences),
        );
        tally.count(
            home("/d\n"),
            Exit::Failure(Class::Home),
            Fate::Ended(Status::Failed),
        );
        tally.count(home("/e"), Exit::Failure(Class::Locked), Fate::NotBegun);
        assert_eq!(tally.exit, Exit::Failure(Class::Home));
        let lines: Vec<String> = tally.summary().lines().map(str::to_owned).collect();
        assert_eq!(
            lines[0],
            "5 homes: 1 changed, 1 unchanged, 1 differ, 1 failed, 1 not begun"
        );
        assert_eq!(lines[1], "  differ: /c");
        assert!(lines[2].starts_with("  failed: /d"));
        assert_eq!(lines.len(), 3);
    }
}
