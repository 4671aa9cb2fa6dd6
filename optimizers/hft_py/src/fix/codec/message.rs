//! Reading a message: a view of borrowed bytes, and a message that owns them.

use super::frame::{Garble, SOH};
use super::scan::{DataTags, Field, Index};
use super::{Decimal, parse_int, parse_time};

/// The fields of a message, or of one entry of a repeating group, in the bytes received.
#[derive(Clone, Copy)]
pub struct View<'a> {
    bytes: &'a [u8],
    fields: &'a [Field],
}

impl<'a> View<'a> {
    pub(crate) fn new(bytes: &'a [u8], fields: &'a [Field]) -> Self {
        Self { bytes, fields }
    }

    /// The bytes of the whole message.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The fields in their order.
    #[must_use]
    pub fn fields(&self) -> &'a [Field] {
        self.fields
    }

    /// The bytes of a field's value.
    #[must_use]
    pub fn value(&self, field: Field) -> &'a [u8] {
        let range = field.start as usize..field.end as usize;
        self.bytes.get(range).unwrap_or_default()
    }

    /// The value of the first field with this tag.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&'a [u8]> {
        let field = self.fields.iter().find(|field| field.tag == tag)?;
        Some(self.value(*field))
    }

    /// The value of MsgType (35); empty where there is none.
    #[must_use]
    pub fn msg_type(&self) -> &'a [u8] {
        match self.fields.get(2) {
            Some(field) if field.tag == 35 => self.value(*field),
            _ => self.get(35).unwrap_or_default(),
        }
    }

    /// The value as a whole number; none where it is absent or no number.
    #[must_use]
    pub fn int(&self, tag: u32) -> Option<i64> {
        parse_int(self.get(tag)?)
    }

    /// The value as an exact decimal number; none where it is absent or no number.
    #[must_use]
    pub fn decimal(&self, tag: u32) -> Option<Decimal> {
        Decimal::parse(self.get(tag)?)
    }

    /// The value as nanoseconds since 1970-01-01 UTC; none where it is absent or no time.
    #[must_use]
    pub fn time(&self, tag: u32) -> Option<i64> {
        parse_time(self.get(tag)?)
    }

    /// The value as text; none where it is absent or no UTF-8.
    #[must_use]
    pub fn text(&self, tag: u32) -> Option<&'a str> {
        std::str::from_utf8(self.get(tag)?).ok()
    }

    /// The value of a flag: true for `Y`, else false.
    #[must_use]
    pub fn flag(&self, tag: u32) -> bool {
        self.get(tag) == Some(b"Y")
    }

    /// A copy that owns its bytes.
    #[must_use]
    pub fn to_message(&self) -> Message {
        Message {
            bytes: self.bytes.into(),
            fields: self.fields.into(),
        }
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = String::from_utf8_lossy(self.bytes).replace(SOH as char, "|");
        f.debug_tuple("View").field(&shown).finish()
    }
}

/// A message that owns its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Box<[u8]>,
    fields: Box<[Field]>,
}

impl Message {
    /// Find the fields of a whole message, which [`super::frame`] delimited.
    ///
    /// # Errors
    /// As [`Index::scan`].
    pub fn parse(bytes: &[u8], data: &DataTags) -> Result<Self, Garble> {
        let mut index = Index::new();
        index.scan(bytes, data)?;
        Ok(Self {
            bytes: bytes.into(),
            fields: index.fields().into(),
        })
    }

    /// Its fields.
    #[must_use]
    pub fn as_view(&self) -> View<'_> {
        View::new(&self.bytes, &self.fields)
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = String::from_utf8_lossy(&self.bytes).replace(SOH as char, "|");
        f.debug_tuple("Message").field(&shown).finish()
    }
}
