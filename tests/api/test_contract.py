"""The API against its own OpenAPI document: schemathesis makes requests of every kind it allows and forbids."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
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


@pytest.fixture(scope="module")
def api(shared_client, shared_app):
    return schemathesis.openapi.from_asgi("/v1/openapi.json", shared_app)


schema = schemathesis.pytest.from_fixture("api")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of schemathesis itself
@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_contract(case, shared_client):
    case.call_and_validate(
        headers={"X-API-Key": shared_client.headers["X-API-Key"]},
        base_url="http://127.0.0.1",
        checks=CHECKS,
    )
