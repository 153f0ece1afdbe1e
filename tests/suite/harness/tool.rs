//! One run of the binary, and what it left on its streams.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Home, NOBODY, root};

/// Only a hang takes this long. It ends the test instead of the whole run, and says nothing of speed.
const HANGS: Duration = Duration::from_secs(300);

/// One run of the binary, in surroundings that hold nothing by chance.
pub(crate) struct Tool {
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    wrapper: Vec<OsString>,
    program: PathBuf,
    unprivileged: bool,
    stdout: Option<Stdio>,
    stdin: Option<Stdio>,
}

impl Tool {
    pub(crate) fn new(command: &str) -> Self {
        Self::bare().arg(command)
    }

    pub(crate) fn bare() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            directory: None,
            wrapper: Vec::new(),
            program: env!("CARGO_BIN_EXE_apim-patch").into(),
            unprivileged: false,
            stdout: None,
            stdin: None,
        }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn home(self, home: &Home) -> Self {
        self.arg("--home").arg(home.path())
    }

    pub(crate) fn set(self, key: &str, value: &str) -> Self {
        self.arg("--set").arg(format!("{key}={value}"))
    }

    pub(crate) fn json(self) -> Self {
        self.args(["--format", "json"])
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// As an argument of another program, which watches it or gets in its way.
    pub(crate) fn under<A: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = A>) -> Self {
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        self.wrapper.extend(words);
        self
    }

    /// Another program, with the same surroundings.
    pub(crate) fn program(mut self, name: &str) -> Self {
        self.program = name.into();
        self
    }

    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    pub(crate) fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.stdin = Some(stdin.into());
        self
    }

    /// As a user whom permissions bind. Root is not bound by them, so it becomes nobody; the binary is
    /// copied to where that user can reach it.
    pub(crate) fn unprivileged(mut self, home: &Home) -> Self {
        if root() {
            let copy = home.beside().join("apim-patch");
            fs::copy(&self.program, &copy).unwrap();
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
            fs::set_permissions(home.beside(), fs::Permissions::from_mode(0o755)).unwrap();
            self.program = copy;
            self.unprivileged = true;
        }
        self
    }

    pub(crate) fn run(self) -> Run {
        self.run_watched(|_| false)
    }

    /// `watch` is called again and again while the binary runs, until it has seen enough and says
    /// `false`.
    pub(crate) fn run_watched(self, mut watch: impl FnMut(&Child) -> bool) -> Run {
        // A directory of its own, so that no `./apim-patch.toml` is found by accident.
        let nowhere = tempfile::tempdir().unwrap();
        fs::set_permissions(nowhere.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let directory = self.directory.as_deref().unwrap_or(nowhere.path());

        let wrapper = self.wrapper.iter().map(OsString::as_os_str);
        let mut line = wrapper.chain([self.program.as_os_str()]);
        let mut command = Command::new(line.next().unwrap());
        command
            .args(line)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(directory)
            .stdin(self.stdin.unwrap_or_else(Stdio::null))
            .stdout(self.stdout.unwrap_or_else(Stdio::piped))
            .stderr(Stdio::piped());
        if self.unprivileged {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = loop {
            match command.spawn() {
                // Another test's child may, for a moment, still hold the copy of the binary open that
                // was being written while it was forked.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                    thread::sleep(Duration::from_millis(5));
                }
                started => break started.expect("the binary starts"),
            }
        };
        // Its own copies of our ends must be closed, or a pipe to it never ends.
        drop(command);
        let stdout = child
            .stdout
            .take()
            .map(|pipe| thread::spawn(|| drain(pipe)));
        let stderr = child
            .stderr
            .take()
            .map(|pipe| thread::spawn(|| drain(pipe)));

        let started = Instant::now();
        let mut pause = Duration::from_micros(200);
        let mut watching = true;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if started.elapsed() > HANGS {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            watching = watching && watch(&child);
            if watching {
                continue;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        let text = |reader: Option<thread::JoinHandle<Vec<u8>>>| {
            reader.map_or_else(Vec::new, |reader| reader.join().unwrap())
        };
        let run = Run {
            line: format!("apim-patch {}", words(&self.args)),
            status: status.map(|status| {
                status
                    .code()
                    .unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
            }),
            stdout: text(stdout),
            stderr: text(stderr),
        };
        assert!(run.status.is_some(), "did not end: {run}");
        run
    }
}

fn drain(mut pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error is what the user saw.
    let _ = pipe.read_to_end(&mut bytes);
    bytes
}

fn words(args: &[OsString]) -> String {
    let word = |arg: &OsString| {
        let arg = arg.to_string_lossy().into_owned();
        if arg.contains([' ', '\n', '"', '&', '<', '$', '(']) {
            format!("'{arg}'")
        } else {
            arg
        }
    };
    args.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// What a run left on the terminal and as its status.
pub(crate) struct Run {
    line: String,
    status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Run {
    pub(crate) fn status(&self) -> i32 {
        self.status.unwrap()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Both streams: for what must be said, or must not, wherever.
    pub(crate) fn all(&self) -> String {
        self.out() + &self.err()
    }

    #[track_caller]
    pub(crate) fn exits(&self, status: i32) -> &Self {
        assert_eq!(self.status(), status, "exit status of {self}");
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(says(&self.all(), text), "{text:?} is not said by {self}");
        self
    }

    #[track_caller]
    pub(crate) fn conceals(&self, text: &str) -> &Self {
        assert!(!self.all().contains(text), "{text:?} is shown by {self}");
        self
    }

    /// One object per line, one line per home.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.out()
            .lines()
            .map(|line| match serde_json::from_str(line) {
                Ok(value) => value,
                Err(error) => panic!("{error} in {line:?} of {self}"),
            })
            .collect()
    }

    /// The one object of a run on one home.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(objects.len(), 1, "objects of {self}");
        objects.remove(0)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or("none".to_owned(), |s| s.to_string());
        writeln!(f, "`{}`, status {status}", shortened(&self.line))?;
        write!(f, "--- stdout\n{}\n", shortened(&self.out()))?;
        write!(f, "--- stderr\n{}", shortened(&self.err()))
    }
}

fn shortened(text: &str) -> String {
    let limit = 4000;
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Wording may change, facts may not: compared without case, and blanks of any kind are one blank, so
/// that a message may be wrapped.
pub(crate) fn says(all: &str, text: &str) -> bool {
    let plain = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").to_lowercase()
    };
    plain(all).contains(&plain(text))
}
