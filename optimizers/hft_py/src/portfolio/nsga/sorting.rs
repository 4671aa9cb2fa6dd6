//! Ranks by domination, and crowding distances (sections III-A, III-B and VI-A of the paper).

/// How good a portfolio is among others.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// 0 for those that none dominates, 1 for those that only they dominate, ...
    pub rank: usize,
    /// The size of the gap between its neighbours; infinite at the ends.
    pub crowding: f64,
}

/// Standings of portfolios of `m` objectives; ranks after the first `needed` portfolios are not
/// told apart, and have no crowding. Of equal portfolios, the first dominates the others.
pub fn standing(values: &[f64], m: usize, violations: &[f64], needed: usize) -> Vec<Standing> {
    let count = violations.len();
    let values: Vec<f64> = values.iter().map(|value| rounded(*value)).collect();
    let violations: Vec<f64> = violations.iter().map(|value| rounded(*value)).collect();
    let row = |i: usize| &values[i * m..(i + 1) * m];
    let mut dominated_by = vec![0_usize; count];
    let mut dominates: Vec<Vec<u32>> = vec![Vec::new(); count];
    for i in 0..count {
        for j in 0..i {
            let (better, worse) = match order(row(i), row(j), violations[i], violations[j]) {
                Some(true) => (i, j),
                Some(false) => (j, i),
                None => continue,
            };
            dominates[better].push(worse as u32);
            dominated_by[worse] += 1;
        }
    }
    let mut standings = vec![
        Standing {
            rank: usize::MAX,
            crowding: 0.0
        };
        count
    ];
    let mut front: Vec<usize> = (0..count).filter(|i| dominated_by[*i] == 0).collect();
    let (mut rank, mut placed) = (0, 0);
    while !front.is_empty() && placed < needed {
        placed += front.len();
        for i in &front {
            standings[*i].rank = rank;
        }
        crowd(&values, m, &front, &mut standings);
        let mut next = Vec::new();
        for i in front {
            for j in &dominates[i] {
                let j = *j as usize;
                dominated_by[j] -= 1;
                if dominated_by[j] == 0 {
                    next.push(j);
                }
            }
        }
        next.sort_unstable();
        (front, rank) = (next, rank + 1);
    }
    standings
}

/// To 40 bits (Dekker 1971), so that rounding breaks no tie, in one kernel set or the other.
fn rounded(value: f64) -> f64 {
    let scaled = 8193.0 * value;
    scaled - (scaled - value)
}

/// Whether the first dominates the second, or the second (an earlier one) the first, or neither.
fn order(a: &[f64], b: &[f64], violation_a: f64, violation_b: f64) -> Option<bool> {
    if violation_a != violation_b {
        return Some(violation_a < violation_b);
    }
    if violation_a > 0.0 {
        return None;
    }
    let (mut less, mut more) = (false, false);
    for (x, y) in a.iter().zip(b) {
        less |= x < y;
        more |= x > y;
    }
    if less && more { None } else { Some(less) }
}

/// Crowding distances within a front.
fn crowd(values: &[f64], m: usize, front: &[usize], standings: &mut [Standing]) {
    let mut by_value = front.to_vec();
    for objective in 0..m {
        let value = |i: usize| values[i * m + objective];
        by_value.copy_from_slice(front);
        by_value.sort_by(|i, j| value(*i).total_cmp(&value(*j)));
        let (first, last) = (by_value[0], by_value[by_value.len() - 1]);
        let range = value(last) - value(first);
        for three in by_value.windows(3) {
            if range > 0.0 {
                standings[three[1]].crowding += (value(three[2]) - value(three[0])) / range;
            }
        }
        standings[first].crowding = f64::INFINITY;
        standings[last].crowding = f64::INFINITY;
    }
}
