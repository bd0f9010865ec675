"""Documents that commands take: the text of a YAML file, or of standard input."""

import sys
from pathlib import Path

from mdm.errors import UnreadableFile


def read_text(file: str) -> str:
    """The text of a file, or of standard input for `-`; UnreadableFile says why there is none."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file}: byte {error.start + 1} is not UTF-8; save it as UTF-8") from None
