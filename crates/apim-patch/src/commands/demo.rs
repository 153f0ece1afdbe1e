//! `demo`: the main job on an embedded home in a temporary directory.

use std::fs;
use std::path::Path;

use anyhow::Context;
use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use clap::Parser;

use super::{apply, diff};
use crate::args::{Arguments, Command, Demo};
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

pub(crate) fn run(arguments: &Demo, console: &mut Console) -> Exit {
    let shown = match &arguments.out {
        Some(folder) => leave(folder, console),
        None => show(console),
    };
    match shown {
        Ok(exit) => exit,
        Err(error) => {
            let message = format!("the demo can't be shown: {error:#}");
            let error = Diagnostic::error("demo", Class::Io, message);
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

/// Leaves the files where the user wants to try things on them.
fn leave(folder: &Path, console: &mut Console) -> anyhow::Result<Exit> {
    // What is there may have been patched, and could not be told from it.
    fs::create_dir(folder).with_context(|| format!("making {}", printable_path(folder)))?;
    write_files(folder)?;
    for name in ["wso2am", "gateway.toml"] {
        console.tell(&format!("{}\n", printable_path(&folder.join(name))));
    }
    Ok(Exit::Success)
}

fn write_files(directory: &Path) -> anyhow::Result<()> {
    for (path, content) in FILES {
        let path = directory.join(path);
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("writing {}", printable_path(&path)))?;
    }
    Ok(())
}

/// Runs the commands that it shows, as they would be typed.
fn show(console: &mut Console) -> anyhow::Result<Exit> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    write_files(directory.path())?;
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
        // The demo is read in one piece.
        let no_pager = (command == "diff").then(|| "--no-pager".as_ref());
        let arguments = Arguments::try_parse_from(arguments.into_iter().chain(no_pager))?;
        exit = exit.graver(match &arguments.command {
            Command::Diff(arguments) => diff::run(arguments, console),
            Command::Apply(arguments) => apply::run(arguments, console, &mut false),
            _ => Exit::Success,
        });
    }
    Ok(exit)
}
