//! What the commands on past runs are told.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::args::{Links, Paging, PastView, Waiting};

#[derive(Debug, Args)]
pub(crate) struct Revert {
    /// The home
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) home: PathBuf,
    /// The run to take back, as `history` shows it; by default the latest
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Keep the latest N runs in the history, this one included, and delete older ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,
    #[command(flatten)]
    pub(crate) links: Links,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The home
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) home: PathBuf,
    /// A run: show what it changed
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Show secrets in what a run changed
    #[arg(long, requires = "id")]
    pub(crate) show_secrets: bool,
    /// Delete all but the latest N runs
    #[arg(long, value_name = "N", conflicts_with = "id")]
    pub(crate) prune: Option<usize>,
    #[command(flatten)]
    pub(crate) view: PastView,
    #[command(flatten)]
    pub(crate) paging: Paging,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// The home
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) home: PathBuf,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}
