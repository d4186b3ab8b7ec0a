"""The Rust kernel: evcxr compiles in a process of its own, cells run in the executor."""
