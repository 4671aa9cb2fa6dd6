//! Which lines are of the instrument that is read, in a recording of one or of several.

use super::message::Line;
use crate::Error;
use crate::feed::{Ids, Rule};
use std::collections::BTreeMap;

/// Update ids of the depth messages of each symbol that the lines name.
type Named = BTreeMap<String, Vec<Ids>>;

/// The instrument that is read.
pub(super) struct Instrument {
    /// Chosen, or the first that a line names.
    pub(super) symbol: Option<String>,
    rule: Rule,
    /// All symbols, where one was chosen.
    named: Option<Named>,
}

impl Instrument {
    /// The instrument `symbol`, or the only one.
    pub(super) fn choose(text: &str, rule: Rule, symbol: Option<&str>) -> Result<Self, Error> {
        let symbol = symbol.map(str::to_ascii_uppercase);
        let named = symbol.is_some().then(|| survey(text, rule));
        if let (Some(symbol), Some(named)) = (&symbol, &named)
            && !named.contains_key(symbol)
        {
            return Err(Error::UnknownSymbol {
                symbol: symbol.clone(),
                found: listed(named),
            });
        }
        Ok(Self {
            symbol,
            rule,
            named,
        })
    }

    /// The error to give instead of another one: a line of a second instrument need not have
    /// this one's ticks.
    pub(super) fn explain(&self, text: &str, error: Error) -> Error {
        if self.named.is_none() {
            let named = survey(text, self.rule);
            if named.len() > 1 {
                let found = listed(&named);
                return Error::SeveralSymbols { found };
            }
        }
        error
    }

    /// Whether a line is of this instrument.
    ///
    /// A snapshot that names no symbol, as REST's, is of the symbol whose depth messages join
    /// it, if there is no other.
    pub(super) fn admits(&mut self, line: &Line<'_>) -> Result<bool, Error> {
        if let Some(found) = line.symbol {
            let symbol = self
                .symbol
                .get_or_insert_with(|| found.to_ascii_uppercase());
            let same = found.eq_ignore_ascii_case(symbol);
            if !same && self.named.is_none() {
                let found = format!("{symbol}, {found}");
                return Err(Error::SeveralSymbols { found });
            }
            return Ok(same);
        }
        let Some(named) = self.named.as_ref().filter(|named| named.len() > 1) else {
            return Ok(true);
        };
        let symbol = self.symbol.as_deref().unwrap_or_default();
        let mut owners = Vec::new();
        if let Some(id) = line.snapshot() {
            let joins = |ids: &Ids| !self.rule.is_within(*ids, id) && self.rule.joins(*ids, id);
            let joined = named.iter().filter(|(_, all)| all.iter().any(joins));
            owners.extend(joined.map(|(symbol, _)| symbol));
        }
        match owners[..] {
            [owner] => Ok(owner == symbol),
            _ => Err(Error::text(format!(
                "the message names no symbol and the recording has {}: add \"symbol\":\"{symbol}\" \
                 to it if it is of that one",
                listed(named)
            ))),
        }
    }
}

fn survey(text: &str, rule: Rule) -> Named {
    let mut named = Named::new();
    for line in text.lines().filter_map(|line| Line::read(line).ok()?) {
        if let Some(symbol) = line.symbol {
            let ids = named.entry(symbol.to_ascii_uppercase()).or_default();
            ids.extend(line.ids(rule).ok().filter(|_| line.is_depth()));
        }
    }
    named
}

fn listed(named: &Named) -> String {
    match named.len() {
        0 => "none".to_owned(),
        _ => named.keys().cloned().collect::<Vec<_>>().join(", "),
    }
}
