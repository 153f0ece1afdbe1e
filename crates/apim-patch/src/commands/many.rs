//! One job for each of several homes, several at a time.
//!
//! What is said of a home is recorded while it is worked on and said in one
//! piece, in the order of the homes. The window of homes that are begun and not
//! yet told is bounded, so that memory does not grow with their number.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use apim_patch_core::apply::Interrupt;
use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::report::{Report, Status};

use super::tally::{Fate, Tally};
use super::which_homes::{Entry, entries, no_home};
use crate::args::{HomeArgument, Selected};
use crate::exit::Exit;
use crate::render::{Console, Progress, Recording};

/// Homes per worker that are begun or wait to be told: a slow home at the head
/// of the line does not stop the others at once.
const AHEAD: usize = 3;

/// What a job came to in one home.
pub(super) struct Done<T = ()> {
    /// The exit status that this home alone would have.
    pub(super) exit: Exit,
    /// What happened to it.
    pub(super) status: Status,
    /// What else is wanted of it.
    pub(super) kept: T,
}

/// A home that has been worked on: its exit status, what became of it, and what
/// else is wanted of it.
type Worked<T> = (Exit, Fate, Option<T>);

/// A job for each home of a run.
pub(super) struct Many<'a> {
    /// The homes, and what is asked of them.
    pub(super) selected: &'a Selected,
    /// When this is raised, no more homes are begun.
    pub(super) interrupt: Option<&'a Interrupt>,
}

impl Many<'_> {
    /// Runs `job` for each home and hands what is kept to `keep`, in the order
    /// of the homes; a home that fails does not stop the others.
    pub(super) fn run<T: Send>(
        &self,
        console: &mut Console,
        job: impl Fn(&HomeArgument, &mut Console) -> Result<Done<T>, Vec<Diagnostic>> + Sync,
        mut keep: impl FnMut(T),
    ) -> Tally {
        let mut tally = Tally::default();
        let entries = entries(&self.selected.homes, console);
        if entries.is_empty() {
            let (folders, error) = no_home(&self.selected.homes);
            tally.exit = console.failure(Report::new(folders, Status::Failed), &[error]);
            return tally;
        }
        let work = |entry: &Entry, console: &mut Console| self.one(entry, &job, console);
        let tell = |entry: &Entry, (exit, fate, kept): Worked<T>| {
            tally.count(entry.path(), exit, fate);
            if let Some(kept) = kept {
                keep(kept);
            }
        };
        match entries.as_slice() {
            // A single home is told while it is worked on.
            [entry] => {
                let mut tell = tell;
                tell(entry, work(entry, console));
            }
            entries => {
                let jobs = self.selected.jobs.count().min(entries.len());
                let progress = console.begin_progress(entries.len());
                in_order(entries, jobs, console, &progress, &work, tell);
                console.end_progress();
                tally.summarise(console);
            }
        }
        tally
    }

    /// The job for one home.
    fn one<T>(
        &self,
        entry: &Entry,
        job: &impl Fn(&HomeArgument, &mut Console) -> Result<Done<T>, Vec<Diagnostic>>,
        console: &mut Console,
    ) -> Worked<T> {
        let result = match entry {
            Entry::Refused(_, error) => Err(vec![error.clone()]),
            Entry::Home(home) => {
                if let Some(stopped) = self.stopped() {
                    // The report lists it; for people the summary says so.
                    let mut report = self.failed(entry);
                    report.fail(std::slice::from_ref(&stopped));
                    let exit = Exit::of(&[stopped]);
                    report.exit_code = exit.code();
                    console.report(&report);
                    return (exit, Fate::NotBegun, None);
                }
                job(home, console)
            }
        };
        match result {
            Ok(done) => (done.exit, Fate::Ended(done.status), Some(done.kept)),
            Err(errors) => {
                let exit = console.failure(self.failed(entry), &errors);
                (exit, Fate::Ended(Status::Failed), None)
            }
        }
    }

    /// Whether a signal has arrived, so that no home is begun any more.
    fn stopped(&self) -> Option<Diagnostic> {
        let signal = self.interrupt?.flag().load(Ordering::SeqCst);
        let class = Class::Interrupted(i32::try_from(signal).unwrap_or(i32::MAX));
        let message = format!("stopped by signal {signal} before this home was begun");
        (signal != 0).then(|| Diagnostic::error("interrupted", class, message))
    }

    /// The report of a home that failed, with what was asked for.
    fn failed(&self, entry: &Entry) -> Report {
        let mut report = Report::new(printable_path(entry.path()), Status::Failed);
        report.profile = self.selected.profile.clone();
        report.node = match entry {
            Entry::Home(HomeArgument {
                node: Some(node), ..
            }) => Some(node.clone()),
            _ => self.selected.node.clone(),
        };
        report
    }
}

/// Works on `jobs` homes at a time and tells of each in the order of `entries`.
fn in_order<T: Send>(
    entries: &[Entry],
    jobs: usize,
    console: &mut Console,
    progress: &Progress,
    work: &(impl Fn(&Entry, &mut Console) -> Worked<T> + Sync),
    mut tell: impl FnMut(&Entry, Worked<T>),
) {
    let (orders, taken) = channel::<Order<'_, T>>();
    let taken = Mutex::new(taken);
    let serve = |mut order: Order<'_, T>| {
        let worked = work(order.entry, &mut order.console);
        progress.advance();
        // Nobody waits for it where the run is being torn down.
        let _ = order.answer.send((worked, order.console.recorded()));
    };
    thread::scope(|scope| {
        let workers = (0..jobs)
            .filter(|_| {
                let worker = || {
                    while let Some(order) = next(&taken) {
                        serve(order);
                    }
                };
                thread::Builder::new().spawn_scoped(scope, worker).is_ok()
            })
            .count();
        let mut window = VecDeque::new();
        let mut rest = entries.iter();
        loop {
            while window.len() < (workers * AHEAD).max(1)
                && let Some(entry) = rest.next()
            {
                let (answer, receiver) = channel();
                let order = Order {
                    entry,
                    console: console.recorder(),
                    answer,
                };
                match workers {
                    // On a system that has no thread left it is done here.
                    0 => serve(order),
                    // Workers go only when this end is dropped.
                    _ => drop(orders.send(order)),
                }
                window.push_back((entry, receiver));
            }
            let Some((entry, receiver)) = window.pop_front() else {
                break;
            };
            // A worker that panics does not answer; the scope passes it on.
            let Ok((worked, recording)) = receiver.recv() else {
                break;
            };
            console.replay(recording);
            tell(entry, worked);
        }
        drop(orders);
    });
}

/// One home to work on.
struct Order<'e, T> {
    entry: &'e Entry,
    console: Console,
    answer: Sender<(Worked<T>, Recording)>,
}

fn next<T>(orders: &Mutex<Receiver<T>>) -> Option<T> {
    let orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
    orders.recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Color, Format, Output};
    use std::sync::atomic::AtomicUsize;

    /// Also where no thread could be started.
    #[test]
    fn told_in_order_through_a_bounded_window() {
        const HOMES: usize = 50;
        let entries: Vec<Entry> = (0..HOMES)
            .map(|number| Entry::Home(std::path::PathBuf::from(number.to_string()).into()))
            .collect();
        for jobs in [0, 1, 3] {
            let output = Output {
                format: Format::Human,
                color: Color::Never,
                quiet: true,
                verbose: false,
            };
            let mut console = Console::new(&output).recorder();
            let progress = console.begin_progress(HOMES);
            let begun = AtomicUsize::new(0);
            let work = |entry: &Entry, console: &mut Console| {
                begun.fetch_add(1, Ordering::SeqCst);
                console.data(&printable_path(entry.path()));
                let fate = Fate::Ended(Status::Unchanged);
                (Exit::Success, fate, Some(entry.path().to_owned()))
            };
            let mut told = Vec::new();
            in_order(
                &entries,
                jobs,
                &mut console,
                &progress,
                &work,
                |entry, (_, _, kept)| {
                    assert_eq!(kept.as_deref(), Some(entry.path()));
                    let ahead = begun.load(Ordering::SeqCst) - told.len();
                    assert!(ahead <= (jobs * AHEAD).max(1), "{ahead} with {jobs} jobs");
                    told.push(entry.path().to_owned());
                },
            );
            let expect: Vec<_> = entries
                .iter()
                .map(|entry| entry.path().to_owned())
                .collect();
            assert_eq!(told, expect, "{jobs} jobs");
            assert_eq!(console.recorded().len(), HOMES);
        }
    }
}
