//! `completions`: the completion script of a shell.

use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(shell: clap_complete::Shell, console: &mut Console) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "apim-patch", &mut script);
    console.raw(&script);
    Exit::Success
}
