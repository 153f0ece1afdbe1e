//! What `doctor` is told.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::ArgValueCompleter;

use crate::args::{HomeArgument, Homes, Jobs, Links, Selected};
use crate::completion;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The home
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    home: PathBuf,
    /// The profile of the node
    ///
    /// By default what the deployment file or the latest run says.
    #[arg(long, value_name = "PROFILE", add = ArgValueCompleter::new(completion::profiles))]
    profile: Option<String>,
    /// The deployment file
    ///
    /// By default $APIM_PATCH_FILE, ./apim-patch.toml, apim-patch.toml in the home, or the one of the
    /// latest run.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// The node of the deployment file
    ///
    /// By default the one of the latest run, or the one whose host is this machine.
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::nodes))]
    node: Option<String>,
    /// Set KEY to VALUE
    ///
    /// Wins over the deployment file. May be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_value))]
    set: Vec<String>,
    /// Set KEY to the value of environment variable NAME
    #[arg(long = "set-env", value_name = "KEY=NAME", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_variable))]
    set_env: Vec<String>,
    /// Set KEY to what the file PATH holds
    #[arg(long = "set-file", value_name = "KEY=PATH", help_heading = "Values", add = ArgValueCompleter::new(completion::key_and_file))]
    set_file: Vec<String>,
    /// The certificate of the authority that signed those of the load balancers, in PEM: is it in
    /// the home's trust store?
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca: Option<PathBuf>,
    #[command(flatten)]
    links: Links,
}

impl Doctor {
    /// The home.
    pub(crate) fn home(&self) -> HomeArgument {
        self.home.clone().into()
    }

    /// What is asked for, as for the commands that change a home.
    pub(crate) fn selected(&self) -> Selected {
        Selected {
            homes: Homes {
                homes: vec![self.home()],
                all_homes: Vec::new(),
            },
            jobs: Jobs::default(),
            profile: self.profile.clone(),
            file: self.file.clone(),
            node: self.node.clone(),
            set: self.set.clone(),
            set_env: self.set_env.clone(),
            set_file: self.set_file.clone(),
            partial: false,
            prune_apps: false,
            links: self.links,
        }
    }
}
