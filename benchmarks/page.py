"""A page of 10,000 log events to stored records, in CPU time of all threads.

Peer: flowlogs-reader's FlowLogsReader, which reads by boto3's own response parser, its records put in a list.
Both go through a real boto3 client whose response is put in at the socket, so that signing counts for both.
"""

from __future__ import annotations

import io
import json
import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from flowlogs_reader import FlowLogsReader

from flowtui.aws.logs import AwsLogs, take_raw_pages
from flowtui.monitor.outside import PageRequest
from flowtui.records.resolve import FormatBook, read
from flowtui.store.store import Store

EVENTS = 10_000
ROUNDS = 15
TARGET_RATIO = 5.0
GROUP = "flow-logs"
NOW_S = 1_760_000_000


class Body(io.BytesIO):
    """A response body as urllib3 gives it to botocore."""

    def stream(self) -> Iterator[bytes]:
        """Give the whole body."""
        yield self.read()


def main() -> int:
    body = page_body()
    assert ours(body)() == theirs(body)() == EVENTS
    our_times, their_times = cpu_time(ours(body)), cpu_time(theirs(body))
    ratio = their_times / our_times
    print(f"page of {EVENTS:,} events, {len(body):,} bytes, to stored records (CPU, median of {ROUNDS})")
    print(f"  flowtui                   {our_times * 1e3:7.1f} ms")
    print(f"  boto3 + flowlogs-reader   {their_times * 1e3:7.1f} ms")
    print(
        f"  ratio {ratio:.1f} x, target {TARGET_RATIO:.0f} x: {'met' if ratio >= TARGET_RATIO else 'MISSED'}"
    )
    return 0 if ratio >= TARGET_RATIO else 1


def ours(body: bytes) -> Callable[[], int]:
    client = client_answering(body)
    take_raw_pages(client)
    logs = AwsLogs(lambda: client, lambda action: nullcontext())

    def page_to_store() -> int:
        store = Store(1_000_000)
        page = logs.page(PageRequest(GROUP, 0))
        store.append(read(GROUP, page.events, FormatBook()))
        assert logs.hook_misses == 0
        return len(store.snapshot())

    return page_to_store


def theirs(body: bytes) -> Callable[[], int]:
    client = client_answering(body)

    def page_to_list() -> int:
        return len(list(FlowLogsReader(GROUP, boto_client=client, raise_on_error=True)))

    return page_to_list


def cpu_time(action: Callable[[], int]) -> float:
    """Median CPU seconds of all threads, after a round to warm up."""
    taken = []
    for _ in range(ROUNDS + 1):
        begun = time.process_time()
        action()
        taken.append(time.process_time() - begun)
    return statistics.median(taken[1:])


def client_answering(body: bytes) -> Any:
    """A boto3 client that gets this body for every request."""
    client = boto3.client(
        "logs", region_name="eu-west-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
    )

    def answer(request: Any, **_: object) -> AWSResponse:
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.1"})
        return AWSResponse(request.url, 200, headers, Body(body))

    client.meta.events.register("before-send.cloudwatch-logs.FilterLogEvents", answer)
    return client


def page_body(count: int = EVENTS) -> bytes:
    """A FilterLogEvents body like that of a busy VPC: 200 interfaces, records of the default format."""
    chance = random.Random(7)
    interfaces = [f"eni-{chance.getrandbits(68):017x}" for _ in range(200)]
    events = [event(chance, interfaces) for _ in range(count)]
    return json.dumps({"events": events}, separators=(",", ":")).encode()


def event(chance: random.Random, interfaces: list[str]) -> dict[str, object]:
    interface = chance.choice(interfaces)
    start = NOW_S + chance.randrange(600)
    remote = ".".join(str(chance.randrange(1, 224)) for _ in range(4))
    own = f"172.16.{chance.randrange(4)}.{chance.randrange(4, 255)}"
    packets = chance.randrange(1, 3000)
    action = chance.choices(("ACCEPT", "REJECT"), (95, 5))[0]
    message = (
        f"2 123456789012 {interface} {remote} {own} {chance.randrange(1024, 65536)} "
        f"{chance.choice((22, 80, 443))} 6 {packets} {packets * chance.randrange(40, 1500)} "
        f"{start} {start + 59} {action} OK"
    )
    return {
        "logStreamName": f"{interface}-all",
        "timestamp": start * 1000,
        "message": message,
        "ingestionTime": start * 1000 + chance.randrange(60_000, 300_000),
        "eventId": f"{chance.getrandbits(186):056}",
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="flowlogs_reader")
    sys.exit(main())
