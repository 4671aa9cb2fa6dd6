//! What the regressions read: a panel of dates by assets, borrowed as it lies.

use crate::Error;

/// One number for each date and asset, in an array that may hold other columns between them.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    values: &'a [f64],
    offset: usize,
    step: usize,
}

impl<'a> Column<'a> {
    /// Column `offset` of an array whose last axis has `step` of them: `(dates, assets, step)`.
    #[must_use]
    pub fn new(values: &'a [f64], offset: usize, step: usize) -> Self {
        Self {
            values,
            offset,
            step,
        }
    }

    /// The numbers of one date: where they lie, or copied into `buffer`.
    #[inline]
    fn row<'r>(&self, date: usize, assets: usize, buffer: &'r mut [f64]) -> &'r [f64]
    where
        'a: 'r,
    {
        let all = &self.values[date * assets * self.step..][..assets * self.step];
        if self.step == 1 {
            return all;
        }
        let strided = all[self.offset..].iter().step_by(self.step);
        for (slot, value) in buffer.iter_mut().zip(strided) {
            *slot = *value;
        }
        buffer
    }
}

/// The sector of each asset, `-1` where it has none.
#[derive(Debug, Clone, Copy)]
pub struct Sectors<'a> {
    /// One number an asset, or one for each date and asset.
    pub codes: &'a [i32],
    /// How many sectors there are.
    pub count: usize,
}

/// The panel.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Rows of all arrays.
    pub dates: usize,
    /// Assets.
    pub assets: usize,
    /// Returns, NaN where there is none.
    pub returns: &'a [f64],
    /// Exposures to styles.
    pub styles: Vec<Column<'a>>,
    /// Sectors, if any.
    pub sectors: Option<Sectors<'a>>,
    /// Market capitalisations; without them all assets weigh the same.
    pub caps: Option<&'a [f64]>,
    /// Which assets may be regressed; without it all.
    pub universe: Option<&'a [bool]>,
}

/// How the regressions are done.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// A factor to which every asset has exposure 1.
    pub market: bool,
    /// Dates between exposures and returns.
    pub lag: usize,
    /// Styles are given the benchmark's mean 0, and deviation 1.
    pub standardise: bool,
    /// The benchmark's weights are capitalisations to this power.
    pub benchmark_power: f64,
    /// The regression's weights.
    pub regression_power: f64,
    /// The fewest assets of a regression.
    pub least: usize,
}

impl<'a> Panel<'a> {
    /// Check that all arrays have the size that `dates` and `assets` ask for.
    ///
    /// # Errors
    /// [`Error::Length`] with the name of the first that does not, [`Error::Value`] for a sector
    /// out of range.
    pub fn check(&self) -> Result<(), Error> {
        let size = self.dates * self.assets;
        Error::check_length("returns", self.returns.len(), size)?;
        for column in &self.styles {
            Error::check_length("styles", column.values.len(), size * column.step)?;
        }
        if let Some(caps) = self.caps {
            Error::check_length("caps", caps.len(), size)?;
        }
        if let Some(universe) = self.universe {
            Error::check_length("universe", universe.len(), size)?;
        }
        if let Some(sectors) = self.sectors {
            let found = sectors.codes.len();
            if found != self.assets {
                Error::check_length("sectors", found, size)?;
            }
            let beyond = |code: &&i32| i64::from(**code) >= sectors.count as i64;
            if let Some(code) = sectors.codes.iter().find(beyond) {
                return Err(Error::value("sectors", code, "less than n_sectors"));
            }
        }
        Ok(())
    }

    /// Sectors of the model.
    #[must_use]
    pub fn sector_count(&self) -> usize {
        self.sectors.map_or(0, |sectors| sectors.count)
    }

    /// Factors in all.
    #[must_use]
    pub fn factors(&self, options: &Options) -> usize {
        usize::from(options.market) + self.sector_count() + self.styles.len()
    }

    /// One date of an array of all.
    #[inline]
    pub(super) fn date<T>(&self, values: &'a [T], date: usize) -> &'a [T] {
        &values[date * self.assets..][..self.assets]
    }

    /// The sectors of one date.
    #[inline]
    pub(super) fn codes(&self, date: usize) -> Option<&'a [i32]> {
        self.sectors.map(|sectors| {
            if sectors.codes.len() == self.assets {
                sectors.codes
            } else {
                self.date(sectors.codes, date)
            }
        })
    }

    /// The styles of one date, each a row; strided ones are copied into `buffer`, which has a row
    /// for each.
    #[inline]
    pub(super) fn exposures<'r>(&self, date: usize, buffer: &'r mut [f64]) -> Vec<&'r [f64]>
    where
        'a: 'r,
    {
        let rows = buffer.chunks_mut(self.assets);
        let pairs = self.styles.iter().zip(rows);
        pairs
            .map(|(column, row)| column.row(date, self.assets, row))
            .collect()
    }
}
