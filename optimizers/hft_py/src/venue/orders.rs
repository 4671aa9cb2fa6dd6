//! Resting orders of one symbol: a queue for each price, and a hash by order id.
//!
//! Orders and levels lie in slabs; an order is linked to its neighbours in the queue of its level,
//! first come first, so that every operation is `O(1)`.

use super::Side;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// No order, or no level.
const NONE: u32 = u32::MAX;

/// Prices of each side, near each other, that are found without a hash.
const RECENT: usize = 256;

/// Hashes of integers: the two halves of a product by an odd constant, folded into one.
#[derive(Clone, Copy, Debug, Default)]
pub struct IntegerHasher(u64);

impl Hasher for IntegerHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ 0x2545_F491_4F6C_DD1D) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }
}

/// A map from integers.
pub type IntegerMap<K, V> = HashMap<K, V, BuildHasherDefault<IntegerHasher>>;

/// A resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Its number.
    pub id: u64,
    /// Whose it is.
    pub client: u32,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub tick: i64,
    /// What is left of it.
    pub lots: u64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    order: Resting,
    level: u32,
    before: u32,
    behind: u32,
}

/// A queue; in a free one `first` is the next free level.
#[derive(Clone, Copy, Debug)]
struct Queue {
    first: u32,
    last: u32,
    /// The sum of its orders; zero in a free one, and in no other.
    lots: u64,
    tick: i64,
    side: Side,
}

/// What a level holds after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Its side.
    pub side: Side,
    /// Its price.
    pub tick: i64,
    /// The sum of its orders, zero where none is left.
    pub lots: u64,
}

/// The resting orders of one symbol.
#[derive(Clone, Debug)]
pub struct Orders {
    nodes: Vec<Node>,
    free_node: u32,
    queues: Vec<Queue>,
    free_queue: u32,
    by_id: IntegerMap<u64, u32>,
    by_tick: [IntegerMap<i64, u32>; 2],
    /// The level found last for each low part of a price, of each side; it may be gone since.
    recent: Box<[[u32; RECENT]; 2]>,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            free_node: NONE,
            queues: Vec::new(),
            free_queue: NONE,
            by_id: IntegerMap::default(),
            by_tick: [IntegerMap::default(), IntegerMap::default()],
            recent: Box::new([[NONE; RECENT]; 2]),
        }
    }
}

impl Orders {
    /// How many rest.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether none rests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether an order rests.
    #[must_use]
    pub fn contains(&self, id: u64) -> bool {
        self.by_id.contains_key(&id)
    }

    /// A resting order.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<Resting> {
        let &node = self.by_id.get(&id)?;
        Some(self.nodes[node as usize].order)
    }

    /// Put an order at the end of its price's queue. Its id must not rest already.
    #[inline]
    pub fn push(&mut self, order: Resting) -> Total {
        let level = self.level(order.side, order.tick);
        let queue = &mut self.queues[level as usize];
        let node = Node {
            order,
            level,
            before: queue.last,
            behind: NONE,
        };
        let slot = if self.free_node == NONE {
            self.nodes.push(node);
            (self.nodes.len() - 1) as u32
        } else {
            let slot = self.free_node;
            self.free_node = self.nodes[slot as usize].behind;
            self.nodes[slot as usize] = node;
            slot
        };
        queue.last = slot;
        queue.lots += order.lots;
        let lots = queue.lots;
        if node.before == NONE {
            queue.first = slot;
        } else {
            self.nodes[node.before as usize].behind = slot;
        }
        self.by_id.insert(order.id, slot);
        total(&order, lots)
    }

    /// The queue of a price, a new one where there is none.
    #[inline]
    fn level(&mut self, side: Side, tick: i64) -> u32 {
        match self.recent(side, tick) {
            Some(level) => level,
            None => self.level_by_hash(side, tick),
        }
    }

    /// The queue of a price, where it was the last found for its place and is still there.
    #[inline]
    fn recent(&self, side: Side, tick: i64) -> Option<u32> {
        let level = self.recent[side as usize][tick as usize % RECENT];
        let queue = self.queues.get(level as usize)?;
        let here = queue.tick == tick && queue.side == side && queue.lots > 0;
        here.then_some(level)
    }

    fn level_by_hash(&mut self, side: Side, tick: i64) -> u32 {
        let (queues, free) = (&mut self.queues, &mut self.free_queue);
        let level = *self.by_tick[side as usize].entry(tick).or_insert_with(|| {
            let empty = Queue {
                first: NONE,
                last: NONE,
                lots: 0,
                tick,
                side,
            };
            if *free == NONE {
                queues.push(empty);
                return (queues.len() - 1) as u32;
            }
            let level = *free;
            *free = queues[level as usize].first;
            queues[level as usize] = empty;
            level
        });
        self.recent[side as usize][tick as usize % RECENT] = level;
        level
    }

    /// Take an order out.
    #[inline]
    pub fn remove(&mut self, id: u64) -> Option<(Resting, Total)> {
        let slot = self.by_id.remove(&id)?;
        Some(self.unlink(slot))
    }

    #[inline]
    fn unlink(&mut self, slot: u32) -> (Resting, Total) {
        let Node {
            order,
            level,
            before,
            behind,
        } = self.nodes[slot as usize];
        let queue = &mut self.queues[level as usize];
        queue.lots -= order.lots;
        let lots = queue.lots;
        match before {
            NONE => queue.first = behind,
            _ => self.nodes[before as usize].behind = behind,
        }
        match behind {
            NONE => queue.last = before,
            _ => self.nodes[behind as usize].before = before,
        }
        if queue.first == NONE {
            queue.first = self.free_queue;
            self.free_queue = level;
            self.by_tick[order.side as usize].remove(&order.tick);
        }
        self.nodes[slot as usize].behind = self.free_node;
        self.free_node = slot;
        (order, total(&order, lots))
    }

    /// Leave an order in its place with fewer lots, but not none.
    #[inline]
    pub fn reduce(&mut self, id: u64, lots: u64) -> Option<Total> {
        let &slot = self.by_id.get(&id)?;
        let node = &mut self.nodes[slot as usize];
        let queue = &mut self.queues[node.level as usize];
        queue.lots -= node.order.lots - lots;
        node.order.lots = lots;
        Some(total(&node.order, queue.lots))
    }

    /// Take up to `wanted` lots from the orders of a price, first come first, and show each order
    /// with what was taken of it. Stops at an order of `client`.
    #[inline]
    pub fn take(
        &mut self,
        side: Side,
        tick: i64,
        mut wanted: u64,
        client: u32,
        mut each: impl FnMut(&Resting, u64),
    ) -> Taken {
        let known = self.recent(side, tick);
        let Some(level) = known.or_else(|| self.by_tick[side as usize].get(&tick).copied()) else {
            return Taken::default();
        };
        let mut taken = Taken::default();
        loop {
            let queue = &mut self.queues[level as usize];
            let slot = queue.first;
            let order = &mut self.nodes[slot as usize].order;
            taken.own = order.client == client;
            let lots = order.lots.min(wanted);
            if taken.own || lots == 0 {
                taken.left = queue.lots;
                return taken;
            }
            each(order, lots);
            taken.lots += lots;
            wanted -= lots;
            if lots < order.lots {
                order.lots -= lots;
                queue.lots -= lots;
                taken.left = queue.lots;
                return taken;
            }
            self.by_id.remove(&order.id);
            if self.unlink(slot).1.lots == 0 {
                return taken;
            }
        }
    }

    /// The orders of a price, first come first.
    pub fn queue(&self, side: Side, tick: i64) -> impl Iterator<Item = Resting> + '_ {
        let level = self.by_tick[side as usize].get(&tick);
        let mut slot = level.map_or(NONE, |&level| self.queues[level as usize].first);
        std::iter::from_fn(move || {
            let node = self.nodes.get(slot as usize)?;
            slot = node.behind;
            Some(node.order)
        })
    }
}

/// What was taken from a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How much.
    pub lots: u64,
    /// What the level still holds.
    pub left: u64,
    /// Whether an order of the same client is first in the queue now.
    pub own: bool,
}

fn total(order: &Resting, lots: u64) -> Total {
    Total {
        side: order.side,
        tick: order.tick,
        lots,
    }
}
