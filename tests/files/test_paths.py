"""Names of others as names of files: whatever they are, they stay in their place."""

from hypothesis import given
from hypothesis import strategies as st

from gymlib.files.paths import made_safe, safe_name


@given(st.text(max_size=150))
def test_any_text_becomes_a_name_that_is_safe(text):
    name = made_safe(text, "video")
    assert safe_name(name) == name and "." not in name
    assert made_safe(name, "other") == name, "it stays as it is"


def test_what_can_be_kept_is_kept():
    assert made_safe("Salto 1 (copy)", "video") == "Salto_1_copy"
    assert made_safe("../../etc/x", "video") == "etc_x"
    assert made_safe("空翻", "video") == made_safe("", "video") == "video"
