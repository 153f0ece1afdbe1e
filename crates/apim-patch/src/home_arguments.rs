//! `--home`, `--all-homes` and `--jobs`: the homes of one run.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::thread;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueHint};
use clap_complete::ArgValueCompleter;

use crate::completion;

/// The homes of a run.
#[derive(Debug, Args)]
#[group(id = "which_homes", required = true, multiple = true)]
pub(crate) struct Homes {
    /// The home, the directory that holds repository/conf
    ///
    /// May be given several times, and with the node of the deployment file that it is.
    #[arg(
        long = "home",
        value_name = "[NODE=]DIR",
        add = ArgValueCompleter::new(completion::homes),
        value_parser = OsStringValueParser::new().map(HomeArgument::from)
    )]
    pub(crate) homes: Vec<HomeArgument>,
    /// Every home below DIR, up to six levels down
    ///
    /// Links are not followed. May be given several times.
    #[arg(long = "all-homes", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) all_homes: Vec<PathBuf>,
}

impl Homes {
    /// Whether more than one home may be meant.
    pub(crate) fn may_be_several(&self) -> bool {
        !self.all_homes.is_empty() || self.homes.len() > 1
    }
}

/// How many homes at a time.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Jobs {
    /// Homes that are worked on at a time; by default as many as there are processors
    #[arg(long, value_name = "N", hide_short_help = true)]
    jobs: Option<NonZeroUsize>,
}

impl Jobs {
    pub(crate) fn count(self) -> usize {
        let processors = || thread::available_parallelism().ok();
        self.jobs.or_else(processors).map_or(1, NonZeroUsize::get)
    }
}

/// A home as it was given, and the node that it is where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HomeArgument {
    pub(crate) node: Option<String>,
    pub(crate) path: PathBuf,
}

impl From<PathBuf> for HomeArgument {
    fn from(path: PathBuf) -> Self {
        Self { node: None, path }
    }
}

impl From<OsString> for HomeArgument {
    /// What stands before the first `=` is a node, unless it holds a `/`: a
    /// folder named `a=b` is `./a=b`.
    fn from(argument: OsString) -> Self {
        let bytes = argument.as_bytes();
        let equals = bytes.iter().position(|byte| *byte == b'=');
        let node = equals.and_then(|at| {
            let node = str::from_utf8(&bytes[..at]).ok()?;
            (!node.is_empty() && !node.contains('/')).then(|| (node.to_owned(), at))
        });
        match node {
            Some((node, at)) => Self {
                node: Some(node),
                path: OsString::from_vec(bytes[at + 1..].to_vec()).into(),
            },
            None => PathBuf::from(argument).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_and_folder() {
        for (argument, node, path) in [
            ("/opt/am", None, "/opt/am"),
            ("gw-1=/opt/am", Some("gw-1"), "/opt/am"),
            ("gw-1=copy=2", Some("gw-1"), "copy=2"),
            ("./a=b", None, "./a=b"),
            ("/opt/a=b", None, "/opt/a=b"),
            ("=b", None, "=b"),
        ] {
            let expect = HomeArgument {
                node: node.map(str::to_owned),
                path: path.into(),
            };
            assert_eq!(HomeArgument::from(OsString::from(argument)), expect);
        }
    }
}
