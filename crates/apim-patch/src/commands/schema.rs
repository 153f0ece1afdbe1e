//! `schema`: the JSON Schemas of what is read and of what is printed.

use apim_patch_core::schema::SCHEMAS;

use crate::args::Schema;
use crate::exit::Exit;
use crate::render::Console;

pub(crate) fn run(arguments: &Schema, console: &mut Console) -> Exit {
    let mut schemas = SCHEMAS.iter();
    // The parser takes no other name.
    if let Some(schema) = schemas.find(|schema| schema.name == arguments.name) {
        console.raw(format!("{:#}\n", schema.schema()).as_bytes());
    }
    Exit::Success
}
