//! What goes wrong, case by case. The ids are those of the list of bad inputs that the project was given;
//! each group is a table of rows, and a run tells of every row that failed.
//!
//! Always, unless the run succeeds: not a byte, an inode or a time in the home has changed, and nothing new
//! lies there. Always: no backtrace, no raw control character, no secret.

mod cli;
mod home;
mod hostile;
mod spec;
mod transaction;
mod xml;

use std::fs;
use std::path::PathBuf;

use crate::harness::{Home, PASSWORD, PASSWORD_VARIABLE, Run, STATE, Tool, Tree, deployment, says};

/// A home, a deployment file and the arguments of one run, before it is made.
struct Scene {
    home: Home,
    /// Written beside the home and given as `--file`; without it the fixture of a gateway is given.
    spec: Option<Vec<u8>>,
    file: Option<PathBuf>,
    command: &'static str,
    /// Also takes the place of `--home HOME` and `--profile gateway`.
    place: Option<PathBuf>,
    profile: &'static str,
    args: Vec<String>,
    unprivileged: bool,
    /// A program that the run is an argument of.
    wrapper: Vec<String>,
    /// Whether an earlier run has left its state.
    had_state: bool,
    /// Whether it gets as far as to write something.
    has_begun: bool,
    /// Held open until the run has ended: a lock goes with it.
    held: Option<fs::File>,
    /// Set when the surroundings do not allow the case, with the reason.
    impossible: Option<&'static str>,
}

impl Scene {
    fn new() -> Self {
        Self {
            home: Home::stock(),
            spec: None,
            file: None,
            command: "apply",
            place: None,
            profile: "gateway",
            args: Vec::new(),
            unprivileged: false,
            wrapper: Vec::new(),
            had_state: false,
            has_begun: false,
            held: None,
            impossible: None,
        }
    }

    fn args(&mut self, args: &[&str]) {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
    }

    fn spec(&mut self, text: impl AsRef<[u8]>) {
        self.spec = Some(text.as_ref().to_vec());
    }

    /// One `[[patch]]` and nothing else: what the profile requires is not the point of the case.
    fn patch(&mut self, file: &str, rest: &str) {
        self.spec(format!("[[patch]]\nfile = '{file}'\n{rest}\n"));
        self.args(&["--partial"]);
    }

    fn run(&self) -> Run {
        let place = self.place.clone();
        let place = place.unwrap_or_else(|| self.home.path().to_owned());
        let spec = self.spec.as_ref();
        let file = spec.map(|text| self.home.aside("spec.toml", text));
        let file = file.or(self.file.clone());
        let mut tool = Tool::new(self.command)
            .arg("--home")
            .arg(place)
            .args(["--profile", self.profile, "--file"])
            .arg(file.unwrap_or_else(|| deployment("gateway-ws.toml")))
            .args(&self.args)
            .under(&self.wrapper)
            .env(PASSWORD_VARIABLE, PASSWORD);
        if self.unprivileged {
            tool = tool.unprivileged(&self.home);
        }
        tool.run()
    }
}

/// What must hold besides, with words for when it does not.
type Also = Box<dyn Fn(&Scene, &Run) -> Result<(), String>>;

/// One row: how to make the case, which exit statuses are right, what the message must name, and what
/// else must hold.
struct Row {
    id: &'static str,
    build: Box<dyn Fn(&mut Scene)>,
    exits: &'static [i32],
    names: Vec<String>,
    also: Also,
}

fn row(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    build: impl Fn(&mut Scene) + 'static,
) -> Row {
    Row {
        id,
        build: Box::new(build),
        exits,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        also: Box::new(|_, _| Ok(())),
    }
}

impl Row {
    fn and(mut self, also: impl Fn(&Scene, &Run) -> Result<(), String> + 'static) -> Self {
        self.also = Box::new(also);
        self
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// `@7` and `@7-10` ask for a line, which may be named as `FILE:7` or stand beside the quoted text.
fn named(all: &str, name: &str) -> bool {
    let Some(lines) = name.strip_prefix('@') else {
        return says(all, name);
    };
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    let mut lines = first.parse::<usize>().unwrap()..=last.parse::<usize>().unwrap();
    lines.any(|line| {
        let beside = |text: &str| {
            let rest = text.trim_start().strip_prefix(&line.to_string());
            rest.is_some_and(|rest| rest.trim_start().starts_with(['|', '\u{2502}']))
        };
        let after = |text: &str| !text.starts_with(|c: char| c.is_ascii_digit());
        let place = format!(":{line}");
        let mut places = all.split(&place).skip(1);
        places.any(after) || all.lines().any(beside)
    })
}

/// Runs every row, then fails with all that were wrong.
#[track_caller]
fn table(rows: Vec<Row>) {
    let mut faults = Vec::new();
    for row in &rows {
        let mut scene = Scene::new();
        (row.build)(&mut scene);
        if let Some(reason) = scene.impossible {
            eprintln!("SKIPPED {}: {reason}", row.id);
            continue;
        }
        let before = Tree::of(&scene.home.beside());
        let run = scene.run();
        let found = judge(row, &scene, &run, &before);
        if !found.is_empty() {
            faults.push(format!("{}: {}\n{run}", row.id, found.join("; ")));
        }
    }
    let count = faults.len();
    let rows = rows.len();
    assert!(
        faults.is_empty(),
        "{count} of {rows} rows are wrong\n\n{}",
        faults.join("\n\n")
    );
}

fn judge(row: &Row, scene: &Scene, run: &Run, before: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    if !row.exits.contains(&run.status()) {
        faults.push(format!(
            "status {} is none of {:?}",
            run.status(),
            row.exits
        ));
    }
    // Where success is as good as refusal, there is nothing to name.
    let refused = run.status() != 0;
    if refused || row.exits == [0] {
        let silent = row.names.iter().filter(|name| !named(&run.all(), name));
        faults.extend(silent.map(|name| format!("{name:?} is not said")));
    }
    if refused {
        // The deployment file is written between the two looks; everything else is as it was.
        let after = Tree::of(&scene.home.beside()).without(&["spec.toml", "", "apim-patch"]);
        let before = before.without(&["spec.toml", "", "apim-patch"]);
        let differences = before.differences(&after, crate::harness::Compare::Everything);
        // Files that came and went move the time of their directory, and of nothing else.
        let moved = |difference: &String| {
            let name = difference.strip_suffix(": other time");
            let directory = |name| scene.home.beside().join(name).is_dir();
            scene.has_begun && name.is_some_and(directory)
        };
        faults.extend(
            differences
                .into_iter()
                .filter(|difference| !moved(difference)),
        );
        if scene.home.file(STATE).exists() && !scene.had_state {
            faults.push(format!("{STATE} was left behind"));
        }
        if run.err().trim().is_empty() {
            faults.push("no message".to_owned());
        }
    }
    let all = run.all();
    for trace in ["panicked", "RUST_BACKTRACE", "stack backtrace"] {
        if all.contains(trace) {
            faults.push(format!("{trace:?} is shown"));
        }
    }
    let raw = |c: char| c.is_control() && c != '\n' && c != '\t';
    if let Some(c) = all.chars().find(|c| raw(*c)) {
        faults.push(format!("raw U+{:04X} is shown", u32::from(c)));
    }
    if all.contains(PASSWORD) || all.contains("c4nary") {
        faults.push("the password is shown".to_owned());
    }
    if let Err(fault) = (row.also)(scene, run) {
        faults.push(fault);
    }
    faults
}
