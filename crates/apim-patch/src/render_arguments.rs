//! What `render` is told.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use clap_complete::ArgValueCompleter;

use crate::completion;
use crate::examples::RENDER_EXAMPLES;

#[derive(Debug, Subcommand)]
pub(crate) enum Render {
    /// The names that a node calls, for its hosts file
    #[command(after_long_help = RENDER_EXAMPLES)]
    Hosts(RenderHosts),
    /// NGINX as the load balancers: a file of virtual hosts for each
    #[command(after_long_help = RENDER_EXAMPLES)]
    Nginx(RenderNginx),
    /// The command that starts each node
    #[command(after_long_help = RENDER_EXAMPLES)]
    Start(RenderStart),
    /// Keys and certificates for the names of the load balancers; what is there is kept
    #[command(after_long_help = RENDER_EXAMPLES)]
    Certs(RenderCerts),
    /// The commands by which the nodes trust the certificates of the load balancers
    #[command(after_long_help = RENDER_EXAMPLES)]
    Trust(RenderTrust),
}

/// Of which deployment, and where to.
#[derive(Debug, Args)]
pub(crate) struct Rendering {
    /// The deployment file. By default $APIM_PATCH_FILE or ./apim-patch.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
}

/// Where what was rendered goes.
#[derive(Debug, Args)]
pub(crate) struct OutFolder {
    /// The folder to write into, made where there is none; by default stdout
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RenderHosts {
    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// The node; by default the names of all load balancers, for a machine from which all of it
    /// is used
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::nodes))]
    pub(crate) node: Option<String>,
    /// The hosts file in which a marked block is kept up to date; all other lines stay as they are
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "out")]
    pub(crate) into: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) out: OutFolder,
}

#[derive(Debug, Args)]
pub(crate) struct RenderNginx {
    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// The folder on NGINX's machine that holds NAME.pem and NAME.key of each load balancer
    #[arg(long, value_name = "DIR", default_value = "/etc/nginx/apim")]
    pub(crate) certificates: String,
    #[command(flatten)]
    pub(crate) out: OutFolder,
}

#[derive(Debug, Args)]
pub(crate) struct RenderStart {
    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// The node; by default all, in the order in which they are started
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::nodes))]
    pub(crate) node: Option<String>,
    #[command(flatten)]
    pub(crate) out: OutFolder,
}

#[derive(Debug, Args)]
pub(crate) struct RenderCerts {
    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// The folder that keys and certificates are kept in; one that is made is for its owner only
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: PathBuf,
    /// Sign each certificate with its own key, without an authority of their own
    #[arg(long)]
    pub(crate) self_signed: bool,
    /// The kind of new keys
    #[arg(long, value_enum, default_value_t = Key::Rsa, value_name = "KIND")]
    pub(crate) key: Key,
    /// Days for which the certificate of a load balancer is valid
    #[arg(
        long,
        value_name = "N",
        default_value_t = 825,
        value_parser = clap::value_parser!(u32).range(1..=3650)
    )]
    pub(crate) days: u32,
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Key {
    /// 3072 bits, for every client.
    Rsa,
    /// On the curve P-256: smaller and faster, where all clients know it.
    Ecdsa,
}

#[derive(Debug, Args)]
pub(crate) struct RenderTrust {
    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// The node; by default all that call a load balancer with a TLS port
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::nodes))]
    pub(crate) node: Option<String>,
    /// Where the certificate of the authority is when the commands are run
    #[arg(long, value_name = "PATH", default_value = "ca.pem", value_hint = ValueHint::FilePath)]
    pub(crate) ca: PathBuf,
    #[command(flatten)]
    pub(crate) out: OutFolder,
}
