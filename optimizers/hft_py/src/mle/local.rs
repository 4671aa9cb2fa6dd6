//! A local search in a box, by ask and tell: BFGS with differences for the gradient.
//!
//! Source: Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, (6.17), (6.20) and algorithm
//! 3.1; Bertsekas, SIAM J. Control Optim. 20 (1982), for the bounds.

use super::population::Setting;

/// `c_1` of the sufficient decrease.
const DECREASE: f64 = 1e-4;
/// Widths: the first step, and any.
const FIRST: f64 = 0.01;
const LONGEST: f64 = 0.1;
/// Of `|s| |y|`, below which `s'y` teaches nothing.
const CURVATURE: f64 = 1e-10;
/// Points on a line.
const TRIES: u32 = 10;
/// Widths, 2^-17: at least, the step of the central differences.
const CENTRAL: f64 = 1.0 / 131_072.0;

/// One search after the other, each begun by [`start`](Self::start).
#[derive(Debug, Clone)]
pub struct LocalSearch {
    /// Coordinates that are searched.
    free: Vec<usize>,
    width: Vec<f64>,
    /// Steps, and how many there may be.
    steps: usize,
    max_steps: usize,
    /// Whether a search goes on.
    pub active: bool,
    /// The best point so far, and its value.
    pub x: Vec<f64>,
    /// The same.
    pub value: f64,
    level: f64,
    /// Of the differences, in widths, and whether they are central.
    step: f64,
    central: bool,
    /// The inverse Hessian, where anything is known of it.
    h: Option<Vec<f64>>,
    g: Vec<f64>,
    p: Vec<f64>,
    s: Vec<f64>,
    on_line: bool,
    alpha: f64,
    tries: u32,
}

impl LocalSearch {
    /// A search in the box of a setting.
    pub fn new(setting: &Setting) -> Self {
        let d = setting.lower.len();
        let free: Vec<usize> = (0..d).filter(|&j| !setting.integral[j]).collect();
        let m = free.len();
        Self {
            width: (0..d)
                .map(|j| setting.upper[j] - setting.lower[j])
                .collect(),
            steps: 0,
            max_steps: (6 * m).max(100),
            active: false,
            x: vec![0.0; d],
            value: f64::INFINITY,
            level: 0.0,
            step: 0.0,
            central: false,
            h: None,
            g: vec![0.0; m],
            p: vec![0.0; m],
            s: vec![0.0; m],
            on_line: false,
            alpha: 0.0,
            tries: 0,
            free,
        }
    }

    /// Begin at `x`; `level` is the decrease of a step that ends the search, `difference` the step
    /// of the differences in widths.
    pub fn start(&mut self, x: Vec<f64>, value: f64, level: f64, difference: f64) {
        self.x = x;
        (self.value, self.level, self.step) = (value, level, difference);
        self.h = None;
        (self.on_line, self.central, self.steps) = (false, false, 0);
        self.active = !self.free.is_empty();
    }

    /// Points of the next [`ask`](Self::ask).
    pub fn next_size(&self) -> usize {
        match (self.on_line, self.central) {
            (true, _) => 1,
            (false, central) => self.free.len() * (1 + usize::from(central)),
        }
    }

    /// Points beside `x`, or one on the line.
    pub fn ask(&self, setting: &Setting, points: &mut Vec<f64>) {
        points.clear();
        let d = self.x.len();
        if self.on_line {
            points.extend_from_slice(&self.x);
            for (k, &j) in self.free.iter().enumerate() {
                let moved = self.x[j] + self.alpha * self.p[k] * self.width[j];
                points[j] = moved.max(setting.lower[j]).min(setting.upper[j]);
            }
            return;
        }
        for &j in &self.free {
            let step = self.step * self.width[j];
            let up = (self.x[j] + step).min(setting.upper[j]);
            let down = (self.x[j] - step).max(setting.lower[j]);
            let mut push = |x: f64| {
                points.extend_from_slice(&self.x);
                let last = points.len() - d;
                points[last + j] = x;
            };
            if self.central {
                push(up);
                push(down);
            } else {
                push(if up - self.x[j] >= step { up } else { down });
            }
        }
    }

    /// Learn from their values; `active` is false at the end of the search.
    pub fn tell(&mut self, setting: &Setting, points: &[f64], values: &[f64]) {
        if self.on_line {
            self.line(points, values[0]);
        } else {
            self.gradient(setting, points, values);
        }
    }

    fn gradient(&mut self, setting: &Setting, points: &[f64], values: &[f64]) {
        let d = self.x.len();
        let old = self.g.clone();
        for (k, &j) in self.free.iter().enumerate() {
            let told = |row: usize| (points[row * d + j], values[row]);
            let ((to, above), (from, below)) = if self.central {
                (told(2 * k), told(2 * k + 1))
            } else {
                (told(k), (self.x[j], self.value))
            };
            let slope = (above - below) / ((to - from) / self.width[j]);
            self.g[k] = if slope.is_finite() { slope } else { 0.0 };
        }
        if self.steps > 0 {
            let y: Vec<f64> = self
                .g
                .iter()
                .zip(&old)
                .map(|(new, old)| new - old)
                .collect();
            self.learn(&y);
        }
        self.find_direction(setting);
        let longest = self.p.iter().fold(0.0_f64, |most, p| most.max(p.abs()));
        if longest <= 0.0 {
            self.active = false;
            return;
        }
        self.alpha = match &self.h {
            None => FIRST / longest,
            Some(_) if longest > LONGEST => LONGEST / longest,
            Some(_) => 1.0,
        };
        (self.on_line, self.tries) = (true, 0);
    }

    /// `-H g` in the coordinates that can move, `-g` where that leads upwards.
    fn find_direction(&mut self, setting: &Setting) {
        let m = self.free.len();
        let down: Vec<f64> = (self.free.iter().zip(&self.g))
            .map(|(&j, &g)| {
                let out = (self.x[j] <= setting.lower[j] && g > 0.0)
                    || (self.x[j] >= setting.upper[j] && g < 0.0);
                if out { 0.0 } else { -g }
            })
            .collect();
        if let Some(h) = &self.h {
            for (k, row) in h.chunks_exact(m).enumerate() {
                self.p[k] = if down[k] == 0.0 { 0.0 } else { dot(row, &down) };
            }
            if dot(&self.p, &down) > 0.0 {
                return;
            }
            self.h = None;
        }
        self.p.copy_from_slice(&down);
    }

    /// (6.17), from (6.20); `s` is the last step and `y` the change of the gradient.
    fn learn(&mut self, y: &[f64]) {
        let (m, s) = (y.len(), &self.s);
        let (sy, yy) = (dot(s, y), dot(y, y));
        let curved = sy > CURVATURE * (dot(s, s) * yy).sqrt();
        if !curved {
            return;
        }
        let h = self.h.get_or_insert_with(|| {
            let mut scaled = vec![0.0; m * m];
            (0..m).for_each(|k| scaled[k * m + k] = sy / yy);
            scaled
        });
        let hy: Vec<f64> = h.chunks_exact(m).map(|row| dot(row, y)).collect();
        let weight = (1.0 + dot(y, &hy) / sy) / sy;
        for (i, row) in h.chunks_exact_mut(m).enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                *entry += weight * (s[i] * s[j]) - (hy[i] * s[j] + s[i] * hy[j]) / sy;
            }
        }
    }

    fn line(&mut self, point: &[f64], value: f64) {
        let s: Vec<f64> = (self.free.iter())
            .map(|&j| (point[j] - self.x[j]) / self.width[j])
            .collect();
        let slope = dot(&self.g, &s);
        if value <= self.value + DECREASE * slope && value < self.value {
            let small = self.value - value <= self.level;
            self.x.copy_from_slice(point);
            (self.value, self.s) = (value, s);
            self.steps += 1;
            self.on_line = false;
            self.go_on(!small);
            return;
        }
        // The minimum of the parabola through both values and the slope.
        let shorter = -0.5 * slope / (value - self.value - slope);
        self.alpha *= if shorter.is_finite() {
            shorter.clamp(0.1, 0.5)
        } else {
            0.1
        };
        self.tries += 1;
        if self.tries >= TRIES {
            self.s.fill(0.0);
            self.go_on(false);
        }
    }

    /// Where forward differences are of no more use, take central ones; then end.
    fn go_on(&mut self, useful: bool) {
        if !useful {
            self.active = !self.central;
            (self.central, self.on_line) = (true, false);
            self.step = self.step.max(CENTRAL);
        }
        self.active = self.active && self.steps < self.max_steps;
    }
}

/// `a'b`, summed from first to last as the Python kernel sums.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
