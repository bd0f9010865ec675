"""Clients that repeat themselves at once, over connections that break: one effect and one answer for each key."""

import http.client
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import orjson
import pytest

from mdm.services.access import keys
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_all
from mdm.services.stewarding import tasks
from stewardship_ui.app import create_app
from tests.api.test_proposing import BERLIN
from tests.conftest import AUTHOR
from tests.serving import free_port, serving

Sent = tuple[int, bytes] | None


@pytest.mark.parametrize(
    ("count", "repeats"),
    [
        (8, 5),
        pytest.param(60, 20, marks=pytest.mark.verify),
        pytest.param(500, 20, marks=pytest.mark.soak),
    ],
    ids=["sample", "more", "full"],
)
def test_each_key_has_one_effect_and_one_answer_though_it_is_repeated_at_once_and_connections_break(
    hub: Hub, count: int, repeats: int
) -> None:
    key = keys.create(hub, role="admin", author=AUTHOR)["key"]
    port = free_port()

    def send(number: int, path: str, body: object, *, breaks: bool) -> Sent:
        headers = {
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": f"k-{number}",
            "Content-Type": "application/json",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("POST", path, orjson.dumps(body), headers)
            if breaks:
                return None
            answer = connection.getresponse()
            return answer.status, answer.read()

    with serving(create_app(hub.settings), port):
        records = [
            {
                "source": source,
                "entity_type": "customer",
                "source_id": "1",
                "attributes": {"name": name, "address": BERLIN},
            }
            for source, name in (("crm", "Nordwind Logistik GmbH"), ("erp", "Nordwind Logistic"))
        ]
        send(-1, "/v1/source-records:batch", records, breaks=False)
        task = _task(hub)
        drawn = random.Random(7)
        work = [(n, drawn.random() < 0.4) for n in range(count) for _ in range(repeats)]
        drawn.shuffle(work)
        path = f"/v1/tasks/{task}:comment"
        answers: defaultdict[int, set[Sent]] = defaultdict(set)
        with ThreadPoolExecutor(16) as clients:
            sent = clients.map(lambda one: send(one[0], path, {"text": f"said {one[0]}"}, breaks=one[1]), work)
            for (number, _), answer in zip(work, sent, strict=True):
                if answer is not None and answer[0] != 409:
                    answers[number].add(answer)
        for number in range(count):
            answers[number].add(_until_told(lambda n=number: send(n, path, {"text": f"said {n}"}, breaks=False)))
    assert {len(told) for told in answers.values()} == {1}
    assert {status for told in answers.values() for status, _ in told} == {200}
    with hub.database.read() as reader:
        said = [orjson.loads(body)["text"] for (body,) in reader.rows(
            "SELECT p.body FROM log l JOIN payload p ON p.position = l.position WHERE l.kind = 'task_work'"
        )]  # fmt: skip
    assert sorted(said) == sorted(f"said {number}" for number in range(count))


def _until_told(send) -> Sent:  # type: ignore[no-untyped-def]
    while True:
        answer: Sent = send()
        if answer is not None and answer[0] != 409:
            return answer


def _task(hub: Hub) -> str:
    resolve_all(hub, author=AUTHOR)
    return str(tasks.page(hub)["items"][0]["id"])
