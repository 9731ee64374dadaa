"""What a batch asks of its own process: enough open files, a calm garbage collector."""

from __future__ import annotations

import gc
import resource
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def open_files(wanted: int) -> Generator[None]:
    """Have the system allow so many open files meanwhile, as far as it does."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    enough = before == resource.RLIM_INFINITY or before >= allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (before if enough else allowed, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


@contextmanager
def calm_collector() -> Generator[None]:
    """Keep the garbage collector off what lives as long as the batch: about a third of CPU."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
