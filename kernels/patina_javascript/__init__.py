"""The JavaScript kernel: quickjs-ng in WebAssembly, in the shared executor."""
