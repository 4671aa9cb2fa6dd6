//! The fields of a dictionary, found by tag and by name.

use std::collections::HashMap;

/// The largest tag found by one look into a table.
const TABLE: u32 = 65_535;

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FieldType {
    /// Any text.
    Text,
    /// One character.
    Char,
    /// `Y` or `N`.
    Boolean,
    /// A whole number.
    Int,
    /// A whole number that is not negative: lengths and counts.
    Count,
    /// A day of a month: 1 to 31.
    DayOfMonth,
    /// A decimal number without exponent: prices, quantities, amounts.
    Decimal,
    /// Texts with blanks between them.
    Multiple,
    /// `YYYYMMDD-HH:MM:SS`, perhaps with decimals.
    Time,
    /// `HH:MM:SS`, perhaps with decimals.
    TimeOfDay,
    /// `YYYYMMDD`.
    Date,
    /// `YYYYMM`.
    Month,
    /// Any bytes, their count announced by another field.
    Data,
}

impl FieldType {
    /// The type a dictionary's text names: a type of FIX 4.0 to 5.0.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "STRING" | "CURRENCY" | "EXCHANGE" | "COUNTRY" | "LANGUAGE" | "TZTIMEONLY"
            | "TZTIMESTAMP" | "LOCALMKTTIME" | "TIME" => Self::Text,
            "CHAR" => Self::Char,
            "BOOLEAN" => Self::Boolean,
            "INT" | "SEQNUM" | "TAGNUM" => Self::Int,
            "LENGTH" | "NUMINGROUP" => Self::Count,
            "DAYOFMONTH" => Self::DayOfMonth,
            "FLOAT" | "PRICE" | "PRICEOFFSET" | "QTY" | "QUANTITY" | "AMT" | "PERCENTAGE" => {
                Self::Decimal
            }
            "MULTIPLEVALUESTRING" | "MULTIPLESTRINGVALUE" | "MULTIPLECHARVALUE" => Self::Multiple,
            "UTCTIMESTAMP" => Self::Time,
            "UTCTIMEONLY" => Self::TimeOfDay,
            "UTCDATE" | "UTCDATEONLY" | "LOCALMKTDATE" | "DATE" => Self::Date,
            "MONTHYEAR" => Self::Month,
            "DATA" | "XMLDATA" => Self::Data,
            _ => return None,
        })
    }
}

/// One field.
#[derive(Clone, Debug)]
pub struct FieldEntry {
    /// Its tag.
    pub tag: u32,
    /// Its name.
    pub name: String,
    /// The name of its type, as the dictionary's text has it.
    pub type_name: String,
    /// The type of its values.
    pub kind: FieldType,
    /// For a data field, the tag that announces its length.
    pub length: Option<u32>,
    /// The values allowed, with their names, sorted by value; none where any value is.
    pub values: Vec<(String, String)>,
}

/// All fields, sorted by tag.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    entries: Vec<FieldEntry>,
    /// For each small tag its place in `entries`.
    slots: Vec<u16>,
    /// For each field its values of one ASCII character, a bit each.
    characters: Vec<[u64; 2]>,
    names: HashMap<String, u32>,
}

impl Fields {
    /// At most 65,534 fields, no tag and no name twice: the parser sees to it.
    pub fn new(mut entries: Vec<FieldEntry>) -> Self {
        entries.sort_by_key(|entry| entry.tag);
        let small = entries
            .iter()
            .map(|entry| entry.tag)
            .filter(|tag| *tag <= TABLE);
        let mut slots = vec![entries.len() as u16; small.max().map_or(0, |tag| tag as usize + 1)];
        for (slot, entry) in entries.iter().enumerate() {
            if let Some(place) = slots.get_mut(entry.tag as usize) {
                *place = slot as u16;
            }
        }
        let characters = entries.iter().map(characters).collect();
        let names = entries
            .iter()
            .map(|entry| (entry.name.clone(), entry.tag))
            .collect();
        Self {
            entries,
            slots,
            characters,
            names,
        }
    }

    /// Whether an ASCII character is one of the enumerated values of a field.
    #[inline]
    pub fn enumerates_byte(&self, slot: usize, byte: u8) -> bool {
        let words = self.characters.get(slot);
        let word = words.and_then(|words| words.get(usize::from(byte / 64)));
        word.is_some_and(|word| word >> (byte % 64) & 1 == 1)
    }

    /// Whether a value is one of the enumerated ones of a field.
    pub fn enumerates(&self, slot: usize, value: &[u8]) -> bool {
        match value {
            [byte @ 0..128] => self.enumerates_byte(slot, *byte),
            _ => {
                let values = &self.entries[slot].values;
                let at = values.binary_search_by(|known| known.0.as_bytes().cmp(value));
                at.is_ok()
            }
        }
    }

    /// Where the field of a tag is; past the last one where there is none.
    #[inline]
    pub fn slot(&self, tag: u32) -> usize {
        match self.slots.get(tag as usize) {
            Some(&slot) => usize::from(slot),
            None => self.slot_of_large(tag),
        }
    }

    #[cold]
    fn slot_of_large(&self, tag: u32) -> usize {
        let at = self.entries.binary_search_by_key(&tag, |entry| entry.tag);
        at.unwrap_or(self.entries.len())
    }

    pub fn at(&self, slot: usize) -> &FieldEntry {
        &self.entries[slot]
    }

    pub fn by_tag(&self, tag: u32) -> Option<&FieldEntry> {
        self.entries.get(self.slot(tag))
    }

    pub fn by_name(&self, name: &str) -> Option<&FieldEntry> {
        self.by_tag(*self.names.get(name)?)
    }

    pub fn all(&self) -> &[FieldEntry] {
        &self.entries
    }
}

/// The enumerated values of one ASCII character, a bit each.
fn characters(entry: &FieldEntry) -> [u64; 2] {
    let mut words = [0; 2];
    for (value, _) in &entry.values {
        if let [byte @ 0..128] = value.as_bytes() {
            words[usize::from(byte / 64)] |= 1 << (byte % 64);
        }
    }
    words
}
