"""Requests are counted for each key: what is left is told, and beyond that is told when to come back."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from mdm.api.rate_limits import WINDOW, RateLimits
from mdm.errors import TooMany
from mdm.services.hub import Hub
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests.api.conftest import Server


@pytest.fixture
def limited(sqlite_hub: Hub) -> Iterator[Server]:
    settings = Settings(database_url=sqlite_hub.settings.database_url, requests_per_minute=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield Server(sqlite_hub, http)


def test_each_key_is_told_what_is_left_and_refused_beyond(limited):
    server: Any = limited
    told = [server.as_("reader")("GET", "/v1/rules") for _ in range(5)]
    assert [one.status_code for one in told] == [200, 200, 200, 429, 429]
    assert [one.headers.get("RateLimit", "").partition(";t=")[0] for one in told[:3]] == [
        '"requests";r=2', '"requests";r=1', '"requests";r=0',
    ]  # fmt: skip
    assert {one.headers.get("RateLimit-Policy") for one in told[:3]} == {'"requests";q=3;w=60'}
    assert told[3].json()["code"] == "too_many"
    assert 1 <= int(told[3].headers["Retry-After"]) <= 20
    assert server.as_("steward")("GET", "/v1/rules").status_code == 200, "another key has a quota of its own"
    assert server.http.get("/healthz").status_code == 200


def test_a_look_up_counts_once_and_like_any_other_request(limited):
    server: Any = limited
    server.put("crm:customer:1", name="Acme")
    ask = server.as_("reader")
    told = [ask("GET", f"/v1/xref/crm/customer/{one}") for one in ("1", "never", "1", "1")]
    assert [one.status_code for one in told] == [200, 404, 200, 429]


def test_without_a_limit_nothing_is_told_of_one(server):
    assert "RateLimit" not in server.as_("reader")("GET", "/v1/rules").headers


@given(st.integers(1, 50), st.lists(st.floats(0, 30), max_size=120))
def test_in_no_minute_are_more_let_in_than_twice_the_quota_and_who_comes_back_as_told_is_let_in(quota, pauses):
    limits, moment, let_in = RateLimits(quota), 1_000.0, list[float]()
    for pause in pauses:
        moment += pause
        try:
            limits.take("key:1", moment)
            let_in.append(moment)
        except TooMany as refused:
            moment += refused.retry_after
            limits.take("key:1", moment)
            let_in.append(moment)
    for start in let_in:
        # A whole quota at once, and as many again while it comes back.
        assert sum(start <= one < start + WINDOW for one in let_in) <= 2 * quota
