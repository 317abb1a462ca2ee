"""The content security policy, with the one thing settings cannot know: where sign-ins lead."""

from typing import Any
from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware as PlainCSPMiddleware
from csp.middleware import PolicyParts

from integrations.provider import providers


def sign_in_origins() -> list[str]:
    known = providers().values()
    left_for = [each for each in known if each.signs_in or each.staff_may_sign_in()]
    parts = [urlsplit(each.sign_in_address()) for each in left_for]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})


class CSPMiddleware(PlainCSPMiddleware):
    """Browsers apply form-action to the redirect after a form too: sign-in leads elsewhere."""

    def get_policy_parts(self, *args: Any, **kwargs: Any) -> PolicyParts:
        parts = super().get_policy_parts(*args, **kwargs)
        parts.update = {**(parts.update or {}), "form-action": sign_in_origins()}
        return parts
