"""Brings the lab's records into its log group: the history at once, then each as it arrives."""

from __future__ import annotations

import threading
import time

from flowtui.demo import lab
from flowtui.demo.delivery import Delivery, DemoClock
from flowtui.demo.lab import Lab
from flowtui.demo.logs import LogStore
from flowtui.demo.scenario import Scenario
from flowtui.demo.traffic import DEFAULT_RATE, Traffic

_TICK_S = 0.25
"""Records that arrive within so long are put in together, so that an idle demo costs next to nothing."""

_DAY_S = 24 * 3600


def fill(store: LogStore, network: Lab, scenario: Scenario, start: float) -> Delivery | None:
    """Puts in the history up to the start; what delivers the rest, None where nothing more comes."""
    clock = DemoClock(start, scenario.speed)
    begin = clock.demo(start - scenario.history_minutes * 60)
    rate = scenario.rate or DEFAULT_RATE
    traffic = Traffic(network, scenario.seed, rate, start, scenario.speed)
    delivery = Delivery(traffic, network, scenario.seed, clock, begin)
    group = store.create(lab.LOG_GROUP, int((start - 30 * _DAY_S) * 1000))
    if group is None:
        raise ValueError(f"the log group {lab.LOG_GROUP} exists already")
    group.put(delivery.take(start))
    return delivery if scenario.rate else None


def deliver(store: LogStore, delivery: Delivery, stop: threading.Event) -> None:
    """Puts in each record when it arrives, until `stop` is set."""
    while not stop.wait(max(_TICK_S, delivery.next_due - time.time())):
        entries = delivery.take(time.time())
        group = store.group(lab.LOG_GROUP)
        # A client may have deleted the group.
        if entries and group is not None:
            group.put(entries)
