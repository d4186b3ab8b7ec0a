"""The forkable Python kernel: IPython inside the machine of `patina_kernel`."""
