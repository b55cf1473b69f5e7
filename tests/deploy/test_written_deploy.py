"""What `make docs` writes into deploy/ is there, and is what the operations say."""

from __future__ import annotations

import json

import pytest

from local.write_deploy import POLICY, RULES, with_actions, with_dags
from rekognition_tables.operations.spec import SPECS


def test_deploy_is_as_make_docs_writes_it() -> None:
    assert with_actions(POLICY.read_text()) == POLICY.read_text(), "run make docs"
    assert with_dags(RULES.read_text()) == RULES.read_text(), "run make docs"


def test_the_policy_has_the_calls_of_every_operation_and_stays_json() -> None:
    short = POLICY.read_text().replace('        "rekognition:GetContentModeration",\n', "")
    written = with_actions(short)
    assert written == POLICY.read_text() != short
    actions = {
        action
        for statement in json.loads(written)["Statement"]
        for action in statement["Action"]
        if action.startswith("rekognition:")
    }
    for spec in SPECS.values():
        assert {f"rekognition:{spec.start}", f"rekognition:{spec.get}"} <= actions


def test_a_policy_without_their_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="has 0 lists of rekognition: actions"):
        with_actions("{}")


def test_the_rules_get_a_dag_that_they_lack() -> None:
    assert with_dags('dag_id=~"label_detection|load_warehouse"') == (
        f'dag_id=~"{"|".join(SPECS)}|load_warehouse"'
    )
