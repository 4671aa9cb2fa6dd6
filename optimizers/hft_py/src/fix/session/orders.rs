//! The ClOrdIDs of orders received, to recognise an order that the peer sends once more with
//! PossResend (97=Y).
//!
//! Two sets of equal size: when the younger one is full, the older one is forgotten. The latest
//! `limit` orders are thus always remembered, and memory is bounded by twice as many. They are
//! forgotten with the process: an application that must not book an order twice after a restart
//! compares it with its own orders.

use crate::fix::codec::View;
use std::collections::HashSet;

pub(super) struct Orders {
    limit: usize,
    young: HashSet<Box<[u8]>>,
    old: HashSet<Box<[u8]>>,
    key: Vec<u8>,
}

impl Orders {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            young: HashSet::new(),
            old: HashSet::new(),
            key: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    /// Remember an order, a cancel or a replace request. True where it is known already.
    pub(super) fn repeats(&mut self, view: View<'_>) -> bool {
        let msg_type = view.msg_type();
        if self.limit == 0 || !matches!(msg_type, b"D" | b"F" | b"G") {
            return false;
        }
        let Some(id) = view.get(11) else {
            return false;
        };
        self.key.clear();
        self.key.extend_from_slice(msg_type);
        self.key.extend_from_slice(id);
        let key = self.key.as_slice();
        if self.young.contains(key) || self.old.contains(key) {
            return true;
        }
        if self.young.len() >= self.limit {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key.into());
        false
    }
}
