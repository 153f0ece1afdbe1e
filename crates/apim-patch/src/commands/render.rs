//! `render`: what stands around the nodes of a deployment.

use std::env;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::spec::DeploymentFile;
use apim_patch_core::surroundings::{
    self, CertificateOptions, Hosts, HostsFile, Kept, KeyKind, Node, Rendered, Surroundings,
};

use crate::args::{Key, OutFolder, Render, RenderCerts, RenderHosts, Rendering};
use crate::exit::Exit;
use crate::options::needed_deployment_file;
use crate::out_file::{Readers, write};
use crate::render::Console;

pub(crate) fn run(arguments: &Render, console: &mut Console) -> Exit {
    let rendered = match arguments {
        Render::Hosts(arguments) => render_hosts(arguments, console),
        Render::Certs(arguments) => render_certs(arguments, console),
        Render::Nginx(arguments) => read(&arguments.rendering, console).and_then(|read| {
            let nginx = surroundings::nginx(&read, &arguments.certificates)?;
            console.diagnostics(&nginx.warnings);
            put(&nginx.files, &arguments.out, console)
        }),
        Render::Start(arguments) => read(&arguments.rendering, console).and_then(|read| {
            let node = node(&read, arguments.node.as_deref())?;
            put(&[surroundings::start(&read, node)], &arguments.out, console)
        }),
        Render::Trust(arguments) => read(&arguments.rendering, console).and_then(|read| {
            let node = node(&read, arguments.node.as_deref())?;
            let file = surroundings::trust(&read, node, &printable_path(&arguments.ca));
            put(&[file], &arguments.out, console)
        }),
    };
    match rendered {
        Ok(()) => Exit::Success,
        Err(errors) => {
            console.diagnostics(&errors);
            Exit::of(&errors)
        }
    }
}

fn read(arguments: &Rendering, console: &mut Console) -> Result<Surroundings, Vec<Diagnostic>> {
    let path = needed_deployment_file(arguments.file.as_deref(), "read the nodes from")?;
    let file = DeploymentFile::read(&path)?;
    let read = Surroundings::of(&file, &|name| env::var_os(name))?;
    console.diagnostics(&read.warnings);
    Ok(read)
}

fn node<'s>(
    surroundings: &'s Surroundings,
    name: Option<&str>,
) -> Result<Option<&'s Node>, Vec<Diagnostic>> {
    let node = name.map(|name| surroundings.node(name)).transpose();
    node.map_err(|error| vec![error])
}

fn render_hosts(arguments: &RenderHosts, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let read = read(&arguments.rendering, console)?;
    let hosts = surroundings::hosts(&read, node(&read, arguments.node.as_deref())?);
    console.diagnostics(&hosts.warnings);
    match &arguments.into {
        Some(path) => keep(path, &hosts, console).map_err(|error| vec![error]),
        None => {
            let file = Rendered {
                name: "hosts".to_owned(),
                text: hosts.text(),
            };
            put(&[file], &arguments.out, console)
        }
    }
}

fn keep(path: &Path, hosts: &Hosts, console: &mut Console) -> Result<(), Diagnostic> {
    let file = HostsFile::open(path)?;
    console.diagnostics(&file.contradictions(hosts));
    let path = printable_path(path);
    match file.keep(hosts)? {
        Kept::Unchanged => console.say(&format!("{path}: nothing to do")),
        Kept::Written => console.say(&format!("{path}: written")),
    }
    Ok(())
}

fn render_certs(arguments: &RenderCerts, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let read = read(&arguments.rendering, console)?;
    let options = CertificateOptions {
        self_signed: arguments.self_signed,
        key: match arguments.key {
            Key::Rsa => KeyKind::Rsa,
            Key::Ecdsa => KeyKind::Ecdsa,
        },
        days: arguments.days,
        now: SystemTime::now(),
    };
    let kept = surroundings::keep_certificates(&arguments.out, &read, &options)?;
    console.diagnostics(&kept.warnings);
    if kept.written.is_empty() {
        let folder = printable_path(&arguments.out);
        console.tell(&format!("{folder}: nothing to do\n"));
    }
    for (path, done) in &kept.written {
        console.tell(&format!("{path}: {done}\n"));
    }
    Ok(())
}

/// Writes what was rendered: into the folder, or one after the other to stdout.
fn put(
    files: &[Rendered],
    arguments: &OutFolder,
    console: &mut Console,
) -> Result<(), Vec<Diagnostic>> {
    let Some(folder) = &arguments.out else {
        for file in files {
            console.raw(file.text.as_bytes());
        }
        return Ok(());
    };
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut names = Vec::new();
        for file in files {
            let path = folder.join(&file.name);
            // What is already so keeps its time.
            if fs::read(&path).ok().as_deref() != Some(file.text.as_bytes()) {
                write(&path, file.text.as_bytes(), Readers::Everybody)?;
            }
            names.push(printable_path(&path));
        }
        Ok(names)
    });
    match written {
        Ok(names) => {
            for name in names {
                console.tell(&format!("{name}\n"));
            }
            Ok(())
        }
        Err(error) => {
            let folder = printable(&folder.display().to_string());
            let message = format!("`{folder}` can't be written into: {error}");
            Err(vec![Diagnostic::error("out-folder", Class::Io, message)])
        }
    }
}
