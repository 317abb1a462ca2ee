"""How people of a rota get in: invited by staff, and with a link by e-mail that is good for once.

Nobody of a rota has a password here. A link is signed, lives for minutes, and holds only until its
person signs in; it never opens what is somebody's in another way: a staff login, or a member's
account that came by a provider. Mails are notices: a worker sends them, and no page waits.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.crypto import get_random_string, salted_hmac

from integrations.sign_in import member_id
from rota.duties import NotPossible
from rota.models import Rota
from uploader.models import Notice
from uploader.notices import announce
from uploader.people import Address, Person, folded

VALID_FOR = timedelta(minutes=20)
SALT = "rota.sign_in"
# Nobody's mailbox is filled from our page, nor is everybody's: so many within so long.
PER_ADDRESS = ((1, timedelta(minutes=1)), (6, timedelta(hours=1)))
IN_ALL = ((300, timedelta(hours=1)),)


class Refused(Exception):
    """The link does not let anybody in, or not any more."""


# -------------------------------------------------------------------------- mails


def ask(email: str, *, now: datetime) -> None:
    """Mail a link to an address of somebody in a rota. To whoever asked, all ends alike."""
    address = Address.objects.filter(email=folded(email), enabled=True).first()
    if address is None or not rotas_of(address.person, now=now).exists():
        return
    if _too_many(f"sign-in:{address.pk}:", PER_ADDRESS, now) or _too_many("sign-in:", IN_ALL, now):
        return
    text = _why_not(address.person) or _letter(address, now=now)
    if text:
        # Of two who ask at the same moment, one is heard.
        key = f"sign-in:{address.pk}:{now:%Y-%m-%dT%H:%M}"
        _mail(key, address, subject="Signing in to Lockstep", text=text, now=now)


def invite(person: Person, *, by: Any, now: datetime) -> str:
    """Tell somebody of a rota how they get in; the address it goes to. Once a day at most."""
    address = person.addresses.filter(enabled=True).first()
    if address is None:
        raise NotPossible(f"{person} has no e-mail address here.")
    rotas = list(rotas_of(person, now=now))
    if not rotas:
        raise NotPossible(f"{person} is in no rota.")
    text = (
        f"Hello {person.name},\n\n"
        f"{by.get_full_name() or by} invites you to see {_listed(rotas)}: who is on duty when, "
        "and swaps that you can ask for or take.\n\n"
        f"Open {_at('rota_sign_in')} and enter this address ({address.email}). You get a link "
        "by e-mail and need no password.\n"
    )
    key = f"invitation:{person.pk}:{now:%Y-%m-%d}"
    if not _mail(key, address, subject=f"You are in {_listed(rotas)}", text=text, now=now):
        raise NotPossible(f"{person} was invited today already.")
    return address.email


def rotas_of(person: Person, *, now: datetime) -> QuerySet[Rota]:
    """Where they serve, or will, or whose owner they are."""
    serves = Q(members__person=person) & (
        Q(members__left_on=None) | Q(members__left_on__gte=now.date())
    )
    return Rota.objects.filter(serves | Q(owner=person), enabled=True).distinct()


def _listed(rotas: list[Rota]) -> str:
    return " and ".join(rota.title for rota in rotas)


def _at(page: str, query: str = "") -> str:
    """From our own settings: a Host header must not decide where a link leads."""
    return f"{settings.APP_BASE_URL}{reverse(page)}{query}"


def _mail(key: str, address: Address, *, subject: str, text: str, now: datetime) -> bool:
    return announce(
        key,
        person=address.person,
        recipient=address.email,
        subject=subject,
        text=text,
        due_at=now,
    )


def _too_many(prefix: str, limits: tuple[tuple[int, timedelta], ...], now: datetime) -> bool:
    sent = Notice.objects.filter(key__startswith=prefix)
    return any(sent.filter(due_at__gt=now - within).count() >= most for most, within in limits)


def _letter(address: Address, *, now: datetime) -> str:
    minutes = VALID_FOR // timedelta(minutes=1)
    return (
        f"Hello {address.person.name},\n\nthis link signs you in to Lockstep. It is good once, "
        f"for {minutes} minutes:\n\n{_at('rota_link', f'?token={_token(address, now=now)}')}\n\n"
        "If you did not ask for it, somebody else typed your address; nothing has happened, and "
        "nothing will.\n"
    )


def _why_not(person: Person) -> str:
    """What the mail says instead of a link to those who sign in in another way."""
    user = person.user
    if user is None or _is_of_a_rota(user):
        return ""
    if not user.is_active:
        return (
            "You asked for a link to sign in to Lockstep. Your account here is closed; please ask "
            "whoever looks after the rota.\n"
        )
    if user.is_staff or user.is_superuser:
        return (
            "You asked for a link to sign in to Lockstep. Staff sign in with their password, at "
            f"{_at('admin:login')} instead.\n"
        )
    return (
        "You asked for a link to sign in to Lockstep. You have an account here already: please "
        f"sign in as you did before, at {_at('home')} instead.\n"
    )


# -------------------------------------------------------------------------- links


def whose(token: str, *, now: datetime) -> Person:
    """Whom the link lets in, if they press the button; Refused."""
    return _opened(token, now=now)


def enter(token: str, *, now: datetime) -> Any:
    """The user that the link signs in, made when it is the first time. The link is used up."""
    with transaction.atomic():
        person = _opened(token, now=now, held=True)
        user = person.user or _new_user(person)
        user.last_login = now
        user.save(update_fields=["last_login"])
    return user


def _opened(token: str, *, now: datetime, held: bool = False) -> Person:
    try:
        told = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        raise Refused from None
    people = Person.objects.select_for_update() if held else Person.objects.all()
    person = people.filter(addresses=told["address"], addresses__enabled=True).first()
    fresh = now - VALID_FOR < datetime.fromisoformat(told["at"]) <= now
    if person is None or not fresh or told["as"] != _state(person):
        raise Refused
    if _why_not(person) or not rotas_of(person, now=now).exists():
        raise Refused
    return person


def _token(address: Address, *, now: datetime) -> str:
    told = {"address": address.pk, "at": now.isoformat(), "as": _state(address.person)}
    return signing.Signer(salt=SALT).sign_object(told)


def _state(person: Person) -> str:
    """Changes whenever they sign in, and so ends every link from before."""
    user = person.user
    seen = f"{user.pk} {user.last_login} {user.is_active}" if user else ""
    return salted_hmac(SALT, f"{person.pk} {seen}").hexdigest()[:32]


def _is_of_a_rota(user: Any) -> bool:
    """Made here, and nothing else since: no password, no provider, no rights."""
    plain = user.is_active and not (user.is_staff or user.is_superuser)
    return bool(plain and not user.has_usable_password() and not member_id(user))


def _new_user(person: Person) -> Any:
    name = f"rota-{get_random_string(16, 'abcdefghijklmnopqrstuvwxyz0123456789')}"
    user = get_user_model().objects.create_user(name, first_name=person.name[:150])
    Person.objects.filter(pk=person.pk).update(user=user)
    return user
