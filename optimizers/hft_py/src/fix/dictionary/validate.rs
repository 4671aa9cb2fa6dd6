//! Whether a message is what its dictionary allows.

use super::Dictionary;
use super::levels::{Level, Members, Rule, Section};
use super::values::check;
use crate::fix::codec::{Field, View, parse_int};

/// The first tag that users define themselves.
const USER_DEFINED: u32 = 5_000;

/// The text for a field in the wrong place.
const OUT_OF_ORDER: &str = "Tag specified out of required order";

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Header fields first, trailer fields last.
    pub fields_order: bool,
    /// No empty values, none of another type, none beside the enumerated ones.
    pub values: bool,
    /// Tags from 5000 on must be in the dictionary and in the message's definition.
    pub user_defined: bool,
    /// Required fields are there.
    pub required: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            fields_order: true,
            values: true,
            user_defined: true,
            required: true,
        }
    }
}

/// Why a message is refused: what its Reject (35=3) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// SessionRejectReason (373); none where FIX 4.2 has no number for it.
    pub reason: Option<u8>,
    /// RefTagID (371).
    pub tag: Option<u32>,
    /// Text (58).
    pub text: &'static str,
}

impl Refusal {
    /// A refusal with a number, and the text that belongs to it.
    #[must_use]
    pub fn new(reason: u8, tag: Option<u32>) -> Self {
        Self {
            reason: Some(reason),
            tag,
            text: reason_text(reason),
        }
    }

    fn tagged(reason: u8, tag: u32) -> Self {
        Self::new(reason, Some(tag))
    }

    fn unnumbered(tag: u32, text: &'static str) -> Self {
        Self {
            reason: None,
            tag: Some(tag),
            text,
        }
    }
}

/// What a SessionRejectReason (373) of FIX 4.2 means.
#[must_use]
pub fn reason_text(reason: u8) -> &'static str {
    match reason {
        0 => "Invalid tag number",
        1 => "Required tag missing",
        2 => "Tag not defined for this message type",
        3 => "Undefined Tag",
        4 => "Tag specified without a value",
        5 => "Value is incorrect (out of range) for this tag",
        6 => "Incorrect data format for value",
        7 => "Decryption problem",
        8 => "Signature problem",
        9 => "CompID problem",
        10 => "SendingTime accuracy problem",
        11 => "Invalid MsgType",
        _ => "Rejected",
    }
}

impl Dictionary {
    /// Check a message against its definition; the first thing wrong with it, in the order of its
    /// fields and required fields last.
    ///
    /// # Errors
    /// [`Refusal`], with reason
    /// 0 for a tag that is not in the dictionary, 1 for a required field that is missing,
    /// 2 for a field that the message does not have, 4 for an empty value, 5 for a value beside
    /// the enumerated ones, 6 for a value of another type, 11 for an unknown MsgType; and without
    /// a number for a header field after the body, a trailer field before its end, a field that
    /// is there twice, and a group with another number of entries than its count says.
    pub fn validate(&self, view: View<'_>, checks: &Checks) -> Result<(), Refusal> {
        let Some(message) = self.message(view.msg_type()) else {
            return Err(Refusal::new(11, None));
        };
        let walk = Walk {
            dictionary: self,
            view,
            checks: *checks,
        };
        let level = &self.levels[message.level];
        let end = if *checks == Checks::default() {
            walk.level::<true>(level, 0)
        } else {
            walk.level::<false>(level, 0)
        };
        end.map(|_| ())
    }
}

/// A walk through the fields of a message.
struct Walk<'a> {
    dictionary: &'a Dictionary,
    view: View<'a>,
    checks: Checks,
}

impl<'a> Walk<'a> {
    /// The fields of a message, or of one entry of a group, from `at` on; where the next entry
    /// or the first field that does not belong to it is. `ALL`: nothing is left unchecked.
    fn level<const ALL: bool>(&self, level: &'a Level, mut at: usize) -> Result<usize, Refusal> {
        let fields = &self.dictionary.fields;
        let mut seen = Members::default();
        let mut section = Section::Header as u32;
        while let Some(&field) = self.view.fields().get(at) {
            let rule = level.rule(field.tag);
            if rule.section() < section {
                if rule != Rule::ABSENT {
                    if ALL || self.checks.fields_order {
                        return Err(Refusal::unnumbered(field.tag, OUT_OF_ORDER));
                    }
                } else if self.is_left_unchecked(field) {
                    at += 1;
                    continue;
                } else if level.group.is_some() {
                    break;
                } else {
                    return Err(self.unexpected(field));
                }
            } else {
                section = rule.section();
            }
            if !seen.add(rule.number()) {
                let group = level.group.as_ref();
                if group.is_some_and(|group| group.first == field.tag) {
                    break;
                }
                return Err(Refusal::unnumbered(field.tag, "Tag appears more than once"));
            }
            if (ALL || self.checks.values)
                && let Err(reason) = check(fields, rule, self.view.bytes(), field)
            {
                return Err(Refusal::tagged(reason, field.tag));
            }
            at += 1;
            if rule.counts() {
                at = self.group::<ALL>(level, rule.number(), field, at)?;
            }
        }
        match level.required.first_not_in(&seen) {
            Some(number) if ALL || self.checks.required => {
                Err(Refusal::tagged(1, level.tags[number]))
            }
            _ => Ok(at),
        }
    }

    /// Whether a field belongs to a user whose fields are not checked.
    fn is_left_unchecked(&self, field: Field) -> bool {
        field.tag >= USER_DEFINED && !self.checks.user_defined
    }

    #[cold]
    fn unexpected(&self, field: Field) -> Refusal {
        let is_known = self.dictionary.field(field.tag).is_some();
        Refusal::tagged(if is_known { 2 } else { 0 }, field.tag)
    }

    /// The entries of the group that `count` counts; where the first field after them is.
    fn group<const ALL: bool>(
        &self,
        level: &'a Level,
        number: usize,
        count: Field,
        mut at: usize,
    ) -> Result<usize, Refusal> {
        let mut nested = level.groups.iter();
        let Some(nested) = nested.find(|nested| nested.number == number) else {
            return Ok(at);
        };
        let entry = &self.dictionary.levels[nested.level];
        let Some(group) = &entry.group else {
            return Ok(at);
        };
        let fields = self.view.fields();
        let mut entries = 0;
        while fields.get(at).is_some_and(|field| field.tag == group.first) {
            at = self.level::<ALL>(entry, at)?;
            entries += 1;
        }
        if parse_int(self.view.value(count)) == Some(entries) {
            return Ok(at);
        }
        if let Some(field) = fields.get(at)
            && entries == 0
            && group.members.binary_search(&field.tag).is_ok()
        {
            return Err(Refusal::unnumbered(field.tag, OUT_OF_ORDER));
        }
        let text = "Incorrect NumInGroup count for repeating group";
        Err(Refusal::unnumbered(count.tag, text))
    }
}
