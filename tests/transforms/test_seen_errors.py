"""Every error that public logs show has a reaction and a sentence, as those of the model have."""

from __future__ import annotations

import pytest
from seen_errors import SEEN, Seen
from test_aws_errors import LISTED, OURS

from rekognition_results.aws.error_table import Reaction, look_up

REACTIONS = {
    "LimitExceededException": Reaction.WAIT_FOR_QUOTA,
    "ProvisionedThroughputExceededException": Reaction.RETRY,
}


@pytest.mark.parametrize("seen", SEEN, ids=lambda one: f"{one.operation} {one.code}")
@pytest.mark.parametrize("operation", OURS)
def test_an_error_that_was_seen_has_a_row_for_each_call_of_ours(seen: Seen, operation: str) -> None:
    found = look_up(operation, seen.code)
    assert found is not None
    assert found.reaction is REACTIONS.get(seen.code, Reaction.FAIL)
    assert found.advice.endswith(".")
    assert seen.source.startswith("https://")


def test_the_list_has_what_no_model_lists() -> None:
    unlisted = {seen.code for seen in SEEN} - {code for _, code in LISTED}
    assert unlisted == {
        "InvalidSignatureException",
        "UnrecognizedClientException",
        "ValidationException",
    }


def test_a_signature_that_expired_tells_of_the_clock() -> None:
    found = look_up("GetLabelDetection", "InvalidSignatureException")
    assert found is not None
    assert "clock" in found.advice
