"""`python -m patina_javascript -f FILE`: start the JavaScript kernel."""

import sys

from patina_kernel.launch import main

main("patina_javascript.kernel:JavaScriptKernel", sys.argv[1:])
