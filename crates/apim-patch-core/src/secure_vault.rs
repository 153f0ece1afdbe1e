//! Values that the product's secure vault keeps.

use xml_inplace::{Action, Document, Element, Source};

use crate::diagnostic::{Class, Diagnostic};
use crate::explanation::source_text;
use crate::operation::Operations;

/// The namespace of the secure vault's attributes (WSO2 Carbon 4.4, "Encrypting
/// Passwords with Cipher Tool").
pub(crate) const SECURE_VAULT: &str = "http://org.wso2.securevault/configuration";

/// The refusal's name.
pub(crate) const KEPT_IN_VAULT: &str = "secure-vault";

/// Whether the vault keeps the text of an element, or that of its attribute. An
/// alias on an element is for its text, unless it ends in the name of one of
/// its attributes.
pub(crate) fn is_vaulted(element: Element<'_>, attribute: Option<&str>) -> bool {
    let alias = element.attribute_in(SECURE_VAULT, "secretAlias");
    alias.is_some_and(|alias| match attribute {
        Some(name) => alias.rsplit('.').next() == Some(name),
        None => true,
    })
}

/// Refuses to set a text that the server would not read: where an element
/// carries the vault's alias, the vault's value counts (FACTS, section 9).
pub(crate) fn refuse_vault(
    path: &str,
    source: &Source,
    operations: &Operations<'_>,
) -> Result<(), Vec<Diagnostic>> {
    if !source.text().contains(SECURE_VAULT) {
        return Ok(());
    }
    let Ok(document) = Document::parse(source) else {
        return Ok(());
    };
    let text = source_text(path, source, operations);
    let mut errors = Vec::new();
    for operation in &operations.list {
        let (attribute, sets) = match (&operation.edit.action, operation.edit.target.attribute()) {
            (Action::SetText { .. }, _) => (None, true),
            (Action::SetAttribute { .. }, name) => (name, true),
            _ => (None, false),
        };
        if !sets {
            continue;
        }
        let vaulted = operation
            .edit
            .target
            .matches(&document)
            .into_iter()
            .find(|element| is_vaulted(*element, attribute));
        if let Some(element) = vaulted {
            let error = Diagnostic::error(
                KEPT_IN_VAULT,
                Class::Home,
                format!("{} is kept in the secure vault", operation.subject.key()),
            )
            .at(
                text.spot(element.spans().start_tag),
                "the server takes the value from the vault and ignores what stands here",
            )
            .help("change it with the product's cipher tool, or remove the attribute svns:secretAlias first");
            errors.push(operation.origin.attach(error, "asked for here"));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
