"""What Logs Insights counted, as what the store would have counted of the same records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowtui.monitor.sources.query_rows import Count
from flowtui.records import address, fields
from flowtui.records.fields import Type
from flowtui.store.talkers import Measure, Sums, Talker, Talkers, Value


def talkers_of(counts: Iterable[Count], by: Sequence[str], measure: Measure, limit: int) -> Talkers:
    """Join counts of several queries, and of both actions, by these fields; give the greatest groups."""
    groups: dict[tuple[Value, ...], Talker] = {}
    for count in counts:
        key = tuple(_value(name, text) for name, text in zip(by, count.values, strict=False))
        one = _talker(key, count)
        groups[key] = one if key not in groups else _joined(groups[key], one)
    found = [talker for talker in groups.values() if talker.sums.of(measure)]
    found.sort(key=lambda talker: _rank(talker, measure))
    total = Sums()
    for talker in groups.values():
        total = _sum(total, talker.sums)
    return Talkers(tuple(found[:limit]), len(found), total)


def _value(name: str, text: str | None) -> Value:
    if text is None:
        return None
    match fields.field(name).type:
        case Type.INTEGER | Type.TIME:
            return int(float(text))
        case Type.ADDRESS:
            parsed = address.parse_text(text)
            return text if parsed is None else address.to_text(*parsed)
        case _:
            return text


def _talker(key: tuple[Value, ...], count: Count) -> Talker:
    is_rejected = count.values[-1] == fields.ACTIONS[1]
    sums = Sums(count.flows, count.packets, count.bytes, count.flows if is_rejected else 0)
    first_s = count.first_s or 0
    return Talker(key, sums, first_s, count.last_s or first_s)


def _joined(one: Talker, other: Talker) -> Talker:
    first_s, last_s = min(one.first_s, other.first_s), max(one.last_s, other.last_s)
    return Talker(one.key, _sum(one.sums, other.sums), first_s, last_s)


def _sum(one: Sums, other: Sums) -> Sums:
    return Sums(
        one.records + other.records,
        one.packets + other.packets,
        one.bytes + other.bytes,
        one.rejected + other.rejected,
    )


def _rank(talker: Talker, measure: Measure) -> tuple[object, ...]:
    """Descending by the measure, then by records; then in the order of the values, none last."""
    order = tuple((value is None, value) for value in talker.key)
    return (-talker.sums.of(measure), -talker.sums.records, order)
