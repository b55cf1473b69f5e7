"""What the service takes where a request says nothing is what it documents."""

from __future__ import annotations

import botocore.session
from literal_rows import Warehouse

ASKED = (
    botocore.session.get_session()
    .get_service_model("rekognition")
    .operation_model("StartLabelDetection")
)


def test_a_request_that_names_nothing_asked_for_what_the_service_takes(
    warehouse: Warehouse,
) -> None:
    warehouse.video("v")
    warehouse.request("v")
    query = "SELECT min_confidence, features, is_filtered FROM latest_label_detection_jobs"
    assert warehouse.ask(query) == [(50.0, ["GENERAL_LABELS"], False)]


def test_the_service_still_documents_these_defaults() -> None:
    members = ASKED.input_shape.members
    assert (
        "If you don't specify <code>MinConfidence</code>, the operation returns labels and bounding"
        " boxes (if detected) with confidence values greater than or equal to 50 percent."
    ) in members["MinConfidence"].documentation
    assert "You can specify that GENERAL_LABELS are returned." in members["Features"].documentation
    assert members["Features"].member.enum == ["GENERAL_LABELS"], "then which is the default?"
