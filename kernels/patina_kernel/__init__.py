"""The machine that all Patina kernels share: relay, executor, forks, checkpoints, nursery.

It knows no language: what differs from one to another is behind `patina_kernel.language`.
"""
