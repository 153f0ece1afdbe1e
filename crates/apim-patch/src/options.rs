//! From arguments and environment to what the core wants; nothing below sees
//! clap.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::plan::LinkPolicy;
use apim_patch_core::saved_plan::{NodePlan, SavedPlan};
use apim_patch_core::spec::{
    Choice, DeploymentFile, Machine, NodePlace, Resolved, Selection, SetOption, resolve, select,
};

use crate::args::{HomeArgument, Links, Selected, Waiting};

/// The variable that names the deployment file.
const FILE_VARIABLE: &str = "APIM_PATCH_FILE";
/// The deployment file's usual name.
const FILE_NAME: &str = "apim-patch.toml";

/// The deployment file of a run.
pub(crate) struct Deployment {
    pub(crate) path: PathBuf,
    pub(crate) digest: String,
}

impl Links {
    pub(crate) fn policy(self) -> LinkPolicy {
        if self.follow_outside_links {
            LinkPolicy::FollowOutside
        } else {
            LinkPolicy::InsideOnly
        }
    }
}

impl Waiting {
    pub(crate) fn wait(self) -> Option<Duration> {
        self.wait.map(|seconds| Duration::from_secs(seconds.into()))
    }
}

impl Selected {
    /// What is asked of a home, and the deployment file that asks.
    pub(crate) fn selection(
        &self,
        home: &HomeArgument,
    ) -> Result<(Selection<Resolved>, Option<Deployment>), Vec<Diagnostic>> {
        let node = self.node(home).map_err(|error| vec![error])?;
        let path = self.deployment_file(&home.path);
        let file = match &path {
            Some(path) => Some(DeploymentFile::read(path)?),
            None => None,
        };
        let options: Vec<SetOption> = self
            .set
            .iter()
            .cloned()
            .map(SetOption::Literal)
            .chain(self.set_env.iter().cloned().map(SetOption::Environment))
            .chain(self.set_file.iter().cloned().map(SetOption::File))
            .collect();
        let machine = match node {
            Some(_) => Machine::default(),
            None => this_machine(),
        };
        let choice = Choice {
            profile: self.profile.as_deref(),
            node,
            options: &options,
            partial: self.partial,
            home: &home.path,
            machine: &machine,
        };
        let selection = resolve(select(file.as_ref(), &choice)?, &|name| env::var_os(name))?;
        let deployment = path.zip(file).map(|(path, file)| Deployment {
            path,
            digest: file.digest(),
        });
        Ok((selection, deployment))
    }

    /// What a plan asks of a home, and the part of the plan that does.
    pub(crate) fn selection_of<'p>(
        &self,
        plan: &'p SavedPlan,
        home: &HomeArgument,
    ) -> Result<(Selection<Resolved>, &'p NodePlan), Vec<Diagnostic>> {
        let node = self
            .node(home)
            .and_then(|node| plan.for_home(node, &home.path, &this_machine()))
            .map_err(|error| vec![error])?;
        let selection = resolve(node.selection()?, &|name| env::var_os(name))?;
        Ok((selection, node))
    }

    /// Where the deployment file says that a node is.
    pub(crate) fn place_of(
        &self,
        home: &Path,
        node: Option<&str>,
    ) -> Result<NodePlace, Vec<Diagnostic>> {
        let path = self.deployment_file(home);
        let file = path.map(|path| DeploymentFile::read(&path)).transpose()?;
        let place = node.and_then(|node| Some(file?.place_of(node)));
        Ok(place.unwrap_or_default())
    }

    /// The node that was named for a home.
    fn node<'a>(&'a self, home: &'a HomeArgument) -> Result<Option<&'a str>, Diagnostic> {
        match (home.node.as_deref(), self.node.as_deref()) {
            (Some(own), Some(all)) if own != all => {
                let message = format!(
                    "{} is named as node `{}`, and --node says `{}`",
                    printable_path(&home.path),
                    printable(own),
                    printable(all)
                );
                let error = Diagnostic::error("nodes-differ", Class::Specification, message);
                Err(error.help("leave --node out"))
            }
            (own, all) => Ok(own.or(all)),
        }
    }

    /// The deployment file: as named, by the environment, here, in the home.
    pub(crate) fn deployment_file(&self, home: &Path) -> Option<PathBuf> {
        deployment_file(self.file.as_deref(), Some(home))
    }
}

/// The deployment file: as named, by the environment, here, in the home.
pub(crate) fn deployment_file(named: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let by_environment = || {
        env::var_os(FILE_VARIABLE)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    let usual = || {
        let here = PathBuf::from(FILE_NAME);
        let at_home = home.map(|home| home.join(FILE_NAME));
        let mut places = std::iter::once(here).chain(at_home);
        places.find(|path| path.symlink_metadata().is_ok())
    };
    let named = named.map(Path::to_owned);
    named.or_else(by_environment).or_else(usual)
}

/// The same, where nothing can be done without it; `what_for` ends the sentence
/// that says so.
pub(crate) fn needed_deployment_file(
    named: Option<&Path>,
    what_for: &str,
) -> Result<PathBuf, Vec<Diagnostic>> {
    deployment_file(named, None).ok_or_else(|| {
        let message = format!("there is no deployment file to {what_for}");
        let error = Diagnostic::error("no-deployment-file", Class::Specification, message);
        vec![error.help("name it with --file FILE")]
    })
}

/// The names and addresses of this machine. What can't be found out is left
/// out: then no node is taken for this one.
fn this_machine() -> Machine {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let short = name.split('.').next().unwrap_or_default().to_owned();
    let mut names = vec![name, "localhost".to_owned()];
    if !names.contains(&short) {
        names.push(short);
    }
    let addresses = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .iter()
        .map(if_addrs::Interface::ip)
        .collect();
    Machine { names, addresses }
}

/// Who runs this, for the history.
pub(crate) fn user() -> String {
    let names = ["SUDO_USER", "USER", "LOGNAME"];
    names
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}
