"""The accounts of the demo: made once, with passwords that are new each time and kept nowhere."""

from mdm.demo.run import PEOPLE, _passwords
from mdm.services.access import accounts, sessions
from mdm.services.hub import Hub
from tests.conftest import AUTHOR


def _sign_in(hub: Hub, name: str, password: str) -> str:
    token = sessions.sign_in(hub, name=name, password=password, address="here", at=AUTHOR.recorded_at)
    return sessions.found(hub, token, at=AUTHOR.recorded_at).principal.role


def test_the_demo_tells_passwords_that_work_and_new_ones_when_it_is_run_again(sqlite_hub: Hub) -> None:
    first = _passwords(sqlite_hub, None, author=AUTHOR)
    assert {name: _sign_in(sqlite_hub, name, password) for name, password in first.items()} == {
        name: name for name in PEOPLE
    }
    again = _passwords(sqlite_hub, None, author=AUTHOR)
    assert len({*first.values(), *again.values()}) == 2 * len(PEOPLE)
    _passwords(sqlite_hub, "four words that wander", author=AUTHOR)
    assert _sign_in(sqlite_hub, "admin", "four words that wander") == "admin"
    assert len(accounts.listed(sqlite_hub)) == len(PEOPLE)
