"""Generated messages and texts for the property tests."""

from hypothesis import strategies as st

from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Message,
    Row,
    Section,
)

# Text that any dialect carries: whatever a keyboard makes, in any language.
typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: text.replace("\r", "")
)
settled = st.just(False)
# What nobody types but may arrive all the same.
nasty = st.text(st.characters(), max_size=30) | st.text(
    st.sampled_from("*_~`>-1. \n<&\"'a{}[]\\/:@#\ud800\0\u0915\u0947\U0001f44d"), max_size=60
)
marks = st.text(st.sampled_from("*_~`>-1. \nab<&"), max_size=60)


def rows(text: st.SearchStrategy[str], fresh: st.SearchStrategy[bool]) -> st.SearchStrategy[Row]:
    return st.builds(Row, id=text, title=text, description=text, fresh=fresh)


def lists(
    text: st.SearchStrategy[str] = typed, fresh: st.SearchStrategy[bool] = settled
) -> st.SearchStrategy[ListMessage]:
    row = rows(text, fresh)
    section = st.builds(Section, title=text, rows=st.lists(row, max_size=4).map(tuple))
    sections = st.lists(section, max_size=3).map(tuple)
    return st.builds(
        ListMessage, header=text, body=text, footer=text, button=text, sections=sections
    )


def headers(text: st.SearchStrategy[str]) -> st.SearchStrategy[Header | None]:
    """Headers that hold nothing for another type than theirs."""
    return st.one_of(
        st.none(),
        st.builds(Header, type=st.just("text"), text=text),
        st.builds(Header, type=st.sampled_from(["image", "video"]), link=text),
        st.builds(Header, type=st.just("document"), link=text, filename=text),
    )


def button_messages(
    text: st.SearchStrategy[str] = typed, fresh: st.SearchStrategy[bool] = settled
) -> st.SearchStrategy[ButtonMessage]:
    button = st.builds(Button, id=text, title=text, fresh=fresh)
    buttons = st.lists(button, max_size=4).map(tuple)
    return st.builds(ButtonMessage, header=headers(text), body=text, footer=text, buttons=buttons)


# Of every shape, with nothing that only a draft knows.
messages: st.SearchStrategy[Message] = lists() | button_messages()
# Drafts as they may lie in the database: broken texts, fresh ids.
drafts: st.SearchStrategy[Message] = lists(nasty, st.booleans()) | button_messages(
    nasty, st.booleans()
)
