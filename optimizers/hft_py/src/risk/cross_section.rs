//! Cross-sectional regressions of returns on lagged exposures, date by date.
//!
//! One pass over the exposures: those of a date are read once from memory, and its moments, its
//! normal equations and its residuals are computed while they are in the cache. Sectors are sums
//! over assets sorted by sector, so one-hot columns are never formed. See
//! `hft_py.risk.baseline.cross_section` for the definitions.

use super::date::{self, Scratch, Slot};
use super::panel::{Options, Panel};
use crate::parallel::fill;
use crate::watch::Watch;
use crate::{Error, memory};

/// Results of all dates, one row each.
#[derive(Debug, Clone, PartialEq)]
pub struct Regressions {
    /// Market, sectors, styles.
    pub factor_returns: Vec<f64>,
    /// Returns that the factors do not explain, NaN where an asset has no exposure or return.
    pub specific: Vec<f64>,
    /// Share of the weighted squared returns that is explained.
    pub r_squared: Vec<f64>,
    /// Assets in the regression.
    pub assets: Vec<i64>,
    /// Means of the styles.
    pub means: Vec<f64>,
    /// Deviations of the styles.
    pub scales: Vec<f64>,
    /// The benchmark's weight in each sector.
    pub shares: Vec<f64>,
    /// 0, 1 (too few assets), or 2 plus a collinear factor.
    pub status: Vec<i64>,
}

/// Regress on at most `threads` threads; the results are the same for any number of them.
///
/// # Errors
/// [`Error::Length`] and [`Error::Value`] for arrays that do not fit, [`Error::Memory`], and what
/// the watcher raised.
pub fn cross_section(
    panel: &Panel<'_>,
    options: &Options,
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<Regressions, Error> {
    panel.check()?;
    if options.lag == 0 || options.lag >= panel.dates || panel.assets == 0 {
        return Err(Error::value(
            "lag",
            options.lag,
            "1 to one less than the dates",
        ));
    }
    let count = panel.dates - options.lag;
    let (k, styles, sectors) = (
        panel.factors(options),
        panel.styles.len(),
        panel.sector_count(),
    );
    if k == 0 {
        return Err(Error::value("styles", 0, "one factor or more"));
    }
    memory::ensure_allocatable(&[memory::product(&[count, panel.assets + k + 2 * styles])])?;
    let mut all = Regressions {
        factor_returns: vec![0.0; count * k],
        specific: vec![0.0; count * panel.assets],
        r_squared: vec![0.0; count],
        assets: vec![0; count],
        means: vec![0.0; count * styles],
        scales: vec![1.0; count * styles],
        shares: vec![0.0; count * sectors],
        status: vec![0; count],
    };
    let mut slots: Vec<Slot<'_>> = Vec::with_capacity(count);
    let mut means = rows(&mut all.means, styles);
    let mut scales = rows(&mut all.scales, styles);
    let mut shares = rows(&mut all.shares, sectors);
    let wide = all
        .factor_returns
        .chunks_mut(k)
        .zip(all.specific.chunks_mut(panel.assets));
    let single = (all.r_squared.iter_mut().zip(&mut all.assets)).zip(&mut all.status);
    for ((factor_returns, specific), ((r_squared, assets), status)) in wide.zip(single) {
        slots.push(Slot {
            factor_returns,
            specific,
            means: means(),
            scales: scales(),
            shares: shares(),
            r_squared,
            assets,
            status,
        });
    }
    fill(
        &mut slots,
        native::threads::usable(threads),
        watch,
        || Scratch::new(panel),
        |scratch, then, slot| date::regress(panel, options, then, scratch, slot),
    )?;
    drop((slots, means, scales, shares));
    Ok(all)
}

/// The rows of a table one after the other; empty ones where it has no columns.
fn rows<'a>(table: &'a mut [f64], width: usize) -> impl FnMut() -> &'a mut [f64] {
    let mut rest = table;
    move || {
        let (row, others) = std::mem::take(&mut rest).split_at_mut(width);
        rest = others;
        row
    }
}
