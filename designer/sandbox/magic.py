"""Numbers that fail on purpose: one table, which the API obeys and the phone page and docs show.

A number is +1 555 0 and six digits. For what WhatsApp itself refuses, the digits are WhatsApp's own
code (131047, 000190); for what the API or the way to it does, they are 100 and an HTTP status.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Act(Enum):
    """How an outcome comes about."""

    ERROR = "error"  # an answer in the API's error envelope
    HOLD = "hold"  # 429 at first, then success
    HANG = "hang"  # the message arrives, the answer comes too late
    BREAK_OFF = "break off"  # the message arrives, the answer ends half-way
    GATEWAY = "gateway"  # a proxy's HTML page instead of the API's answer
    BROKEN = "broken"  # the message arrives, the answer is broken JSON
    EMPTY = "empty"  # the message arrives, the answer is empty


# How long a held message is refused.
HOLD_TIME = timedelta(seconds=5)


@dataclass(frozen=True)
class Outcome:
    """What happens to a message that is sent to `number`.

    `status` and `code` are what the answer carries (0: there is none), `message` is the error's
    text, and `says` tells a person what to expect. `arrives` says whether the phone shows it.
    """

    number: str
    act: Act
    status: int
    says: str
    code: str = ""
    message: str = ""

    @property
    def arrives(self) -> bool:
        return self.act not in (Act.ERROR, Act.GATEWAY)

    @property
    def result(self) -> str:
        """The answer in short: its status and code, as the tables show it."""
        return f"{self.status or 'No answer'} {self.code}".strip()


def _number(digits: int) -> str:
    return f"+15550{digits:06}"


def _api(status: int, code: str, message: str, says: str) -> Outcome:
    return Outcome(_number(100_000 + status), Act.ERROR, status, says, code, message)


def _whatsapp(code: int, title: str, says: str) -> Outcome:
    return Outcome(
        _number(code),
        Act.ERROR,
        500,
        says,
        "MESSAGE_SEND_FAILED",
        f"WhatsApp error {code}: {title}",
    )


def _way(status: int, act: Act, shown: int, says: str, code: str = "") -> Outcome:
    return Outcome(_number(100_000 + status), act, shown, says, code)


API_OUTCOMES = (
    _api(
        400,
        "VALIDATION_ERROR",
        "to must be a number that can receive messages",
        "The body is refused.",
    ),
    _api(401, "INVALID_API_KEY", "API key not found or invalid", "The key is unknown."),
    _api(
        403,
        "PERMISSION_DENIED",
        "API key lacks the send_text permission",
        "The key may not send.",
    ),
    _way(
        429,
        Act.HOLD,
        429,
        f"Too many requests, for {HOLD_TIME.seconds} seconds. Then the same message is accepted.",
        "RATE_LIMIT_EXCEEDED",
    ),
    _api(500, "MESSAGE_SEND_FAILED", "WhatsApp API error", "WhatsApp failed and gave no code."),
)
WAY_OUTCOMES = (
    _way(408, Act.HANG, 0, "The message arrives, the answer comes after a minute: too late."),
    _way(
        444,
        Act.BREAK_OFF,
        0,
        "The message arrives, the connection closes half-way through the answer.",
    ),
    _way(502, Act.GATEWAY, 502, "A proxy’s HTML error page. The message doesn’t arrive."),
    _way(200, Act.BROKEN, 200, "The message arrives, the answer is broken JSON."),
    _way(204, Act.EMPTY, 200, "The message arrives, the answer is empty."),
)
WHATSAPP_OUTCOMES = (
    _whatsapp(131047, "Re-engagement message", "They last wrote more than 24 hours ago."),
    _whatsapp(131026, "Message undeliverable", "Not on WhatsApp, or an old app."),
    _whatsapp(131009, "Parameter value is not valid", "A field was refused."),
    _whatsapp(131053, "Media upload error", "The header’s file couldn’t be used."),
    _whatsapp(131056, "Pair rate limit hit", "Too many messages to this person."),
    _whatsapp(130429, "Rate limit hit", "Sending too fast."),
    _whatsapp(80007, "Rate limit issues", "Sending too fast, for the whole account."),
    _whatsapp(131048, "Spam rate limit hit", "Restricted after spam reports."),
    _whatsapp(131021, "Recipient cannot be sender", "Sent to the sender’s own number."),
    _whatsapp(131031, "Business account locked", "The account is locked."),
    _whatsapp(368, "Temporarily blocked for policies violations", "The account is restricted."),
    _whatsapp(131042, "Business eligibility payment issue", "A payment problem."),
    _whatsapp(131000, "Something went wrong", "WhatsApp has a problem."),
    _whatsapp(131016, "Service unavailable", "WhatsApp is overloaded."),
    _whatsapp(190, "Access token has expired", "The connection to WhatsApp has expired."),
)
GROUPS = (
    ("The API’s answers", API_OUTCOMES),
    ("On the way there and back", WAY_OUTCOMES),
    ("WhatsApp’s refusals", WHATSAPP_OUTCOMES),
)
OUTCOMES = {outcome.number: outcome for _, outcomes in GROUPS for outcome in outcomes}
