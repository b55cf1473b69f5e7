"""What an error carries, and what it prints."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

from rekognition_results.aws.error_table import Reaction
from rekognition_tables import errors
from rekognition_tables.errors import (
    IncompleteResults,
    JobFailed,
    QuarantineLimit,
    ResultsError,
    SchemaMismatch,
    ServiceBusy,
    one_line,
)

FACTS = {"operation": "label_detection", "job_id": "j-1", "reaction": Reaction.RETRY, "bad": 3}
KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, ResultsError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_pickling_with_its_facts_and_its_sentence(
    kind: type[ResultsError],
) -> None:
    error = kind("It went wrong.", **FACTS)
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(copied) is kind
        assert copied.facts == FACTS
        assert str(copied) == str(error)
        assert (copied.job_id, copied.reaction, copied.bad) == ("j-1", Reaction.RETRY, 3)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert errors.__doc__
    told = re.findall(r"^ \+- (\w+) ", errors.__doc__, re.MULTILINE)
    assert told == [kind.__name__ for kind in KINDS if kind is not ResultsError]
    assert {kind.__base__ for kind in KINDS if kind is not ResultsError} == {ResultsError}


def test_the_sentence_says_what_to_do_next_after_what_happened() -> None:
    assert str(JobFailed("Job j FAILED.")) == "Job j FAILED."
    assert str(IncompleteResults("x is gone.")) == (
        "x is gone. Land this result again, while Amazon still has it."
    )


def test_advice_given_as_a_fact_stands_in_the_place_of_the_class_s() -> None:
    error = SchemaMismatch("Old.", advice="Flatten it again.")
    assert str(error) == "Old. Flatten it again."
    assert error.advice == "Flatten it again."
    assert SchemaMismatch.advice.startswith("Rebuild with")
    assert str(pickle.loads(pickle.dumps(error))) == "Old. Flatten it again."


def test_a_fact_that_was_not_given_is_an_attribute_error() -> None:
    error = ServiceBusy("Busy.", code="ThrottlingException")
    assert error.code == "ThrottlingException"
    with pytest.raises(AttributeError, match="operation"):
        _ = error.operation


@pytest.mark.parametrize(
    "hostile, shown",
    [
        ("a\nINFO all is well", "a\\nINFO all is well"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u2028b\u0085c", "a\\u2028b\\x85c"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("nul\x00", "nul\\x00"),
        ("half \ud800 a pair", "half \\ud800 a pair"),
        ("Zürich 猫 🐈 is fine", "Zürich 猫 🐈 is fine"),
    ],
)
def test_control_characters_cannot_forge_a_log_line(hostile: str, shown: str) -> None:
    assert one_line(hostile) == shown
    printed = str(QuarantineLimit(f"{hostile} has 3 bad records."))
    assert printed.startswith(f"{shown} has 3 bad records. ")
    assert len(printed.splitlines()) == 1
    printed.encode()
