"""The registry: complete, in AWS's order, and the only place that names a field."""

import re
from pathlib import Path

import pytest

from flowtui.records import fields
from flowtui.records.fields import Type

PACKAGE = Path(__file__).parents[3] / "flowtui"
PUBLISHED = {2: 14, 3: 7, 4: 4, 5: 4, 7: 10, 8: 1, 9: 1, 10: 1, 11: 12}


@pytest.mark.parametrize(("version", "count"), PUBLISHED.items())
def test_every_version_has_its_published_fields(version: int, count: int) -> None:
    assert sum(entry.version == version for entry in fields.FIELDS.values()) == count


def test_vpc_records_have_54_fields_and_no_version_6() -> None:
    own = [entry for entry in fields.FIELDS.values() if not entry.is_transit_gateway]
    assert len(own) == 54
    assert [entry.version for entry in own] == sorted(entry.version for entry in own)


def test_constants_are_named_after_their_fields() -> None:
    for name, entry in fields.FIELDS.items():
        assert getattr(fields, name.upper().replace("-", "_")) is entry


def test_every_field_can_head_a_column() -> None:
    for entry in fields.FIELDS.values():
        assert entry.heading == entry.heading.upper()
        assert entry.width >= 3
        assert entry.meaning
        assert "\n" not in entry.meaning
        assert re.fullmatch("[a-z][A-Za-z0-9]*", entry.insights)


@pytest.mark.parametrize(
    ("entry", "heading", "width", "insights"),
    [
        pytest.param(fields.START, "TIME", 8, "startTime", id="start"),
        pytest.param(fields.INTERFACE_ID, "INTERFACE", 9, "interfaceId", id="interface-id"),
        pytest.param(fields.SRCADDR, "SOURCE", 15, "srcAddr", id="srcaddr"),
        pytest.param(fields.DSTPORT, "PORT", 5, "dstPort", id="dstport"),
        pytest.param(fields.BYTES, "BYTES", 7, "bytes", id="bytes"),
        pytest.param(
            fields.PKT_DST_AWS_SERVICE, "DST SERVICE", 11, "pktDstAwsService", id="pkt-dst-aws-service"
        ),
    ],
)
def test_headings_widths_and_insights_names(
    entry: fields.Field, heading: str, width: int, insights: str
) -> None:
    assert (entry.heading, entry.width, entry.insights) == (heading, width, insights)


def test_amounts_and_ports_are_right_aligned_and_codes_are_not() -> None:
    aligned = {entry.name for entry in fields.FIELDS.values() if entry.is_right_aligned}
    assert {"srcport", "dstport", "packets", "bytes"} <= aligned
    assert not aligned & {"protocol", "tcp-flags", "traffic-path", "start", "srcaddr", "account-id"}


def test_a_field_published_later_is_text() -> None:
    entry = fields.field("quantum-flux-id")
    assert (entry.type, entry.version, entry.insights) == (Type.TEXT, 0, "quantumFluxId")


def test_field_names_are_quoted_nowhere_else() -> None:
    # Words of English and of other vocabularies, and parts of AWS's EC2 API.
    ordinary = {"version", "protocol", "packets", "bytes", "start", "end", "action", "type", "region"}
    names = "|".join(sorted(set(fields.FIELDS) - ordinary, key=len, reverse=True))
    quoted = re.compile(rf"""["']({names})["']""")
    found = [
        f"{path.relative_to(PACKAGE)}: {match[0]}"
        for path in sorted((PACKAGE / "records").rglob("*.py"))
        if path.name != "fields.py"
        for match in quoted.finditer(path.read_text())
    ]
    assert found == []
