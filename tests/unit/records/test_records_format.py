"""Log formats from their text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.records import fields
from flowtui.records.format import DEFAULT_FORMAT, FormatError, LogFormat

DEFAULT_TEXT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} "
    "${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)


def test_the_default_format_is_what_aws_says() -> None:
    assert str(DEFAULT_FORMAT) == DEFAULT_TEXT
    assert LogFormat.parse(DEFAULT_TEXT) == DEFAULT_FORMAT
    assert len(DEFAULT_FORMAT) == 14
    assert DEFAULT_FORMAT.version == 2


@given(st.lists(st.sampled_from([*fields.FIELDS, "new-field"]), min_size=1, unique=True))
def test_text_of_a_format_is_the_format(names: list[str]) -> None:
    fmt = LogFormat(tuple(names))
    assert LogFormat.parse(str(fmt)) == fmt


def test_runs_of_blanks_separate_too() -> None:
    assert LogFormat.parse("  ${start}   ${end} ").fields == ("start", "end")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "at least one field", id="empty"),
        pytest.param("   ", "at least one field", id="blank"),
        pytest.param("version", "not of the form", id="no dollar"),
        pytest.param("${version}${start}", "not of the form", id="no blank between"),
        pytest.param("${version} ${}", "not of the form", id="no name"),
        pytest.param("${version} ${start", "not of the form", id="not closed"),
        pytest.param("${srcaddr/6}", "not of the form", id="a frame's column"),
        pytest.param("${@message}", "not of the form", id="not a field"),
        pytest.param("${start} ${end} ${start}", "${start} twice", id="twice"),
    ],
)
def test_what_is_no_format_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        LogFormat.parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("${srcaddr}", 2, id="version 2"),
        pytest.param("${srcaddr} ${traffic-path} ${vpc-id}", 5, id="highest"),
        pytest.param("${srcaddr} ${tomorrow}", 2, id="unknown fields do not count"),
        pytest.param("${tgw-id} ${srcaddr}", 6, id="transit gateway"),
    ],
)
def test_a_format_has_the_version_of_its_newest_field(text: str, version: int) -> None:
    assert LogFormat.parse(text).version == version
