//! `--format`, `--why`, `--no-pager` and the like: how results are shown.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// How results are shown.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Shape of the output
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, help_heading = "Output", hide_short_help = true)]
    pub(crate) format: Format,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Output", hide_short_help = true)]
    pub(crate) color: Color,
    /// Say less: errors only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) quiet: bool,
    /// Say more: settings that are already so, too
    #[arg(
        short,
        long,
        global = true,
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) verbose: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Shape of the output. Not every command has all of them: see
/// [`Command::formats`](crate::args::Command::formats).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One object per home and line, for programs.
    Json,
    /// What `patch -p1` and `git apply` take in the home.
    Patch,
    /// A comment in a merge request.
    Markdown,
    /// A page for a browser, with all homes on it: see --out.
    Html,
    /// One SARIF 2.1.0 document, for code scanning services and editors.
    Sarif,
}

/// Where a page goes.
#[derive(Debug, Args)]
pub(crate) struct PageFile {
    /// The file to write the page of `--format html` to; one that is there is replaced
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
}

/// How differences are shown.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct View {
    /// Show old and new beside each other, where the terminal has 100 columns or more
    #[arg(
        long,
        conflicts_with = "stat",
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) side_by_side: bool,
    /// Show how many lines change in each file, and no diff
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) stat: bool,
    /// Say why, above each part of the diff: the setting, and what or who asks for it
    #[arg(
        long,
        conflicts_with = "stat",
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) why: bool,
}

impl View {
    /// Whether one of them is asked for.
    pub(crate) fn is_any(self) -> bool {
        self.side_by_side || self.stat || self.why
    }
}

/// How differences are shown of which nobody knows any more why.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PastView {
    /// Show old and new beside each other, where the terminal has 100 columns or more
    #[arg(
        long,
        requires = "id",
        conflicts_with = "stat",
        help_heading = "Output",
        hide_short_help = true
    )]
    side_by_side: bool,
    /// Show how many lines change in each file, and no diff
    #[arg(long, requires = "id", help_heading = "Output", hide_short_help = true)]
    stat: bool,
}

impl From<PastView> for View {
    fn from(past: PastView) -> Self {
        Self {
            side_by_side: past.side_by_side,
            stat: past.stat,
            why: false,
        }
    }
}

/// Whether long output is shown page by page.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Paging {
    /// Don't show long output page by page. By default $APIM_PATCH_PAGER, else $PAGER, else less does,
    /// on a terminal; one that is empty or `cat` does not
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) no_pager: bool,
}
