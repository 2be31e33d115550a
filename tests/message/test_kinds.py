from hypothesis import given

from designer.message.kinds import losses, switch_kind
from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Message,
    Row,
    Section,
    to_dict,
)

from .examples import a_row, button_message, list_message, with_media
from .strategies import drafts


@given(drafts)
def test_switching_there_and_back_changes_nothing(message: Message) -> None:
    there = switch_kind(message)
    assert there.message.kind != message.kind
    back = switch_kind(there.message, there.set_aside)
    assert back.message == message


@given(drafts)
def test_switching_keeps_every_id_and_title(message: Message) -> None:
    def options(of: Message) -> list[tuple[str, str, bool]]:
        if isinstance(of, ListMessage):
            rows = [row for section in of.sections for row in section.rows]
            return [(row.id, row.title, row.fresh) for row in rows]
        return [(button.id, button.title, button.fresh) for button in of.buttons]

    assert options(switch_kind(message).message) == options(message)


def catalogue() -> ListMessage:
    first = Section(title="Hot", rows=(a_row("pizza"), a_row("pasta")))
    second = Section(title="Cold", rows=(a_row("salad"),))
    return list_message(sections=(first, second), header="Our menu")


def test_says_beforehand_what_buttons_cannot_show() -> None:
    assert losses(catalogue()) == [
        "The section titles “Hot”, “Cold”.",
        "The description of 3 of 3 rows.",
        "The list button “View menu”.",
    ]
    long = ListMessage(sections=(Section(rows=(Row(title="x" * 21), Row(title="y" * 20))),))
    assert losses(long) == ["“xxxxxxxxxxxxxxxxxxxxx”: a button has at most 20 characters."]
    many = ListMessage(sections=(Section(rows=(Row(),) * 2), Section(rows=(Row(),) * 3)))
    assert losses(many) == [
        "The grouping into 2 sections.",
        "More than 3 choices: all 5 rows become buttons, to choose from.",
    ]


def test_says_beforehand_what_a_list_cannot_show() -> None:
    assert losses(with_media("image", "https://x.org/a.png")) == [
        "The header's picture: a list's header is text."
    ]
    assert losses(button_message(header=Header(type="text", text="Hi"))) == []
    long = ButtonMessage(buttons=(Button(id="x" * 201), Button(id="y" * 200)))
    assert losses(long) == ["The ids of 1 of 2 buttons: a row's id has at most 200 characters."]


def test_a_list_becomes_buttons() -> None:
    buttons = switch_kind(catalogue()).message
    assert isinstance(buttons, ButtonMessage)
    assert buttons.header == Header(type="text", text="Our menu")
    assert [button.title for button in buttons.buttons] == ["Pizza", "Pasta", "Salad"]


def test_buttons_become_a_list_with_a_button_to_open_it() -> None:
    switched = switch_kind(button_message()).message
    assert isinstance(switched, ListMessage)
    assert switched.button
    assert [row.title for row in switched.sections[0].rows] == ["Yes", "No"]


def test_edits_in_between_find_their_way_back() -> None:
    there = switch_kind(catalogue())
    assert isinstance(there.message, ButtonMessage)
    pizza, pasta, salad = there.message.buttons
    renamed = pizza.model_copy(update={"title": "Large pizza"})
    new_id = pasta.model_copy(update={"id": "noodles"})
    soup = Button(id="soup", title="Soup")
    edited = there.message.model_copy(
        update={"body": "New", "buttons": (salad, soup, new_id, renamed)}
    )
    back = switch_kind(edited, there.set_aside).message
    assert isinstance(back, ListMessage)
    assert (back.body, back.button) == ("New", "View menu")
    assert [(s.title, [r.title for r in s.rows]) for s in back.sections] == [
        ("Hot", ["Pasta", "Large pizza"]),
        ("Cold", ["Salad", "Soup"]),
    ]
    assert [row.description for row in back.sections[0].rows] == ["From the oven"] * 2
    assert back.sections[1].rows[1].description == ""


def test_a_button_with_another_title_and_id_is_known_by_its_place() -> None:
    there = switch_kind(catalogue())
    assert isinstance(there.message, ButtonMessage)
    first, *others = there.message.buttons
    changed = first.model_copy(update={"title": "Calzone", "id": "calzone"})
    edited = there.message.model_copy(update={"buttons": (changed, *others)})
    back = switch_kind(edited, there.set_aside).message
    assert isinstance(back, ListMessage)
    assert back.sections[0].rows[0] == Row(
        id="calzone", title="Calzone", description="From the oven"
    )


def test_a_section_whose_rows_all_went_is_gone() -> None:
    there = switch_kind(catalogue())
    assert isinstance(there.message, ButtonMessage)
    fewer = there.message.model_copy(update={"buttons": there.message.buttons[:1]})
    back = switch_kind(fewer, there.set_aside).message
    assert isinstance(back, ListMessage)
    assert [section.title for section in back.sections] == ["Hot"]


def test_media_waits_while_the_list_has_another_header() -> None:
    image = with_media("image", "https://x.org/a.png")
    there = switch_kind(image)
    edited = there.message.model_copy(update={"header": "Hello"})
    told = losses(edited, there.set_aside)
    assert "The header “Hello”: the picture that was there takes its place." in told
    back = switch_kind(edited, there.set_aside).message
    assert isinstance(back, ButtonMessage)
    assert back.header == Header(type="image", link="https://x.org/a.png", text="Hello")


def test_a_header_emptied_in_the_list_is_no_header() -> None:
    there = switch_kind(button_message(header=Header(type="text", text="Hi")))
    emptied = there.message.model_copy(update={"header": ""})
    back = switch_kind(emptied, there.set_aside).message
    assert isinstance(back, ButtonMessage)
    assert back.header is None


def test_what_was_set_aside_can_be_stored() -> None:
    assert switch_kind(catalogue()).set_aside == to_dict(catalogue())
