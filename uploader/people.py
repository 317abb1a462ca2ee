"""One human across services: a name, and every address that is theirs."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import models


def folded(email: str) -> str:
    """An address as it is compared: services disagree on case and on blanks around it."""
    return email.strip().casefold()


class Person(models.Model):
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC")
    slack_id = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    from_file = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    email = models.EmailField(unique=True)
    # A file that no longer names it disables it: it then stands for nobody, and may be moved.
    enabled = models.BooleanField(default=True)
    from_file = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["email"]
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return self.email

    def save(self, **kwargs: object) -> None:
        self.email = folded(self.email)
        super().save(**kwargs)  # type: ignore[arg-type]


def same_human(emails: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each address, folded, all that are the same human's, itself first."""
    wanted = {folded(email) for email in emails}
    addresses = defaultdict(list)
    for email, person in Address.objects.filter(enabled=True).values_list("email", "person_id"):
        addresses[person].append(email)
    together = {email: own for own in addresses.values() for email in own}
    return {
        email: (email, *sorted(other for other in together.get(email, ()) if other != email))
        for email in wanted
    }
