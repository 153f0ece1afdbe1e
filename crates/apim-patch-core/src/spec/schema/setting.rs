//! The settings of the catalogue, by table.

use serde_json::{Value, json};

use super::{NOT_BLANK, entries, object};
use crate::catalogue::{self, Depth, Kind, Row, depth};

/// A table of the catalogue; a `*` in `path` stands for any name.
pub(super) fn table_of(path: &str) -> Value {
    match depth(path) {
        Depth::Row(row) => setting(row),
        Depth::Entries => entries("By name", table_of(&format!("{path}.*"))),
        Depth::Table | Depth::Nowhere => {
            let names = catalogue::children(path);
            object(
                names
                    .map(|name| (name.to_owned(), table_of(&format!("{path}.{name}"))))
                    .collect(),
            )
        }
    }
}

pub(super) fn setting(row: &Row) -> Value {
    let mut ways = vec![of_kind(row.kind)];
    if row.kind.is_text() {
        ways.push(json!({ "$ref": "#/$defs/reference" }));
    }
    ways.push(json!({ "$ref": "#/$defs/absent" }));
    let secret = match row.secret {
        true => ". A secret: keep it elsewhere",
        false => "",
    };
    let mut schema = json!({
        "description": format!("{}{secret} ({})", row.doc, row.file),
        "anyOf": ways,
        "examples": [toml_value(row.example)],
    });
    if let ([stock], false) = (row.stock, row.is_keyed())
        && let Some(value) = stock.value
    {
        schema["default"] = match row.kind {
            Kind::Boolean => json!(value == "true"),
            _ => value
                .parse::<i64>()
                .map_or_else(|_| json!(value), |number| json!(number)),
        };
    }
    schema
}

/// The values that stand in the file themselves.
pub(super) fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::HostName => json!({ "type": "string", "pattern": NOT_BLANK }),
        Kind::Url | Kind::BrokerUrl => json!({ "type": "string", "pattern": "://" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::OneOf(words) => {
            let truths = words.iter().filter_map(|word| word.parse::<bool>().ok());
            let words = words.iter().map(|word| json!(word));
            json!({ "enum": words.chain(truths.map(Value::Bool)).collect::<Vec<_>>() })
        }
        Kind::Members => json!({
            "type": "array",
            "items": { "type": "string" },
            "minItems": 1,
        }),
        Kind::Port | Kind::Offset | Kind::Number => {
            let range = kind.range();
            json!({
                "type": "integer",
                "minimum": range.as_ref().map(|range| range.start()),
                "maximum": range.as_ref().map(|range| range.end()),
            })
        }
    }
}

/// A value of TOML; what none is, as text.
fn toml_value(text: &str) -> Value {
    let table: Result<toml::Table, _> = format!("value = {text}").parse();
    let value = table.ok().and_then(|mut table| table.remove("value"));
    let value = value.and_then(|value| serde_json::to_value(value).ok());
    value.unwrap_or_else(|| json!(text))
}
