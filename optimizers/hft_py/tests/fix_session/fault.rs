//! What happens to two sessions and the link between them.

use hft_py::fix::link::Side;
use proptest::prelude::*;

/// One event.
#[derive(Clone, Debug)]
pub enum Fault {
    Send(Side),
    Pass(u16),
    Cut,
    LogOut(Side),
    /// A process is killed; its peer learns of it.
    Kill(Side),
    /// A process is killed after it received something and before it dealt with it.
    KillReceiving(Side),
    /// The link has lost, garbled, shortened or repeated a message, or exchanged two.
    Lose(Side, usize),
    Garble(Side, usize, usize),
    Shorten(Side, usize, usize),
    Repeat(Side, usize),
    Exchange(Side, usize, usize),
    /// A process starts again with a store that fails after so many writes, until the next start.
    FailWrites(Side, u32),
    /// UTC is set forward or back, by less than what CheckLatency allows.
    SetClock(i8),
    /// A peer asks for everything, for ever.
    AskForAll(Side),
}

/// Any event; messages and time are the most frequent ones.
pub fn fault() -> impl Strategy<Value = Fault> {
    let side = prop_oneof![Just(Side::Initiator), Just(Side::Acceptor)];
    let at = 0..4_usize;
    prop_oneof![
        8 => side.clone().prop_map(Fault::Send),
        6 => (0..2_500_u16).prop_map(Fault::Pass),
        1 => Just(Fault::Cut),
        1 => side.clone().prop_map(Fault::LogOut),
        1 => side.clone().prop_map(Fault::Kill),
        1 => side.clone().prop_map(Fault::KillReceiving),
        1 => (side.clone(), at.clone()).prop_map(|(side, at)| Fault::Lose(side, at)),
        1 => (side.clone(), at.clone(), any::<usize>())
            .prop_map(|(side, at, byte)| Fault::Garble(side, at, byte)),
        1 => (side.clone(), at.clone(), any::<usize>())
            .prop_map(|(side, at, byte)| Fault::Shorten(side, at, byte)),
        1 => (side.clone(), at.clone()).prop_map(|(side, at)| Fault::Repeat(side, at)),
        1 => (side.clone(), at.clone(), at)
            .prop_map(|(side, one, other)| Fault::Exchange(side, one, other)),
        1 => (side.clone(), 0..6_u32).prop_map(|(side, writes)| Fault::FailWrites(side, writes)),
        1 => any::<i8>().prop_map(|step| Fault::SetClock(step / 3)),
        1 => side.prop_map(Fault::AskForAll),
    ]
}
