"""The running demo: its server, its store, and the threads that fill them."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

from flowtui.demo import feed, fresh, lab, shop
from flowtui.demo.api import LogsApi
from flowtui.demo.faults import FaultPlan
from flowtui.demo.ledger import Ledger
from flowtui.demo.logs import LogStore
from flowtui.demo.pour import Pouring
from flowtui.demo.scenario import Scenario
from flowtui.demo.server import HOST, Endpoint, Pending, listen
from flowtui.demo.subscriptions import Subscriptions
from flowtui.demo.timeline import Timeline
from flowtui.demo.write_mishaps import WriteMishaps


class Demo:
    """An embedded endpoint; listens first and fills itself while the first calls wait."""

    def __init__(self, scenario: Scenario, stop: threading.Event) -> None:
        self._scenario = scenario
        self._stop = stop
        self._start = time.time()
        self._network = lab.build(scenario.seed)
        self._shop = shop.build(scenario.seed)
        self._fresh = fresh.build(scenario.seed)
        self._is_fresh_fed = False
        self._subscriptions = Subscriptions()
        self._mishaps = WriteMishaps(scenario.writes, scenario.account.denied)
        self._store = LogStore()
        self._logs, self._moto = Pending(), Pending()
        self._timeline = Timeline(self._start if scenario.load is None else None)
        self._ledger: Ledger | None = None
        self._pouring: Pouring | None = None
        if scenario.load is not None:
            self._ledger = Ledger()
            self._pouring = Pouring(self._store, scenario.load, scenario.seed, self._ledger)

    def listen(self, port: int) -> str:
        """The endpoint's URL, from when on it takes calls. Raises OSError where the port cannot be had."""
        plan = FaultPlan(self._scenario.faults, self._scenario.seed)
        endpoint = Endpoint(self._logs, self._moto, plan, self._timeline, self._ledger, self._mishaps)
        load = self._scenario.load
        skew_s = self._scenario.account.skew_s + (0.0 if load is None else load.skew_s)
        server = listen(port, endpoint, skew_s)
        threading.Thread(target=server.serve_forever, name="serve", daemon=True).start()
        return f"http://{HOST}:{server.port}"

    def fill_in_background(self) -> None:
        """Makes the history, then the topology; goes on to deliver records until told to stop."""
        threading.Thread(target=self._fill, name="fill", daemon=True).start()

    def _fill(self) -> None:
        feeds: tuple[feed.Feed, ...] = ()

        def make_logs() -> LogsApi:
            nonlocal feeds
            # The history is kept: looking through it for garbage again and again costs a quarter of the time.
            gc.disable()
            feeds = feed.fill(self._store, self._network, self._shop, self._scenario, self._start)
            if self._pouring is not None:
                self._pouring.fill()
            gc.freeze()
            gc.enable()
            scenario = self._scenario
            return LogsApi(self._store, scenario.seed, scenario.pages, scenario.queries)

        self._logs.make(make_logs)
        if self._pouring is not None:
            arguments = (self._timeline, self._stop)
            threading.Thread(target=self._pouring.run, args=arguments, name="pour", daemon=True).start()
        threading.Thread(target=self._moto.make, args=(self._load_moto,), name="moto", daemon=True).start()
        if feeds:
            feed.deliver(self._store, feeds, self._stop, self._subscriptions, self._fresh_feed)

    def _fresh_feed(self) -> feed.Feed | None:
        """The default VPC's records, once, as soon as a flow log covers it."""
        if self._is_fresh_fed or not self._subscriptions.covers_any(nic.id for nic in self._fresh.nics):
            return None
        self._is_fresh_fed = True
        return feed.default_vpc(self._fresh, self._scenario, self._start, time.time())

    def _load_moto(self) -> Any:
        # A second of imports, while Logs answers already.
        from flowtui.demo import ec2
        from flowtui.demo.ec2_flow_logs import FlowLogCalls

        self._store.on_created = ec2.mirror_log_group
        for group in self._store.groups():
            ec2.mirror_log_group(group.name)
        scenario = self._scenario
        spread_s = scenario.writes.role_delay_s / scenario.speed
        FlowLogCalls(self._subscriptions, spread_s, scenario.writes.unsuccessful).teach_moto()
        application = ec2.seeded_application(
            self._network, self._shop, self._fresh, scenario.seed, scenario.account
        )
        return self._mishaps.around(application)
