//! An error as data: what is wrong, where, and what to do about it.
//!
//! Nothing here draws. A [`Diagnostic`] carries everything that a renderer
//! needs, the lines of the files included, so that it can be shown when the
//! files are no longer at hand. Secrets are masked before they get in.

mod excerpt;
mod printable;

pub use excerpt::{MASK, SourceText};
pub(crate) use printable::printable_name;
pub use printable::{printable, printable_path};

/// One problem, for the person who has to act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the problem in kebab-case, for scripts and manuals.
    pub code: &'static str,
    /// What kind of problem it is; decides the exit status.
    pub class: Class,
    /// Whether it stops the run.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop. Control characters
    /// in names and paths are escaped.
    pub message: String,
    /// The places it is about, the primary one first.
    pub labels: Vec<Label>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
}

/// The kinds of problems, one per exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Usage, deployment file or a value is not acceptable (exit status 2).
    Specification,
    /// The home or one of its files is not acceptable (3).
    Home,
    /// The files are not what was planned on or expected (4).
    Conflict,
    /// Reading or writing failed (5).
    Io,
    /// An interrupted run has to be repaired first (6).
    RecoveryNeeded,
    /// Another run holds the home (75).
    Locked,
    /// Stopped by this signal (128 and its number).
    Interrupted(i32),
}

/// Whether a diagnostic stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// A place in a file and what it has to do with the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub spot: Spot,
    /// What about it; empty when the message says it all.
    pub text: String,
    /// Whether this is the place itself, not one that explains it.
    pub primary: bool,
}

/// A place in a file, with the line as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file as the user named it, control characters escaped.
    pub path: String,
    /// Line, from 1 on.
    pub line: usize,
    /// Column in characters, from 1 on.
    pub column: usize,
    /// The line without its end, secrets masked and control characters
    /// replaced; a long line is cut around the place. `None` where the file's
    /// text is not at hand.
    pub source_line: Option<String>,
    /// Column in `source_line` at which the place starts, from 1 on. Differs
    /// from `column` behind a mask or a cut.
    pub marker: usize,
    /// Length of the place in characters of `source_line`, at least 1.
    pub width: usize,
}

impl Diagnostic {
    /// An error without places.
    pub fn error(code: &'static str, class: Class, message: impl Into<String>) -> Self {
        Self {
            code,
            class,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning without places.
    pub fn warning(code: &'static str, class: Class, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, class, message)
        }
    }

    /// Adds the place itself.
    #[must_use]
    pub fn at(mut self, spot: Spot, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            spot,
            text: text.into(),
            primary: true,
        });
        self
    }

    /// Adds a place that explains the first one.
    #[must_use]
    pub fn beside(mut self, spot: Spot, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            spot,
            text: text.into(),
            primary: false,
        });
        self
    }

    /// Adds one thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl Spot {
    /// A place in a file whose text is not at hand.
    pub fn without_text(path: impl Into<String>, line: usize, column: usize) -> Self {
        Self {
            path: path.into(),
            line,
            column,
            source_line: None,
            marker: column,
            width: 1,
        }
    }
}

impl std::fmt::Display for Spot {
    /// `path:line:column`, as editors and terminals follow it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Hands the warnings out beside `value`, or everything when an error is
/// among them.
pub(crate) fn unless_errors<T>(
    value: T,
    diagnostics: Vec<Diagnostic>,
) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
    if diagnostics.iter().any(Diagnostic::is_error) {
        Err(diagnostics)
    } else {
        Ok((value, diagnostics))
    }
}
