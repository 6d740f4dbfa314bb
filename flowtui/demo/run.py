"""The running demo: its server, its store, and the threads that fill them."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

from flowtui.demo import feed, lab
from flowtui.demo.api import LogsApi
from flowtui.demo.delivery import Delivery
from flowtui.demo.faults import FaultPlan
from flowtui.demo.logs import LogStore
from flowtui.demo.scenario import Scenario
from flowtui.demo.server import HOST, Endpoint, Pending, listen


class Demo:
    """An embedded endpoint; listens first and fills itself while the first calls wait."""

    def __init__(self, scenario: Scenario, stop: threading.Event) -> None:
        self._scenario = scenario
        self._stop = stop
        self._start = time.time()
        self._network = lab.build(scenario.seed)
        self._store = LogStore()
        self._logs, self._moto = Pending(), Pending()

    def listen(self, port: int) -> str:
        """The endpoint's URL, from when on it takes calls. Raises OSError where the port cannot be had."""
        plan = FaultPlan(self._scenario.faults, self._scenario.seed)
        server = listen(port, Endpoint(self._logs, self._moto, plan, self._start))
        threading.Thread(target=server.serve_forever, name="serve", daemon=True).start()
        return f"http://{HOST}:{server.port}"

    def fill_in_background(self) -> None:
        """Makes the history, then the topology; goes on to deliver records until told to stop."""
        threading.Thread(target=self._fill, name="fill", daemon=True).start()

    def _fill(self) -> None:
        delivery: Delivery | None = None

        def make_logs() -> LogsApi:
            nonlocal delivery
            # The history is kept: looking through it for garbage again and again costs a quarter of the time.
            gc.disable()
            delivery = feed.fill(self._store, self._network, self._scenario, self._start)
            gc.freeze()
            gc.enable()
            return LogsApi(self._store, self._scenario.seed)

        self._logs.make(make_logs)
        threading.Thread(target=self._moto.make, args=(self._load_moto,), name="moto", daemon=True).start()
        if delivery is not None:
            feed.deliver(self._store, delivery, self._stop)

    def _load_moto(self) -> Any:
        # A second of imports, while Logs answers already.
        from flowtui.demo import ec2

        self._store.on_created = ec2.mirror_log_group
        for group in self._store.groups():
            ec2.mirror_log_group(group.name)
        return ec2.seeded_application(self._network, self._scenario.seed)
