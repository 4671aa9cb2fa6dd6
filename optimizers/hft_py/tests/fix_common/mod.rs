//! Readable counterparts of the FIX codec: slow, and so simple that they are hardly wrong.
#![allow(dead_code)] // each test binary uses some of them

/// A whole message from its fields after BodyLength, MsgType first.
pub fn write(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (tag, value) in fields {
        body.extend_from_slice(format!("{tag}=").as_bytes());
        body.extend_from_slice(value);
        body.push(1);
    }
    let mut message = format!("8=FIX.4.2\x019={}\x01", body.len()).into_bytes();
    message.extend_from_slice(&body);
    let sum: u32 = message.iter().map(|byte| u32::from(*byte)).sum();
    message.extend_from_slice(format!("10={:03}\x01", sum % 256).as_bytes());
    message
}

/// A whole message from a text such as `35=0|34=7`.
pub fn message(text: &str) -> Vec<u8> {
    let fields: Vec<(u32, &[u8])> = text
        .split('|')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (tag, value) = field.split_once('=').expect("tag=value");
            (tag.parse().expect("a tag"), value.as_bytes())
        })
        .collect();
    write(&fields)
}

/// A whole number: digits, perhaps after a minus sign.
pub fn int(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with('+') {
        None
    } else {
        text.parse().ok()
    }
}

/// The tags and values of a message; none where it is garbled.
pub fn read<'a>(message: &'a [u8], data: &[(u32, u32)]) -> Option<Vec<(u32, &'a [u8])>> {
    let mut fields: Vec<(u32, &[u8])> = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let tag = &rest[..equals];
        if !(1..=9).contains(&tag.len()) || !tag.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let tag: u32 = std::str::from_utf8(tag).ok()?.parse().ok()?;
        rest = &rest[equals + 1..];
        let announced = fields.last().and_then(|(length, value)| {
            let length = usize::try_from(int(value)?)
                .ok()
                .filter(|_| data.contains(&(*length, tag)))?;
            (rest.get(length) == Some(&1)).then_some(length)
        });
        let length = announced.or_else(|| rest.iter().position(|byte| *byte == 1))?;
        fields.push((tag, &rest[..length]));
        rest = &rest[length + 1..];
    }
    let first: Vec<u32> = fields.iter().take(3).map(|field| field.0).collect();
    (first == [8, 9, 35]).then_some(fields)
}

/// Whether bytes are a whole message: BodyLength and CheckSum are right.
pub fn is_whole(message: &[u8]) -> bool {
    let check = || {
        let body = message.len().checked_sub(7)?;
        let (before, trailer) = message.split_at(body);
        let sum: u32 = before.iter().map(|byte| u32::from(*byte)).sum();
        let rest = before.strip_prefix(b"8=")?;
        let begin = rest.iter().position(|byte| *byte == 1)?;
        let rest = rest[begin + 1..].strip_prefix(b"9=")?;
        let digits = rest.iter().position(|byte| *byte == 1)?;
        let length: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        let right = length == rest.len() - digits - 1;
        Some(right && trailer == format!("10={:03}\x01", sum % 256).as_bytes())
    };
    check() == Some(true)
}
