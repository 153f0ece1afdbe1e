//! `plan`: what `apply` would do, shown and saved, to be applied later.

use std::env;
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::diff::Secrecy;
use apim_patch_core::saved_plan::{NodePlan, SavedPlan};

use super::many::{Done, Many};
use super::{Request, diff};
use crate::args::{HomeArgument, Plan, View};
use crate::exit::Exit;
use crate::out_file::{Readers, write};
use crate::render::Console;

pub(crate) fn run(arguments: &Plan, console: &mut Console) -> Exit {
    let selected = &arguments.selected;
    if selected.prune_apps {
        let message = "--prune-apps can't be saved in a plan: it takes away what is there then";
        let error = Diagnostic::error("not-in-a-plan", Class::Specification, message)
            .help("apply the plan, then `apim-patch apply --prune-apps`");
        console.diagnostics(std::slice::from_ref(&error));
        return Exit::of(&[error]);
    }
    let many = Many {
        selected,
        interrupt: None,
    };
    let one = |home: &HomeArgument, console: &mut Console| plan(arguments, home, console);
    let mut nodes = Vec::new();
    let exit = many.run(console, one, |node| nodes.push(node)).exit;
    // A plan of some of the nodes is not the one that was asked for.
    let saved = match exit {
        Exit::Success => save(nodes, &arguments.out),
        _ => {
            console.say("no plan was saved");
            return exit;
        }
    };
    match saved {
        Ok(()) => {
            let file = printable_path(&arguments.out);
            console.say(&format!(
                "saved; `apim-patch apply --plan {file} --home DIR` does this and nothing else"
            ));
            Exit::Success
        }
        Err(error) => {
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

/// Shows the plan for one home and gives what is saved of it.
fn plan(
    arguments: &Plan,
    home: &HomeArgument,
    console: &mut Console,
) -> Result<Done<NodePlan>, Vec<Diagnostic>> {
    let selected = &arguments.selected;
    let request = Request {
        selected,
        saved: None,
    };
    let looked = diff::look(request, home)?;
    let selection = &looked.prepared.selection;
    let place = selected.place_of(&home.path, selection.node.as_deref())?;
    let folder = env::current_dir().unwrap_or_default();
    let report = looked.report(Secrecy::Masked);
    let node = NodePlan::new(place, selection, &looked.plan, report, &folder)?;
    let done = looked.show(Secrecy::Masked, View::default(), console)?;
    Ok(Done {
        exit: done.exit,
        status: done.status,
        kept: node,
    })
}

fn save(nodes: Vec<NodePlan>, path: &Path) -> Result<(), Diagnostic> {
    let tool = concat!("apim-patch ", env!("CARGO_PKG_VERSION"));
    let json = SavedPlan::new(tool, nodes)?.to_json()?;
    // It says where a deployment keeps its secrets.
    write(path, &json, Readers::Owner).map_err(|error| {
        let message = format!("plan `{}` can't be written: {error}", printable_path(path));
        Diagnostic::error("plan-file", Class::Io, message)
    })
}
