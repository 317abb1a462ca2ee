"""`reencrypt_credentials`: after a new key was put first in CREDENTIALS_KEYS, use it everywhere."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import connections
from integrations.encryption import CannotOpen
from integrations.models import Connection


class Command(BaseCommand):
    help = "Encrypt all stored credentials with the first of CREDENTIALS_KEYS."

    def handle(self, **options: Any) -> None:
        done = 0
        unreadable = []
        rows = Connection.objects.order_by("pk").values_list("pk", "name")
        for pk, name in rows.iterator():
            try:
                done += connections.reencrypt(pk)
            except CannotOpen:
                unreadable.append(name)
            except Connection.DoesNotExist:
                continue  # deleted meanwhile
        self.stdout.write(f"Encrypted with the newest key: {done}.")
        if unreadable:
            raise CommandError(
                f"None of CREDENTIALS_KEYS opens the credentials of {', '.join(unreadable)}. "
                "Put the old key back at the end of CREDENTIALS_KEYS, or connect them again."
            )
        self.stdout.write("Older keys are no longer needed and can be removed.")
