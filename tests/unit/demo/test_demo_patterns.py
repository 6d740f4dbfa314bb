"""Filter patterns against lines, as the user guide's page on their syntax has it."""

from __future__ import annotations

import pytest

from flowtui.demo.errors import AwsError
from flowtui.demo.patterns import compile_pattern

SSH = (
    "2 123456789012 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 "
    "1418530010 1418530070 ACCEPT OK"
)
RDP = (
    "2 123456789012 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 "
    "1418530010 1418530070 REJECT OK"
)
NODATA = "2 123456789012 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
SLOTS = "version, account, eni, source, destination, srcport, destport, protocol, packets, bytes, ws, we"
APACHE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

CASES = [
    ("empty", "", [SSH, RDP, NODATA]),
    ("blank", "   ", [SSH, RDP, NODATA]),
    ("term", "REJECT", [RDP]),
    ("term is case sensitive", "reject", []),
    ("terms are and", "2 REJECT", [RDP]),
    ("quoted phrase", '"REJECT OK"', [RDP]),
    ("quoted words in another order", '"OK REJECT"', []),
    ("or", "?REJECT ?NODATA", [RDP, NODATA]),
    ("or beside a term is ignored", "?REJECT ACCEPT", [SSH]),
    ("or beside a not is ignored", "?REJECT -NODATA", [SSH, RDP]),
    ("not", "-NODATA", [SSH, RDP]),
    ("not quoted", '-"ACCEPT OK"', [RDP, NODATA]),
    ("term and not", "OK -REJECT", [SSH]),
    ("regex", r"%REJECT\sOK$%", [RDP]),
    ("regex alternatives", "%REJECT|NODATA%", [RDP, NODATA]),
    ("all slots", f"[{SLOTS}, action, status]", [SSH, RDP, NODATA]),
    ("equal", f"[{SLOTS}, action = REJECT, status]", [RDP]),
    ("not equal", f"[{SLOTS}, action != REJECT, status]", [SSH, NODATA]),
    ("leading ellipsis", "[..., action=REJECT, status]", [RDP]),
    ("trailing ellipsis", "[version, account, eni, source=172.31.9.69, ...]", [RDP]),
    ("ellipsis in the middle", "[version=2, ..., status=NODATA]", [NODATA]),
    ("fewer slots, the first counts", "[version=2, rest]", [SSH, RDP, NODATA]),
    ("fewer slots, the last has a condition", "[version, account=123456789012]", []),
    ("more slots than fields", f"[{SLOTS}, action, status, more]", []),
    ("number", "[v, a, e, s, d, sp, dp=22, p, rest]", [SSH]),
    ("quoted number", '[v, a, e, s, d, sp, dp="22", p, rest]', [SSH]),
    ("number with decimals equals", "[v, a, e, s, d, sp, dp=22.0, p, rest]", [SSH]),
    ("greater", "[v, a, e, s, d, sp, dp>22, p, rest]", [RDP]),
    ("at least", "[v, a, e, s, d, sp, dp>=22, p, rest]", [SSH, RDP]),
    ("less", "[v, a, e, s, d, sp, dp<3389, p, rest]", [SSH]),
    ("at most", "[v, a, e, s, d, sp, dp<=22, p, rest]", [SSH]),
    ("not equal a number matches what is none", "[v, a, e, s, d, sp, dp!=22, p, rest]", [RDP, NODATA]),
    ("range", "[v, a, e, s, d, sp, dp>=20 && dp<=30, p, rest]", [SSH]),
    ("or in a slot", "[v, a, e, s, d, sp, dp=22 || dp=3389, p, rest]", [SSH, RDP]),
    ("wildcard behind", "[v, a, e, s=172.31.9.*, rest]", [RDP]),
    ("wildcard before", "[v, a, e, s=*.139, rest]", [SSH]),
    ("a dot in a wildcard is a dot", "[v, a, e, s=172.31.1.*, rest]", []),
    ("quoted id with a hyphen", '[v, a, e="eni-1235b8ca123456789", rest]', [SSH, RDP, NODATA]),
    ("a quoted star is a star", '[v, a, e="eni-*", rest]', []),
    ("regex in a slot", r"[v, a, e, s=%^172\.31\.(?!x)%, rest]", None),
    ("regex in a slot without groups", r"[v, a, e, s=%^172\.31\.9%, rest]", [RDP]),
    ("negated regex in a slot", r"[v, a, e, s!=%^172\.31\.9%, rest]", [SSH, NODATA]),
    ("no blanks at all", "[...,action=REJECT,status=OK]", [RDP]),
    ("parentheses in a regex", "%(a|b)%", None),
    ("a broken regex", "%[a%", None),
    ("three regexes", "[a=%x%, b=%x%, c=%x%, rest]", None),
    ("term with a hyphen unquoted", "eni-1235b8ca123456789", None),
    ("unfinished quote", '"REJECT', None),
    ("unfinished bracket", "[a, b", None),
    ("another slot's name", "[status_code = 4* && bytes > 1000]", None),
    ("and beside or", "[a=1 && a=2 || a=3, rest]", None),
    ("hyphen in a name", "[log-status=OK]", None),
    ("unquoted value with a hyphen", "[e=eni-1, rest]", None),
    ("two ellipses", "[..., a, ...]", None),
    ("empty slot", "[a,,b]", None),
    ("no slots", "[]", None),
    ("order of a word", "[a > b, rest]", None),
    ("comparison without a value", "[a =, rest]", None),
    ("json", "{ $.a = 1 }", None),
    ("too long", "x" * 1025, None),
]


@pytest.mark.parametrize(
    ("pattern", "matching"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_pattern(pattern: str, matching: list[str] | None) -> None:
    if matching is None:
        with pytest.raises(AwsError) as caught:
            compile_pattern(pattern)
        assert caught.value.code == "InvalidParameterException"
        return
    matches = compile_pattern(pattern)
    lines = [SSH, RDP, NODATA]
    assert [line for line in lines if matches is None or matches(line)] == matching


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        ('[ip, dash, user, time, request, status=404, bytes]', True),
        ("[ip, dash, user, time, request=*.html*, status=4*, bytes]", True),
        ("[ip, dash, user, time, request, status=500, bytes]", False),
    ],
    ids=["brackets and quotes are one field", "wildcards", "another status"],
)  # fmt: skip
def test_groups_are_one_field(pattern: str, is_match: bool) -> None:
    matches = compile_pattern(pattern)
    assert matches is not None
    assert matches(APACHE) is is_match
