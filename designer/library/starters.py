"""Templates to start from: the API's own examples, what changes in them made into variables.

Filled with the example's values, each is its example to the letter. A sample that is a date in the
example is one that does not age.
"""

from dataclasses import dataclass
from typing import Any

from designer.message import schema
from designer.teams.models import Team, User

from .content import Content
from .models import MessageTemplate


@dataclass(frozen=True)
class Starter:
    """`key` is its name in a form, `purpose` says in a line what it is for."""

    key: str
    name: str
    purpose: str
    content: Content


def _list(button: str, sections: list[tuple[str, list[tuple[str, str, str]]]], **texts: str) -> Any:
    return {
        "kind": "list",
        "button": button,
        "sections": [
            {
                "title": title,
                "rows": [
                    {"id": id, "title": name, "description": about} for id, name, about in rows
                ],
            }
            for title, rows in sections
        ],
        **texts,
    }


def _buttons(buttons: list[tuple[str, str]], **parts: Any) -> Any:
    return {
        "kind": "button",
        "buttons": [{"id": id, "title": title} for id, title in buttons],
        **parts,
    }


def _starter(key: str, name: str, purpose: str, message: Any, **samples: str) -> Starter:
    return Starter(key, name, purpose, Content(schema.parse(message), samples=samples))


STARTERS = [
    _starter(
        "product-catalogue",
        "Product catalogue",
        "Products by category, to choose one and learn more.",
        _list(
            "View Catalog",
            [
                (
                    "Electronics",
                    [
                        (
                            "prod_laptop_001",
                            "Laptop Pro 15",
                            "High-performance laptop - ${{laptop_price}}",
                        ),
                        (
                            "prod_phone_001",
                            "SmartPhone X",
                            "Latest flagship phone - ${{phone_price}}",
                        ),
                    ],
                ),
                (
                    "Accessories",
                    [
                        (
                            "prod_headphones_001",
                            "Wireless Headphones",
                            "Noise-canceling - ${{headphones_price}}",
                        )
                    ],
                ),
            ],
            header="🛍️ Our Products",
            body="Browse our popular products and select one to learn more!",
            footer="Tap View Catalog to see options",
        ),
        laptop_price="999",
        phone_price="799",
        headphones_price="299",
    ),
    _starter(
        "appointment-slots",
        "Appointment slots",
        "Free times by day, to book one.",
        _list(
            "Select Time",
            [
                (
                    "{{first_day}}",
                    [
                        ("slot_mon_10", "10:00 AM", "1 hour session"),
                        ("slot_mon_14", "2:00 PM", "1 hour session"),
                    ],
                ),
                (
                    "{{second_day}}",
                    [
                        ("slot_tue_09", "9:00 AM", "1 hour session"),
                        ("slot_tue_11", "11:00 AM", "1 hour session"),
                    ],
                ),
            ],
            header="📅 Book Appointment",
            body="Please select your preferred time slot for the consultation.",
            footer="All times in IST",
        ),
        first_day="Monday",
        second_day="Tuesday",
    ),
    _starter(
        "support-menu",
        "Support menu",
        "What can we help with: the first message of a conversation.",
        _list(
            "Get Help",
            [
                (
                    "Orders",
                    [
                        ("track_order", "Track My Order", "Check order status"),
                        ("return_order", "Return/Exchange", "Start a return"),
                    ],
                ),
                ("Support", [("talk_agent", "Talk to Agent", "Live chat support")]),
            ],
            body="How can we help you today?",
        ),
    ),
    _starter(
        "order-confirmation",
        "Order confirmation",
        "An order is ready: confirm it or cancel it.",
        _buttons(
            [
                ("confirm_order_{{order_number}}", "✅ Confirm"),
                ("cancel_order_{{order_number}}", "❌ Cancel"),
            ],
            body=(
                "Your order #{{order_number}} is ready to be shipped!\n\n"
                "Total: ${{total}}\nDelivery: Standard ({{days}} days)\n\n"
                "Would you like to confirm?"
            ),
            footer="Reply within {{hours}} hours",
        ),
        order_number="12345",
        total="99.99",
        days="3-5",
        hours="24",
    ),
    _starter(
        "back-in-stock",
        "Back in stock",
        "A product with its picture: buy it or see the details.",
        _buttons(
            [("buy_laptop_001", "Buy Now"), ("details_laptop_001", "View Details")],
            header={
                "type": "image",
                "link": "https://example.com/products/laptop-pro-15.jpg",
            },
            body=(
                "Laptop Pro 15 is back in stock!\n\n"
                "💻 15-inch Retina Display\n⚡ M3 Pro Chip\n💾 16GB RAM\n\n"
                "Price: ${{price}}"
            ),
        ),
        price="999",
    ),
    _starter(
        "satisfaction-survey",
        "Satisfaction survey",
        "How was it? Three buttons, from great to poor.",
        _buttons(
            [("rating_great", "😀 Great!"), ("rating_okay", "😐 Okay"), ("rating_poor", "😞 Poor")],
            body="Thank you for your purchase! How was your experience?",
            footer="Your feedback helps us improve",
        ),
    ),
    _starter(
        "special-offer",
        "Special offer",
        "A discount code with a date, and a way to say no.",
        _buttons(
            [
                ("shop_now", "Shop Now"),
                ("save_later", "Save for Later"),
                ("no_thanks", "No Thanks"),
            ],
            header={"type": "text", "text": "🎉 Special Offer!"},
            body=(
                "Get {{percent}}% off your next purchase with code SAVE{{percent}}.\n\n"
                "Valid until {{last_day}}."
            ),
            footer="Terms and conditions apply",
        ),
        percent="20",
        last_day="the end of the month",
    ),
]


def find(key: str) -> Starter | None:
    """The starter of that key."""
    return next((starter for starter in STARTERS if starter.key == key), None)


def add_all(team: Team, person: User | None) -> list[MessageTemplate]:
    """Make a template of every starter; the first one stands first in the library.

    The person founded the team, but wrote none of them: nobody changed them yet.
    """
    made = [
        MessageTemplate.create(team, person, starter.name, starter.content)
        for starter in reversed(STARTERS)
    ]
    team.templates.filter(pk__in=[template.pk for template in made]).update(updated_by=None)
    return made[::-1]
