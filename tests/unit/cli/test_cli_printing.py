"""`flowtui tail` as one run over a scripted account: what is printed, and how it ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flowtui.cli.printing import Plan, Tailing
from flowtui.monitor.outside import Fault, FaultError, FaultKind, Page, PageRequest
from flowtui.monitor.settings import Settings
from tests.unit.monitor.scripted import GROUP, fault
from tests.unit.monitor.world import TOPOLOGY, WEB, Account, FastClock, Lines, line, until

THEIRS = "eni-0c"
SETTINGS = Settings(max_calls=1000)
INFREQUENT = Fault(FaultKind.UNSUPPORTED, "logs:FilterLogEvents", "It is of another class.", "Use Insights.")


class Groups(Lines):
    """The same lines in every group; some groups fail, by their names."""

    def __init__(self, lines: list[str], **failing: Fault) -> None:
        super().__init__(lines)
        self.failing = failing

    def page(self, request: PageRequest) -> Page:
        if request.group in self.failing:
            raise FaultError(self.failing[request.group])
        return super().page(request)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def recent(count: int, eni: str = WEB) -> list[str]:
    newest = int(time.time()) - 60
    return [line(newest - count + number, eni=eni) for number in range(count)]


def run(account: Account, settings: Settings, *, limit: int | None = None) -> None:
    Tailing(settings, Plan("raw", is_following=False, limit=limit), account).run()


def printed(capsys: pytest.CaptureFixture[bytes]) -> list[str]:
    return capsys.readouterr().out.decode().splitlines()


@pytest.mark.parametrize("limit", [None, 3], ids=["a range", "the newest"])
def test_a_group_that_cannot_be_read_takes_no_other_with_it_and_is_the_end(
    capsysbinary: pytest.CaptureFixture[bytes], limit: int | None
) -> None:
    lines = recent(5)
    settings = replace(SETTINGS, log_groups=("cold", GROUP))
    with pytest.raises(FaultError, match="another class"):
        run(Account(Groups(lines, cold=INFREQUENT)), settings, limit=limit)
    assert printed(capsysbinary) == lines[-(limit or 5) :]


def test_where_no_group_can_be_read_that_is_said_at_once() -> None:
    settings = replace(SETTINGS, log_groups=("cold", "colder"))
    with pytest.raises(FaultError, match="another class"):
        run(Account(Groups([], cold=INFREQUENT, colder=INFREQUENT)), settings)


SHARED = replace(TOPOLOGY, elsewhere=(THEIRS,))


@pytest.mark.parametrize(
    ("vpc_ids", "limit", "count"),
    [((), None, 20), (("vpc-1",), None, 10), ((), 4, 4), (("vpc-1",), 4, 4), (("vpc-1",), 40, 10)],
    ids=["all", "one VPC", "newest of all", "newest of one VPC", "more than there are"],
)
def test_only_records_of_the_chosen_vpcs_are_printed_and_count(
    capsysbinary: pytest.CaptureFixture[bytes], vpc_ids: tuple[str, ...], limit: int | None, count: int
) -> None:
    ours = recent(10)
    account = Account(Lines([*ours, *recent(10, THEIRS)]), SHARED)
    run(account, replace(SETTINGS, vpc_ids=vpc_ids), limit=limit)
    found = printed(capsysbinary)
    assert len(found) == count
    if vpc_ids:
        assert found == ours[-count:]


def follow(account: Account, settings: Settings, *, interrupted_when: threading.Event) -> None:
    """Follows until the event is set."""

    def interrupt() -> None:
        interrupted_when.wait(20)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        Tailing(settings, Plan("raw", is_following=True, has_stats=True), account).run()


def test_following_goes_on_without_a_group_that_cannot_be_read_and_says_so_once(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowtui.cli.printing.SystemClock", FastClock)
    enough = threading.Event()

    class Counted(Groups):
        def page(self, request: PageRequest) -> Page:
            if self.calls >= 4:
                enough.set()
            return super().page(request)

    account = Account(Counted(recent(5), cold=INFREQUENT))
    follow(account, replace(SETTINGS, log_groups=("cold", GROUP)), interrupted_when=enough)
    out, err = capsysbinary.readouterr()
    assert len(out.splitlines()) == 5
    assert err.decode().count("log group cold: It is of another class. Use Insights.") == 1
    assert "\nrecords: 5\n" in err.decode()


def test_a_sign_in_that_expires_in_the_middle_is_waited_out_when_following(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    class Expiring(Lines):
        """A page of one line, then an expired sign-in once, then the rest."""

        def page(self, request: PageRequest) -> Page:
            if self.calls == 1:
                self.calls += 1
                raise FaultError(fault(FaultKind.EXPIRED))
            page = super().page(request)
            return replace(page, next_token="more") if self.calls == 1 else page

    monkeypatch.setattr("flowtui.cli.printing.SystemClock", FastClock)
    logs = Expiring(recent(5))
    threading.Thread(target=watch, args=(logs, done), daemon=True).start()
    account = Account(logs)
    follow(account, SETTINGS, interrupted_when=done)
    out, err = capsysbinary.readouterr()
    assert len(out.splitlines()) == 5
    assert "It sign-in expired." in err.decode()


def watch(logs: Lines, done: threading.Event) -> None:
    until(lambda: logs.calls >= 4, 20)
    done.set()
