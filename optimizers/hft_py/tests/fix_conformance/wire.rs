//! Messages of a text as bytes, and values that match a pattern.

use crate::script::Fields;
use hft_py::fix::codec::{Encoder, Message, write_time};

pub const US: &str = "US";
pub const THEM: &str = "THEM";

/// The peer's message. Fields of the header are filled in unless given; BodyLength and
/// CheckSum are right unless given.
pub fn encode(fields: &Fields, utc: i64) -> Vec<u8> {
    let given = |tag: u32| {
        fields
            .iter()
            .find(|field| field.0 == tag)
            .map(|field| &field.1)
    };
    let time = String::from_utf8_lossy(&write_time(utc)).into_owned();
    let begin = given(8).map_or("FIX.4.2", |value| value);
    let mut encoder = Encoder::new();
    encoder.start(begin.as_bytes(), fields[0].1.as_bytes());
    for (tag, usual) in [(49, THEM), (56, US), (52, &time)] {
        match given(tag) {
            None => encoder.field(tag, usual.as_bytes()),
            Some(value) if value == "-" => {}
            Some(value) => encoder.field(tag, fill_in(value, utc).as_bytes()),
        }
    }
    let written = |tag: u32| matches!(tag, 8 | 9 | 10 | 49 | 52 | 56);
    for (tag, value) in fields[1..].iter().filter(|field| !written(field.0)) {
        if value != "-" {
            encoder.field(*tag, fill_in(value, utc).as_bytes());
        }
    }
    let mut whole = String::from_utf8_lossy(encoder.finish()).into_owned();
    for tag in [9, 10] {
        let Some(value) = given(tag) else { continue };
        let start = whole.find(&format!("\x01{tag}=")).expect("always there");
        let end = start + 1 + whole[start + 1..].find('\x01').expect("fields end");
        whole.replace_range(start..end, &format!("\x01{tag}={value}"));
    }
    whole.into_bytes()
}

/// `@` and `@-10` stand for times, so many seconds from now.
pub fn fill_in(value: &str, utc: i64) -> String {
    let Some(seconds) = value.strip_prefix('@') else {
        return value.into();
    };
    let seconds: f64 = if seconds.is_empty() {
        0.0
    } else {
        seconds.parse().expect("@ and a number of seconds")
    };
    let time = utc + (seconds * 1e9) as i64;
    String::from_utf8_lossy(&write_time(time)).into_owned()
}

/// The bytes of an `R` line: `9=*` and `10=*` stand for the right BodyLength and CheckSum.
pub fn raw(text: &str) -> Vec<u8> {
    let mut text = text.replace('|', "\x01");
    if let (Some(length), Some(trailer)) = (text.find("9=*"), text.find("10=*")) {
        let body = trailer - (length + 4);
        text = text.replace("9=*", &format!("9={body}"));
    }
    if let Some(trailer) = text.find("10=*") {
        let sum = text[..trailer].bytes().fold(0_u8, u8::wrapping_add);
        text = text.replace("10=*", &format!("10={sum:03}"));
    }
    text.into_bytes()
}

pub fn show(message: &Message) -> String {
    String::from_utf8_lossy(message.as_view().bytes()).replace('\x01', "|")
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    (0..=rest.len()).any(|at| rest.is_char_boundary(at) && matches(after, &rest[at..]))
}
