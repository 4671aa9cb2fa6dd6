//! Sequence numbers of a depth feed: which message to apply, when to rebuild.
//!
//! Binance's rules, from its "how to manage a local order book correctly" for USD-M futures
//! and for spot. A message covers the update ids `first..=last` (`U`, `u`); a futures message
//! also says which id it follows (`pu`). Messages are kept until a snapshot arrives, those
//! within it are dropped, the first one applied must overlap it, and each next one must
//! follow the one before: a futures message names it, a spot message leaves no id out between
//! the two and may repeat some. Anything else is a gap: the book is stale until a new snapshot.
//! A message that ends no later than the book, and a snapshot that is no newer than a live
//! book, are left aside.
//!
//! ```
//! use hft_orderbook::feed::{Action, Ids, Rule, Sequencer};
//!
//! let ids = |first, last, previous| Ids { first, last, previous };
//! let mut feed = Sequencer::new(Rule::Futures);
//! // The stream first, so that nothing is missed; then the snapshot, here of update 12.
//! assert_eq!(feed.message(ids(8, 10, 7), "old"), Action::Wait);
//! assert_eq!(feed.message(ids(11, 15, 10), "first"), Action::Wait);
//! // Load it, then apply what it does not hold.
//! assert_eq!(feed.snapshot(12), Ok(Some(vec!["first"])));
//! assert_eq!(feed.message(ids(16, 20, 15), "next"), Action::Apply("next"));
//! // 21 to 24 were lost: the book is stale until the next snapshot.
//! assert!(matches!(feed.message(ids(25, 30, 24), "late"), Action::Resync(_)));
//! assert!(!feed.is_live());
//! assert_eq!(feed.snapshot(27), Ok(Some(vec!["late"])));
//! ```

use crate::Error;
use std::collections::VecDeque;

/// Update ids of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids {
    /// First update id within (`U`).
    pub first: u64,
    /// Last update id within (`u`).
    pub last: u64,
    /// Last update id of the message before (`pu`, futures only; 0 for spot).
    pub previous: u64,
}

/// Whose rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `U <= id <= u` for the first after a snapshot `id`, then `pu` equals the last `u`.
    Futures,
    /// `U <= id + 1 <= u`, for the first after a snapshot `id` and for each after the last `u`:
    /// levels are absolute, so what a message repeats does no harm.
    Spot,
}

impl Rule {
    /// Whether a message holds nothing that a snapshot does not.
    pub(crate) fn is_within(self, ids: Ids, snapshot: u64) -> bool {
        match self {
            Self::Futures => ids.last < snapshot,
            Self::Spot => ids.last <= snapshot,
        }
    }

    /// Whether a message overlaps or continues a snapshot without a hole.
    pub(crate) fn joins(self, ids: Ids, snapshot: u64) -> bool {
        match self {
            Self::Futures => ids.first <= snapshot || ids.previous == snapshot,
            Self::Spot => ids.first.saturating_sub(1) <= snapshot,
        }
    }

    /// Whether a message that is not within the book continues it.
    fn continues(self, ids: Ids, last: u64) -> bool {
        match self {
            Self::Futures => ids.previous == last,
            Self::Spot => self.joins(ids, last),
        }
    }

    /// What the message says it follows.
    fn follows(self, ids: Ids) -> u64 {
        match self {
            Self::Futures => ids.previous,
            Self::Spot => ids.first.saturating_sub(1),
        }
    }
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<M> {
    /// Apply this message.
    Apply(M),
    /// Nothing: the message is kept for the snapshot that is awaited.
    Wait,
    /// Nothing: the book has it already.
    Drop,
    /// The book is stale: ask for a snapshot. The message is kept.
    Resync(Error),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No snapshot yet, or a gap since.
    Waiting,
    /// A snapshot of this id is applied, no message since.
    Joining(u64),
    /// The last id applied.
    Live(u64),
}

/// Orders the messages `M` of one instrument.
#[derive(Clone, Debug)]
pub struct Sequencer<M> {
    pub(crate) rule: Rule,
    pub(crate) standing: Standing,
    pub(crate) kept: VecDeque<(Ids, M)>,
    pub(crate) gaps: usize,
}

impl<M> Sequencer<M> {
    /// Before the first message; without a snapshot nothing is applied.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            standing: Standing::Waiting,
            kept: VecDeque::new(),
            gaps: 0,
        }
    }

    /// Gaps found so far.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.gaps
    }

    /// Messages kept for a snapshot.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Whether the book stands where the feed does.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.standing != Standing::Waiting
    }

    /// Take the next message.
    pub fn message(&mut self, ids: Ids, message: M) -> Action<M> {
        match self.standing {
            Standing::Waiting => {
                self.kept.push_back((ids, message));
                Action::Wait
            }
            Standing::Joining(snapshot) if self.rule.is_within(ids, snapshot) => Action::Drop,
            Standing::Joining(snapshot) => {
                let joins = self.rule.joins(ids, snapshot);
                self.advance(ids, message, joins, snapshot)
            }
            Standing::Live(last) if ids.last <= last => Action::Drop,
            Standing::Live(last) => {
                let joins = self.rule.continues(ids, last);
                self.advance(ids, message, joins, last)
            }
        }
    }

    fn advance(&mut self, ids: Ids, message: M, joins: bool, expected: u64) -> Action<M> {
        if joins {
            self.standing = Standing::Live(ids.last);
            return Action::Apply(message);
        }
        self.standing = Standing::Waiting;
        self.gaps += 1;
        let got = self.rule.follows(ids);
        self.kept.push_back((ids, message));
        Action::Resync(Error::Gap { expected, got })
    }

    /// Take a snapshot: load it into an emptied book, then apply the messages returned.
    ///
    /// `None`: the book has all of it already and stands where it stood; do nothing.
    ///
    /// # Errors
    /// [`Error::StaleSnapshot`] where it ends before the messages kept begin: ask for a newer
    /// one; nothing has changed. [`Error::Gap`] where those messages have a gap themselves:
    /// the book stays stale, and what lies before the gap is no longer kept.
    pub fn snapshot(&mut self, id: u64) -> Result<Option<Vec<M>>, Error> {
        if let Standing::Joining(last) | Standing::Live(last) = self.standing
            && id <= last
        {
            return Ok(None);
        }
        let kept = &self.kept;
        let mut news = kept
            .iter()
            .filter(|(ids, _)| !self.rule.is_within(*ids, id));
        if let Some(&(ids, _)) = news.next()
            && !self.rule.joins(ids, id)
        {
            let (snapshot, first) = (id, ids.first);
            return Err(Error::StaleSnapshot { snapshot, first });
        }
        self.standing = Standing::Joining(id);
        let mut ready = Vec::new();
        while let Some((ids, message)) = self.kept.pop_front() {
            match self.message(ids, message) {
                Action::Apply(message) => ready.push(message),
                Action::Resync(gap) => {
                    // It was put at the end of what is kept: it belongs in front.
                    self.kept.rotate_right(1);
                    return Err(gap);
                }
                Action::Drop | Action::Wait => {}
            }
        }
        Ok(Some(ready))
    }
}
