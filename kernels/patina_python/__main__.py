"""`python -m patina_python -f FILE`: start the Python kernel."""

import sys

from patina_kernel.launch import main

# Imported in the warm template, where they are there, so that a new kernel has them at once.
PRELOAD = (
    "IPython.extensions.storemagic",
    "numpy",
    "pandas",
    "matplotlib.pyplot",
)

main("patina_python.kernel:PythonKernel", sys.argv[1:], PRELOAD)
