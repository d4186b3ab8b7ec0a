"""`python -m patina_rust -f FILE`: start the Rust kernel."""

import sys

from patina_kernel.launch import main

main("patina_rust.kernel:RustKernel", sys.argv[1:])
