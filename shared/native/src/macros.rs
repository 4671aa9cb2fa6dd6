//! One function of plain loops, compiled for every instruction set.

/// Compile a function of plain loops once for each instruction set and pick one at run time.
///
/// The compiler vectorises the body for each set; no intrinsic appears in it. What the body
/// calls must be inlined (`#[inline(always)]`), or it is compiled for the baseline alone.
///
/// ```text
/// for_each_isa! {
///     /// Runs on `Isa::best()`.
///     fn scale(values: &mut [f64], by: f64) {
///         values.iter_mut().for_each(|value| *value *= by);
///     }
/// }
///
/// for_each_isa! {
///     for FUSED
///     /// Runs on the set given, or on less: the first parameter is `isa: Isa`, word for word.
///     fn horner<T: Real>(isa: Isa, x: &[T], out: &mut [T]) { /* fma::<FUSED>(...) */ }
/// }
/// ```
///
/// `FUSED`, where it is asked for, is a constant of the body: whether a multiply-add is one
/// instruction. Where it is not, asking for it would be a call of the C library, a hundred
/// times slower.
#[macro_export]
macro_rules! for_each_isa {
    (
        for $fused:ident
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$t:ident: $bound:path>)? (
            isa: Isa, $($arg:ident: $ty:ty),* $(,)?
        ) $(-> $ret:ty)? $body:block
    ) => {
        $crate::for_each_isa! {
            @compile $fused [isa: $crate::Isa,] [isa.or_less()]
            $(#[$meta])* $vis fn $name [$($t: $bound)?] [$($t)?] ($($arg: $ty),*) [$($ret)?] $body
        }
    };
    (
        for $fused:ident
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$t:ident: $bound:path>)? ($($arg:ident: $ty:ty),* $(,)?)
        $(-> $ret:ty)? $body:block
    ) => {
        $crate::for_each_isa! {
            @compile $fused [] [$crate::Isa::best()]
            $(#[$meta])* $vis fn $name [$($t: $bound)?] [$($t)?] ($($arg: $ty),*) [$($ret)?] $body
        }
    };
    (
        @compile $fused:ident [$($isa:tt)*] [$chosen:expr]
        $(#[$meta:meta])* $vis:vis fn $name:ident
        [$($generic:tt)*] [$($t:ident)?] ($($arg:ident: $ty:ty),*) [$($ret:ty)?] $body:block
    ) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name<$($generic)*>($($isa)* $($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body<const $fused: bool, $($generic)*>($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn avx2<$($generic)*>($($arg: $ty),*) $(-> $ret)? {
                    body::<true, $($t)?>($($arg),*)
                }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn avx512<$($generic)*>($($arg: $ty),*) $(-> $ret)? {
                    body::<true, $($t)?>($($arg),*)
                }
                match $chosen {
                    // SAFETY: `Isa` gives no set that this CPU does not have.
                    $crate::Isa::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::Isa::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::Isa::Portable => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = $chosen;
            body::<{ cfg!(target_arch = "aarch64") }, $($t)?>($($arg),*)
        }
    };
    ($(#[$meta:meta])* $vis:vis fn $($function:tt)*) => {
        $crate::for_each_isa! { for _FUSED $(#[$meta])* $vis fn $($function)* }
    };
}
