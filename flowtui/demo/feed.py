"""Brings the records of lab and shop into their log groups: the history at once, then each as it arrives."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from flowtui.demo import lab, shop
from flowtui.demo.delivery import Delivery, DemoClock
from flowtui.demo.lab import Lab
from flowtui.demo.lines import Version2, Version8
from flowtui.demo.logs import LogStore
from flowtui.demo.scenario import Scenario
from flowtui.demo.shop import Shop
from flowtui.demo.shop_traffic import ShopTraffic
from flowtui.demo.traffic import DEFAULT_RATE, Traffic

_TICK_S = 0.25
"""Records that arrive within so long are put in together, so that an idle demo costs next to nothing."""

_SHOP_SHARE = 1 / 20
"""Of the rate: a round of all that the shop has takes about three minutes at the default rate."""

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Feed:
    """What comes into one log group."""

    group: str
    delivery: Delivery


def fill(store: LogStore, network: Lab, outlet: Shop, scenario: Scenario, start: float) -> tuple[Feed, ...]:
    """Puts in the history up to the start; what delivers the rest, nothing where nothing more comes."""
    clock = DemoClock(start, scenario.speed)
    begin = clock.demo(start - scenario.history_minutes * 60)
    rate, seed = scenario.rate or DEFAULT_RATE, scenario.seed
    traffic = Traffic(network, seed, rate * (1 - _SHOP_SHARE), start, scenario.speed)
    trade = ShopTraffic(outlet, seed, rate * _SHOP_SHARE)
    feeds = (
        Feed(lab.LOG_GROUP, Delivery(traffic, network.nics, Version2(), seed, clock, begin)),
        Feed(shop.LOG_GROUP, Delivery(trade, outlet.nics, Version8(), seed, clock, begin)),
    )
    for feed in feeds:
        group = store.create(feed.group, int((start - 30 * _DAY_S) * 1000))
        if group is None:
            raise ValueError(f"the log group {feed.group} exists already")
        group.put(feed.delivery.take(start))
    return feeds if scenario.rate else ()


def deliver(store: LogStore, feeds: tuple[Feed, ...], stop: threading.Event) -> None:
    """Puts in each record when it arrives, until `stop` is set."""
    while not stop.wait(max(_TICK_S, min(feed.delivery.next_due for feed in feeds) - time.time())):
        for feed in feeds:
            entries = feed.delivery.take(time.time())
            group = store.group(feed.group)
            # A client may have deleted the group.
            if entries and group is not None:
                group.put(entries)
