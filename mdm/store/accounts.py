"""Accounts of people, their sessions, and how often a password was tried lately: rows in, rows out."""

from typing import NamedTuple

from sqlmodel import select

from mdm.store.database import Transaction
from mdm.tables import Account, SignInSession


def add(transaction: Transaction, account: Account) -> None:
    """Keep a new account."""
    transaction.session.add(account)


def by_name(transaction: Transaction, name: str) -> Account | None:
    """The account of this name, disabled or not."""
    return transaction.session.get(Account, name)


def by_subject(transaction: Transaction, provider: str, subject: str) -> Account | None:
    """The account of whom a provider knows under this subject."""
    wanted = select(Account).where(Account.provider == provider, Account.subject == subject)
    return transaction.session.exec(wanted).first()


def listed(transaction: Transaction) -> list[Account]:
    """All accounts, by name."""
    return list(transaction.session.exec(select(Account).order_by(Account.name)))


class SignedIn(NamedTuple):
    """What letting a person in needs of a session and its account."""

    account: str
    display_name: str
    role: str
    entity_type: str | None
    disabled_at: str | None
    created_at: str
    seen_at: str
    viewing_as: str | None


def signed_in(transaction: Transaction, session_hash: str) -> SignedIn | None:
    """A session and the account it belongs to."""
    row = transaction.one(
        "SELECT a.name, a.display_name, a.role, a.entity_type, a.disabled_at, s.created_at, s.seen_at,"
        " s.viewing_as"
        " FROM sign_in_session s JOIN account a ON a.name = s.account WHERE s.hash = ?",
        session_hash,
    )
    return SignedIn(*row) if row else None


def open_session(transaction: Transaction, session: SignInSession) -> None:
    """Keep a new session."""
    transaction.session.add(session)


def view_as(transaction: Transaction, session_hash: str, role: str | None) -> None:
    """Note as which role a session looks at the hub, None as its own."""
    transaction.run("UPDATE sign_in_session SET viewing_as = ? WHERE hash = ?", role, session_hash)


def end_session(transaction: Transaction, session_hash: str) -> None:
    """Forget a session."""
    transaction.run("DELETE FROM sign_in_session WHERE hash = ?", session_hash)


def end_sessions(transaction: Transaction, account: str) -> None:
    """Forget all sessions of an account."""
    transaction.run("DELETE FROM sign_in_session WHERE account = ?", account)


def forget_expired(transaction: Transaction, *, seen_before: str, created_before: str, moment: str) -> None:
    """Forget sessions that are over, and tries that no longer count."""
    transaction.run("DELETE FROM sign_in_session WHERE seen_at < ? OR created_at < ?", seen_before, created_before)
    transaction.run("DELETE FROM sign_in_try WHERE until <= ?", moment)


def seen(transaction: Transaction, session_hash: str, moment: str) -> None:
    """Note that a session was in use; a later note stands."""
    transaction.run(
        "UPDATE sign_in_session SET seen_at = ? WHERE hash = ? AND seen_at < ?", moment, session_hash, moment
    )


class Tries(NamedTuple):
    """How often it was tried, and until when these tries count."""

    tries: int
    until: str


def tried(transaction: Transaction, place: str) -> Tries | None:
    """The tries at a place."""
    row = transaction.one("SELECT tries, until FROM sign_in_try WHERE place = ?", place)
    return Tries(*row) if row else None


def count_try(transaction: Transaction, place: str, *, moment: str, until: str) -> Tries:
    """Count one more try at a place; those that are over no longer count."""
    ((tries, ends),) = transaction.rows(
        "INSERT INTO sign_in_try (place, tries, until) VALUES (?, 1, ?) ON CONFLICT (place) DO UPDATE SET"
        " tries = CASE WHEN sign_in_try.until <= ? THEN 1 ELSE sign_in_try.tries + 1 END,"
        " until = CASE WHEN sign_in_try.until <= ? THEN excluded.until ELSE sign_in_try.until END"
        " RETURNING tries, until",
        place, until, moment, moment,
    )  # fmt: skip
    return Tries(tries, ends)


def take_back_try(transaction: Transaction, place: str) -> None:
    """Uncount one try at a place."""
    transaction.run("UPDATE sign_in_try SET tries = tries - 1 WHERE place = ?", place)


def forget_tries(transaction: Transaction, place: str) -> None:
    """Start to count anew at a place."""
    transaction.run("DELETE FROM sign_in_try WHERE place = ?", place)
