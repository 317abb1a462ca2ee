"""What the tests do in a quicker way than Django. No test lives here.

After a test that commits, Django empties every table and then makes anew what its apps have from
the start, content types and permissions. Here these stay, and only what holds something is emptied.
A password of a test keeps nobody out: it is not hashed a million times.
"""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import TransactionTestCase

KEPT = {model._meta.db_table for model in (ContentType, Permission, MigrationRecorder.Migration)}


def install() -> None:
    TransactionTestCase._fixture_teardown = empty_the_database  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def empty_the_database(_: TransactionTestCase) -> None:
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    quoted = {table: connection.ops.quote_name(table) for table in tables}
    holding = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted[name]})" for name in tables)  # noqa: S608
    # References are looked at when the transaction ends, so the order does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(holding))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted[table]}")  # noqa: S608
