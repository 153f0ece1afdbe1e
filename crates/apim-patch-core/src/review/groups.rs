//! Homes of which the same is to be said, together.

use std::cmp::Reverse;

use super::{Review, ReviewedFile};

/// Homes in which the same changes, or in which the same stood in the way.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// The first of them. Only who asked for a setting, and where, may be
    /// something else in the others.
    pub review: Review,
    /// What they are called: by their nodes, else by their homes.
    pub names: Vec<String>,
}

/// Puts together what is alike, the largest group first.
pub fn groups(reviews: Vec<Review>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for review in reviews {
        let name = review.name().to_owned();
        match groups
            .iter_mut()
            .find(|group| is_alike(&group.review, &review))
        {
            Some(group) => group.names.push(name),
            None => groups.push(Group {
                review,
                names: vec![name],
            }),
        }
    }
    groups.sort_by_key(|group| Reverse(group.names.len()));
    groups
}

fn is_alike(one: &Review, other: &Review) -> bool {
    let is_same = |(one, other): (&ReviewedFile, &ReviewedFile)| {
        let what = |file: &ReviewedFile| {
            let changes = file.changes.iter().map(|change| {
                let setting = &change.setting;
                let values = (setting.old.clone(), setting.new.clone());
                (setting.key.clone(), setting.outcome, values)
            });
            changes.collect::<Vec<_>>()
        };
        one.diff == other.diff && what(one) == what(other)
    };
    one.status == other.status
        && one.profile == other.profile
        && one.product_version == other.product_version
        && one.removed == other.removed
        && one.warnings == other.warnings
        && one.errors == other.errors
        && one.files.len() == other.files.len()
        && one.files.iter().zip(&other.files).all(is_same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Outcome;
    use crate::report::{FileReport, Report, SettingReport, Status};

    fn review(node: &str, new: &str, origin: &str) -> Review {
        let mut report = Report::new("/opt/wso2am", Status::Planned);
        report.node = Some(node.to_owned());
        report.settings = vec![SettingReport {
            key: "k".to_owned(),
            outcome: Outcome::Set,
            file: "f".to_owned(),
            line: Some(1),
            column: None,
            path: None,
            old: None,
            new: Some(new.to_owned()),
            reason: None,
            origin: origin.to_owned(),
        }];
        report.files = vec![FileReport {
            path: "f".to_owned(),
            removed_lines: 1,
            added_lines: 1,
            diff: "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-******\n+******\n".to_owned(),
        }];
        Review::of(&report).unwrap()
    }

    #[test]
    fn alike_but_for_who_asked() {
        let reviews = vec![
            review("gw-1", "odd", "f.toml:1:1"),
            review("gw-2", "even", "f.toml:2:1"),
            review("gw-3", "even", "f.toml:3:1"),
        ];
        let groups = groups(reviews);
        let names: Vec<_> = groups.iter().map(|group| group.names.join(" ")).collect();
        assert_eq!(names, ["gw-2 gw-3", "gw-1"]);
    }
}
