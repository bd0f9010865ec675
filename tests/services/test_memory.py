"""What a large array leaves serves the next one."""

import platform
import subprocess
import sys

import pytest

AGAIN_AND_AGAIN = """
import resource, sys
from mdm.services.files import memory

def cleared(megabytes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(megabytes << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "kept":
    memory.keep()
print(cleared(64), cleared(64))
"""


@pytest.mark.parametrize("way", ["kept", "given back"])
def test_memory_of_a_large_array_is_used_again_once_it_is_to_be_kept(way):
    told = subprocess.run([sys.executable, "-c", AGAIN_AND_AGAIN, way], capture_output=True, text=True, check=True)
    first, second = map(int, told.stdout.split())
    can_be_told = platform.libc_ver()[0] == "glibc"
    assert (second < first / 10) == (way == "kept" and can_be_told)
