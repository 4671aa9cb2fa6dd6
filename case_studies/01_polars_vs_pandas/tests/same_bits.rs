//! The same bits on every instruction set, number of threads and memory layout.

mod common;

use ndarray::{Array2, ArrayView2, Axis, ShapeBuilder, s};
use polars_vs_pandas::backtest::backtest_on;
use polars_vs_pandas::sweep::sweep_on;
use polars_vs_pandas::window::rolling_std_on;
use polars_vs_pandas::{Isa, Outputs, Rule, backtest, sweep};
use proptest::prelude::*;

const RULE: Rule = Rule::new(0.8, 1.1, 1e-3);

/// Numbers that look random; a few of them missing.
fn noise(rows: usize, assets: usize, scale: f64, seed: u64) -> Array2<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Array2::from_shape_simple_fn((rows, assets), || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state.is_multiple_of(97) {
            f64::NAN
        } else {
            ((state >> 11) as f64 / 9.007e15 - 0.5) * scale
        }
    })
}

fn bits(out: &Outputs) -> (Vec<u64>, Vec<u64>, Vec<u64>, Array2<i8>) {
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
    (
        bits(&out.equity),
        bits(&out.daily_returns),
        bits(&out.traded),
        out.positions.clone(),
    )
}

fn run(signal: ArrayView2<'_, f64>, returns: ArrayView2<'_, f64>, window: usize) -> Outputs {
    backtest(signal, returns, window, RULE, 1e6, 1).expect("valid")
}

fn shapes() -> impl Strategy<Value = (usize, usize, usize, u64)> {
    let assets = prop_oneof![1_usize..=40, Just(100), Just(129), Just(300)];
    (2_usize..=40, assets, 2_usize..=120, any::<u64>())
        .prop_map(|(window, assets, more, seed)| (window + more, assets, window, seed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn on_every_instruction_set((rows, assets, window, seed) in shapes()) {
        let (x, r) = (noise(rows, assets, 4.0, seed), noise(rows, assets, 0.1, !seed));
        let expected = backtest_on(Isa::Portable, x.view(), r.view(), window, RULE, 1e6, 1);
        let expected = bits(&expected.expect("valid"));
        let sigma = rolling_std_on(Isa::Portable, x.view(), window).expect("valid");
        for isa in Isa::available() {
            for (x, r) in [(x.clone(), r.clone()), (fortran(&x), fortran(&r))] {
                let out = backtest_on(isa, x.view(), r.view(), window, RULE, 1e6, 1);
                prop_assert_eq!(bits(&out.expect("valid")), expected.clone(), "{}", isa.name());
                let found = rolling_std_on(isa, x.view(), window).expect("valid");
                prop_assert!(found.iter().zip(&sigma).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }

    #[test]
    fn on_any_number_of_threads((rows, assets, window, seed) in shapes()) {
        let (x, r) = (noise(rows, assets, 4.0, seed), noise(rows, assets, 0.1, !seed));
        let expected = bits(&run(x.view(), r.view(), window));
        for threads in [0, 2, 3, 64] {
            let out = backtest(x.view(), r.view(), window, RULE, 1e6, threads).expect("valid");
            prop_assert_eq!(bits(&out), expected.clone(), "{} threads", threads);
        }
    }

    #[test]
    fn for_every_memory_layout((rows, assets, window, seed) in shapes()) {
        let (x, r) = (noise(rows, assets, 4.0, seed), noise(rows, assets, 0.1, !seed));
        let expected = bits(&run(x.view(), r.view(), window));
        let (xf, rf) = (fortran(&x), fortran(&r));
        // Every other row and column of something larger, and upside down.
        let mut wide = Array2::from_elem((2 * rows + 1, 3 * assets + 2), f64::NAN);
        wide.slice_mut(s![1..;2, 2..;3]).slice_mut(s![..rows, ..assets]).assign(&x);
        let strided = wide.slice(s![1..;2, 2..;3]);
        let strided = strided.slice(s![..rows, ..assets]);
        let mut upside_down = x.slice(s![..;-1, ..;-1]).as_standard_layout().into_owned();
        upside_down.invert_axis(Axis(0));
        upside_down.invert_axis(Axis(1));
        for signal in [x.view(), xf.view(), strided, upside_down.view()] {
            for returns in [r.view(), rf.view()] {
                prop_assert_eq!(bits(&run(signal, returns, window)), expected.clone());
            }
        }
    }

    #[test]
    fn a_sweep_is_its_backtests((rows, assets, window, seed) in shapes(), count in 1_usize..7) {
        let (x, r) = (noise(rows, assets, 4.0, seed), noise(rows, assets, 0.1, !seed));
        let k = |i: usize| 0.3 * i as f64;
        let rules: Vec<Rule> = (0..count).map(|i| Rule::new(k(i), k(i / 2), 1e-3)).collect();
        let fx = fortran(&x);
        for threads in [1, 0, 3] {
            let swept = sweep(fx.view(), r.view(), window, &rules, 1e6, threads).expect("valid");
            for (i, &rule) in rules.iter().enumerate() {
                let out = backtest(x.view(), r.view(), window, rule, 1e6, 1).expect("valid");
                prop_assert_eq!(swept.equity.row(i).to_vec(), out.equity);
                prop_assert_eq!(swept.traded.row(i).to_vec(), out.traded);
            }
        }
        for isa in Isa::available() {
            let swept = sweep_on(isa, x.view(), r.view(), window, &rules, 1e6, 1);
            let again = sweep(x.view(), r.view(), window, &rules, 1e6, 2);
            prop_assert_eq!(swept.expect("valid"), again.expect("valid"));
        }
    }

    #[test]
    fn each_asset_stands_alone((rows, assets, window, seed) in shapes()) {
        // Relabelling assets permutes positions; an asset's path ignores its neighbours.
        let (x, r) = (noise(rows, assets, 4.0, seed), noise(rows, assets, 0.1, !seed));
        let all = run(x.view(), r.view(), window).positions;
        let last = assets - 1;
        let alone = |i: usize| run(x.slice(s![.., i..=i]), r.slice(s![.., i..=i]), window).positions;
        for i in [0, last] {
            prop_assert_eq!(alone(i).column(0).to_vec(), all.column(i).to_vec());
        }
        let mirrored = run(x.slice(s![.., ..;-1]), r.slice(s![.., ..;-1]), window).positions;
        prop_assert_eq!(mirrored.slice(s![.., ..;-1]), all);
    }
}

#[test]
fn values_of_the_next_row_have_no_effect() {
    // A last group that is not full reads on into the next row; whatever stands there.
    for assets in [1, 4, 9, 20, 33] {
        let (mut x, mut r) = (noise(90, assets, 4.0, 7), noise(90, assets, 0.1, 8));
        let expected = run(x.view(), r.view(), 12);
        x.column_mut(0).fill(f64::INFINITY);
        r.column_mut(0).fill(f64::NEG_INFINITY);
        x.slice_mut(s![..;2, 0]).fill(-1e300);
        let found = run(x.view(), r.view(), 12);
        let others = |out: &Outputs| out.positions.slice(s![.., 1..]).to_owned();
        assert_eq!(others(&found), others(&expected));
        assert!(found.equity.iter().all(|equity| equity.is_finite()));
    }
}

fn fortran(x: &Array2<f64>) -> Array2<f64> {
    let mut f = Array2::zeros(x.dim().f());
    f.assign(x);
    f
}
