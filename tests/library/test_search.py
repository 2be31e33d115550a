"""Finding templates by their names and texts."""

import pytest

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message.schema import ListMessage, Row, Section
from designer.teams.models import Team
from tests.factories import make_template


def search(words: str) -> list[str]:
    found = MessageTemplate.objects.search(words).order_by("name")
    return [template.name for template in found]


@pytest.fixture
def library(team: Team) -> None:
    row = Row(id="track_parcel", title="Wo ist mein Paket?", description="स्थिति जाँचें")
    make_template(
        team,
        ListMessage(
            header="Обувь",
            body="Große Auswahl in Ελλάδα",
            sections=(Section(title="Παπούτσιας", rows=(row,)),),
        ),
        name="Schuhe Café",
    )
    make_template(team, ListMessage(body="100% cotton, snake_case"), name="T-shirts")


@pytest.mark.parametrize(
    "words",
    [
        "schuhe",
        "SCHUHE",
        "CAFÉ",
        "cafe\u0301",
        "GROSSE",
        "große",
        "ОБУВЬ",
        "обу",
        "ΕΛΛΆΔΑ",
        "παπούτσιασ",
        "ΠΑΠΟΎΤΣΙΑΣ",
        "स्थिति",
        "track_parcel",
        "paket auswahl schuhe",
        "  schuhe \t paket  ",
    ],
)
@pytest.mark.usefixtures("library")
def test_finds_every_word_in_name_and_text_whatever_the_case_or_script(words: str) -> None:
    assert search(words) == ["Schuhe Café"]


@pytest.mark.parametrize("words", ["schuhe cotton", "snakeXcase", "1%cotton", "_____"])
@pytest.mark.usefixtures("library")
def test_finds_nothing_unless_every_word_is_there_to_the_letter(words: str) -> None:
    assert search(words) == []


@pytest.mark.parametrize("words", ["100%", "snake_case", "T-SHIRTS"])
@pytest.mark.usefixtures("library")
def test_signs_stand_for_themselves(words: str) -> None:
    assert search(words) == ["T-shirts"]


@pytest.mark.usefixtures("library")
def test_no_words_find_all() -> None:
    assert search("") == search(" \n ") == ["Schuhe Café", "T-shirts"]


@pytest.mark.parametrize(
    "words",
    ["\0", "a\0b", "x" * 100_000, "a " * 5_000, "\ud800", "'; --", '"', "\\"],
    ids=["NUL", "NUL inside", "long", "many words", "surrogate", "sql", "quote", "backslash"],
)
@pytest.mark.usefixtures("library")
def test_searches_for_anything(words: str) -> None:
    search(words)


def test_an_edit_is_found_by_its_new_words_only(team: Team) -> None:
    template = make_template(team, ListMessage(body="Before"))
    template.content = Content(ListMessage(body="After"))
    template.save()
    assert search("before") == []
    assert search("after") == [template.name]
