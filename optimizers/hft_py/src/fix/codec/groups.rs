//! Repeating groups: read lazily, an entry at a time.

use super::View;

/// The fields of a repeating group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tag that counts the entries (NumInGroup).
    pub count: u32,
    /// The tag that starts each entry.
    pub first: u32,
    /// Every tag an entry may hold, groups inside it included; sorted.
    pub members: Vec<u32>,
}

impl Group {
    /// A group counted by `count`, whose entries start with `first` and may hold `members`.
    #[must_use]
    pub fn new(count: u32, first: u32, members: &[u32]) -> Self {
        let mut members = members.to_vec();
        members.push(first);
        members.sort_unstable();
        members.dedup();
        Self {
            count,
            first,
            members,
        }
    }
}

/// The entries of a repeating group, each a view of its own fields.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    rest: View<'a>,
    first: u32,
}

impl<'a> View<'a> {
    /// The entries of a group; none where the message does not hold it.
    ///
    /// An entry runs from one field `group.first` to the next, the last one to the first field
    /// that is no member of the group. What the count says is not looked at: validation does.
    #[must_use]
    pub fn group(&self, group: &Group) -> Entries<'a> {
        let fields = self.fields();
        let count = fields.iter().position(|field| field.tag == group.count);
        let rest = count.map_or(&[][..], |at| &fields[at + 1..]);
        let is_member = |tag| group.members.binary_search(&tag).is_ok();
        let end = rest.iter().position(|field| !is_member(field.tag));
        Entries {
            rest: View::new(self.bytes(), &rest[..end.unwrap_or(rest.len())]),
            first: group.first,
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<View<'a>> {
        let fields = self.rest.fields();
        if fields.first()?.tag != self.first {
            return None;
        }
        let next = fields[1..].iter().position(|field| field.tag == self.first);
        let (entry, rest) = fields.split_at(next.map_or(fields.len(), |next| next + 1));
        self.rest = View::new(self.rest.bytes(), rest);
        Some(View::new(self.rest.bytes(), entry))
    }
}
