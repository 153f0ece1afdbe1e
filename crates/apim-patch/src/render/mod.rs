//! One result, several writers. Data goes to stdout, everything else to
//! stderr. What comes out of files is made safe for a terminal.

mod choice;
mod diagnostic;
mod diff;
mod html;
mod human;
mod markdown;
mod merged;
mod next_steps;
mod pager;
mod progress;
mod recording;
mod review;
mod table;

use std::io::{self, IsTerminal, Write};

use apim_patch_core::diagnostic::{Class, Diagnostic};
use apim_patch_core::report::Report;
use apim_patch_core::sarif;

use crate::args::{Color, Format, Output};
use crate::exit::Exit;
use pager::Paging;

pub(crate) use choice::{Shown, change, keys};
pub(crate) use diff::{diff, not_for_patch};
pub(crate) use html::html;
pub(crate) use human::{differences, summary};
use markdown::comment;
pub(crate) use markdown::merged_comment;
pub(crate) use merged::merged;
pub(crate) use next_steps::{Changed, of_many, of_one};
pub(crate) use progress::Progress;
pub(crate) use recording::Recording;
use recording::Said;
pub(crate) use review::{is_drawn, review};
pub(crate) use table::{Column, Cut, Table};

/// Writes the page that is made of all homes of a run, where one is asked for.
pub(crate) fn page(console: &mut Console, exit: Exit) -> Exit {
    match console.format {
        Format::Sarif => {
            let reports = console.take_reports();
            console.sarif(&sarif::check(&reports, exit.code()));
            exit
        }
        Format::Markdown => match comment(&console.take_reports()) {
            Ok(comment) => {
                console.raw(comment.as_bytes());
                exit
            }
            Err(error) => {
                console.diagnostics(std::slice::from_ref(&error));
                exit.graver(Exit::of(&[error]))
            }
        },
        _ => exit,
    }
}

/// Where results go.
pub(crate) struct Console {
    format: Format,
    color: Color,
    quiet: bool,
    verbose: bool,
    /// Where there is one, nothing is written yet but recorded here.
    recording: Option<Recording>,
    progress: Progress,
    paging: Paging,
    /// What the homes came to, where one page is made of all.
    reports: Vec<Report>,
    /// The first thing that kept data from being written.
    failed: Option<io::Error>,
}

impl Console {
    pub(crate) fn new(output: &Output) -> Self {
        let choice = match output.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self {
            format: output.format,
            color: output.color,
            quiet: output.quiet,
            verbose: output.verbose,
            recording: None,
            progress: Progress::none(),
            paging: Paging::Off,
            reports: Vec::new(),
            failed: None,
        }
    }

    /// A console like this one that only records, for a thread of its own:
    /// what is said of two homes at the same time must not mingle.
    pub(crate) fn recorder(&self) -> Self {
        Self {
            format: self.format,
            color: self.color,
            quiet: self.quiet,
            verbose: self.verbose,
            recording: Some(Recording::default()),
            progress: Progress::none(),
            paging: Paging::Off,
            reports: Vec::new(),
            failed: None,
        }
    }

    /// What such a console has recorded.
    pub(crate) fn recorded(self) -> Recording {
        self.recording.unwrap_or_default()
    }

    /// Says what was recorded.
    pub(crate) fn replay(&mut self, recording: Recording) {
        // The bar goes out of the way once for all of it.
        let progress = self.progress.clone();
        progress.aside(|| {
            for said in recording.0 {
                self.write(said);
            }
        });
    }

    /// Shows a bar for this many homes until [`Console::end_progress`].
    pub(crate) fn begin_progress(&mut self, homes: usize) -> Progress {
        self.progress = Progress::of(self, homes);
        self.progress.clone()
    }

    pub(crate) fn end_progress(&mut self) {
        self.progress.clear();
        self.progress = Progress::none();
    }

    /// Shows what comes page by page, where somebody sits before it.
    pub(crate) fn use_pager(&mut self) {
        if self.format == Format::Human && io::stdout().is_terminal() {
            self.paging = Paging::chosen();
        }
    }

    /// Whether what is written is shown page by page.
    fn is_paged(&self) -> bool {
        !matches!(self.paging, Paging::Off)
    }

    pub(crate) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    pub(crate) fn is_patch(&self) -> bool {
        self.format == Format::Patch
    }

    pub(crate) fn is_markdown(&self) -> bool {
        self.format == Format::Markdown
    }

    /// Whether a page is made of the reports, by [`Console::take_reports`].
    pub(crate) fn is_html(&self) -> bool {
        self.format == Format::Html
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether stdout is for a person rather than for a program.
    pub(crate) fn is_styled(&self) -> bool {
        self.is_human() && (self.color == Color::Always || io::stdout().is_terminal())
    }

    /// How many columns the terminal has that data is written to; `None` where
    /// it is no terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        let stdout = io::stdout();
        if !self.is_human() || !stdout.is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(stdout).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Writes data, for people; styles are taken out where they are not
    /// wanted.
    pub(crate) fn data(&mut self, text: &str) {
        if self.is_human() {
            self.put(Said::Data(text.to_owned()));
        }
    }

    /// Writes what was done, for people, unless they want to hear less.
    pub(crate) fn tell(&mut self, text: &str) {
        if !self.quiet {
            self.data(text);
        }
    }

    /// Writes data as it is.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.put(Said::Raw(bytes.to_vec()));
    }

    /// Writes one object on a line of its own.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) {
        if self.is_json() {
            match serde_json::to_vec(value) {
                Ok(mut line) => {
                    line.push(b'\n');
                    self.put(Said::Raw(line));
                }
                Err(error) => self.note(Err(io::Error::other(error))),
            }
        }
    }

    /// Writes a SARIF document, where one is asked for.
    pub(crate) fn sarif(&mut self, document: &sarif::Document) {
        if self.format == Format::Sarif {
            match serde_json::to_vec_pretty(document) {
                Ok(mut text) => {
                    text.push(b'\n');
                    self.put(Said::Raw(text));
                }
                Err(error) => self.note(Err(io::Error::other(error))),
            }
        }
    }

    /// Says what a home came to, for programs; where one page is made of all
    /// homes, it is kept for [`page`].
    pub(crate) fn report(&mut self, report: &Report) {
        match self.format {
            Format::Json => self.json(report),
            Format::Markdown | Format::Html | Format::Sarif => {
                self.put(Said::Report(Box::new(report.clone())));
            }
            Format::Human | Format::Patch => {}
        }
    }

    /// What was said of the homes, for a page.
    pub(crate) fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    /// Says something beside the data.
    pub(crate) fn say(&mut self, text: &str) {
        if !self.quiet && !self.is_json() {
            self.put(Said::Aside(format!("{text}\n")));
        }
    }

    /// Says something without which the user would not know what to answer, and
    /// stays on the line for the answer.
    pub(crate) fn ask(&mut self, text: &str) {
        self.put(Said::Aside(text.to_owned()));
    }

    /// Writes a diagnostic as data, for people: what `lint` finds is its result.
    pub(crate) fn drawn(&mut self, diagnostic: &Diagnostic) {
        let text = format!("{}\n", diagnostic::draw(diagnostic));
        self.data(&text);
    }

    /// Shows errors and warnings; in JSON they stand in the report.
    pub(crate) fn diagnostics(&mut self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            if diagnostic.is_error() || !self.quiet {
                self.put(Said::Aside(format!("{}\n", diagnostic::draw(diagnostic))));
            }
        }
    }

    fn put(&mut self, said: Said) {
        let progress = self.progress.clone();
        progress.aside(|| self.write(said));
    }

    fn write(&mut self, said: Said) {
        if let Some(recording) = &mut self.recording {
            recording.0.push(said);
            return;
        }
        let written = match said {
            Said::Report(report) => {
                self.reports.push(*report);
                return;
            }
            Said::Data(text) => self.write_text(&text),
            Said::Raw(bytes) => io::stdout().write_all(&bytes),
            Said::Aside(text) if self.paging.takes_asides() => self.write_text(&text),
            Said::Aside(text) => {
                // Nobody to tell that nobody listens.
                let _ = write!(anstream::stderr(), "{text}");
                return;
            }
        };
        self.note(written);
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        if let Err(why) = self.paging.start() {
            self.say(&why);
        }
        match self.paging.running() {
            Some(pager) => pager.write(text),
            None => write!(anstream::stdout(), "{text}"),
        }
    }

    /// Shows a failure: drawn for people, as a report for programs.
    pub(crate) fn failure(&mut self, mut report: Report, errors: &[Diagnostic]) -> Exit {
        let exit = Exit::of(errors);
        report.fail(errors);
        report.exit_code = exit.code();
        self.diagnostics(errors);
        self.report(&report);
        exit
    }

    /// The status of a run whose data did not get out. A reader that has seen
    /// enough is no failure.
    pub(crate) fn finish(mut self, exit: Exit, has_written: bool) -> Exit {
        if let Some(unread) = self.paging.end() {
            let written = write!(anstream::stdout(), "{unread}");
            self.note(written);
        }
        match self.failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe && !has_written => {
                let message = format!("the output can't be written: {error}");
                let _ = writeln!(io::stderr(), "error: {message}");
                exit.graver(Exit::Failure(Class::Io))
            }
            _ => exit,
        }
    }

    fn note(&mut self, written: io::Result<()>) {
        let flushed = written.and_then(|()| io::stdout().flush());
        if let Err(error) = flushed {
            self.failed.get_or_insert(error);
        }
    }
}
