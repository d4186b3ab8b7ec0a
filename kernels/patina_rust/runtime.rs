//! What the executor asks of Rust without compiling a cell. Built once for each toolchain; shares
//! the libstd of the cells, and so their buffer of stdout.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int};
use std::fmt::{Debug, Write as _};
use std::io::Write as _;

/// As evcxr's own, by whose cells it is made: one field, compiled by the same rustc.
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any + 'static>>,
}

const SUMMARY_BYTES: usize = 200;

/// Writes so much, and then stops the formatting.
struct Bounded(String);

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for letter in text.chars() {
            if self.0.len() > SUMMARY_BYTES {
                return Err(std::fmt::Error);
            }
            self.0.push(letter);
        }
        Ok(())
    }
}

fn summary(value: &dyn Debug) -> String {
    let mut text = Bounded(String::new());
    let _ = write!(text, "{value:?}");
    text.0
}

/// More of a collection is not in its summary, for each of its values takes some of the text. The lists
/// and maps of std go through all that they are given, also when nothing can be written any more.
const MOST: usize = SUMMARY_BYTES;

fn first<T>(values: &[T]) -> &[T] {
    &values[..values.len().min(MOST)]
}

struct First<'a, T>(&'a HashMap<String, T>);

impl<T: Debug> Debug for First<'_, T> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_map().entries(self.0.iter().take(MOST)).finish()
    }
}

const PROGRAM: &CStr = c"patina-rust";

/// What `std::env::args` finds in cells: a program without arguments. This process is Python's, whose
/// arguments are of no use to them. A null pointer ends the list for std, as it does where GLib has
/// taken arguments out of it.
extern "C" fn have_no_arguments(count: c_int, values: *mut *const c_char, _: *const *const c_char) {
    if count > 0 {
        // SAFETY: glibc gives a library's initializer the process's own list, which can be written,
        // and which has one more place than there are arguments.
        unsafe {
            *values = PROGRAM.as_ptr();
            *values.add(1) = std::ptr::null();
        }
    }
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn(c_int, *mut *const c_char, *const *const c_char) = have_no_arguments;

type Row = extern "C" fn(*const u8, usize, *const u8, usize, isize);

#[unsafe(no_mangle)]
pub extern "C" fn patina_flush() {
    let _ = std::io::stdout().flush();
}

/// Threads do not survive a fork: evcxr makes a new runtime for the next cell that awaits.
///
/// # Safety
/// `store` is null, or what the last cell returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn patina_forget_runtime(store: *mut VariableStore) {
    if let Some(store) = unsafe { store.as_mut() } {
        std::mem::forget(store.variables.remove("evcxr_tokio_runtime"));
    }
}

/// Drops all variables. What a drop panics with is printed, and the rest is leaked.
///
/// # Safety
/// `store` is what the last cell returned, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn patina_clear(store: *mut VariableStore) {
    let variables = unsafe { Box::from_raw(store) };
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(variables)));
}

/// Goes on by so many steps in the keys that std gives to hash maps: a thread's begin at random
/// ones, and each further map gets the next.
#[unsafe(no_mangle)]
pub extern "C" fn patina_reseed(steps: usize) {
    for _ in 0..steps {
        std::hint::black_box(std::hash::RandomState::new());
    }
}

/// Calls `row` with the name, the value and the length (or -1) of each variable of a type of std.
///
/// # Safety
/// `store` is null, or what the last cell returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn patina_values(store: *const VariableStore, row: Row) {
    let Some(store) = (unsafe { store.as_ref() }) else { return };
    for (name, value) in &store.variables {
        macro_rules! known { ($($type:ty),*) => { loop { $(
            if let Some(one) = value.downcast_ref::<$type>() { break Some((summary(one), -1)); }
            if let Some(one) = value.downcast_ref::<Option<$type>>() { break Some((summary(one), -1)); }
            if let Some(one) = value.downcast_ref::<Vec<$type>>() { break Some((summary(&first(one)), one.len() as isize)); }
            if let Some(one) = value.downcast_ref::<Vec<Vec<$type>>>() {
                let rows: Vec<_> = first(one).iter().map(|row| first(row)).collect();
                break Some((summary(&rows), one.len() as isize));
            }
            if let Some(one) = value.downcast_ref::<HashMap<String, $type>>() { break Some((summary(&First(one)), one.len() as isize)); }
        )* break None } } }
        let found = known!(
            i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, bool, char,
            String, &'static str, ()
        );
        if let Some((text, length)) = found {
            row(name.as_ptr(), name.len(), text.as_ptr(), text.len(), length);
        }
    }
}
