//! What users type.

use std::path::PathBuf;

use apim_patch_core::schema::SCHEMAS;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueHint};
use clap_complete::ArgValueCompleter;

use crate::completion;
pub(crate) use crate::doctor_arguments::Doctor;
use crate::examples::*;
pub(crate) use crate::history_arguments::{History, Recover, Revert};
pub(crate) use crate::home_arguments::{HomeArgument, Homes, Jobs};
pub(crate) use crate::inspect_arguments::{InState, Inspect};
pub(crate) use crate::output_arguments::{Color, Format, Output, PageFile, Paging, PastView, View};
pub(crate) use crate::render_arguments::{
    Key, OutFolder, Render, RenderCerts, RenderHosts, Rendering,
};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Makes WSO2 API Manager 2.x homes what a profile asks for, in place.
///
/// Only the settings change: comments, white space, attribute layout, line
/// ends and encoding stay as they are, byte for byte. All files change, or
/// none; and `revert` gives back what was there.
#[derive(Debug, Parser)]
#[command(name = "apim-patch", version, arg_required_else_help = false, styles = STYLES, max_term_width = 100)]
#[command(
    after_long_help = "Exit status: 0 done or nothing to do, 1 differences (check, --exit-code) or findings (lint, doctor), \
    2 usage or deployment file, 3 home or config file, 4 conflict, 5 input or output, rolled back, \
    6 recovery needed, 75 locked by another run, 128+N signal N, rolled back."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Merge the reports of many nodes into one page: what differs alike is told once
    #[command(after_long_help = MERGE_EXAMPLES)]
    Merge(Merge),
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Files with one or more reports each; `-` is standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) page: PageFile,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring homes to what profile and deployment file ask for
    #[command(after_long_help = APPLY_EXAMPLES)]
    Apply(Apply),
    /// Show the unified diff that apply would make
    #[command(
        after_long_help = DIFF_EXAMPLES,
        override_usage = "apim-patch diff [OPTIONS] <--home [NODE=]DIR|--all-homes DIR|--plan FILE>"
    )]
    Diff(Diff),
    /// Show what apply would do, and save it to be applied later
    #[command(
        after_long_help = PLAN_EXAMPLES,
        override_usage = "apim-patch plan [OPTIONS] --out FILE <--home [NODE=]DIR|--all-homes DIR>"
    )]
    Plan(Plan),
    /// Say whether homes are what is asked for, and where they are not
    #[command(after_long_help = CHECK_EXAMPLES)]
    Check(Selected),
    /// Show the current value, state and place of settings
    #[command(after_long_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Print a deployment file that reproduces what homes are set to
    #[command(after_long_help = CAPTURE_EXAMPLES)]
    Capture(Capture),
    /// Put a home back to what it was before a run
    #[command(after_long_help = REVERT_EXAMPLES)]
    Revert(Revert),
    /// List the runs that can be reverted, or show what one changed
    #[command(after_long_help = HISTORY_EXAMPLES)]
    History(History),
    /// Repair a home after a crash; every writing command does it first
    #[command(after_long_help = RECOVER_EXAMPLES)]
    Recover(Recover),
    /// Work with the reports that check, diff and apply print
    #[command(subcommand, after_long_help = MERGE_EXAMPLES)]
    Report(ReportCommand),
    /// Say what a setting or a profile does, and why
    #[command(after_long_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Say what contradicts itself between nodes, or between homes
    #[command(after_long_help = LINT_EXAMPLES)]
    Lint(Lint),
    /// Write what stands around the nodes: names, load balancers, certificates
    #[command(subcommand, after_long_help = RENDER_EXAMPLES)]
    Render(Render),
    /// Say what keeps a home from working as its profile: drift, host names, ports, trust, a restart
    #[command(after_long_help = DOCTOR_EXAMPLES)]
    Doctor(Doctor),
    /// Print a deployment file to start from
    #[command(after_long_help = INIT_EXAMPLES)]
    Init(Init),
    /// Print the JSON Schema of the deployment file, or of JSON output
    #[command(after_long_help = SCHEMA_EXAMPLES)]
    Schema(Schema),
    /// Show the main job on an embedded home in a temporary directory
    #[command(after_long_help = DEMO_EXAMPLES)]
    Demo(Demo),
    /// Print the manual page, or write one per command
    #[command(after_long_help = MAN_EXAMPLES)]
    Man(Man),
    /// Print the completion script of a shell
    #[command(after_long_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether an option asks for differences drawn in a certain way.
    pub(crate) fn is_drawn(&self) -> bool {
        match self {
            Self::Apply(apply) => apply.view.is_any(),
            Self::Diff(diff) => diff.view.is_any(),
            Self::History(history) => View::from(history.view).is_any(),
            _ => false,
        }
    }

    /// The shapes that its output can have.
    pub(crate) fn formats(&self) -> &'static [Format] {
        match self {
            Self::Diff(_) => &[
                Format::Human,
                Format::Json,
                Format::Patch,
                Format::Markdown,
                Format::Html,
            ],
            Self::Check(_) => &[Format::Human, Format::Json, Format::Markdown, Format::Sarif],
            Self::Report(_) => &[Format::Human, Format::Json, Format::Markdown, Format::Html],
            Self::Lint(_) => &[Format::Human, Format::Json, Format::Sarif],
            // What is rendered is text for other programs.
            Self::Render(_) => &[Format::Human],
            _ => &[Format::Human, Format::Json],
        }
    }
}

/// What is asked for, of which homes.
#[derive(Debug, Args)]
pub(crate) struct Selected {
    #[command(flatten)]
    pub(crate) homes: Homes,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    /// The profile of the node
    ///
    /// It may be left out where the deployment file names it.
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles))]
    pub(crate) profile: Option<String>,
    /// The deployment file
    ///
    /// By default $APIM_PATCH_FILE, ./apim-patch.toml or apim-patch.toml in the home.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// The node of the deployment file
    ///
    /// By default the one whose host is this machine.
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::nodes))]
    pub(crate) node: Option<String>,
    /// Set KEY to VALUE
    ///
    /// Wins over the deployment file. May be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_value))]
    pub(crate) set: Vec<String>,
    /// Set KEY to the value of environment variable NAME
    #[arg(long = "set-env", value_name = "KEY=NAME", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_variable))]
    pub(crate) set_env: Vec<String>,
    /// Set KEY to what the file PATH holds
    #[arg(long = "set-file", value_name = "KEY=PATH", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_file))]
    pub(crate) set_file: Vec<String>,
    /// Do without required settings that nobody gave
    #[arg(long)]
    pub(crate) partial: bool,
    /// Take the web and Jaggery applications away that the profile can do without; revert brings them back
    #[arg(long, hide_short_help = true)]
    pub(crate) prune_apps: bool,
    #[command(flatten)]
    pub(crate) links: Links,
}

/// What to do about links.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Links {
    /// Accept symbolic links that leave the home (conf on a shared volume)
    #[arg(long, hide_short_help = true)]
    pub(crate) follow_outside_links: bool,
}

#[derive(Debug, Args)]
#[command(
    mut_arg("side_by_side", |arg| arg.requires("dry_run")),
    mut_arg("stat", |arg| arg.requires("dry_run")),
    mut_arg("why", |arg| arg.requires("dry_run"))
)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// Apply a plan that `plan` has saved
    ///
    /// Exactly that, or nothing where a file is not what the plan was made on.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["profile", "file", "set", "set_env", "set_file", "partial", "prune_apps"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Show the diff and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Ask about each change: apply it, leave it, or type another value. For one home
    #[arg(short, long, conflicts_with_all = ["plan", "prune_apps", "all_homes"])]
    pub(crate) interactive: bool,
    /// Save what was chosen as a deployment file, which must not be there yet. It asks for that of
    /// a home such as this, with the same profile, and for nothing else
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "interactive")]
    pub(crate) save: Option<PathBuf>,
    /// Leave no history behind: the run can't be reverted (container image builds)
    #[arg(long, hide_short_help = true)]
    pub(crate) no_history: bool,
    /// Keep the latest N runs in the history, this one included, and delete older ones
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with_all = ["no_history", "dry_run"],
        hide_short_help = true
    )]
    pub(crate) keep: Option<u32>,
    /// Show secrets in the diff of --dry-run
    #[arg(long, requires = "dry_run", hide_short_help = true)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) view: View,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// What to do while another run holds the home.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Waiting {
    /// Wait up to this many seconds for another run to end
    #[arg(long, value_name = "SECONDS", hide_short_help = true)]
    pub(crate) wait: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// The file to save the plan in; one that is there is replaced
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// Show a plan that `plan` has saved
    ///
    /// As it was reviewed; no home is needed.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        group = "which_homes",
        conflicts_with_all = [
            "homes", "all_homes", "profile", "file", "set", "set_env", "set_file", "partial", "show_secrets"
        ]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Show secrets
    ///
    /// The diff can then be applied with `patch -p1`.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Exit with 1 where there are differences
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) view: View,
    #[command(flatten)]
    pub(crate) paging: Paging,
    #[command(flatten)]
    pub(crate) page: PageFile,
}

#[derive(Debug, Args)]
pub(crate) struct Capture {
    #[command(flatten)]
    pub(crate) homes: Homes,
    /// The profile with which the file is to be applied
    ///
    /// What it brings by itself is left out. By default the one that was applied last.
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles))]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) links: Links,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A key, a table of keys, or a profile
    ///
    /// For instance `proxy.https_port`, `proxy`, `gateway`.
    #[arg(value_name = "KEY|PROFILE", add = ArgValueCompleter::new(completion::subjects), required_unless_present_any = ["file", "node", "profile"])]
    pub(crate) subject: Option<String>,
    /// The deployment file
    ///
    /// Alone: say its nodes and in which order they are restarted.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Of a deployment file")]
    pub(crate) file: Option<PathBuf>,
    /// A node of it
    ///
    /// Say every value of that node, or KEY alone, and where it comes from.
    #[arg(long, value_name = "NAME", help_heading = "Of a deployment file", add = ArgValueCompleter::new(completion::nodes))]
    pub(crate) node: Option<String>,
    /// The profile of the node, where the file does not name it
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles), help_heading = "Of a deployment file")]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The profile of the node: what it requires is active, and what it brings is told
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles))]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The directory to write the pages of all commands to
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The deployment file
    ///
    /// By default $APIM_PATCH_FILE or ./apim-patch.toml.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["homes", "all_homes"], value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// A home that is configured already, instead of a file. May be given several times
    #[arg(long = "home", value_name = "DIR", value_hint = ValueHint::DirPath)]
    homes: Vec<PathBuf>,
    /// Every home below DIR, instead of a file
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    all_homes: Vec<PathBuf>,
    /// The profile, in a file for one node
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles), conflicts_with_all = ["homes", "all_homes"])]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) links: Links,
}

impl Lint {
    /// The homes, if homes are to be looked at.
    pub(crate) fn homes(&self) -> Option<Homes> {
        (!self.homes.is_empty() || !self.all_homes.is_empty()).then(|| Homes {
            homes: self.homes.iter().cloned().map(HomeArgument::from).collect(),
            all_homes: self.all_homes.clone(),
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// What is described
    #[arg(
        value_name = "NAME",
        default_value = SCHEMAS[0].name,
        value_parser = PossibleValuesParser::new(SCHEMAS.iter().map(|schema| {
            PossibleValue::new(schema.name).help(schema.title)
        }))
    )]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Leave home and deployment file in DIR, which must not be there yet, to try things on; run
    /// nothing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
}
