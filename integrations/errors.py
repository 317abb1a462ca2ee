"""What can go wrong when talking to a provider, named by what to do about it.

IntegrationError
├── RetryableError    slow down, busy, cut off     -> wait `retry_after` seconds, then go on
├── ReconnectError    credentials no longer work   -> a person must connect again
├── RejectedError     this one request never will  -> leave that change, go on with the next
└── UnexpectedError   not the shape we know        -> stop before any write

Clients raise these and nothing else; a provider's own exceptions never leave its client.
"""

EXCERPT_LENGTH = 200


class IntegrationError(Exception):
    """One readable sentence about a failed request; never holds a token or a query string."""

    def __init__(
        self, *, provider: str, doing: str, status: int | None = None, excerpt: str = ""
    ) -> None:
        self.provider = provider
        self.doing = doing
        self.status = status
        self.excerpt = " ".join(excerpt.split())[:EXCERPT_LENGTH]
        super().__init__(provider, doing, status, self.excerpt)

    def __str__(self) -> str:
        status = f" ({self.status})" if self.status is not None else ""
        sentence = f"{self.provider}: {self.doing} failed{status}"
        return f"{sentence}: {self.excerpt}" if self.excerpt else f"{sentence}."

    @property
    def in_short(self) -> str:
        """For people who need not know what was asked, only what is the matter."""
        return f"{self.provider} refused a request."


class RetryableError(IntegrationError):
    """`retry_after` is in seconds; None where the provider did not say."""

    def __init__(
        self,
        *,
        provider: str,
        doing: str,
        status: int | None = None,
        excerpt: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(provider=provider, doing=doing, status=status, excerpt=excerpt)
        self.retry_after = retry_after

    @property
    def in_short(self) -> str:
        if self.status == 429:
            return f"{self.provider} asked us to slow down."
        if self.status is None:
            return f"{self.provider} could not be reached."
        return f"{self.provider} is busy or has a fault."


class ReconnectError(IntegrationError):
    """The credentials no longer work: only a person can help, by connecting again."""

    @property
    def in_short(self) -> str:
        return f"{self.provider} no longer lets us in; it has to be connected again."


class RejectedError(IntegrationError):
    """The provider understood this one request and will never accept it."""


class UnexpectedError(IntegrationError):
    """The answer is not of a shape we know; nothing may be written on the strength of it."""

    @property
    def in_short(self) -> str:
        return f"We did not understand {self.provider}'s answer, so the run was stopped."
