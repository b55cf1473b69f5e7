"""Superset's configuration, found by SUPERSET_CONFIG_PATH; `python -m bi.start` sets what it reads.

SUPERSET_HOME holds what Superset keeps (metadata; with `make bi` its secrets),
REKOGNITION_PUBLISHED the path of the published file; own_secrets.py says where secrets come from.
https://superset.apache.org/docs/configuration/configuring-superset
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from own_host import OwnHost
from own_secrets import secret
from published import mutator
from superset.config import TALISMAN_CONFIG as _TALISMAN
from superset.utils.log import AbstractEventLogger

_HOME = Path(os.environ["SUPERSET_HOME"])
_PUBLISHED = Path(os.environ["REKOGNITION_PUBLISHED"])

SECRET_KEY = secret("SUPERSET_SECRET_KEY", _HOME / "secret-key")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}?check_same_thread=false"
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}}  # seconds; one writer at a time
DB_CONNECTION_MUTATOR = mutator(_PUBLISHED)


class _NoEvents(AbstractEventLogger):
    """Nobody's clicks are written down: a dashboard that asks each minute would fill the disk."""

    def log(self, *_: Any, **__: Any) -> None:
        pass


EVENT_LOGGER = _NoEvents()

# No result is kept: a query costs little, and a cached one would hide what was loaded since.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache", "CACHE_NO_NULL_WARNING": True}
DATA_CACHE_CONFIG = CACHE_CONFIG

# Views tell times in UTC and positions in a video in milliseconds: nothing depends on the browser.
BABEL_DEFAULT_TIMEZONE = "UTC"

# One process serves this machine, so its own memory is the right place for the limits on log-ins.
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "500 per second"  # a dashboard asks for all its charts at once
AUTH_USER_REGISTRATION = False
WTF_CSRF_TIME_LIMIT = None  # a dashboard stays open for days
SESSION_COOKIE_NAME = "rekognition_results_superset"  # beside another Superset on 127.0.0.1
SESSION_COOKIE_SAMESITE = "Strict"

ADDITIONAL_MIDDLEWARE = [OwnHost]


def FLASK_APP_MUTATOR(app: Any) -> None:
    """Our templates come before Superset's of the same name."""
    ours = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_loader = ChoiceLoader([ours, app.jinja_loader])


# The page may talk to this server and to nobody else.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = copy.deepcopy(_TALISMAN)
TALISMAN_CONFIG["content_security_policy"] |= {
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
