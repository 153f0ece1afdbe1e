//! What of this process may be seen from outside.

use std::io::Write as _;
use std::panic;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Keeps the memory, which holds secrets while a run lasts, out of core dumps and away from
/// debuggers of the same user; and what a panic says, which may quote a file, out of the output.
pub(crate) fn keep_to_itself() {
    // Where that is forbidden, the run is no less what was asked for.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or(String::new(), |location| format!(" at {location}"));
        let _ = writeln!(
            std::io::stderr(),
            "apim-patch panicked{place}: this is a bug, please report it. What it says is not shown, \
             because it may quote a file.\nRun `apim-patch recover --home HOME` on the home it was \
             working on."
        );
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    const VARIABLE: &str = "APIM_PATCH_PANICS";

    /// In a process of its own: a hook is the whole process's.
    #[test]
    fn a_panic_quotes_nothing() {
        if std::env::var_os(VARIABLE).is_some() {
            super::keep_to_itself();
            let text = "n3wCanary\u{e9}".to_owned();
            let _ = &text[..text.len() - 1];
            return;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "process::tests::a_panic_quotes_nothing",
                "--nocapture",
            ])
            .env(VARIABLE, "1")
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success(), "{said}");
        assert!(
            said.contains("panicked at crates/apim-patch/src/process.rs"),
            "{said}"
        );
        assert!(!said.contains("n3wCanary"), "{said}");
    }
}
