//! The equicharacteristic matrix of two variables: what MIC_e and TIC_e are made of.
//!
//! Its entry `(k, l)` is the mutual information of the best grid with `k` columns and `l` rows, of
//! which the more numerous hold equal numbers of points, over the logarithm of the smaller number.
//! The best boundary of two others is found among all; those of more by dynamic programming over
//! groups of points: those that follow each other in one row are never separated, and there are at
//! most `clumps` times as many groups as columns.
//!
//! Source: Reshef et al., Science 334 (2011), supplement, algorithms 1 to 3; Reshef, Reshef,
//! Finucane, Sabeti, Mitzenmacher, JMLR 17 (2016), section 4.

use crate::Error;
use crate::parallel::fill;
use crate::watch::Watch;
use std::ops::Range;

/// The matrix, row after row, `side` times `side`: entry `(k - 2, l - 2)` where `k l <= boxes`,
/// NaN elsewhere; `side` is `boxes / 2 - 1`.
///
/// # Errors
/// What the watcher raised.
pub fn equicharacteristic_matrix(
    x: &[f64],
    y: &[f64],
    (boxes, clumps): (usize, usize),
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<Vec<f64>, Error> {
    let side = boxes / 2 - 1;
    let mut matrix = vec![f64::NAN; side * side];
    let n = x.len();
    let (x, y) = (Sorted::new(x), Sorted::new(y));
    for (columns, rows, strides) in [(&x, &y, (side, 1)), (&y, &x, (1, side))] {
        let mut found = vec![Vec::new(); side];
        fill(
            &mut found,
            threads,
            watch,
            || Search::new(n),
            |search, index, found| {
                let l = index + 2;
                let most = l.min(boxes / l);
                let row_of = rows.equal_parts(l);
                let groups = columns.groups(&row_of, clumps * most);
                *found = search.best(columns, &row_of, &groups, l, most);
            },
        )?;
        for (row, found) in found.iter().enumerate() {
            for (column, information) in found.iter().enumerate() {
                let share = information / ((column + 2) as f64).ln();
                let entry = &mut matrix[column * strides.0 + row * strides.1];
                // A square grid is searched both ways.
                *entry = share.clamp(0.0, 1.0).max(*entry);
            }
        }
    }
    Ok(matrix)
}

/// The points in the order of a variable.
struct Sorted {
    order: Vec<u32>,
    /// Lengths of the runs of equal values.
    runs: Vec<usize>,
}

impl Sorted {
    fn new(values: &[f64]) -> Self {
        let value = |point: &u32| values[*point as usize];
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        order.sort_unstable_by(|a, b| value(a).total_cmp(&value(b)));
        let runs = order
            .chunk_by(|a, b| value(a) == value(b))
            .map(<[u32]>::len)
            .collect();
        Self { order, runs }
    }

    /// The part of each point where `parts` of them hold numbers as equal as possible.
    fn equal_parts(&self, parts: usize) -> Vec<u32> {
        let mut part_of = vec![0; self.order.len()];
        for (part, places) in (0..).zip(equal_parts(&self.runs, parts)) {
            for point in &self.order[places] {
                part_of[*point as usize] = part;
            }
        }
        part_of
    }

    /// Places that columns do not separate: in one row, or of one value; at most `most` groups.
    fn groups(&self, row_of: &[u32], most: usize) -> Vec<Range<usize>> {
        let mut lengths: Vec<usize> = Vec::new();
        let (mut start, mut before) = (0, None);
        for run in &self.runs {
            let points = &self.order[start..start + run];
            let row = row_of[points[0] as usize];
            let row = points
                .iter()
                .all(|p| row_of[*p as usize] == row)
                .then_some(row);
            match lengths.last_mut() {
                Some(last) if row.is_some() && row == before => *last += run,
                _ => lengths.push(*run),
            }
            (start, before) = (start + run, row);
        }
        let parts = if lengths.len() > most {
            most
        } else {
            usize::MAX
        };
        equal_parts(&lengths, parts)
    }
}

/// Consecutive places cut into at most `parts` ranges of nearly equal length, none of which cuts a
/// run (supplement of 2011, algorithm 3).
fn equal_parts(runs: &[usize], parts: usize) -> Vec<Range<usize>> {
    let total: usize = runs.iter().sum();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut wanted = total as f64 / parts as f64;
    let mut place = 0;
    for run in runs {
        let short = |length: usize| (length as f64 - wanted).abs();
        match found.last_mut() {
            Some(last) if short(last.len() + run) < short(last.len()) => last.end += run,
            _ => {
                // What is left, shared by the parts that are left.
                let left = parts.saturating_sub(found.len()).max(1);
                wanted = (total - place) as f64 / left as f64;
                found.push(place..place + run);
            }
        }
        place += run;
    }
    found
}

/// Tables and memory of the dynamic programs.
struct Search {
    /// `m ln m`.
    entropy: Vec<f64>,
    counts: Vec<u32>,
    /// Of each group, the rows in it and how many points of each.
    rows: Vec<(u32, u32)>,
    ends: Vec<usize>,
    /// Of the groups `s..t`, at `t (t - 1) / 2 + s`: points times conditional entropy of the row.
    costs: Vec<f64>,
}

impl Search {
    fn new(n: usize) -> Self {
        let m_ln_m = |m: u32| {
            if m == 0 {
                0.0
            } else {
                f64::from(m) * f64::from(m).ln()
            }
        };
        Self {
            entropy: (0..=n as u32).map(m_ln_m).collect(),
            counts: Vec::new(),
            rows: Vec::new(),
            ends: Vec::new(),
            costs: Vec::new(),
        }
    }

    /// The mutual information of column and row, for the best 2, 3, ..., `most` columns.
    fn best(
        &mut self,
        columns: &Sorted,
        row_of: &[u32],
        groups: &[Range<usize>],
        rows: usize,
        most: usize,
    ) -> Vec<f64> {
        let two = self.best_two(columns, row_of, rows);
        if most == 2 {
            return vec![two];
        }
        self.count(columns, row_of, groups, rows);
        self.fill_costs(groups);
        let (n, last) = (columns.order.len() as f64, groups.len());
        // The whole as one column: points times entropy of the row.
        let whole = self.costs[last * (last - 1) / 2];
        let mut least: Vec<f64> = (1..=last).map(|t| self.costs[t * (t - 1) / 2]).collect();
        let mut found = Vec::with_capacity(most - 1);
        for _ in 2..=most {
            // From the end, as a group's best with one column less is read after it.
            for t in (2..=last).rev() {
                let costs = &self.costs[t * (t - 1) / 2..][1..t];
                let sums = costs.iter().zip(&least).map(|(cost, before)| cost + before);
                least[t - 1] = sums.fold(least[t - 1], f64::min);
            }
            found.push((whole - least[last - 1]) / n);
        }
        found[0] = two.max(found[0]);
        found
    }

    /// The mutual information of the row and two columns, for the best boundary of all.
    fn best_two(&mut self, columns: &Sorted, row_of: &[u32], rows: usize) -> f64 {
        let Self {
            entropy, counts, ..
        } = self;
        counts.clear();
        counts.resize(2 * rows, 0);
        let (left, right) = counts.split_at_mut(rows);
        row_of.iter().for_each(|row| right[*row as usize] += 1);
        let n = columns.order.len();
        // Points times conditional entropy of the row; less is found as points go left.
        let whole = entropy[n] - right.iter().map(|m| entropy[*m as usize]).sum::<f64>();
        let (mut least, mut of_rows, mut place) = (whole, entropy[n] - whole, 0);
        for run in &columns.runs {
            for point in &columns.order[place..place + run] {
                let row = row_of[*point as usize] as usize;
                let (l, r) = (left[row] as usize, right[row] as usize);
                of_rows += entropy[l + 1] - entropy[l] + (entropy[r - 1] - entropy[r]);
                (left[row], right[row]) = (left[row] + 1, right[row] - 1);
            }
            place += run;
            if place < n {
                least = least.min((entropy[place] + entropy[n - place] - of_rows).max(0.0));
            }
        }
        (whole - least) / n as f64
    }

    /// The rows of each group.
    fn count(&mut self, columns: &Sorted, row_of: &[u32], groups: &[Range<usize>], rows: usize) {
        self.counts.clear();
        self.counts.resize(rows, 0);
        self.rows.clear();
        self.ends.clear();
        for places in groups {
            for point in &columns.order[places.clone()] {
                self.counts[row_of[*point as usize] as usize] += 1;
            }
            for (row, count) in (0..).zip(&mut self.counts) {
                if *count > 0 {
                    self.rows.push((row, std::mem::take(count)));
                }
            }
            self.ends.push(self.rows.len());
        }
    }

    /// The costs of all columns, each grown to the left from its last group.
    fn fill_costs(&mut self, groups: &[Range<usize>]) {
        let Self {
            entropy,
            counts,
            rows,
            ends,
            costs,
        } = self;
        costs.clear();
        costs.resize(groups.len() * (groups.len() + 1) / 2, 0.0);
        for t in 1..=groups.len() {
            counts.fill(0);
            let mut of_rows = 0.0;
            for s in (0..t).rev() {
                let first = if s == 0 { 0 } else { ends[s - 1] };
                for (row, count) in &rows[first..ends[s]] {
                    let before = counts[*row as usize];
                    let after = before + count;
                    counts[*row as usize] = after;
                    of_rows += entropy[after as usize] - entropy[before as usize];
                }
                let points = groups[t - 1].end - groups[s].start;
                costs[t * (t - 1) / 2 + s] = (entropy[points] - of_rows).max(0.0);
            }
        }
    }
}
