from designer.message.storable import storable


def test_what_a_text_column_may_refuse_becomes_a_mark() -> None:
    assert storable("a\0b\ud83dc\U0001f600") == "a\ufffdb\ufffdc\U0001f600"
    assert storable("a\0b", " ") == "a b"
