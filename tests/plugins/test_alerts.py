"""deploy/alerts: the mapping knows every metric, and the rules read only what it names."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.sdk._shared.observability.metrics.metrics_registry import MetricsRegistry

from rekognition_results.observability.metrics import METRICS, Metric
from rekognition_tables.operations.names import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "alerts"
MAPPINGS = yaml.safe_load((ALERTS / "statsd_mapping.yaml").read_text())["mappings"]
(GROUP,) = yaml.safe_load((ALERTS / "prometheus.yaml").read_text())["groups"]
RULES: list[dict[str, Any]] = GROUP["rules"]
RUNBOOK = ROOT / "docs" / "runbook.md"
EXPORTERS_TYPE = {"counter": "counter", "gauge": "gauge", "timer": "observer"}


def mapped(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The one mapping of a name as StatsD gets it, and the labels: `*` is one part of a name."""
    found = []
    for mapping in MAPPINGS:
        pattern = re.escape(mapping["match"]).replace(r"\*", r"([^.]+)")
        if match := re.fullmatch(pattern, name):
            labels = {
                label: match[int(value.removeprefix("$"))]
                for label, value in mapping.get("labels", {}).items()
            }
            found.append((mapping, labels))
    assert len(found) == 1, name
    return found[0]


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:rekognition|airflow)_[a-z_]+\b", expression))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_mapped_under_its_name_and_meaning(metric: Metric) -> None:
    for operation in OPERATIONS if "{operation}" in metric.name else [None]:
        mapping, labels = mapped(f"airflow.{metric.of(operation)}")
        assert mapping["name"] == metric.prometheus
        assert mapping["match_metric_type"] == EXPORTERS_TYPE[metric.type]
        assert mapping["help"] == metric.meaning
        assert labels == ({"operation": operation} if operation else {})


def test_nothing_else_is_mapped_but_what_airflow_sends() -> None:
    ours = {metric.prometheus for metric in METRICS}
    registry = MetricsRegistry()
    for mapping in MAPPINGS:
        if mapping["name"] in ours:
            continue
        sent = mapping["match"].removeprefix("airflow.")
        modern = sent.partition(".*")[0]
        legacy = registry.get(modern)["legacy_name"]
        assert re.sub(r"\{\w+\}", "*", legacy) == sent
        assert list(mapping["labels"]) == re.findall(r"\{(\w+)\}", legacy)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_reads_only_metrics_that_are_mapped(rule: dict[str, Any]) -> None:
    known = {mapping["name"] for mapping in MAPPINGS} | {
        f"{mapping['name']}_count"
        for mapping in MAPPINGS
        if mapping["match_metric_type"] == "observer"
    }
    assert names_in(rule["expr"])
    assert names_in(rule["expr"]) <= known
    labels = set(re.findall(r"\b([a-z_]+)(?==~?\"|!=\")", rule["expr"]))
    labels |= set(re.findall(r"\$labels\.([a-z_]+)", rule["annotations"]["summary"]))
    named = names_in(rule["expr"])
    given = {
        label
        for mapping in MAPPINGS
        if mapping["name"] in {name.removesuffix("_count") for name in named} | named
        for label in mapping.get("labels", {})
    }
    assert labels <= given


def test_rules_of_tasks_and_runs_name_every_dag() -> None:
    dags = sorted(path.stem for path in (ROOT / "dags").glob("*.py"))
    for rule in RULES:
        for listed in re.findall(r'dag_id=~"([^"]+)"', rule["expr"]):
            assert sorted(listed.split("|")) == dags


def test_every_alert_says_what_happened_and_where_to_read_on() -> None:
    sections = {
        title.lower(): title
        for title in re.findall(r"^### (.*)$", RUNBOOK.read_text(), re.MULTILINE)
    }
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert ROOT / page == RUNBOOK
        assert sections[anchor] == rule["alert"]
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in ("warning", "critical")


def test_every_alert_is_tried() -> None:
    tested = yaml.safe_load((ALERTS / "prometheus_tests.yaml").read_text())["tests"]
    fires: dict[str, set[bool]] = {}
    for case in (one for test in tested for one in test["alert_rule_test"]):
        fires.setdefault(case["alertname"], set()).add(bool(case["exp_alerts"]))
    assert fires == {rule["alert"]: {True, False} for rule in RULES}


@pytest.mark.parametrize(
    "command",
    [["check", "rules", "prometheus.yaml"], ["test", "rules", "prometheus_tests.yaml"]],
    ids=["check", "test"],
)
def test_promtool_says_the_same(command: list[str]) -> None:
    if not shutil.which("promtool"):
        pytest.skip("promtool is not on the PATH: make test-alerts gets it")
    ran = subprocess.run(["promtool", *command], cwd=ALERTS, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
