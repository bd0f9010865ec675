"""What holds for every route: a declared action, a description with an example, no public door that nobody meant."""

import re

import pytest
from fastapi.routing import APIRoute

from mdm.api.app import PUBLIC
from mdm.api.caller import Requires
from mdm.api.routes import ROUTERS
from mdm.auth import ACTIONS
from mdm.settings import Settings
from stewardship_ui.app import PUBLIC as PUBLIC_PAGES
from stewardship_ui.app import ROUTERS as PAGE_ROUTERS
from stewardship_ui.app import create_app
from stewardship_ui.static_files import address

ROUTES = [route for router in ROUTERS for route in router.routes]
PAGES = [route for router in PAGE_ROUTERS for route in router.routes]


def actions(route: APIRoute) -> list[str]:
    return [found.call.action for found in route.dependant.dependencies if isinstance(found.call, Requires)]


def test_every_route_declares_one_action_or_is_public_on_purpose():
    direct = [route for route in create_app(Settings()).routes if isinstance(route, APIRoute)]
    for route in [*ROUTES, *PAGES, *direct]:
        if route.path in PUBLIC | PUBLIC_PAGES:
            assert actions(route) == [], route.path
        else:
            assert len(actions(route)) == 1, f"{route.path} declares no action"
            assert actions(route)[0] in ACTIONS


def test_every_action_is_needed_by_some_route():
    assert {action for route in ROUTES for action in actions(route)} == set(ACTIONS)


def test_every_address_of_the_api_is_under_v1_or_public():
    # Where Prometheus looks for it; it sends a key.
    assert {route.path for route in ROUTES if not route.path.startswith("/v1/")} <= PUBLIC | {"/metrics"}


@pytest.fixture(scope="module")
def described():
    from mdm.api.app import describe

    return describe(create_app(Settings()))


def test_every_operation_has_a_summary_a_tag_and_examples(described):
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert operation["tags"], where
            answer = next(body for status, body in operation["responses"].items() if status.startswith("2"))
            assert any("example" in content for content in answer["content"].values()), where
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                schema = described["components"]["schemas"].get(name, {})
                assert "example" in content or schema.get("examples"), where


def test_every_operation_says_whether_it_needs_a_key(described):
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["security"] == ([] if path in PUBLIC else [{"key": []}]), path


@pytest.mark.parametrize("route", [route for route in ROUTES if actions(route)], ids=lambda route: route.name)
def test_without_a_key_every_route_answers_401(doorstep, route):
    path = re.sub(r"\{[^}]*\}", "x", route.path)
    answer = doorstep.request(next(iter(route.methods)), path)
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/reference.js", "/docs/reference.css", "desk.css", "desk.js"])
def test_pages_take_nothing_from_outside(doorstep, path):
    answer = doorstep.get(path if path.startswith("/") else address(path))
    assert answer.status_code == 200
    assert not re.search(r"https?:|[\"'(]//", answer.text), "an address of another host"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "style=" not in answer.text
