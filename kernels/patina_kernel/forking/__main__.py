"""`python -m patina_kernel.forking`: build what is in C if need be; say whether it is there."""

from patina_kernel.forking import build

try:
    print(f"Running kernels can be forked with their threads: {build.ensure()}")
    print(f"States can have images of processes: {build.ensure(build.thaw())}")
except build.BuildError as error:
    print(f"Forks will not carry threads over: {error}")
