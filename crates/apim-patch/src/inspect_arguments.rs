//! What `inspect` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::ArgValueCompleter;

use crate::args::Links;
use crate::completion;

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The home. With several, each has a column
    #[arg(long = "home", value_name = "DIR", required = true, value_hint = ValueHint::DirPath)]
    pub(crate) homes: Vec<PathBuf>,
    /// Keys, tables of keys, or patterns of keys
    ///
    /// For instance `proxy.http_port`, `proxy`, `environments.*.server_url`. By default all.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(completion::keys))]
    pub(crate) keys: Vec<String>,
    /// Only settings in one of these states
    #[arg(long, value_enum, value_name = "STATE", value_delimiter = ',')]
    pub(crate) state: Vec<InState>,
    /// Only settings in config files like this
    ///
    /// The end of a path, or a pattern.
    #[arg(long, value_name = "GLOB")]
    pub(crate) file: Option<String>,
    /// Only settings that are not the same in all homes
    #[arg(long)]
    pub(crate) differences: bool,
    /// Exit with 1 where there are differences
    #[arg(long, requires = "differences")]
    pub(crate) exit_code: bool,
    /// Show secrets
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) links: Links,
}

/// What a setting is in a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InState {
    /// In effect
    Active,
    /// In a comment
    #[value(alias = "commented-out")]
    Hidden,
    /// Nowhere
    Absent,
    /// There twice: the server reads another one
    Shadowed,
    /// Kept in the secure vault
    Vault,
}
