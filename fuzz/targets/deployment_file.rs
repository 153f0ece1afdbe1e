//! A deployment file of any bytes: read or refused, and then selected from.
#![no_main]

use std::path::Path;

use apim_patch_core::spec::{Choice, DeploymentFile, Machine, resolve, select};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match DeploymentFile::parse(Path::new("apim-patch.toml"), bytes) {
        Ok(file) => {
            let machine = Machine::default();
            let choice = Choice {
                profile: Some("gateway"),
                node: None,
                options: &[],
                partial: true,
                home: Path::new("/home"),
                machine: &machine,
            };
            if let Ok(selection) = select(Some(&file), &choice) {
                // References are answered by the fuzzer, not by this machine.
                if !format!("{selection:?}").contains("Reference(File") {
                    let _ = resolve(selection, &|name| Some(name.into()));
                }
            }
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            for diagnostic in diagnostics {
                assert!(!diagnostic.message.contains(|c: char| c.is_control()));
            }
        }
    }
});
