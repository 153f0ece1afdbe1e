//! `demo`: the main job on an embedded home in a temporary directory.

use std::fs;

use anyhow::Context;
use apim_patch_core::diagnostic::{Class, Diagnostic};
use clap::Parser;

use super::{apply, diff};
use crate::args::{Arguments, Command};
use crate::exit::Exit;
use crate::render::Console;

/// A small home with the structure of a stock one, and a deployment file.
const FILES: &[(&str, &str)] = &[
    (
        "wso2am/bin/version.txt",
        include_str!("../../../../fixtures/homes/stock-2.1/bin/version.txt"),
    ),
    (
        "wso2am/repository/conf/api-manager.xml",
        include_str!("../../../../fixtures/homes/stock-2.1/repository/conf/api-manager.xml"),
    ),
    (
        "wso2am/repository/conf/carbon.xml",
        include_str!("../../../../fixtures/homes/stock-2.1/repository/conf/carbon.xml"),
    ),
    (
        "wso2am/repository/conf/tomcat/catalina-server.xml",
        include_str!(
            "../../../../fixtures/homes/stock-2.1/repository/conf/tomcat/catalina-server.xml"
        ),
    ),
    (
        "wso2am/repository/conf/axis2/axis2.xml",
        include_str!("../../../../fixtures/homes/stock-2.1/repository/conf/axis2/axis2.xml"),
    ),
    (
        "gateway.toml",
        include_str!("../../../../fixtures/deployments/demo.toml"),
    ),
];

pub(crate) fn run(console: &mut Console) -> Exit {
    match show(console) {
        Ok(exit) => exit,
        Err(error) => {
            let message = format!("the demo can't be shown: {error:#}");
            let error = Diagnostic::error("demo", Class::Io, message);
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

/// Runs the commands that it shows, as they would be typed.
fn show(console: &mut Console) -> anyhow::Result<Exit> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    for (path, content) in FILES {
        let path = directory.path().join(path);
        let folder = path.parent().unwrap_or(directory.path());
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("writing {}", path.display()))?;
    }
    let home = directory.path().join("wso2am");
    let file = directory.path().join("gateway.toml");
    let mut exit = Exit::Success;
    for command in ["diff", "apply", "apply"] {
        console.data(&format!(
            "\n$ apim-patch {command} --home {} --profile gateway --file {}\n",
            home.display(),
            file.display()
        ));
        let arguments = [
            "apim-patch".as_ref(),
            command.as_ref(),
            "--profile=gateway".as_ref(),
            "--home".as_ref(),
            home.as_os_str(),
            "--file".as_ref(),
            file.as_os_str(),
        ];
        let arguments = Arguments::try_parse_from(arguments)?;
        exit = exit.graver(match &arguments.command {
            Command::Diff(arguments) => diff::run(arguments, console),
            Command::Apply(arguments) => apply::run(arguments, console, &mut false),
            _ => Exit::Success,
        });
    }
    Ok(exit)
}
