"""Superset's metadata database with one admin, the roles, and everything under assets/.

    python prepare.py     in Superset's environment; bi.start runs it when assets/ has changed

What `superset db upgrade`, `superset init`, `superset fab create-admin` and an import of assets do,
in one process: starting Superset costs more than any of them.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask_migrate import upgrade
from own_secrets import secret
from superset.app import create_app

ASSETS = Path(__file__).parent / "assets"
HOME = Path(os.environ["SUPERSET_HOME"])


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade(str(Path(app.root_path) / "migrations"))
        _roles()
        _admin()
        _assets()


def _roles() -> None:
    from superset import appbuilder, security_manager
    from superset.utils.decorators import transaction

    @transaction()
    def synchronize() -> None:
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()

    synchronize()


def _admin() -> None:
    from superset import security_manager

    if security_manager.find_user("admin") is None:
        password = secret("SUPERSET_ADMIN_PASSWORD", HOME / "admin-password")
        role = security_manager.find_role("Admin")
        if not security_manager.add_user("admin", "Admin", "", "admin@localhost", role, password):
            raise RuntimeError("Superset did not make its user admin.")


def _assets() -> None:
    from flask import g
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    files = {str(path.relative_to(ASSETS)): path for path in sorted(ASSETS.rglob("*.yaml"))}
    g.user = security_manager.find_user("admin")
    ImportAssetsCommand({name: path.read_text() for name, path in files.items()}).run()


if __name__ == "__main__":
    main()
