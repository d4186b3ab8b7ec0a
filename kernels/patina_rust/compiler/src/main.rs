//! The compiler of Patina Lab's Rust kernel: evcxr, which compiles here and runs nothing.
//!
//! `patina-rust-compiler SOCKET` serves requests, one JSON line each, until nobody it knows lives.
//! evcxr starts this binary again for two other ends: as its child process, which would run the
//! cells ([`stub`]), and in place of rustc.

mod commands;
mod diagnostics;
mod protocol;
mod server;
mod stub;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    if std::env::var_os("EVCXR_RUSTC_WRAPPER").is_some() {
        evcxr::runtime_hook();
    }
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        return stub::serve();
    }
    let socket = std::env::args_os().nth(1);
    server::serve(
        socket
            .context("usage: patina-rust-compiler SOCKET")?
            .as_ref(),
    )
}
