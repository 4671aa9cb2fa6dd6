//! Regressions of returns that are factors and nothing else; gaps; any number of threads.

use hft_py::risk::{Column, Options, Panel, Sectors, cross_section, ewma_squares};
use hft_py::rng::Stream;
use hft_py::watch::Unwatched;

const DATES: usize = 7;
const ASSETS: usize = 53;
const STYLES: usize = 5;
const SECTORS: usize = 3;
const FACTORS: usize = 1 + SECTORS + STYLES;

/// Exposures, capitalisations and sectors from a seed; returns made of `factor_returns`.
struct Made {
    styles: Vec<f64>,
    caps: Vec<f64>,
    codes: Vec<i32>,
    returns: Vec<f64>,
    factor_returns: Vec<f64>,
}

fn made() -> Made {
    let mut rng = Stream::new(1, 2, 3);
    let styles: Vec<f64> = (0..DATES * ASSETS * STYLES).map(|_| rng.normal()).collect();
    let caps: Vec<f64> = (0..DATES * ASSETS).map(|_| rng.normal().exp()).collect();
    let codes: Vec<i32> = (0..ASSETS).map(|i| (i % SECTORS) as i32).collect();
    let mut returns = vec![f64::NAN; DATES * ASSETS];
    let mut factor_returns = Vec::new();
    for then in 0..DATES - 1 {
        let mut f: Vec<f64> = (0..FACTORS).map(|_| 0.01 * rng.normal()).collect();
        // The first date has no returns at all: its benchmark is every asset.
        let mut share = [0.0; SECTORS];
        for i in 0..ASSETS {
            share[codes[i] as usize] += caps[then * ASSETS + i];
        }
        let balance: f64 = (0..SECTORS - 1).map(|s| share[s] * f[1 + s]).sum();
        f[SECTORS] = -balance / share[SECTORS - 1];
        for i in 0..ASSETS {
            let x = &styles[(then * ASSETS + i) * STYLES..][..STYLES];
            let style: f64 = x.iter().zip(&f[1 + SECTORS..]).map(|(x, f)| x * f).sum();
            returns[(then + 1) * ASSETS + i] = f[0] + f[1 + codes[i] as usize] + style;
        }
        factor_returns.extend(f);
    }
    Made {
        styles,
        caps,
        codes,
        returns,
        factor_returns,
    }
}

fn panel<'a>(made: &'a Made, universe: Option<&'a [bool]>) -> Panel<'a> {
    let column = |j| Column::new(&made.styles, j, STYLES);
    Panel {
        dates: DATES,
        assets: ASSETS,
        returns: &made.returns,
        styles: (0..STYLES).map(column).collect(),
        sectors: Some(Sectors {
            codes: &made.codes,
            count: SECTORS,
        }),
        caps: Some(&made.caps),
        universe,
    }
}

const OPTIONS: Options = Options {
    market: true,
    lag: 1,
    standardise: false,
    benchmark_power: 1.0,
    regression_power: 0.5,
    least: 12,
};

#[test]
fn factor_returns_are_found() {
    let made = made();
    let found = cross_section(&panel(&made, None), &OPTIONS, 1, &mut Unwatched).unwrap();
    assert!(found.status.iter().all(|status| *status == 0));
    for (mine, truth) in found.factor_returns.iter().zip(&made.factor_returns) {
        assert!((mine - truth).abs() < 1e-13, "{mine} {truth}");
    }
    assert!(found.specific.iter().all(|e| e.abs() < 1e-13));
}

#[test]
fn threads_change_nothing() {
    let made = made();
    let universe: Vec<bool> = (0..DATES * ASSETS).map(|i| i % 11 != 0).collect();
    let panel = panel(&made, Some(&universe));
    let options = Options {
        standardise: true,
        ..OPTIONS
    };
    let one = cross_section(&panel, &options, 1, &mut Unwatched).unwrap();
    assert_eq!(
        one,
        cross_section(&panel, &options, 3, &mut Unwatched).unwrap()
    );
}

#[test]
fn a_collinear_factor_and_too_few_assets_are_named() {
    let mut made = made();
    for row in made.styles.chunks_mut(STYLES) {
        row[3] = 2.0 * row[1] - 1.0;
    }
    let found = cross_section(&panel(&made, None), &OPTIONS, 1, &mut Unwatched).unwrap();
    assert!(
        found
            .status
            .iter()
            .all(|s| *s == 2 + (1 + SECTORS + 3) as i64)
    );
    assert!(found.factor_returns.iter().all(|f| f.is_nan()));
    let options = Options {
        least: ASSETS + 1,
        ..OPTIONS
    };
    let found = cross_section(&panel(&made, None), &options, 1, &mut Unwatched).unwrap();
    assert!(found.status.iter().all(|s| *s == 1));
}

#[test]
fn gaps_do_not_age_what_was_before() {
    let values = [3.0, f64::NAN, f64::NAN, 1.0, 2.0, f64::NAN];
    let (means, counts) = ewma_squares(&values, 2, 0.5);
    assert_eq!(counts, [2, 1]);
    assert!((means[0] - (0.5 * 9.0 + 4.0) / 1.5).abs() < 1e-15);
    assert!((means[1] - 1.0).abs() < 1e-15);
}
