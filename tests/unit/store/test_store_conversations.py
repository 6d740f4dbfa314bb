"""Conversations: joined both ways, counted once, and the same as a plain computation over the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import address
from flowtui.records.format import LogFormat
from flowtui.store.block import Block
from flowtui.store.conversations import Conversation, Conversations, Evidence, Hops, State, conversations
from flowtui.store.talkers import Measure, Sums
from tests.unit.store.frames import T0, Record, make, record

RICH = LogFormat.parse(
    "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${tcp-flags} ${pkt-srcaddr} "
    "${pkt-dstaddr} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
CLIENT, SERVER, NAT = "10.0.1.5", "203.0.113.5", "10.0.0.220"


def joined(
    records: Iterable[Record],
    measure: Measure = Measure.BYTES,
    hops: Hops | None = None,
    *,
    ports: bool = False,
) -> Conversations:
    """All conversations of these records."""
    blocks = [Block(0, make(list(records), RICH).frame)]
    return conversations(blocks, measure, 100, hops=hops, are_clients_ports_joined=ports)


def only(records: Iterable[Record], **more: object) -> Conversation:
    """The one conversation of these records."""
    (found,) = joined(records, **more).rows  # type: ignore[arg-type]
    return found


def there(**values: object) -> Record:
    """From the client to the server."""
    given = {"srcaddr": CLIENT, "srcport": 40_000, "dstaddr": SERVER, "dstport": 443, "bytes": 100}
    return record(**given | values)


def back(**values: object) -> Record:
    """From the server to the client."""
    given = {"srcaddr": SERVER, "srcport": 443, "dstaddr": CLIENT, "dstport": 40_000, "bytes": 900}
    return record(**given | values)


def test_both_directions_are_one_conversation() -> None:
    found = only([there(packets=2), back(packets=3, at=T0 + 5), there(at=T0 + 60)])
    assert (found.client, found.client_port) == (CLIENT, 40_000)
    assert (found.server, found.server_port, found.protocol) == (SERVER, 443, 6)
    assert (found.sent_bytes, found.received_bytes) == (200, 900)
    assert found.sums == Sums(records=3, packets=6, bytes=1100, rejected=0)
    assert (found.first_s, found.last_s) == (T0, T0 + 120)
    assert (found.state, found.interfaces) == (State.ACCEPTED, ("eni-1",))


def ways(request: str, reply: str) -> list[Record]:
    """Records of these actions: `A` accepted, `R` rejected, `-` neither."""
    names = {"A": "ACCEPT", "R": "REJECT", "-": None}
    return [
        *(there(action=names[letter]) for letter in request),
        *(back(action=names[letter], at=T0 + 1) for letter in reply),
    ]


@pytest.mark.parametrize(
    ("request_", "reply", "state"),
    [
        pytest.param("A", "A", State.ACCEPTED, id="both accepted"),
        pytest.param("A", "", State.ONE_SIDED, id="no reply"),
        pytest.param("", "A", State.ONE_SIDED, id="only the reply"),
        pytest.param("R", "", State.REJECTED, id="rejected"),
        pytest.param("A", "R", State.REPLY_REJECTED, id="reply rejected"),
        pytest.param("", "R", State.REPLY_REJECTED, id="reply rejected, the request not held"),
        pytest.param("AR", "A", State.PARTLY_REJECTED, id="late packets"),
        pytest.param("A", "AR", State.PARTLY_REJECTED, id="late replies"),
        pytest.param("AR", "", State.PARTLY_REJECTED, id="a rule changed"),
        pytest.param("-", "-", State.UNKNOWN, id="no action"),
    ],
)
def test_the_state(request_: str, reply: str, state: State) -> None:
    assert only(ways(request_, reply), measure=Measure.RECORDS).state is state


@pytest.mark.parametrize(
    ("records", "client", "evidence"),
    [
        pytest.param(
            [there(tcp_flags=2, srcport=443, dstport=40_000)],
            CLIENT,
            Evidence.FLAGS,
            id="SYN, against the ports",
        ),
        pytest.param([back(tcp_flags=18)], CLIENT, Evidence.FLAGS, id="SYN-ACK comes from the server"),
        pytest.param([back(tcp_flags=19)], CLIENT, Evidence.FLAGS, id="SYN-ACK with FIN"),
        pytest.param([back(tcp_flags=0)], CLIENT, Evidence.PORTS, id="a known port"),
        pytest.param(
            [there(tcp_flags=2), back(tcp_flags=2)],
            CLIENT,
            Evidence.PORTS,
            id="flags that contradict each other",
        ),
        pytest.param([back(srcport=9_999)], CLIENT, Evidence.PORTS, id="an ephemeral port"),
        pytest.param(
            [there(srcport=5_001, dstport=5_002, at=T0 + 1), back(srcport=5_002, dstport=5_001)],
            SERVER,
            Evidence.TIME,
            id="the first to send",
        ),
        pytest.param(
            [
                there(srcport=0, dstport=0, protocol=1, action="REJECT"),
                back(srcport=0, dstport=0, protocol=1),
            ],
            SERVER,
            Evidence.REJECTION,
            id="what was let through is the ping",
        ),
        pytest.param(
            [there(srcport=5_002, dstport=5_001), back(srcport=5_001, dstport=5_002)],
            CLIENT,
            Evidence.NONE,
            id="nothing: the higher port",
        ),
    ],
)
def test_who_is_the_client(records: list[Record], client: str, evidence: Evidence) -> None:
    found = only(records)
    assert (found.client, found.evidence) == (client, evidence)


def test_what_two_interfaces_saw_counts_once() -> None:
    other = {"interface_id": "eni-2"}
    found = only([there(), back(), there(**other), back(bytes=950, **other)])
    assert (found.sent_bytes, found.received_bytes, found.sums.records) == (100, 950, 4)
    assert found.interfaces == ("eni-2", "eni-1")
    assert joined([there(), there(**other)]).shared == 1


def test_a_rejection_at_one_interface_decides() -> None:
    found = only([there(), there(interface_id="eni-2", action="REJECT")])
    assert found.state is State.REJECTED


def nat_legs() -> list[Record]:
    """The guide's example of a NAT gateway: the instance's own leg, and the gateway's two."""
    own: dict[str, object] = {"pkt_srcaddr": CLIENT, "pkt_dstaddr": SERVER}
    at_nat: dict[str, object] = {"interface_id": "eni-nat"}
    outside: dict[str, object] = {"srcaddr": NAT, "srcport": 2_000, "pkt_srcaddr": NAT, "pkt_dstaddr": SERVER}
    return [there(**own), there(dstaddr=NAT, **own, **at_nat), there(**outside, **at_nat, bytes=101)]


def test_a_nat_gateway_counts_nothing_twice() -> None:
    hops = Hops(frozenset({"eni-nat"}), frozenset({_number(NAT)}))
    found = joined(nat_legs(), hops=hops)
    own, translated = found.rows
    assert (own.client, own.server, own.interfaces) == (CLIENT, SERVER, ("eni-1", "eni-nat"))
    assert (translated.client, translated.is_hop) == (NAT, True)
    assert (found.total.bytes, found.hops) == (100, 1)


def test_a_hop_by_itself_is_counted() -> None:
    hops = Hops(frozenset({"eni-nat"}), frozenset({_number(NAT)}))
    found = joined(nat_legs()[2:], hops=hops)
    assert (found.total.bytes, found.hops) == (101, 0)


def test_clients_ports_are_put_together() -> None:
    many = [there(srcport=port) for port in (40_000, 41_000, 42_000)]
    found = only([*many, there(srcport=50_000, action="REJECT")], ports=True)
    assert (found.client_port, found.count, found.state) == (None, 4, State.REJECTED)
    assert found.sums.bytes == 400


def test_without_ports_or_addresses() -> None:
    assert only([there(srcport=None, dstport=None, protocol=None)]).server_port is None
    assert not joined([there(srcaddr=None)]).rows
    assert not conversations([], Measure.BYTES, 9).rows


def _number(text: str) -> int:
    parsed = address.parse_text(text)
    assert parsed is not None
    return parsed[0]


# The law

ends = st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2"])
ports = st.sampled_from([0, 80, 5_000, 5_001, 40_000])
flows = st.builds(
    record,
    srcaddr=ends,
    dstaddr=ends,
    srcport=ports,
    dstport=ports,
    protocol=st.sampled_from([1, 6, 17]),
    tcp_flags=st.sampled_from([None, 0, 2, 18]),
    interface_id=st.sampled_from(["eni-1", "eni-2"]),
    packets=st.integers(0, 3),
    bytes=st.integers(1, 3),
    action=st.sampled_from(["ACCEPT", "REJECT", None]),
    at=st.integers(T0, T0 + 2),
)


def plain_rank(protocol: object, port: int) -> int:
    known = protocol in (6, 17) and port in (80, 5_000, 5_001) and (protocol, port) in KNOWN
    return 0 if port < 1024 or known else 2 if port >= 32_768 else 1


KNOWN = {(6, 80), (6, 5_000)}


def plain(records: Sequence[Record]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """The same, a record at a time: by client, server and protocol the sums, state and evidence."""
    by_tuple: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for each in records:
        by_tuple[_key(each)].append(each)
    found: dict[tuple[object, ...], tuple[object, ...]] = {}
    for (low, high, protocol), members in by_tuple.items():
        client, server, evidence = _client(low, high, protocol, members)  # type: ignore[arg-type]
        sent = [each for each in members if _source(each) == client]
        received = [each for each in members if _source(each) != client]
        found[client, server, protocol] = (
            _most(sent, "bytes"),
            _most(received, "bytes"),
            _most(sent, "packets") + _most(received, "packets"),
            len(members),
            sum(each.get("action") == "REJECT" for each in members),
            max(_plain_state(one, client) for one in _by_interface(members)),
            evidence,
        )
    return found


def _source(each: Record) -> tuple[object, object]:
    return each["srcaddr"], each["srcport"]


def _key(each: Record) -> tuple[object, ...]:
    pair = [_source(each), (each["dstaddr"], each["dstport"])]
    low, high = sorted(pair, key=lambda end: (int(ip_address(str(end[0]))), end[1]))
    return low, high, each["protocol"]


def _by_interface(members: list[Record]) -> list[list[Record]]:
    found: defaultdict[object, list[Record]] = defaultdict(list)
    for each in members:
        found[each["interface-id"]].append(each)
    return list(found.values())


def _most(members: list[Record], name: str) -> int:
    return max((sum(int(str(each[name])) for each in one) for one in _by_interface(members)), default=0)


def _client(
    low: tuple[str, int], high: tuple[str, int], protocol: int, members: list[Record]
) -> tuple[tuple[str, int], tuple[str, int], Evidence]:
    flags = {(_source(each) == low, each.get("tcp-flags")) for each in members}
    low_opens = (True, 2) in flags or (False, 18) in flags
    high_opens = (False, 2) in flags or (True, 18) in flags
    if low_opens != high_opens:
        return (low, high, Evidence.FLAGS) if low_opens else (high, low, Evidence.FLAGS)
    ranks = plain_rank(protocol, low[1]), plain_rank(protocol, high[1])
    if protocol in (6, 17) and ranks[0] != ranks[1]:
        return (low, high, Evidence.PORTS) if ranks[0] > ranks[1] else (high, low, Evidence.PORTS)
    up = [each for each in members if _source(each) == low]
    down = [each for each in members if _source(each) != low]
    for client, server, request, reply in ((low, high, up, down), (high, low, down, up)):
        if (
            _has(request, "ACCEPT")
            and not _has(request, "REJECT")
            and _has(reply, "REJECT")
            and not _has(reply, "ACCEPT")
        ):
            return client, server, Evidence.REJECTION
    began = [min((int(str(each["start"])) for each in one), default=None) for one in (up, down)]
    if began[1] is None or (began[0] is not None and began[0] < began[1]):
        return low, high, Evidence.TIME
    if began[0] is None or began[1] < began[0]:
        return high, low, Evidence.TIME
    return (high, low, Evidence.NONE) if low[1] < high[1] else (low, high, Evidence.NONE)


def _has(members: list[Record], action: str) -> bool:
    return any(each.get("action") == action for each in members)


def _plain_state(members: list[Record], client: tuple[str, int]) -> State:
    request = [each for each in members if _source(each) == client]
    reply = [each for each in members if _source(each) != client]
    if not _has(members, "ACCEPT") and not _has(members, "REJECT"):
        return State.UNKNOWN
    if not _has(members, "REJECT"):
        return State.ACCEPTED if request and reply else State.ONE_SIDED
    if _has(request, "REJECT") and not _has(members, "ACCEPT"):
        return State.REJECTED
    if not _has(request, "REJECT") and not _has(reply, "ACCEPT"):
        return State.REPLY_REJECTED
    return State.PARTLY_REJECTED


def _is_between_two(each: Record) -> bool:
    """Whether its ends are two, of one family."""
    is_same_family = (":" in str(each["srcaddr"])) == (":" in str(each["dstaddr"]))
    return is_same_family and _source(each) != (each["dstaddr"], each["dstport"])


@settings(max_examples=80, deadline=None)
@given(st.lists(flows.filter(_is_between_two), max_size=25))
def test_conversations_agree_with_a_plain_computation(records: list[Record]) -> None:
    half = len(records) // 2
    blocks = [Block(0, make(records[:half], RICH).frame), Block(half, make(records[half:], RICH).frame)]
    found = conversations(blocks, Measure.RECORDS, 100)
    assert {
        ((one.client, one.client_port), (one.server, one.server_port), one.protocol): (
            one.sent_bytes,
            one.received_bytes,
            one.sums.packets,
            one.sums.records,
            one.sums.rejected,
            one.state,
            one.evidence,
        )
        for one in found.rows
    } == plain(records)
