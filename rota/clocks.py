"""Times by somebody's clock, and the zone that somebody is in."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from rota.checks import check_timezone
from rota.models import Rota
from uploader.people import Person


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Of a time that comes twice, the first; one that the clocks leave out is as long after
    midnight as it says."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def zone_of(person: Person, rota: Rota) -> ZoneInfo:
    """Where they are; where we do not know a zone of that name, where the rota is."""
    try:
        check_timezone(person.timezone)
    except ValidationError:
        return rota.zone
    return ZoneInfo(person.timezone)
