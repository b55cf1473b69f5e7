#!/bin/sh
# Superset as a service of docker-compose.yaml, in the foreground, with this folder as the current one.
# The secrets stay in the environment; the dashboards are imported again when they have changed,
# and otherwise left as people made them.
set -eu
umask 077
chmod 700 "$SUPERSET_HOME"
digest=$(find assets uv.lock -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
if [ "$digest" != "$(cat "$SUPERSET_HOME/prepared" 2>/dev/null)" ]; then
    python prepare.py
    printf '%s\n' "$digest" > "$SUPERSET_HOME/prepared"
fi
exec python -m gunicorn "superset.app:create_app()" --bind "$SUPERSET_HOST:$SUPERSET_PORT" \
    --workers 1 --threads 8 --timeout 120 --no-control-socket
