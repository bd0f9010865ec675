"""Work on much data without looking for cyclic garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let no cyclic garbage be looked for meanwhile, in this process and its copies.

    Each look goes over the millions of texts that are held, none of which is garbage, and in a copy it writes to pages
    that were shared until then.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
