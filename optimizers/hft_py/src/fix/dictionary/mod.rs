//! What a version of FIX allows: its messages, fields, types, groups and enumerated values.
//!
//! A dictionary is read from a text ([`parse`] says how it is written) into tables: which field a
//! tag is, and for each message and each repeating group which fields it may and must hold. To
//! validate a message takes time proportional to its fields; another version of FIX, or a
//! venue's own fields, are another text.

mod blocks;
mod compile;
mod fields;
mod levels;
pub mod parse;
mod validate;
mod values;

pub use fields::{FieldEntry, FieldType};
pub use parse::DictionaryError;
pub use validate::{Checks, Refusal, reason_text};

use crate::fix::codec::{DataTags, Group};
use fields::Fields;
use levels::Level;
use std::sync::{Arc, OnceLock};

/// The text of FIX 4.2: every message and every field of it.
pub const FIX42: &str = include_str!("../../../python/hft_py/fix/FIX42.txt");

/// One kind of message.
#[derive(Clone, Debug)]
pub struct MessageEntry {
    /// Its MsgType (35).
    pub msg_type: String,
    /// Its name.
    pub name: String,
    /// Whether it belongs to the session, not to the application.
    pub admin: bool,
    /// Where its level is.
    level: usize,
}

/// What a version of FIX allows.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// The text it was read from.
    text: String,
    begin_string: String,
    fields: Fields,
    /// Sorted by MsgType.
    messages: Vec<MessageEntry>,
    /// For each MsgType of one byte its place in `messages`, or past its end.
    places: [u16; 256],
    /// What each message and each repeating group may hold.
    levels: Vec<Level>,
    data: DataTags,
}

impl Dictionary {
    /// FIX 4.2, all of it; read once a process.
    ///
    /// # Panics
    /// Where the text this crate carries is wrong, which its tests exclude.
    #[must_use]
    pub fn fix42() -> Arc<Self> {
        static DICTIONARY: OnceLock<Arc<Dictionary>> = OnceLock::new();
        let read = || Self::parse(FIX42).map(Arc::new);
        Arc::clone(DICTIONARY.get_or_init(|| read().expect("the text of FIX 4.2 is well formed")))
    }

    /// This dictionary with further fields and messages, or more members of its messages.
    ///
    /// # Errors
    /// As [`Self::parse`]; lines are counted from the start of `text`.
    pub fn extend(&self, text: &str) -> Result<Self, DictionaryError> {
        let before = self.text.lines().count();
        Self::parse(&format!("{}\n{text}", self.text.trim_end_matches('\n')))
            .map_err(|error| error.less_lines(before))
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The BeginString (8) of its messages: `FIX.4.2`.
    #[must_use]
    pub fn begin_string(&self) -> &str {
        &self.begin_string
    }

    /// Which field announces the length of which data field.
    #[must_use]
    pub fn data_tags(&self) -> &DataTags {
        &self.data
    }

    /// A kind of message by its MsgType (35).
    #[must_use]
    pub fn message(&self, msg_type: &[u8]) -> Option<&MessageEntry> {
        let messages = &self.messages;
        if let [byte] = msg_type {
            return messages.get(usize::from(self.places[usize::from(*byte)]));
        }
        let at = messages.binary_search_by(|message| message.msg_type.as_bytes().cmp(msg_type));
        Some(&messages[at.ok()?])
    }

    /// Every kind of message, by MsgType.
    #[must_use]
    pub fn messages(&self) -> &[MessageEntry] {
        &self.messages
    }

    /// Whether it has messages of this type.
    #[must_use]
    pub fn knows(&self, msg_type: &[u8]) -> bool {
        self.message(msg_type).is_some()
    }

    /// Whether messages of this type belong to the session: Heartbeat, TestRequest,
    /// ResendRequest, Reject, SequenceReset, Logout, Logon.
    #[must_use]
    pub fn is_admin(&self, msg_type: &[u8]) -> bool {
        self.message(msg_type).is_some_and(|message| message.admin)
    }

    /// A field by its tag.
    #[must_use]
    pub fn field(&self, tag: u32) -> Option<&FieldEntry> {
        self.fields.by_tag(tag)
    }

    /// A field by its name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&FieldEntry> {
        self.fields.by_name(name)
    }

    /// Every field, by tag.
    #[must_use]
    pub fn fields(&self) -> &[FieldEntry] {
        self.fields.all()
    }

    /// The repeating group that `count` counts in messages of this type, at any depth.
    #[must_use]
    pub fn group(&self, msg_type: &[u8], count: u32) -> Option<&Group> {
        self.group_below(self.message(msg_type)?.level, count)
    }

    fn group_below(&self, level: usize, count: u32) -> Option<&Group> {
        self.levels[level].groups.iter().find_map(|nested| {
            let group = self.levels[nested.level].group.as_ref()?;
            if group.count == count {
                return Some(group);
            }
            self.group_below(nested.level, count)
        })
    }
}
