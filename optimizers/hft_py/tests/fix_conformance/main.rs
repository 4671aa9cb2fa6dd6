//! The session against `tests/fix/conformance/*.txt`: one readable text a rule, run as acceptor and
//! as initiator, with the peer's bytes whole and one by one.
#![cfg(feature = "fix")]

mod run;
mod script;
mod settings;
mod wire;

use script::Script;
use std::fs;
use std::path::PathBuf;

/// Name and text of each file, sorted.
fn texts() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fix/conformance");
    let mut texts = Vec::new();
    for entry in fs::read_dir(&folder).expect("the folder is part of the repository") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let name = path
                .file_name()
                .expect("a file")
                .to_string_lossy()
                .into_owned();
            texts.push((name, fs::read_to_string(&path).expect("a text")));
        }
    }
    texts.sort();
    texts
}

fn check(name: &str, text: &str) -> Vec<String> {
    let script = match Script::parse(text) {
        Ok(script) => script,
        Err(why) => return vec![format!("{name}:{why}")],
    };
    let mut failures = Vec::new();
    for role in &script.roles {
        for one_by_one in [false, true] {
            if let Err(why) = run::run(&script, role, one_by_one) {
                failures.push(format!("{name}:{why}"));
            }
        }
    }
    failures
}

#[test]
fn every_text_holds() {
    let texts = texts();
    let failures: Vec<String> = texts
        .iter()
        .flat_map(|(name, text)| check(name, text))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    for rule in 1..=12 {
        let prefix = format!("rule_{rule:02}_");
        assert!(
            texts.iter().any(|(name, _)| name.starts_with(&prefix)),
            "no text {prefix}*"
        );
    }
}

/// Negative control: each text fails once one of its expectations is changed.
#[test]
fn a_wrong_expectation_names_file_and_line() {
    let cases = [
        (
            "logon\nI 35=1|34=2|112=X\nE 35=0|34=2|112=Y\n",
            "t:4: (acceptor) 112=Y expected",
        ),
        (
            "logon\nI 35=1|34=2|112=X\nwait 1\n",
            "t:4: (acceptor) nobody expected this: 8=FIX",
        ),
        (
            "logon\nI 35=0|34=2\nE 35=0|34=2\n",
            "t:4: (acceptor) nothing was sent",
        ),
        (
            "logon\nI 35=5|34=2\nE 35=5|34=2\nA logout\n",
            "t:5: (acceptor) at the end, nobody",
        ),
        ("logon\nD\n", "t:3: (acceptor) the connection is open"),
        ("I 34=2\n", "t:2: a message starts with its MsgType"),
        ("hello\n", "t:2: unknown command: hello"),
    ];
    for (text, expected) in cases {
        let failures = check("t", &format!("roles acceptor\n{text}"));
        assert!(
            failures
                .first()
                .is_some_and(|why| why.starts_with(expected)),
            "{failures:?}"
        );
    }
}
