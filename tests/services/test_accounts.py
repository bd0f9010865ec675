"""Accounts and sessions of people: made, known, held up when guessed at, ended at once."""

import threading

import pytest

from mdm.errors import Conflict, InvalidInput, NotFound, TooMany, Unauthorised
from mdm.services.access import accounts, passwords, sessions
from mdm.services.access.accounts import Person
from mdm.services.hub import Hub
from mdm.settings import later
from tests.conftest import AUTHOR

PASSWORD = "four words that wander"
AT = AUTHOR.recorded_at


def add(hub: Hub, name: str = "anna", *, role: str = "steward") -> None:
    accounts.add(hub, Person(name, role, display_name="Anna Berg"), password=PASSWORD, author=AUTHOR)


def sign_in(hub: Hub, name: str = "anna", password: str = PASSWORD, *, address: str = "10.0.0.1", at: str = AT) -> str:
    return sessions.sign_in(hub, name=name, password=password, address=address, at=at)


def outcome(hub: Hub, **given: str) -> str:
    try:
        sign_in(hub, **given)  # type: ignore[arg-type]
    except (Unauthorised, TooMany) as error:
        return f"{error.status} {error.detail}"
    return "in"


def kept(hub: Hub) -> str:
    tables = ("account", "sign_in_session", "sign_in_try")
    with hub.database.read() as reader:
        return str([reader.rows(f"SELECT * FROM {table}") for table in tables])  # noqa: S608


def test_a_person_signs_in_and_neither_password_nor_token_nor_address_is_kept(hub: Hub) -> None:
    add(hub)
    outcome(hub, name="  ANNA ", password="something else")
    token = sign_in(hub, "  ANNA ")
    session = sessions.found(hub, token, at=AT)
    assert (session.principal.actor, session.principal.role, session.display_name) == (
        "user:anna",
        "steward",
        "Anna Berg",
    )
    assert sign_in(hub) != token, "a new token every time"
    for secret in (PASSWORD, token, session.csrf, "10.0.0.1", "something else"):
        assert secret not in kept(hub)
    assert token not in repr(session)
    assert session.csrf not in repr(session)


def test_a_session_ends_when_idle_and_after_its_day_whatever_happens(sqlite_hub: Hub) -> None:
    hub, minute = sqlite_hub, 60
    add(hub)
    token = sign_in(hub)
    for passed in range(0, 12 * 60, 100):
        sessions.found(hub, token, at=later(AT, seconds=passed * minute))
    with pytest.raises(Unauthorised):
        sessions.found(hub, token, at=later(AT, seconds=(12 * 60 + 1) * minute))
    idle = sign_in(hub)
    sessions.found(hub, idle, at=later(AT, seconds=119 * minute))
    with pytest.raises(Unauthorised):
        sessions.found(hub, idle, at=later(AT, seconds=(119 + 121) * minute))
    sign_in(hub, at=later(AT, seconds=48 * 3600))
    with hub.database.read() as reader:
        assert reader.rows("SELECT COUNT(*) FROM sign_in_session") == [(1,)], "what is over is forgotten"


ENDS = {
    "sign out": sessions.sign_out,
    "password": lambda hub, _: accounts.set_password(hub, "anna", "another " + PASSWORD, author=AUTHOR),
    "role": lambda hub, _: accounts.set_role(hub, "anna", "approver", author=AUTHOR),
    "disabled": lambda hub, _: accounts.disable(hub, "anna", author=AUTHOR),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_session_ends_at_once(sqlite_hub: Hub, end: str) -> None:
    add(sqlite_hub)
    token = sign_in(sqlite_hub)
    ENDS[end](sqlite_hub, token)
    for known in (token, "", "x", "\ud800", "a" * 5_000):
        with pytest.raises(Unauthorised):
            sessions.found(sqlite_hub, known, at=AT)


def test_a_disabled_account_signs_in_again_once_it_is_enabled(sqlite_hub: Hub) -> None:
    add(sqlite_hub)
    accounts.disable(sqlite_hub, "anna", author=AUTHOR)
    assert outcome(sqlite_hub) == outcome(sqlite_hub, name="nobody") == "401 the name or the password is wrong"
    accounts.enable(sqlite_hub, "anna", author=AUTHOR)
    assert outcome(sqlite_hub) == "in"


def test_guessing_is_held_up_for_an_account_and_for_an_address_and_does_not_tell_which_accounts_there_are(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(hub)
    add(hub, "bert")
    hub.settings = hub.settings.model_copy(update={"sign_in_tries_address": 20})
    monkeypatch.setattr(passwords, "matches", lambda password, kept: kept is not None and password.endswith(PASSWORD))
    told = {}
    for name in ("anna", "nobody"):
        told[name] = [outcome(hub, name=name, password=f"guess {n}", address=f"{name} {n}") for n in range(12)]
    assert told["anna"] == told["nobody"]
    assert [one[:3] for one in told["anna"]] == ["401"] * 10 + ["429"] * 2
    assert outcome(hub)[:3] == "429", "the right password is not told apart while it is held up"
    assert outcome(hub, at=later(AT, seconds=15 * 60 + 1)) == "in"
    for n in range(10):
        outcome(hub, password="guess", address=f"again {n}")
    assert outcome(hub)[:3] == "429"
    accounts.set_password(hub, "anna", "another " + PASSWORD, author=AUTHOR)
    assert outcome(hub, password="another " + PASSWORD) == "in", "a new password ends it"

    tried = [outcome(hub, name=f"name {n}", password="guess", address="10.6.6.6")[:3] for n in range(21)]
    assert tried == ["401"] * 20 + ["429"]
    assert outcome(hub, name="bert", address="10.6.6.6")[:3] == "429"
    assert outcome(hub, name="bert", address="10.0.0.2") == "in"


def test_who_signs_in_rightly_is_never_held_up(sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    add(sqlite_hub)
    sqlite_hub.settings = sqlite_hub.settings.model_copy(update={"sign_in_tries_address": 20})
    monkeypatch.setattr(passwords, "matches", lambda password, kept: kept is not None and password.endswith(PASSWORD))
    assert {outcome(sqlite_hub) for _ in range(25)} == {"in"}


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    add(hub)
    judged = []
    monkeypatch.setattr(passwords, "matches", lambda password, _: judged.append(password))
    guesses = [threading.Thread(target=outcome, args=(hub,), kwargs={"address": str(n)}) for n in range(24)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert len(judged) == hub.settings.sign_in_tries


def test_a_password_is_long_and_compared_in_one_form(sqlite_hub: Hub) -> None:
    poor = {"short": "12 to 256", "x" * 257: "12 to 256", "abababababab": "repeats", "anna-1234567": "name"}
    for password, words in poor.items():
        with pytest.raises(InvalidInput, match=words):
            accounts.add(sqlite_hub, Person("anna", "steward"), password=password, author=AUTHOR)
    composed, decomposed = "Übergrößenträger", "U\u0308bergro\u0308ßentra\u0308ger"
    first, second = (passwords.hashed(composed, name="anna") for _ in range(2))
    assert first != second
    assert passwords.matches(decomposed, first)
    for wrong in ("", "\ud800", composed + " ", "x" * 100_000):
        assert not passwords.matches(wrong, first)
    assert not passwords.matches(composed, None)
    assert not passwords.matches(composed, "no hash")


def test_an_account_needs_a_name_a_role_of_people_and_a_known_type_and_is_made_once(sqlite_hub: Hub) -> None:
    add(sqlite_hub)
    for person, error, words in (
        (Person("Anna", "steward"), InvalidInput, "a name has"),
        (Person("", "steward"), InvalidInput, "a name has"),
        (
            Person("bert", "source"),
            InvalidInput,
            "a person cannot have the role 'source'; the roles are reader, steward",
        ),
        (Person("bert", "steward", "custmer"), NotFound, "customer"),
        (Person("anna", "steward"), Conflict, "already"),
    ):
        with pytest.raises(error, match=words):
            accounts.add(sqlite_hub, person, password=PASSWORD, author=AUTHOR)
    with pytest.raises(NotFound, match="no account 'nobody'"):
        accounts.disable(sqlite_hub, "nobody", author=AUTHOR)
    assert [(one["name"], one["role"], one["disabled_at"]) for one in accounts.listed(sqlite_hub)] == [
        ("anna", "steward", None)
    ]
    assert "password" not in str(accounts.listed(sqlite_hub))
