//! Blocks of a dictionary's text: which fields a message or a group names.

use super::DictionaryError;

/// The deepest nesting of groups.
const DEEPEST: usize = 8;

/// A field's name in a block.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub line: usize,
    pub name: String,
    pub required: bool,
    /// For a field that counts a group, what its entries hold.
    pub group: Option<Vec<Member>>,
}

/// What a block describes.
pub(super) enum Place {
    Header,
    Trailer,
    Message(String),
}

/// A block whose lines are being read.
pub(super) struct Open {
    place: Place,
    /// The members of the block, then of each group that is open in it.
    stack: Vec<Vec<Member>>,
    line: usize,
}

impl Open {
    pub fn new(line: usize, place: Place) -> Self {
        Self {
            place,
            stack: vec![Vec::new()],
            line,
        }
    }

    pub fn members(&mut self, line: usize, content: &str) -> Result<(), DictionaryError> {
        self.line = line;
        for word in content.split_whitespace() {
            if word == "]" {
                self.close_group(line)?;
                continue;
            }
            let (name, opens) = word
                .strip_suffix('[')
                .map_or((word, false), |name| (name, true));
            let (name, required) = name
                .strip_suffix('!')
                .map_or((name, false), |name| (name, true));
            let well_formed = |character: char| character.is_alphanumeric() || character == '_';
            if name.is_empty() || !name.chars().all(well_formed) {
                let problem = format!(
                    "{word:?}: write Name, Name! for a required field, Name[ ... ] for a group"
                );
                return Err(DictionaryError::new(line, problem));
            }
            let member = Member {
                line,
                name: name.to_owned(),
                required,
                group: None,
            };
            if let Some(members) = self.stack.last_mut() {
                members.push(member);
            }
            if opens {
                if self.stack.len() > DEEPEST {
                    let problem = format!("groups are nested at most {DEEPEST} deep");
                    return Err(DictionaryError::new(line, problem));
                }
                self.stack.push(Vec::new());
            }
        }
        Ok(())
    }

    fn close_group(&mut self, line: usize) -> Result<(), DictionaryError> {
        if self.stack.len() < 2 {
            return Err(DictionaryError::new(
                line,
                "\"]\" closes no group: leave it out",
            ));
        }
        let members = self.stack.pop().unwrap_or_default();
        if let Some(counter) = self.stack.last_mut().and_then(|members| members.last_mut()) {
            if members.is_empty() {
                let problem = format!("group {} is empty: name its fields", counter.name);
                return Err(DictionaryError::new(line, problem));
            }
            counter.group = Some(members);
        }
        Ok(())
    }

    pub fn close(mut self) -> Result<(Place, Vec<Member>), DictionaryError> {
        if self.stack.len() > 1 {
            return Err(DictionaryError::new(
                self.line,
                "a group is not closed: write \" ]\"",
            ));
        }
        Ok((self.place, self.stack.pop().unwrap_or_default()))
    }
}
