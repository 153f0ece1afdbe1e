//! A headless Chromium, driven over the pipe of its DevTools protocol: keys are pressed as a person
//! presses them, and what the browser complains of is heard.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Only a hang takes this long. It ends the test, and says nothing of speed.
const HANGS: Duration = Duration::from_secs(120);

/// Descriptors 3 and 4 are the ends of the pipe; there is no other way in.
const START: &str = r#"exec "$@" 3<&0 4>&1 >/dev/null"#;

pub(crate) struct Browser {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    next: u64,
    events: VecDeque<Value>,
    _profile: TempDir,
}

impl Browser {
    /// `None`, having said so, where there is no Chromium.
    pub(crate) fn start() -> Option<Self> {
        let there = Command::new("chromium")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !there {
            eprintln!("SKIPPED: needs `chromium`, which is not here");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", START, "sh", "chromium"])
            .args(["--remote-debugging-pipe", "--headless", "--no-sandbox"])
            .args(["--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let mut pipe = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while pipe.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let value = serde_json::from_slice(&message).unwrap();
                message.clear();
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            child,
            orders,
            answers,
            session: None,
            next: 0,
            events: VecDeque::new(),
            _profile: profile,
        };
        let target = browser.order("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.order("Target.attachToTarget", target);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.order(&format!("{domain}.enable"), json!({}));
        }
        browser.size(1280, 900);
        Some(browser)
    }

    /// Sends one order and waits for its answer.
    pub(crate) fn order(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut order = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = &self.session {
            order["sessionId"] = session.as_str().into();
        }
        let mut bytes = order.to_string().into_bytes();
        bytes.push(0);
        self.orders.write_all(&bytes).unwrap();
        loop {
            let message = self.answers.recv_timeout(HANGS).unwrap();
            if message["id"] == self.next {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            if message["method"].is_string() {
                self.events.push_back(message);
            }
        }
    }

    /// Opens a file and waits until it is there.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        let url = format!("file://{}", file.display());
        self.order("Page.navigate", json!({ "url": url }));
        let is_loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(is_loaded) {
            let message = self.answers.recv_timeout(HANGS).unwrap();
            self.events.push_back(message);
        }
    }

    /// What an expression comes to in the page.
    #[track_caller]
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true
        });
        let answer = self.order("Runtime.evaluate", params);
        let exception = &answer["exceptionDetails"];
        assert!(exception.is_null(), "{expression}: {exception}");
        answer["result"]["value"].clone()
    }

    pub(crate) fn press(&mut self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let params = json!({ "type": kind, "key": key, "text": text });
            self.order("Input.dispatchKeyEvent", params);
        }
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        self.order("Input.insertText", json!({ "text": text }));
    }

    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let params = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600
        });
        self.order("Emulation.setDeviceMetricsOverride", params);
    }

    /// Light or dark, screen or print, as the system says it.
    pub(crate) fn media(&mut self, media: &str, scheme: &str) {
        let params = json!({
            "media": media,
            "features": [{ "name": "prefers-color-scheme", "value": scheme }]
        });
        self.order("Emulation.setEmulatedMedia", params);
    }

    pub(crate) fn scripts(&mut self, run: bool) {
        let params = json!({ "value": !run });
        self.order("Emulation.setScriptExecutionDisabled", params);
    }

    /// Waits until what has happened is drawn, and heard of.
    pub(crate) fn settle(&mut self) {
        self.eval("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    }

    /// What the browser complained of since the page was opened, and what it asked the network for:
    /// nothing of both is right.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.settle();
        let events = self.events.iter();
        events
            .filter(|event| match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown"
                | "Runtime.consoleAPICalled"
                | "Log.entryAdded"
                | "Page.javascriptDialogOpening" => true,
                "Network.requestWillBeSent" => event["params"]["type"] != "Document",
                _ => false,
            })
            .map(Value::to_string)
            .collect()
    }

    /// Where `APIM_PATCH_SCREENSHOTS` names a folder, what is to be seen is put there, to be looked at.
    pub(crate) fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("APIM_PATCH_SCREENSHOTS") else {
            return;
        };
        let picture = self.order("Page.captureScreenshot", json!({ "format": "png" }));
        let bytes = decode(picture["data"].as_str().unwrap());
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        let close = br#"{"id":0,"method":"Browser.close"}"#;
        let closed = self.orders.write_all(&[&close[..], &[0]].concat());
        if closed.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn decode(text: &str) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    Base64::decode_vec(text).unwrap()
}
