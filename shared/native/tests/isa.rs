//! The choice of an instruction set, its cap, and the functions compiled for each set.

use native::{Isa, UnknownIsa, VARIABLE, for_each_isa};
use std::process::{Command, Output};

/// Run `report` in a process of its own, with the variable as given.
fn process(value: &str) -> Output {
    Command::new(std::env::current_exe().expect("a test runs from a file"))
        .args(["report", "--exact", "--nocapture"])
        .env(VARIABLE, value)
        .output()
        .expect("a test can be run again")
}

/// What `report` says under a cap.
fn reported(value: &str) -> String {
    let output = process(value);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("names are ASCII");
    let (_, line) = text.split_once("best ").expect("`report` prints a line");
    line.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn report() {
    if Isa::cap().is_ok() {
        println!("best {} of {:?}", Isa::best().name(), Isa::available());
    } else {
        let panic = std::panic::catch_unwind(Isa::best).expect_err("`cap` says so first");
        let told = panic.downcast_ref::<String>().expect("a message");
        assert_eq!(*told, Isa::cap().expect_err("unknown").to_string());
        println!("best {told}");
    }
}

#[test]
fn the_best_set_is_the_cpus_best_but_never_above_the_cap() {
    let uncapped = reported("");
    for cap in Isa::ALL {
        let sets: Vec<_> = Isa::ALL.into_iter().filter(|isa| *isa <= cap).collect();
        let wanted = format!("best {} of {sets:?}", cap.name())[5..].to_owned();
        let found = reported(cap.name());
        // A CPU without the set gives what it gives without a cap.
        assert!(found == wanted || found == uncapped, "{cap:?}: {found}");
    }
    assert_eq!(reported("portable"), "portable of [Portable]");
}

#[test]
fn an_unknown_cap_is_an_error_that_names_variable_value_and_choices() {
    for value in ["sse9", "AVX2", " avx2"] {
        let told = format!("QPP_ISA={value:?}, expected \"portable\", \"avx2\" or \"avx512\"");
        assert_eq!(reported(value), told);
        assert_eq!(UnknownIsa(value.to_owned()).to_string(), told);
    }
}

#[test]
fn no_set_is_given_that_may_not_be_used() {
    let available = Isa::available();
    assert_eq!(available.first(), Some(&Isa::Portable));
    assert_eq!(available.last(), Some(&Isa::best()));
    for isa in Isa::ALL {
        assert!(available.contains(&isa.or_less()) && isa.or_less() <= isa);
    }
}

for_each_isa! {
    /// A generic function with a result.
    pub(crate) fn plain<T: Copy>(x: &[T], add: fn(T, T) -> T, zero: T) -> T {
        x.iter().fold(zero, |sum, value| add(sum, *value))
    }
}

for_each_isa! {
    for FUSED
    fn fused(x: f64) -> f64 {
        if FUSED { x.mul_add(x, -1.0) } else { x * x - 1.0 }
    }
}

for_each_isa! {
    for FUSED
    fn fused_on(isa: Isa, x: &[f64], out: &mut [f64]) {
        for (to, x) in out.iter_mut().zip(x) {
            *to = if FUSED { x.mul_add(*x, -1.0) } else { x * x - 1.0 };
        }
    }
}

#[test]
fn the_three_forms_run_on_what_was_chosen() {
    assert_eq!(plain(&[1, 2, 3], |a, b| a + b, 0), 6);
    // One rounding keeps what the square of the last places adds, two lose it.
    let x = 1.0 + 3.0 * f64::EPSILON;
    let (once, twice) = (x.mul_add(x, -1.0), x * x - 1.0);
    assert_ne!(once, twice);
    let expected = |isa: Isa| match isa.or_less() {
        Isa::Portable if cfg!(not(target_arch = "aarch64")) => twice,
        _ => once,
    };
    assert_eq!(fused(x), expected(Isa::best()));
    for isa in Isa::ALL {
        let mut out = [0.0; 3];
        fused_on(isa, &[x; 3], &mut out);
        assert_eq!(out, [expected(isa); 3], "{isa:?}");
    }
}
