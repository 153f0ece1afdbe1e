//! The JSON Schemas of what is printed and of what is read: for editors, and
//! for programs that check what they take.
//!
//! What is printed is described by its own types. New fields may come at any
//! time, so that the schemas of it take objects with more fields than they know;
//! that of the deployment file does not.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::comparison::{COMPARISON_VERSION, Comparison};
use crate::doctor::DoctorReport;
use crate::lint::LintReport;
use crate::merged_report::{MERGED_VERSION, MergedReport};
use crate::node_explanation::{DeploymentExplanation, NodeExplanation};
use crate::report::{Explanation, Inspection, Report, Run, Runs, VERSION};
use crate::saved_plan::{PLAN_VERSION, SavedPlan};
use crate::spec;

/// The dialect of the schemas.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema with its name.
#[derive(Debug)]
pub struct Published {
    /// Its name.
    pub name: &'static str,
    /// What it describes.
    pub title: &'static str,
    schema: fn(&Published) -> Value,
}

/// All of them, that of the deployment file first.
///
/// ```
/// use apim_patch_core::schema::SCHEMAS;
///
/// assert_eq!(SCHEMAS[0].name, "deployment-file");
/// assert_eq!(SCHEMAS[1].schema()["$id"], "urn:apim-patch:report:1");
/// ```
pub const SCHEMAS: &[Published] = &[
    Published {
        name: "deployment-file",
        title: "The deployment file of apim-patch",
        schema: |published| {
            let id = format!("urn:apim-patch:{}", published.name);
            spec::schema(&id, published.title)
        },
    },
    Published {
        name: "report",
        title: "What apply, diff, plan, check, revert and recover print of one home, and every failure",
        schema: |published| printed::<Report>(published, VERSION),
    },
    Published {
        name: "merged-report",
        title: "What report merge prints",
        schema: |published| printed::<MergedReport>(published, MERGED_VERSION),
    },
    Published {
        name: "lint-report",
        title: "What lint prints",
        schema: |published| printed::<LintReport>(published, VERSION),
    },
    Published {
        name: "doctor-report",
        title: "What doctor prints",
        schema: |published| printed::<DoctorReport>(published, VERSION),
    },
    Published {
        name: "inspection",
        title: "What inspect prints",
        schema: |published| printed::<Inspection<'_>>(published, VERSION),
    },
    Published {
        name: "comparison",
        title: "What inspect prints of several homes",
        schema: |published| printed::<Comparison>(published, COMPARISON_VERSION),
    },
    Published {
        name: "history",
        title: "What history prints",
        schema: |published| printed::<Runs<'_>>(published, VERSION),
    },
    Published {
        name: "history-run",
        title: "What history prints of one run",
        schema: |published| printed::<Run<'_>>(published, VERSION),
    },
    Published {
        name: "explanation",
        title: "What explain prints of one setting or profile",
        schema: |published| printed::<Explanation>(published, VERSION),
    },
    Published {
        name: "node-explanation",
        title: "What explain prints of one node of a deployment file",
        schema: |published| printed::<NodeExplanation>(published, VERSION),
    },
    Published {
        name: "deployment-explanation",
        title: "What explain prints of a deployment file",
        schema: |published| printed::<DeploymentExplanation>(published, VERSION),
    },
    Published {
        name: "saved-plan",
        title: "The file that plan saves",
        schema: |published| printed::<SavedPlan>(published, PLAN_VERSION),
    },
];

impl Published {
    /// The schema.
    pub fn schema(&self) -> Value {
        (self.schema)(self)
    }
}

/// The schema of what is printed of a `T`.
fn printed<T: JsonSchema>(published: &Published, version: u32) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(for_readers));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert(
        "$id".to_owned(),
        format!("urn:apim-patch:{}:{version}", published.name).into(),
    );
    schema.insert("title".to_owned(), published.title.into());
    schema.to_value()
}

/// Lets objects have fields that are not known yet, and says what they are to
/// those who do not know this code: what goes beyond the first paragraph is for
/// its callers.
fn for_readers(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        *text = paragraph
            .replace('\n', " ")
            .replace("[`", "`")
            .replace("`]", "`");
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        schema.remove("additionalProperties");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn schemas_are_told_apart() {
        let mut ids = HashSet::new();
        for published in SCHEMAS {
            let schema = published.schema();
            assert_eq!(schema["$schema"], DIALECT, "{}", published.name);
            assert_eq!(schema["title"], published.title);
            assert!(schema["description"].is_string(), "{}", published.name);
            assert!(ids.insert(schema["$id"].to_string()), "{}", published.name);
        }
    }

    /// The version is that of the type, so that another one is refused.
    #[test]
    fn versions_are_fixed() {
        for published in &SCHEMAS[1..] {
            // What `explain` says of the tool itself has none.
            if published.name != "explanation" {
                let schema = published.schema();
                let version = &schema["properties"]["version"]["const"];
                assert!(version.is_number(), "{}", published.name);
            }
        }
    }
}
