"""What files under deploy/ name of the operations; `python -m local.write_docs` writes it.

The actions of deploy/iam/pipeline.json, and the DAGs in the rules of deploy/alerts. All else in
these files is written by hand. A test fails when they are stale.
"""

from __future__ import annotations

import re

from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.settings import CHECKOUT

POLICY = CHECKOUT / "deploy" / "iam" / "pipeline.json"
RULES = CHECKOUT / "deploy" / "alerts" / "prometheus.yaml"
# Besides Start... and Get...: what finds bulk jobs of others, and what mode `image` asks.
OTHER_ACTIONS = ("ListMediaAnalysisJobs", "DetectModerationLabels")


def with_actions(policy: str) -> str:
    """The policy with an action for each call of Amazon Rekognition that the pipeline makes."""
    names = [*(call for spec in SPECS.values() for call in (spec.start, spec.get)), *OTHER_ACTIONS]
    actions = ",\n".join(f'        "rekognition:{name}"' for name in names)
    written, found = re.subn(
        r'(\[\n)(?:\s+"rekognition:\w+",?\n)+', lambda begin: f"{begin[1]}{actions}\n", policy
    )
    if found != 1:
        raise ValueError(f"{POLICY} has {found} lists of rekognition: actions, not one.")
    return written


def with_dags(rules: str) -> str:
    """The rules with the DAG of every operation wherever they list DAGs."""

    def listed(found: re.Match[str]) -> str:
        others = [name for name in found[1].split("|") if name not in OPERATIONS]
        return f'dag_id=~"{"|".join([*OPERATIONS, *others])}"'

    return re.sub(r'dag_id=~"([^"]+)"', listed, rules)


def write_deploy() -> None:
    POLICY.write_text(with_actions(POLICY.read_text()))
    RULES.write_text(with_dags(RULES.read_text()))
