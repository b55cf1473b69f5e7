"""What an error carries, and what it prints."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import re
from typing import Any, get_type_hints

import pytest

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

GIVEN: dict[str, Any] = {  # a value of each type of fact, none of them a default
    "str": "given",
    "int": 7,
    "float": 0.5,
    "bool": True,
}
KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, ResultsError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_pickling_with_its_facts_and_its_sentence(
    kind: type[ResultsError],
) -> None:
    facts = {
        fact.name: GIVEN[str(fact.type).removesuffix(" | None")]
        for fact in dataclasses.fields(kind)
        if fact.name != "message"
    }
    error = kind("It went wrong.", **facts)
    for copied in (
        pickle.loads(pickle.dumps(error)),
        copy.copy(error),
        copy.deepcopy(error),
        dataclasses.replace(error),
    ):
        assert type(copied) is kind
        assert vars(copied) == facts | {"message": "It went wrong."}
        assert str(copied) == "It went wrong. given"
    again = pickle.loads(pickle.dumps(dataclasses.replace(error, message="Otherwise.")))
    assert str(again) == "Otherwise. given"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_that_an_error_does_not_declare_is_refused(kind: type[ResultsError]) -> None:
    wrong: Any = {"job": "j-1"}
    with pytest.raises(TypeError, match="job"):
        kind("It went wrong.", **wrong)
    with pytest.raises(AttributeError, match="job"):
        _ = kind("It went wrong.").job  # type: ignore[attr-defined]


def test_mypy_knows_every_fact_by_its_type() -> None:
    for kind in KINDS:
        for name, of_type in get_type_hints(kind).items():
            assert of_type is not Any, (kind, name)
        assert not hasattr(kind, "__getattr__")


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


def test_advice_of_its_own_goes_before_the_class_s() -> None:
    error = SchemaMismatch("Old.", advice="Flatten it again.")
    assert str(error) == "Old. Flatten it again."
    assert error.advice == "Flatten it again."
    assert SchemaMismatch.advice.startswith("Rebuild with")
    assert error.with_advice("Ask somebody.") is error
    assert str(SchemaMismatch("Old.").with_advice("Ask somebody.")) == "Old. Ask somebody."
    assert str(IncompleteResults("Cut.", advice="").with_advice("Ask somebody.")) == "Cut."


def test_a_fact_that_was_not_given_is_none_or_what_is_usual() -> None:
    error = ServiceBusy("Busy.", code="ThrottlingException")
    assert (error.code, error.operation) == ("ThrottlingException", None)
    assert not error.full_quota


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
