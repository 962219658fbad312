"""The API against its own OpenAPI document: schemathesis makes requests of every kind it allows and forbids."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)


OPERATIONS = (
    ("GET", "/v1/health"),
    ("POST", "/v1/search"),
    ("POST", "/v1/rank"),
    ("GET", "/v1/people/{person_id}"),
    ("PUT", "/v1/people"),
    ("GET", "/v1/jobs"),
    ("POST", "/v1/actions"),
    ("GET", "/v1/actions"),
    ("GET", "/v1/actions/{action_id}"),
    ("POST", "/v1/actions/{action_id}/cancel"),
    ("POST", "/v1/actions/{action_id}/retry"),
    ("POST", "/v1/actions/{action_id}/undo"),
    ("POST", "/v1/people/{person_id}/files"),
    ("POST", "/v1/hooks/{token}"),
    ("GET", "/v1/me"),
    ("GET", "/v1/users"),
    ("POST", "/v1/users"),
    ("PATCH", "/v1/users/{user_id}"),
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys"),
    ("DELETE", "/v1/keys/{key_id}"),
    ("GET", "/v1/connections"),
    ("GET", "/v1/webhooks"),
    ("POST", "/v1/webhooks"),
    ("GET", "/v1/webhooks/{webhook_id}"),
    ("PATCH", "/v1/webhooks/{webhook_id}"),
    ("DELETE", "/v1/webhooks/{webhook_id}"),
    ("POST", "/v1/webhooks/{webhook_id}/rotate"),
    ("POST", "/v1/webhooks/{webhook_id}/replay"),
    ("POST", "/v1/webhooks/{webhook_id}/test"),
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"),
)
HOST = {"Host": "127.0.0.1"}


@pytest.fixture(scope="module")
def api(shared_client, shared_app):
    return schemathesis.openapi.from_asgi("/v1/openapi.json", shared_app, headers=HOST)


def test_every_operation_is_tried(api):
    found = {(o.ok().method.upper(), o.ok().path) for o in api.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # schemathesis's own
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_keeps_its_contract(api, shared_client, method, path, mode):
    operation = api[path][method]
    headers = {**HOST, "X-API-Key": shared_client.headers["X-API-Key"]}
    tried = 0

    @settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case):
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        attempt()
    except Unsatisfiable:  # nothing about a request without parameters can be wrong
        assert mode is GenerationMode.NEGATIVE
        return
    assert tried
