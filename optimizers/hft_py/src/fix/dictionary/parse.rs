//! The text a dictionary is read from.
//!
//! ```text
//! # A line that starts with # is a comment.
//! version FIX.4.2
//!
//! field 11 ClOrdID STRING
//! field 54 Side CHAR 1=Buy 2=Sell
//! field 95 RawDataLength LENGTH
//! field 96 RawData DATA 95
//!
//! header
//!   BeginString! BodyLength! MsgType!
//! trailer
//!   CheckSum!
//! message A Logon admin
//!   EncryptMethod! HeartBtInt! RawDataLength RawData
//! message D NewOrderSingle
//!   ClOrdID! NoAllocs[ AllocAccount! AllocShares ] Side!
//! ```
//!
//! - `version` names the BeginString (8) of all messages.
//! - `field` has a tag, a name and a type of FIX (`FieldType::named` lists them); then, for an
//!   enumerated field, its values as `value=name` or `value`; for a DATA field, the tag of the
//!   field that announces its length.
//! - `header`, `trailer` and `message` start a block. A message has a MsgType, a name, and `admin`
//!   where it belongs to the session. The lines of a block are indented and hold the names of
//!   its fields, in any order: `Name` is optional, `Name!` required, `Name[ A B ]` (or `Name![`)
//!   counts a repeating group, whose first field starts each entry. Groups may hold groups.
//! - Fields may be defined after the blocks that name them. A block of a message there is adds
//!   to it, which is how custom fields are added: `message D`, then a line with their names. A
//!   field defined twice must have the same name and type; its values are added.

use super::blocks::{Member, Open, Place};
use super::fields::{FieldEntry, FieldType};
use crate::fix::codec::DataTags;
use std::collections::BTreeMap;

/// The largest tag a message may hold.
const LARGEST_TAG: u32 = 999_999_999;
/// The most fields of a dictionary.
const MOST_FIELDS: usize = 65_534;

/// A line of a dictionary's text that cannot be read, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DictionaryError {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong with it, and the remedy.
    pub problem: String,
}

impl DictionaryError {
    pub(super) fn new(line: usize, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { line, problem }
    }

    /// The same error, with lines counted from after the first `lines`.
    pub(super) fn less_lines(mut self, lines: usize) -> Self {
        self.line = self.line.saturating_sub(lines).max(1);
        self
    }
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    line: usize,
    pub name: String,
    pub admin: bool,
    pub members: Vec<Member>,
}

/// What the lines say, before names are looked up.
#[derive(Default)]
pub(super) struct Text {
    pub version: Option<String>,
    pub fields: BTreeMap<u32, (usize, FieldEntry)>,
    pub header: Vec<Member>,
    pub trailer: Vec<Member>,
    pub messages: BTreeMap<String, Block>,
}

impl Text {
    pub fn read(text: &str) -> Result<Self, DictionaryError> {
        let mut read = Self::default();
        let mut block: Option<Open> = None;
        for (line, content) in text.lines().enumerate() {
            let line = line + 1;
            if content.trim().is_empty() || content.starts_with('#') {
                continue;
            }
            if content.starts_with(char::is_whitespace) {
                let Some(block) = &mut block else {
                    let problem = "an indented line belongs to a block: start one with \
                                   \"header\", \"trailer\" or \"message TYPE NAME\" before it";
                    return Err(DictionaryError::new(line, problem));
                };
                block.members(line, content)?;
                continue;
            }
            if let Some(block) = block.take() {
                read.close(block)?;
            }
            let words: Vec<&str> = content.split_whitespace().collect();
            match words[..] {
                ["version", version] => read.version = Some(version.to_owned()),
                ["field", ref rest @ ..] => read.field(line, rest)?,
                ["header"] => block = Some(Open::new(line, Place::Header)),
                ["trailer"] => block = Some(Open::new(line, Place::Trailer)),
                ["message", msg_type, ref rest @ ..] => {
                    read.message(line, msg_type, rest)?;
                    block = Some(Open::new(line, Place::Message(msg_type.to_owned())));
                }
                _ => {
                    let problem = format!(
                        "{content:?} is no \"version VERSION\", \"field TAG NAME TYPE ...\", \
                         \"header\", \"trailer\" or \"message TYPE NAME [admin]\""
                    );
                    return Err(DictionaryError::new(line, problem));
                }
            }
        }
        if let Some(block) = block {
            read.close(block)?;
        }
        Ok(read)
    }

    fn close(&mut self, block: Open) -> Result<(), DictionaryError> {
        let (place, members) = block.close()?;
        match place {
            Place::Header => self.header.extend(members),
            Place::Trailer => self.trailer.extend(members),
            Place::Message(msg_type) => {
                if let Some(block) = self.messages.get_mut(&msg_type) {
                    block.members.extend(members);
                }
            }
        }
        Ok(())
    }

    fn message(
        &mut self,
        line: usize,
        msg_type: &str,
        rest: &[&str],
    ) -> Result<(), DictionaryError> {
        let (name, admin) = match rest {
            [] if self.messages.contains_key(msg_type) => return Ok(()),
            [name] => (*name, false),
            [name, "admin"] => (*name, true),
            _ => {
                let problem = format!(
                    "message {msg_type} needs a name, and \"admin\" after it where it belongs to \
                     the session"
                );
                return Err(DictionaryError::new(line, problem));
            }
        };
        if let Some(known) = self.messages.get(msg_type) {
            if known.name == name && known.admin == admin {
                return Ok(());
            }
            let problem = format!(
                "message {msg_type} is {} on line {}: give both the same name and kind",
                known.name, known.line
            );
            return Err(DictionaryError::new(line, problem));
        }
        let block = Block {
            line,
            name: name.to_owned(),
            admin,
            members: Vec::new(),
        };
        self.messages.insert(msg_type.to_owned(), block);
        Ok(())
    }

    fn field(&mut self, line: usize, rest: &[&str]) -> Result<(), DictionaryError> {
        let fail = |problem: String| Err(DictionaryError::new(line, problem));
        let &[tag, name, type_name, ref rest @ ..] = rest else {
            return fail("a field needs a tag, a name and a type: field 11 ClOrdID STRING".into());
        };
        let Some(number) = tag
            .parse()
            .ok()
            .filter(|tag| (1..=LARGEST_TAG).contains(tag))
        else {
            return fail(format!(
                "tag {tag:?}: write a number from 1 to {LARGEST_TAG}"
            ));
        };
        let Some(kind) = FieldType::named(type_name) else {
            return fail(format!(
                "type {type_name:?} of field {name}: write a type of FIX such as STRING, INT or \
                 PRICE"
            ));
        };
        let mut length = None;
        let mut values = Vec::new();
        for word in rest {
            if kind == FieldType::Data {
                length = word.parse().ok();
                if length.is_none() || rest.len() > 1 {
                    return fail(format!(
                        "{word:?}: after DATA write the tag of the field that announces the length"
                    ));
                }
                continue;
            }
            let (value, label) = word.split_once('=').unwrap_or((word, word));
            values.push((value.to_owned(), label.to_owned()));
        }
        if let Some((before, known)) = self.fields.get_mut(&number) {
            if known.name != name || known.type_name != type_name || known.length != length {
                return fail(format!(
                    "field {tag} is {} {} on line {before}: give it the same name and type, or \
                     take another tag",
                    known.name, known.type_name
                ));
            }
            known.values.extend(values);
            set_values(known);
            return Ok(());
        }
        let mut others = self.fields.values();
        if let Some((before, other)) = others.find(|(_, other)| other.name == name) {
            return fail(format!(
                "{name} is field {} on line {before}: take another name",
                other.tag
            ));
        }
        if self.fields.len() == MOST_FIELDS {
            return fail(format!("a dictionary has at most {MOST_FIELDS} fields"));
        }
        let mut entry = FieldEntry {
            tag: number,
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            kind,
            length,
            values,
        };
        set_values(&mut entry);
        self.fields.insert(number, (line, entry));
        Ok(())
    }

    pub fn data_tags(&self) -> Result<DataTags, DictionaryError> {
        let mut pairs = Vec::new();
        for (line, entry) in self.fields.values() {
            let Some(length) = entry.length else { continue };
            if !self.fields.contains_key(&length) {
                let problem = format!(
                    "field {} announces the length of {}: define it",
                    length, entry.name
                );
                return Err(DictionaryError::new(*line, problem));
            }
            pairs.push((length, entry.tag));
        }
        Ok(DataTags::new(&pairs))
    }
}

/// Sort the values of a field, each once.
fn set_values(entry: &mut FieldEntry) {
    entry.values.sort();
    entry.values.dedup_by(|one, other| one.0 == other.0);
}
