//! What rustc says about namespaces and enums with data. Without core, of which the language needs the traits below.
#![feature(no_core, lang_items, auto_traits)]
#![no_core]
#![allow(internal_features, dead_code)]

#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "unpin"]
pub auto trait Unpin {}
#[lang = "unsafe_unpin"]
pub unsafe auto trait UnsafeUnpin {}
#[lang = "copy"]
pub trait Copy {}
#[lang = "freeze"]
unsafe auto trait Freeze {}
impl Copy for u8 {}
impl Copy for u32 {}
impl Copy for u64 {}
impl<T> Copy for *mut T {}
impl<T> Copy for &T {}

#[repr(C)]
pub struct Context {
    length: u32,
    port: u32,
}

pub enum Verdict {
    Pass,
    Drop(u32),
    Redirect { interface: u32, flags: u64 },
}

/// Told apart by a null pointer: no value of the discriminant is that of `Some`.
pub enum Maybe<T> {
    None,
    Some(T),
}

pub struct State<'a> {
    bytes: [u8; 4],
    verdict: Verdict,
    last: Maybe<&'a u32>,
}

mod rules {
    use super::*;

    #[inline(never)]
    pub fn classify<'a>(context: &'a Context, state: &mut State<'a>) {
        state.last = Maybe::Some(&context.port);
        state.verdict = match context.port {
            0 => Verdict::Pass,
            1 => Verdict::Drop(context.length),
            other => Verdict::Redirect { interface: other, flags: 7 },
        };
    }
}

#[unsafe(link_section = "xdp")]
#[unsafe(no_mangle)]
pub extern "C" fn receive(context: &Context) -> u32 {
    let mut state = State { bytes: [0; 4], verdict: Verdict::Pass, last: Maybe::None };
    rules::classify(context, &mut state);
    match state.verdict {
        Verdict::Pass => 2,
        Verdict::Drop(code) => code,
        Verdict::Redirect { interface, .. } => interface,
    }
}
