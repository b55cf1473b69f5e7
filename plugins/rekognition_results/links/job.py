"""What the links to the AWS console share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class ConsoleLink(BaseAwsLink):
    """A page of the AWS console, in the region and partition of the operator's connection."""

    @classmethod
    def keep(cls, context: Context, operator: Any, **facts: str) -> None:
        """Note what the page's address needs besides; a link never fails a task."""
        try:
            region, partition = operator.hook.conn_region_name, operator.hook.conn_partition
        except Exception as error:
            log.debug("No link to the AWS console: %s", error)
            return
        quoted = {name: quote(value) for name, value in facts.items()}
        where = {"region_name": region, "aws_partition": partition}
        cls.persist(context=context, operator=operator, **where, **quoted)
