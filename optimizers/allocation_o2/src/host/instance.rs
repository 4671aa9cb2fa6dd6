//! An instance of a strategy.

use super::{Error, Kind, Value};
use allocation_o2::{Dates, Prices};
use std::ffi::c_void;
use std::sync::Arc;

/// A strategy with its parameters.
#[derive(Debug)]
pub struct Instance {
    kind: Arc<Kind>,
    raw: *mut c_void,
}

// SAFETY: the interface demands that an instance can be used from any thread.
unsafe impl Send for Instance {}
// SAFETY: and `predict` and `min_observations` from several at once.
unsafe impl Sync for Instance {}

impl Instance {
    /// A new one from a value for each parameter, each of the parameter's type.
    ///
    /// # Errors
    /// A value is out of range.
    pub fn new(kind: Arc<Kind>, values: &[Value]) -> Result<Self, Error> {
        let bits: Vec<u64> = values.iter().map(|value| value.bits()).collect();
        let mut raw = std::ptr::null_mut();
        // SAFETY: as many values as it is told, and a place for the instance.
        let status = unsafe { (kind.table.create)(bits.as_ptr(), bits.len(), &raw mut raw) };
        kind.outcome(status).map_err(refused)?;
        Ok(Self { kind, raw })
    }

    /// The kind of this strategy.
    #[must_use]
    pub fn kind(&self) -> &Arc<Kind> {
        &self.kind
    }

    /// Change the parameter of this index to a value of its type.
    ///
    /// # Errors
    /// The value is out of range.
    pub fn set(&mut self, index: usize, value: Value) -> Result<(), Error> {
        // SAFETY: an instance of this kind, used by no other thread.
        let status = unsafe { (self.kind.table.set)(self.raw, index, value.bits()) };
        self.kind.outcome(status).map_err(refused)
    }

    /// The fewest observations that [`predict`](Self::predict) needs.
    ///
    /// # Errors
    /// The strategy panicked.
    pub fn min_observations(&self) -> Result<usize, Error> {
        let mut found = 0;
        // SAFETY: an instance of this kind, and a place for the number.
        let status = unsafe { (self.kind.table.min_observations)(self.raw, &raw mut found) };
        self.kind.outcome(status).map(|()| found)
    }

    /// Write weights for these prices; on entry `weights` holds those held now, or zeros.
    ///
    /// # Errors
    /// The strategy has no weights for them, or panicked. Nothing is said of the weights: see
    /// [`check`](super::check).
    #[inline]
    pub fn predict(&self, prices: &Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let (view, at, count) = (prices.view(), weights.as_mut_ptr(), weights.len());
        // SAFETY: an instance of this kind; prices and weights are borrowed for the call.
        let status = unsafe { (self.kind.table.predict)(self.raw, &raw const view, at, count) };
        self.kind.outcome(status)
    }

    /// Whether [`predict_many`](Self::predict_many) may be called.
    #[must_use]
    pub fn has_many(&self) -> bool {
        self.kind.table.predict_many.is_some() && !self.kind.uses_current
    }

    /// Write a row of weights for each date, from prices that end with the last one.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), for one of the dates; or the strategy has no such function.
    pub fn predict_many(
        &self,
        prices: &Prices<'_>,
        dates: &Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let Some(many) = self.kind.table.predict_many else {
            return Err(Error::Strategy("one date after the other".into()));
        };
        let (view, at, count) = (prices.view(), weights.as_mut_ptr(), weights.len());
        // SAFETY: an instance of this kind; prices, dates and weights are borrowed for the call.
        let status = unsafe { many(self.raw, &raw const view, dates, at, count) };
        self.kind.outcome(status)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: made by `create`, and used no more.
        unsafe { (self.kind.table.destroy)(self.raw) };
    }
}

fn refused(error: Error) -> Error {
    match error {
        Error::Strategy(message) => Error::Parameter(message),
        other => other,
    }
}
