"""Memory of a process that does one piece of work on large arrays, and ends."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of `mallopt` in glibc's malloc.h."""
_ALL = 1 << 30


def keep() -> None:
    """Have this process, and copies of it, use the memory again that large arrays leave.

    Otherwise each array is handed back to the system, which clears page by page what the next one needs: a twelfth of
    the time of a million records. Does nothing where the C library has no such setting (musl, macOS).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _ALL)
        mallopt(_MMAP_THRESHOLD, _ALL)
