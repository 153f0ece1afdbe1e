//! What is left to do when homes were changed.

use std::fmt::Write;

use apim_patch_core::deployment::RestartStep;
use apim_patch_core::diagnostic::printable;

/// A home that was changed.
pub(crate) struct Changed {
    /// The node of the deployment file.
    pub(crate) node: Option<String>,
    /// The home, as a word for a shell.
    pub(crate) home: String,
    /// The process of the server that runs on it.
    pub(crate) process: Option<u32>,
    /// The run, where the history has it.
    pub(crate) run: Option<String>,
}

/// Of one home; `check` is the command that checks it.
pub(crate) fn of_one(changed: &Changed, check: Option<&str>) -> String {
    let mut out = match (changed.process, &changed.node) {
        (Some(pid), node) => {
            let node = node.as_ref();
            let node = node.map_or(String::new(), |node| {
                format!(" on node {}", printable(node))
            });
            format!(
                "  restart needed{node}: the server that runs (process {pid}) has read the old files\n"
            )
        }
        (None, _) => "  no server runs on it: what changed counts from the next start\n".to_owned(),
    };
    match &changed.run {
        Some(run) => {
            let _ = writeln!(
                out,
                "  take back:  apim-patch revert --home {} {run}",
                changed.home
            );
        }
        None => out.push_str("  no history was kept; nothing takes it back\n"),
    }
    check_line(&mut out, check);
    out
}

/// Of many homes, in the order in which they are to be restarted.
pub(crate) fn of_many(changed: &[Changed], order: &[RestartStep], check: Option<&str>) -> String {
    let step = |changed: &Changed| {
        let node = changed.node.as_ref()?;
        order.iter().position(|step| step.nodes.contains(node))
    };
    let mut steps: Vec<usize> = changed.iter().filter_map(step).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut rows: Vec<(usize, [String; 5])> = changed
        .iter()
        .map(|changed| {
            let step = step(changed).and_then(|step| steps.binary_search(&step).ok());
            let node = changed.node.as_deref();
            let columns = [
                step.map_or("-".to_owned(), |step| (step + 1).to_string()),
                node.map_or("-".to_owned(), printable),
                changed.home.clone(),
                changed
                    .process
                    .map_or("none runs".to_owned(), |pid| format!("process {pid}")),
                changed
                    .run
                    .clone()
                    .unwrap_or_else(|| "no history".to_owned()),
            ];
            (step.unwrap_or(usize::MAX), columns)
        })
        .collect();
    rows.sort_by_key(|(step, _)| *step);
    let mut table = vec![["step", "node", "home", "server", "run"].map(str::to_owned)];
    table.extend(rows.into_iter().map(|(_, row)| row));
    if steps.is_empty() {
        // Nothing says in which order.
        table.iter_mut().for_each(|row| row[0].clear());
    }
    let mut out = match steps.is_empty() {
        true => "restart the servers that run:\n".to_owned(),
        false => {
            "restart the servers that run, a step when those before it are up again:\n".to_owned()
        }
    };
    let width = |column: usize| {
        let cells = table.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &table {
        let cells = row.iter().zip(widths).filter(|(_, width)| *width > 0);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    if changed.iter().any(|changed| changed.run.is_some()) {
        out.push_str("  take back:  apim-patch revert --home HOME RUN\n");
    }
    check_line(&mut out, check);
    out
}

fn check_line(out: &mut String, check: Option<&str>) {
    if let Some(check) = check {
        let _ = writeln!(out, "  check:      {check}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(node: &str, process: Option<u32>) -> Changed {
        Changed {
            node: Some(node.to_owned()),
            home: format!("/srv/{node}"),
            process,
            run: Some("r1".to_owned()),
        }
    }

    #[test]
    fn in_the_order_of_restart() {
        let step = |profile, nodes: &[&str]| RestartStep {
            profile,
            nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        };
        // Steps without a node that was changed do not count.
        let order = [
            step("key-manager", &["km"]),
            step("store", &["store"]),
            step("gateway", &["gw-1"]),
            step("gateway", &["gw-2"]),
        ];
        let homes = [
            changed("gw-2", None),
            changed("elsewhere", None),
            changed("gw-1", Some(7)),
            changed("km", Some(12)),
        ];
        let text = of_many(&homes, &order, Some("apim-patch check"));
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "  step  node       home            server      run",
                "  1     km         /srv/km         process 12  r1",
                "  2     gw-1       /srv/gw-1       process 7   r1",
                "  3     gw-2       /srv/gw-2       none runs   r1",
                "  -     elsewhere  /srv/elsewhere  none runs   r1",
                "  take back:  apim-patch revert --home HOME RUN",
                "  check:      apim-patch check",
            ]
        );
        let text = of_many(&homes[..1], &[], None);
        assert!(
            text.contains("\n  node  home       server     run\n"),
            "{text}"
        );
    }
}
