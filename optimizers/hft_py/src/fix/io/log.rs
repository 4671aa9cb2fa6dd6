//! The operator's log: readable lines, without secrets.

use crate::fix::codec::{DataTags, Framed, Index, frame, write_time};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Password (554), NewPassword (925) and RawData (96), which some venues take passwords in.
pub const SECRET_TAGS: [u32; 3] = [554, 925, 96];

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A message.
    Debug,
    /// What is expected to happen.
    Info,
    /// What an operator should look at.
    Warning,
    /// What an operator has to act on.
    Error,
}

/// Takes lines.
pub trait Sink: Send {
    /// Take a line about `session`, which is empty for the engine itself.
    fn line(&mut self, level: Level, session: &str, text: &str);
}

/// Where an engine's lines go.
pub struct OperatorLog {
    sinks: Mutex<Vec<Box<dyn Sink>>>,
    /// Whether messages are written as well.
    pub messages: bool,
}

impl OperatorLog {
    /// A log into these sinks.
    pub fn new(sinks: Vec<Box<dyn Sink>>, messages: bool) -> Self {
        Self {
            sinks: Mutex::new(sinks),
            messages,
        }
    }

    pub(super) fn line(&self, level: Level, session: &str, text: &str) {
        for sink in &mut *self.sinks.lock().unwrap_or_else(PoisonError::into_inner) {
            sink.line(level, session, text);
        }
    }
}

/// Writes lines to a file: time in UTC, level, session, text.
pub struct FileSink(File);

impl FileSink {
    /// Append to the file at `path`.
    ///
    /// # Errors
    ///
    /// What the operating system says, with the path.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.map(Self).map_err(|error| {
            let why = format!("cannot write the log {}: {error}", path.display());
            io::Error::new(error.kind(), why)
        })
    }
}

impl Sink for FileSink {
    fn line(&mut self, level: Level, session: &str, text: &str) {
        let mut line = Vec::with_capacity(text.len() + 64);
        line.extend_from_slice(&write_time(super::clock::utc()));
        let level = match level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
        };
        let session = if session.is_empty() {
            "engine"
        } else {
            session
        };
        let _ = writeln!(line, " {level} {session} {text}");
        let _ = self.0.write_all(&line); // a full disk stops no session
    }
}

/// Cuts a stream of received bytes into lines of the log.
#[derive(Default)]
pub(super) struct Lines {
    tail: Vec<u8>,
    index: Index,
}

impl Lines {
    /// Give the lines of the messages that `bytes` completes to `take`.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        limit: usize,
        data: &DataTags,
        mut take: impl FnMut(&str),
    ) {
        self.tail.extend_from_slice(bytes);
        let mut at = 0;
        loop {
            match frame(&self.tail[at..], limit) {
                Framed::Incomplete => break,
                Framed::Message(n) => {
                    take(&readable(&self.tail[at..at + n], &mut self.index, data));
                    at += n;
                }
                Framed::Garbled { skip, why } => {
                    take(&format!("[{skip} bytes that are no message: {why}]"));
                    at += skip;
                }
            }
        }
        self.tail.drain(..at);
    }
}

/// A message with `|` between its fields and `***` in place of secrets.
pub(super) fn readable(message: &[u8], index: &mut Index, data: &DataTags) -> String {
    if let Err(why) = index.scan(message, data) {
        return format!("[{} bytes that are no message: {why}]", message.len());
    }
    let view = index.view(message);
    let mut line = String::with_capacity(message.len() + 16);
    for field in view.fields() {
        line.push_str(&format!("{}=", field.tag));
        if SECRET_TAGS.contains(&field.tag) {
            line.push_str("***");
        } else {
            for char in String::from_utf8_lossy(view.value(*field)).chars() {
                match char {
                    '\u{1}' => line.push('|'),
                    // A line break in a peer's text must not look like a line of ours.
                    char if char.is_control() => line.extend(char.escape_default()),
                    char => line.push(char),
                }
            }
        }
        line.push('|');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::codec::Encoder;
    use crate::fix::dictionary::Dictionary;

    #[test]
    fn secrets_are_masked_however_the_stream_is_cut() {
        let mut encoder = Encoder::new();
        encoder.start(b"FIX.4.2", b"A");
        encoder.field(49, b"ME");
        encoder.field(95, b"14");
        encoder.field(96, b"sec\x0110=000\x01ret");
        encoder.field(58, b"two\nlines");
        encoder.field(554, b"hunter2");
        let mut stream = encoder.finish().to_vec();
        stream.extend_from_slice(b"garbage 554=hunter2\x01");
        stream.extend(stream.clone());
        let dictionary = Dictionary::fix42();
        for cut in 1..stream.len() {
            let (mut lines, mut log) = (Lines::default(), String::new());
            for piece in stream.chunks(cut) {
                lines.read(piece, 4096, dictionary.data_tags(), |line| {
                    log.push_str(line);
                    log.push('\n');
                });
            }
            for secret in ["sec", "ret|", "hunter2"] {
                assert!(!log.contains(secret), "{cut}: {log}");
            }
            assert!(
                log.contains("35=A|49=ME|95=14|96=***|58=two\\nlines|554=***|10="),
                "{log}"
            );
        }
    }
}
