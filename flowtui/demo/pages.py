"""FilterLogEvents: one page, with the habits that AWS's pages have.

Pages end at 1 MB or 10,000 events, at a bound of what one call looks at, and now and then with nothing in
them but a token; only a page without a token is the last one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring_ascii as quote

from flowtui.demo import tokens
from flowtui.demo.errors import invalid, missing
from flowtui.demo.logs import Event, Group, LogStore, Position, event_id
from flowtui.demo.params import Params
from flowtui.demo.patterns import Matcher, compile_pattern
from flowtui.demo.scenario import PageHabits

PAGE_EVENTS = 10_000
PAGE_BYTES = 1_048_576
EVENT_OVERHEAD_BYTES = 26
"""A page has at most 10,000 events or 1 MB; each message counts 26 bytes more, as in PutLogEvents."""

LOOKED_AT = 50_000
"""Events that one call looks at, whether they match or not, before it answers with a token."""

LATEST = 2**53
FIRST_BACKWARDS_START = 1_704_067_200_000
"""startFromHead=false is served for a startTime from 2024-01-01 on only (API reference)."""


class Pages:
    """FilterLogEvents over a store; the seed decides which pages have which habit."""

    def __init__(self, store: LogStore, seed: int, habits: PageHabits | None = None) -> None:
        self._store = store
        self._habits = habits or PageHabits()
        self._rng = random.Random(f"{seed}/pages")
        self._lock = threading.Lock()
        self._repeated: set[str] = set()
        self._refused: set[str] = set()

    def filter_log_events(self, params: Params) -> str:
        """The answer's body. Raises AwsError."""
        group = params.group(self._store)
        refuse_unread_class(group)
        wanted, purpose = _selection(params, group)
        limit = self._size(params.number("limit", 1, PAGE_EVENTS) or PAGE_EVENTS)
        start = params.number("startTime", 0, LATEST) or 0
        end = params.number("endTime", 0, LATEST)
        after, before = Position(start, -1, -1), Position((LATEST if end is None else end) + 1, -1, -1)
        is_forward = params.flag("startFromHead", True)
        token = params.text("nextToken")
        empties = 0
        if token is not None:
            forward, empties, *place = tokens.unseal(purpose, token, lifetime_s=self._habits.token_life_s)
            self._refuse(token)
            is_forward = bool(forward)
            after, before = _narrowed(after, before, Position(*place), is_forward)
        elif not is_forward and start < FIRST_BACKWARDS_START:
            raise invalid("startFromHead=false needs a startTime of 2024-01-01 or later.")
        if empties < self._habits.empty_run and self._happens(self._habits.empty):
            stand = after if is_forward else before
            return _body([], tokens.seal(purpose, [int(is_forward), empties + 1, *stand]))
        events, stand_at = _page(group, after, before, is_forward, wanted, limit)
        next_token = None if stand_at is None else tokens.seal(purpose, [int(is_forward), 0, *stand_at])
        return _body(events, token if self._repeats(token) else next_token)

    def _happens(self, share: float) -> bool:
        with self._lock:
            return self._rng.random() < share

    def _size(self, limit: int) -> int:
        most = min(limit, self._habits.events)
        if not self._habits.ragged:
            return most
        with self._lock:
            return self._rng.randint(1, most)

    def _refuse(self, token: str) -> None:
        """Raises AwsError for a token that has been made invalid; it stays so."""
        if token in self._refused or self._happens(self._habits.invalid_token):
            self._refused.add(token)
            raise invalid("The specified nextToken is invalid.")

    def _repeats(self, token: str | None) -> bool:
        """Whether a token is answered with itself, which each is once at most."""
        if token is None or token in self._repeated or not self._happens(self._habits.repeat_token):
            return False
        self._repeated.add(token)
        return True


def refuse_unread_class(group: Group) -> None:
    """Events of the Standard class only can be read. Raises AwsError for another."""
    if group.group_class != "STANDARD":
        raise invalid(f"This operation is not supported on log groups of class {group.group_class}.")


def size_bytes(message: str) -> int:
    """What an event counts towards the size of a page."""
    return (len(message) if message.isascii() else len(message.encode())) + EVENT_OVERHEAD_BYTES


def take(events: Iterable[Event], limit: int) -> tuple[list[Event], bool]:
    """As many of the first events as fit a page, at least one where there is one; and whether more remain."""
    taken: list[Event] = []
    size = 0
    for event in events:
        size += size_bytes(event.message)
        if len(taken) == limit or (taken and size > PAGE_BYTES):
            return taken, True
        taken.append(event)
    return taken, False


def _narrowed(
    after: Position, before: Position, stand: Position, is_forward: bool
) -> tuple[Position, Position]:
    return (max(after, stand), before) if is_forward else (after, min(before, stand))


def _page(
    group: Group,
    after: Position,
    before: Position,
    is_forward: bool,
    wanted: Callable[[Event], bool] | None,
    limit: int,
) -> tuple[list[Event], Position | None]:
    """The events of a page, and where the next one goes on, None after the last."""
    between = group.between if is_forward else group.between_backwards
    looked_at, has_more = between(after, before, limit if wanted is None else LOOKED_AT)
    taken, is_full = take(looked_at if wanted is None else filter(wanted, looked_at), limit)
    if is_full:
        return taken, taken[-1].position
    return taken, looked_at[-1].position if has_more else None


def _selection(params: Params, group: Group) -> tuple[Callable[[Event], bool] | None, str]:
    """What a page is made of, and the words that bind a token to it."""
    pattern = params.text("filterPattern") or ""
    names = params.texts("logStreamNames", 100)
    prefix = params.text("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise invalid("LogStreamNames and LogStreamNamePrefix cannot both be specified.")
    for name in names or ():
        if group.stream(name) is None:
            raise missing("log stream")
    purpose = "\0".join((group.name, str(group.created), pattern, prefix or "", *(names or ())))
    return _event_test(compile_pattern(pattern), names, prefix), purpose


def _event_test(
    matcher: Matcher | None, names: list[str] | None, prefix: str | None
) -> Callable[[Event], bool] | None:
    if names is not None:
        streams = frozenset(names)
        if matcher is None:
            return lambda event: event.stream in streams
        return lambda event: event.stream in streams and matcher(event.message)
    if prefix is not None:
        if matcher is None:
            return lambda event: event.stream.startswith(prefix)
        return lambda event: event.stream.startswith(prefix) and matcher(event.message)
    return None if matcher is None else lambda event: matcher(event.message)


def _body(events: list[Event], next_token: str | None) -> str:
    # Written by hand: three times as fast as json.dumps, and the demo shares two cores with its reader.
    rows = ",".join(
        f'{{"logStreamName":{quote(stream)},"timestamp":{timestamp},"message":{quote(message)},'
        f'"ingestionTime":{ingestion},"eventId":"{event_id(timestamp, ingestion, sequence)}"}}'
        for timestamp, ingestion, sequence, stream, message in events
    )
    token = "" if next_token is None else f',"nextToken":"{next_token}"'
    return f'{{"events":[{rows}],"searchedLogStreams":[]{token}}}'
