//! The patches that were chosen.

use std::fmt::Write;

use super::{Writer, not_saved, toml};
use crate::catalogue::url_passwords;
use crate::confidential::secret_spans;
use crate::diagnostic::Diagnostic;
use crate::spec::{Action, Patch, Position, Resolved};

impl Writer<'_> {
    pub(super) fn patch(
        &mut self,
        number: usize,
        patch: &Patch<Resolved>,
    ) -> Result<(), Diagnostic> {
        let mut fields = vec![
            ("file", toml(&patch.file)),
            ("select", toml(patch.select.as_str())),
        ];
        let yes = || "true".to_owned();
        match &patch.action {
            Action::Set { value, after } => {
                fields.push(("set", self.patch_text(number, "set", value, patch)?));
                fields.extend(after.iter().map(|after| ("after", toml(after))));
            }
            Action::CommentOut => fields.push(("comment_out", yes())),
            Action::Uncomment => fields.push(("uncomment", yes())),
            Action::Remove => fields.push(("remove", yes())),
            Action::Insert {
                fragment,
                position,
                unless,
            } => {
                let speaks = secret_spans(fragment).iter().any(|span| !span.is_empty());
                if patch.secret || speaks || !url_passwords(fragment).is_empty() {
                    let why = "a patch inserts a secret that is written out".to_owned();
                    return Err(patch.origin.attach(not_saved(why), ""));
                }
                fields.push(("insert", toml(fragment)));
                let position = match position {
                    Position::Into => "into",
                    Position::Before => "before",
                    Position::After => "after",
                };
                fields.push((position, yes()));
                fields.extend(
                    unless
                        .iter()
                        .map(|unless| ("unless", toml(unless.as_str()))),
                );
            }
        }
        if let Some(expect) = &patch.expect {
            fields.push(("expect", self.patch_text(number, "expect", expect, patch)?));
        }
        let flags = [
            ("all", patch.all),
            ("optional", patch.optional),
            ("secret", patch.secret),
        ];
        fields.extend(
            flags
                .into_iter()
                .filter(|flag| flag.1)
                .map(|flag| (flag.0, yes())),
        );
        self.written.toml.push_str("\n[[patch]]\n");
        for (name, value) in fields {
            let _ = writeln!(self.written.toml, "{name} = {value}");
        }
        Ok(())
    }

    /// The text of a patch's field.
    fn patch_text(
        &mut self,
        number: usize,
        field: &str,
        value: &Resolved,
        patch: &Patch<Resolved>,
    ) -> Result<String, Diagnostic> {
        let key = format!("patch[{number}].{field}");
        if let Some(reference) = self.reference(value, &key, &patch.origin)? {
            return Ok(reference);
        }
        let text = value.literal.to_text().unwrap_or_default();
        if !patch.secret && url_passwords(&text).is_empty() {
            return Ok(toml(&text));
        }
        let variable = self.written.variable(None, &key);
        self.secrets.insert(key, text);
        Ok(format!("{{ env = \"{variable}\" }}"))
    }
}
