//! What a message, or an entry of a repeating group, may and must hold.

use super::{FieldEntry, FieldType};
use crate::fix::codec::Group;

/// The most fields of a message without those of its groups, header and trailer included; the
/// same for an entry of a group.
pub(super) const MOST_MEMBERS: usize = 512;

/// Rules of tags below this one are found by one look into a table.
const TABLE: u32 = 1_024;

/// A set of members by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Members([u64; MOST_MEMBERS / 64]);

impl Members {
    /// Add one; false where it was there.
    #[inline]
    pub fn add(&mut self, number: usize) -> bool {
        let word = &mut self.0[number / 64 % (MOST_MEMBERS / 64)];
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The first one that is here and not in `other`.
    #[inline]
    pub fn first_not_in(&self, other: &Self) -> Option<usize> {
        let words = self.0.iter().zip(&other.0);
        if words.fold(0, |all, (one, other)| all | one & !other) == 0 {
            return None;
        }
        let mut words = self.0.iter().zip(&other.0).map(|(one, other)| one & !other);
        let at = words.clone().position(|word| word != 0)?;
        Some(64 * at + words.nth(at)?.trailing_zeros() as usize)
    }
}

/// The part of a message a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub(super) enum Section {
    /// From 1 on: 0 is the section of a field that is no member.
    Header = 1,
    Body,
    Trailer,
}

/// What a level says about one field, and what its values are, in one word: all that a check of
/// most fields looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule(u32);

impl Rule {
    /// The field is no member.
    pub const ABSENT: Self = Self(0);

    const SECTION: u32 = 30;
    const COUNTS: u32 = 1 << 29;
    const TEXT: u32 = 1 << 28;
    const ONE_OF_CHARACTERS: u32 = 1 << 27;
    const NUMBER: u32 = 1 << 26;
    const POINT: u32 = 1 << 25;

    /// The rule of a member with this number among those of its level; `counts` says whether it
    /// counts a group.
    pub fn new(number: usize, section: Section, counts: bool, field: &FieldEntry) -> Self {
        let flag = |flag, is_set| if is_set { flag } else { 0 };
        let any = field.values.is_empty();
        let is_decimal = field.kind == FieldType::Decimal;
        let is_number = is_decimal || matches!(field.kind, FieldType::Int | FieldType::Count);
        Self(
            (section as u32) << Self::SECTION
                | flag(Self::COUNTS, counts)
                | flag(Self::TEXT, field.kind == FieldType::Text && any)
                | flag(
                    Self::ONE_OF_CHARACTERS,
                    field.kind == FieldType::Char && !any,
                )
                | flag(Self::NUMBER, is_number && any)
                | flag(Self::POINT, is_decimal)
                | number as u32,
        )
    }

    /// Its number among the members of the level.
    #[inline]
    pub fn number(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    /// Its section, as a number.
    #[inline]
    pub fn section(self) -> u32 {
        self.0 >> Self::SECTION
    }

    /// Whether it counts a repeating group.
    #[inline]
    pub fn counts(self) -> bool {
        self.0 & Self::COUNTS != 0
    }

    /// Whether its values are any text.
    #[inline]
    pub fn is_text(self) -> bool {
        self.0 & Self::TEXT != 0
    }

    /// Whether its values are enumerated characters.
    #[inline]
    pub fn is_one_of_characters(self) -> bool {
        self.0 & Self::ONE_OF_CHARACTERS != 0
    }

    /// Whether its values are any numbers.
    #[inline]
    pub fn is_number(self) -> bool {
        self.0 & Self::NUMBER != 0
    }

    /// Whether its numbers may have a point.
    #[inline]
    pub fn may_have_point(self) -> bool {
        self.0 & Self::POINT != 0
    }
}

/// A repeating group inside a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nested {
    /// The number of the field that counts it.
    pub number: usize,
    /// Its own level.
    pub level: usize,
}

/// The fields allowed and required side by side.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    /// For each small tag its rule.
    rules: Vec<Rule>,
    /// Larger tags with their rules, sorted.
    larger: Vec<(u32, Rule)>,
    pub required: Members,
    /// The tags of the members by number.
    pub tags: Vec<u32>,
    pub groups: Vec<Nested>,
    /// For the entries of a group: the group.
    pub group: Option<Group>,
}

impl Level {
    /// The rule of a tag.
    #[inline]
    pub fn rule(&self, tag: u32) -> Rule {
        match self.rules.get(tag as usize) {
            Some(rule) => *rule,
            None => self.rule_of_larger(tag),
        }
    }

    #[cold]
    fn rule_of_larger(&self, tag: u32) -> Rule {
        let at = self.larger.binary_search_by_key(&tag, |larger| larger.0);
        at.map_or(Rule::ABSENT, |at| self.larger[at].1)
    }

    /// Set the rule of a tag without one.
    pub fn set_rule(&mut self, tag: u32, rule: Rule) {
        if tag < TABLE {
            let length = self.rules.len().max(tag as usize + 1);
            self.rules.resize(length, Rule::ABSENT);
            self.rules[tag as usize] = rule;
        } else {
            let at = self.larger.partition_point(|larger| larger.0 < tag);
            self.larger.insert(at, (tag, rule));
        }
    }
}
