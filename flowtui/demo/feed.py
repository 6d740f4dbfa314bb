"""Brings the records of lab and shop into their log groups: the history at once, then each as it arrives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from flowtui.demo import lab, shop
from flowtui.demo.delivery import Delivery, DemoClock
from flowtui.demo.fresh import Fresh, FreshTraffic
from flowtui.demo.lab import Lab
from flowtui.demo.lines import Version2, Version8
from flowtui.demo.logs import LogStore
from flowtui.demo.rendering import DEFAULT_FIELDS, fields_of
from flowtui.demo.scenario import Scenario
from flowtui.demo.shop import Shop
from flowtui.demo.shop_traffic import ShopTraffic
from flowtui.demo.subscriptions import Subscriptions
from flowtui.demo.traffic import DEFAULT_RATE, Traffic

_TICK_S = 0.25
"""Records that arrive within so long are put in together, so that an idle demo costs next to nothing."""

_SHOP_SHARE = 1 / 20
"""Of the rate: a round of all that the shop has takes about three minutes at the default rate."""

_FRESH_SHARE = 1 / 6
"""Conversations of the default VPC for each record of the rate."""

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Feed:
    """What comes into one log group, and into those of the flow logs that clients make."""

    group: str | None
    """None: into theirs only."""
    delivery: Delivery
    fields: tuple[str, ...] = DEFAULT_FIELDS


def fill(store: LogStore, network: Lab, outlet: Shop, scenario: Scenario, start: float) -> tuple[Feed, ...]:
    """Puts in the history up to the start; what delivers the rest, nothing where nothing more comes."""
    clock = DemoClock(start, scenario.speed)
    begin = clock.demo(start - scenario.history_minutes * 60)
    rate, seed = scenario.rate or DEFAULT_RATE, scenario.seed
    traffic = Traffic(network, seed, rate * (1 - _SHOP_SHARE), start, scenario.speed)
    trade = ShopTraffic(outlet, seed, rate * _SHOP_SHARE)
    feeds = (
        Feed(lab.LOG_GROUP, Delivery(traffic, network.nics, Version2(), seed, clock, begin)),
        Feed(
            shop.LOG_GROUP,
            Delivery(trade, outlet.nics, Version8(), seed, clock, begin),
            fields_of(shop.LOG_FORMAT),
        ),
    )
    classes, failed = dict(scenario.account.classes), dict(scenario.account.failed)
    for feed in feeds:
        name = feed.group or ""
        group = store.create(name, int((start - 30 * _DAY_S) * 1000), classes.get(name, "STANDARD"))
        if group is None:
            raise ValueError(f"the log group {feed.group} exists already")
        history = feed.delivery.take(start)
        group.put(history if name not in failed else ())
    fed = tuple(replace(feed, group=None) if feed.group in failed else feed for feed in feeds)
    return fed if scenario.rate else ()


def default_vpc(network: Fresh, scenario: Scenario, start: float, now: float) -> Feed:
    """What passes in the default VPC from now on; it belongs to no group until somebody makes a flow log."""
    clock = DemoClock(start, scenario.speed)
    traffic = FreshTraffic(network, scenario.seed, scenario.rate * _FRESH_SHARE)
    delivery = Delivery(traffic, network.nics, Version2(), scenario.seed, clock, clock.demo(now))
    return Feed(None, delivery)


def deliver(
    store: LogStore,
    feeds: tuple[Feed, ...],
    stop: threading.Event,
    subscriptions: Subscriptions,
    more: Callable[[], Feed | None],
) -> None:
    """Puts in each record when it arrives, until `stop` is set; `more` is asked for a further feed."""
    while not stop.wait(max(_TICK_S, min(feed.delivery.next_due for feed in feeds) - time.time())):
        if (further := more()) is not None:
            feeds = (*feeds, further)
        for feed in feeds:
            entries = feed.delivery.take(time.time())
            group = None if feed.group is None else store.group(feed.group)
            # A client may have deleted the group.
            if entries and group is not None:
                group.put(entries)
            subscriptions.deliver(store, entries, feed.fields)
