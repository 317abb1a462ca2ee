"""One human across services: a name, and every address that is theirs."""

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


def aliases(emails: Iterable[str]) -> dict[str, int]:
    """The person's id for each known address."""
    wanted = [folded(email) for email in emails]
    known = Address.objects.filter(email__in=wanted, enabled=True)
    return dict(known.values_list("email", "person_id"))
