"""Prepare a migrated Airflow for our DAGs: the lake's database, pools, connection, an admin.

    python -m local.prepare

Everything comes from the environment (.env.example says what), and a second run changes nothing but
what was changed there: docker-compose.yaml runs it before anything else.
"""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Connection as Database
from sqlalchemy import create_engine, make_url, text

from local.dag_runs import make_pools
from rekognition_tables.settings import Settings


def main() -> None:
    make_lake_database()
    make_pools()
    make_connection(Settings.from_env().aws_conn_id, os.environ.get("AWS_CONNECTION", ""))
    make_admin(
        os.environ.get("AIRFLOW_ADMIN_USERNAME", ""),
        os.environ.get("AIRFLOW_ADMIN_PASSWORD", ""),
        os.environ.get("AIRFLOW_ADMIN_EMAIL", ""),
    )


def make_lake_database() -> None:
    """PGUSER and PGDATABASE, when they are to be on the metadata database's own server.

    The role owns its database and sees nothing of Airflow's.
    """
    from airflow.configuration import conf

    url = make_url(conf.get_mandatory_value("database", "sql_alchemy_conn"))
    role, name = os.environ.get("PGUSER"), os.environ.get("PGDATABASE")
    if not (role and name and url.host == os.environ.get("PGHOST")):
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as con:
        verb = "ALTER" if _there(con, "pg_roles", "rolname", role) else "CREATE"
        password = {"password": os.environ["PGPASSWORD"]}
        con.execute(text(f"{verb} ROLE {quote(role)} LOGIN PASSWORD :password"), password)
        if not _there(con, "pg_database", "datname", name):
            con.execute(text(f"CREATE DATABASE {quote(name)} OWNER {quote(role)}"))
        for database in (name, str(url.database)):
            con.execute(text(f"REVOKE CONNECT ON DATABASE {quote(database)} FROM PUBLIC"))
    engine.dispose()


def _there(con: Database, catalog: str, column: str, name: str) -> bool:
    found = con.execute(text(f"SELECT 1 FROM {catalog} WHERE {column} = :name"), {"name": name})
    return found.first() is not None


def make_connection(conn_id: str, description: str) -> None:
    """The AWS connection as `description` says, in JSON or as a URI; without one, none."""
    if not description:
        return
    from airflow.models import Connection
    from airflow.utils.session import create_session

    if description.lstrip().startswith("{"):
        wanted = Connection.from_json(description, conn_id=conn_id)
    else:
        wanted = Connection(conn_id=conn_id, uri=description)
    with create_session() as session:
        found = session.query(Connection).filter_by(conn_id=conn_id).one_or_none()
        one = found or wanted
        for member in ("conn_type", "host", "login", "schema", "port"):
            setattr(one, member, getattr(wanted, member))
        one.set_password(wanted.password)
        one.set_extra(wanted.extra)
        session.add(one)


def make_admin(username: str, password: str, email: str) -> None:
    """An admin of the web page. One that is there keeps the password that a person gave it."""
    if not username:
        return
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        security: Any = builder.sm
        if security.find_user(username):
            return
        role = security.find_role("Admin")
        if not security.add_user(username, username, "admin", email, role, password):
            raise SystemExit(f"Airflow did not take {username} as a user: its log says why.")


if __name__ == "__main__":
    main()
