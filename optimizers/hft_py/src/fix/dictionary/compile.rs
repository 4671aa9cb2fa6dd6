//! Names looked up: the tables of a dictionary made from what its text says.

use super::blocks::Member;
use super::fields::Fields;
use super::levels::{Level, MOST_MEMBERS, Nested, Rule, Section};
use super::parse::{Block, Text};
use super::{Dictionary, DictionaryError, MessageEntry};
use crate::fix::codec::Group;

impl Dictionary {
    /// Read a dictionary from its text, written as [`super::parse`] says.
    ///
    /// # Errors
    /// [`DictionaryError`] with the line and the remedy.
    pub fn parse(text: &str) -> Result<Self, DictionaryError> {
        let lines = Text::read(text)?;
        let version = lines.version.clone();
        let begin_string = version.ok_or_else(|| {
            DictionaryError::new(
                1,
                "there is no version: write a line such as \"version FIX.4.2\"",
            )
        })?;
        let data = lines.data_tags()?;
        let entries = lines.fields.values().map(|(_, entry)| entry.clone());
        let mut compiled = Compiled {
            fields: Fields::new(entries.collect()),
            levels: Vec::new(),
        };
        let mut messages = Vec::new();
        for (msg_type, block) in &lines.messages {
            let level = compiled.message(&lines, block)?;
            messages.push(MessageEntry {
                msg_type: msg_type.clone(),
                name: block.name.clone(),
                admin: block.admin,
                level,
            });
        }
        let mut places = [u16::MAX; 256];
        for (place, message) in messages.iter().enumerate() {
            if let [byte] = message.msg_type.as_bytes() {
                places[usize::from(*byte)] = place as u16;
            }
        }
        Ok(Self {
            text: text.to_owned(),
            begin_string,
            fields: compiled.fields,
            messages,
            places,
            levels: compiled.levels,
            data,
        })
    }
}

/// The tables in the making.
struct Compiled {
    fields: Fields,
    levels: Vec<Level>,
}

impl Compiled {
    fn message(&mut self, lines: &Text, block: &Block) -> Result<usize, DictionaryError> {
        let mut level = Level::default();
        let sections = [
            (Section::Header, &lines.header),
            (Section::Body, &block.members),
            (Section::Trailer, &lines.trailer),
        ];
        for (section, members) in sections {
            for member in members {
                self.member(&mut level, member, section)?;
            }
        }
        self.levels.push(level);
        Ok(self.levels.len() - 1)
    }

    /// Add a member to a level.
    fn member(
        &mut self,
        level: &mut Level,
        member: &Member,
        section: Section,
    ) -> Result<(), DictionaryError> {
        let fail = |problem: String| Err(DictionaryError::new(member.line, problem));
        let name = &member.name;
        let Some(field) = self.fields.by_name(name) else {
            return fail(format!(
                "there is no field {name}: define it with \"field TAG {name} TYPE\""
            ));
        };
        let tag = field.tag;
        if level.rule(tag) != Rule::ABSENT {
            return fail(format!("{name} is named twice: leave one out"));
        }
        let number = level.tags.len();
        if number == MOST_MEMBERS {
            return fail(format!(
                "a message or a group has at most {MOST_MEMBERS} fields"
            ));
        }
        let rule = Rule::new(number, section, member.group.is_some(), field);
        level.set_rule(tag, rule);
        level.tags.push(tag);
        if member.required {
            level.required.add(number);
        }
        if let Some(members) = &member.group {
            let entry = self.group(tag, members)?;
            level.groups.push(Nested {
                number,
                level: entry,
            });
        }
        Ok(())
    }

    /// The level of the entries of a group.
    fn group(&mut self, count: u32, members: &[Member]) -> Result<usize, DictionaryError> {
        let mut level = Level::default();
        for member in members {
            self.member(&mut level, member, Section::Body)?;
        }
        let mut inside = level.tags.clone();
        for nested in &level.groups {
            if let Some(group) = &self.levels[nested.level].group {
                inside.extend_from_slice(&group.members);
            }
        }
        level.group = Some(Group::new(count, level.tags[0], &inside));
        self.levels.push(level);
        Ok(self.levels.len() - 1)
    }
}
