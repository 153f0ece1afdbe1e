//! A `[[patch]]`.

use serde_json::{Map, Value, json};

use super::{described, object, properties, text_or_reference};

pub(super) fn patch() -> Value {
    let text = |what: &str| json!({ "description": what, "type": "string" });
    let flag = |what: &str| json!({ "description": what, "type": "boolean" });
    let only_true = |what: &str| json!({ "description": what, "const": true });
    let mut patch = object(properties([
        ("file", text("The config file, relative to the home")),
        (
            "select",
            text("The element or attribute, as a path from the root"),
        ),
        (
            "set",
            described("The value that it gets", text_or_reference()),
        ),
        ("comment_out", only_true("The element is commented out")),
        (
            "uncomment",
            only_true("The element is taken out of its comment"),
        ),
        ("remove", only_true("The element or attribute goes")),
        (
            "insert",
            text("An XML fragment that comes in, into or beside the element"),
        ),
        ("into", flag("The fragment becomes its last child")),
        ("before", flag("The fragment comes before it")),
        (
            "after",
            json!({
                "description": "The fragment comes behind it; with `set`, the attribute behind which \
                                a new one is written",
                "type": ["boolean", "string"],
            }),
        ),
        (
            "unless",
            text("The fragment stays out where this selects something"),
        ),
        (
            "expect",
            described(
                "The value that must be there, or nothing is done",
                text_or_reference(),
            ),
        ),
        ("all", flag("Every element that is selected, not one alone")),
        ("optional", flag("It is no error where nothing is selected")),
        (
            "secret",
            flag("What it is about is masked wherever it is shown"),
        ),
    ]));
    patch["required"] = json!(["file", "select"]);
    let action = |action: &str, meaningless: &[&str]| {
        let properties: Map<String, Value> = meaningless
            .iter()
            .map(|field| ((*field).to_owned(), Value::Bool(false)))
            .collect();
        json!({ "required": [action], "properties": properties })
    };
    let elsewhere = ["into", "before", "after", "unless"];
    patch["oneOf"] = json!([
        action("set", &["into", "before", "unless"]),
        action("insert", &["expect", "all"]),
        action("comment_out", &elsewhere),
        action("uncomment", &elsewhere),
        action("remove", &elsewhere),
    ]);
    patch
}
