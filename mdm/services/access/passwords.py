"""Passwords: what may be one, and the slow hash that is kept of it.

Source: RFC 9106 (Argon2id); its parameters are those of the OWASP cheat sheet on storing passwords; the rules for what
may be a password follow NIST SP 800-63B: long rather than odd, and compared in one form of Unicode.
"""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mdm.errors import Fault, InvalidInput

SHORTEST, LONGEST = 12, 256
FEWEST_LETTERS = 5
# Memory of 19 MiB and two passes: some 40 ms, and many at once still fit into a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str, *, name: str) -> str:
    """The hash to keep of a new password.

    name: of the account, which may not be its password.

    Raises:
        InvalidInput: it is too short, too long, or can be guessed at once.
    """
    _ensure_good(password, name)
    return _HASHER.hash(_one_form(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password of which a hash was kept; takes as long when there is none."""
    try:
        return _HASHER.verify(kept or _of_nobody(), _one_form(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def generated() -> str:
    """A new random password that is easy to copy."""
    return secrets.token_urlsafe(15)


@cache
def _of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


def _ensure_good(password: str, name: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        detail = f"a password has {SHORTEST} to {LONGEST} characters; a few words that do not belong together are good"
    elif name in password.casefold() and len(password) < len(name) + SHORTEST:
        detail = "the password is hardly more than the name of the account"
    elif len(set(password)) < FEWEST_LETTERS:
        detail = "the password repeats a few characters, and can be guessed at once"
    else:
        return
    raise InvalidInput(detail, faults=[Fault("/password", detail, "password")])


def _one_form(password: str) -> str:
    # The same letters typed on another keyboard are the same password; what cannot be encoded cannot be one.
    return unicodedata.normalize("NFKC", password[:LONGEST]).encode(errors="replace").decode()
