"""How bookings are told of."""


def hours_in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest in (0, 30):
        return f"{minutes / 60:g} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"
