//! Bootstrap of a ratio of sums, group by group.

use crate::Error;
use crate::rng::Stream;

const PURPOSE: u32 = 71;

/// `sum(above) / sum(under)` over rows drawn with replacement, `(groups, resamples)`.
///
/// Group `g` has the rows `offsets[g]` to `offsets[g + 1]`; its resample `b` draws with the stream
/// `b` from the word `offsets[g]` on.
///
/// # Errors
/// [`Error::Length`] or [`Error::Value`] for arrays that do not fit together.
pub fn resampled_ratios(
    above: &[f64],
    under: &[f64],
    offsets: &[i64],
    resamples: u32,
    seed: u64,
) -> Result<Vec<f64>, Error> {
    Error::check_length("under", under.len(), above.len())?;
    let rows = above.len() as i64;
    let ordered = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
    let within = offsets.iter().all(|place| (0..=rows).contains(place));
    if !ordered || !within {
        return Err(Error::value(
            "offsets",
            "[...]",
            "increasing places of rows",
        ));
    }
    let mut found = Vec::with_capacity(offsets.len().saturating_sub(1) * resamples as usize);
    for pair in offsets.windows(2) {
        let (first, last) = (pair[0] as usize, pair[1] as usize);
        let count = u32::try_from(last - first)
            .map_err(|_| Error::value("offsets", last - first, "groups below 2^32 rows"))?;
        let (above, under) = (&above[first..last], &under[first..last]);
        for b in 0..resamples {
            let mut stream = Stream::new(seed, b, PURPOSE);
            stream.seek(first as u64);
            let (mut top, mut bottom) = (0.0, 0.0);
            for _ in 0..count {
                let row = stream.integer(count) as usize;
                top += above[row];
                bottom += under[row];
            }
            found.push(top / bottom);
        }
    }
    Ok(found)
}
