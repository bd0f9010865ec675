"""People named in comments: whom a text names, who is told, and until when."""

import pytest

from mdm.errors import InvalidInput
from mdm.services import rebuild
from mdm.services.access import accounts
from mdm.services.access.accounts import Person
from mdm.services.hub import Hub
from mdm.services.stewarding import mentions, task_work, tasks
from mdm.services.stewarding.mentions import named
from tests.conftest import AUTHOR
from tests.services.test_task_work import at, doubtful

PEOPLE = {"user:anna", "user:anna.lee", "user:bert@firm.example", "user:carl"}


@pytest.mark.parametrize(
    ("text", "people", "unknown"),
    [
        ("@anna: can you look, @Carl?", ["user:anna", "user:carl"], []),
        ("ask @anna.lee. And @anna.", ["user:anna.lee", "user:anna"], []),
        ("(@bert@firm.example) knows", ["user:bert@firm.example"], []),
        ("write to carl@firm.example or x@anna", [], []),
        ("@dora, and @dora again; @anna", ["user:anna"], ["dora"]),
        ("@ @@anna @-", [], []),
    ],
)
def test_a_text_names_those_whose_names_stand_after_an_at(text: str, people: list[str], unknown: list[str]) -> None:
    found = named(text, PEOPLE)
    assert (found.people, found.unknown) == (people, unknown)


def test_who_is_named_is_told_until_they_have_read_it_or_act(hub: Hub) -> None:
    for name, role in (("anna", "steward"), ("bert", "approver"), ("carl", "auditor"), ("dora", "steward")):
        person = Person(name, role, "employee" if name == "dora" else None)
        accounts.add(hub, person, password=f"{name} on a long way", author=AUTHOR)
    doubtful(hub)
    [task] = tasks.page(hub)["items"]

    def waits(who: str) -> list[str]:
        return [one["text"] for one in mentions.unread(hub, f"user:{who}")["items"]]

    text = "@anna @bert: a branch? @carl and @dora do not work on customers"
    told = task_work.comment(hub, task["id"], text=text, author=at("09:30:00", "user:bert"))["comments"][-1]
    assert (told["mentions"], told["unknown_names"]) == (["user:anna"], ["bert", "carl", "dora"]), "bert is himself"
    again = task_work.comment(hub, task["id"], text="@anna?", author=at("09:31:00"))
    assert tasks.get(hub, task["id"])["comments"] == again["comments"]
    assert waits("anna") == ["@anna?", text]
    assert waits("bert") == waits("dora") == []
    first = mentions.unread(hub, "user:anna", entity_type="customer", limit=1)
    assert [one["seq"] for one in first["items"]] == [int(first["next"])]
    assert [one["text"] for one in mentions.unread(hub, "user:anna", cursor=first["next"])["items"]] == [text]
    with pytest.raises(InvalidInput):
        mentions.unread(hub, "user:anna", cursor="x")
    assert mentions.unread(hub, "user:anna", entity_type="employee")["items"] == []
    assert rebuild.rebuild(hub).match
    task_work.read(hub, task["id"], author=at("09:32:00", "user:anna"))
    assert waits("anna") == []
    seq = task_work.read(hub, task["id"], author=at("09:33:00", "user:anna"))
    assert seq["claim"] is None, "nothing is left of it but that it is read"
    task_work.comment(hub, task["id"], text="@anna!", author=at("09:34:00"))
    task_work.claim(hub, task["id"], author=at("09:35:00", "user:anna"))
    assert waits("anna") == [], "who takes a task in hand has read what stands there"
    assert rebuild.verify(hub).match
