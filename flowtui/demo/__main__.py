"""`python -m flowtui.demo`: listens at once, says where in one line of JSON, then fills itself."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import NoReturn

from flowtui.demo import lab, life
from flowtui.demo.checks import ScenarioError
from flowtui.demo.scenario import Scenario, changed, find, load

_NEEDED = ("moto", "flask", "flask_cors", "werkzeug")
_MADE_UP_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIADEMODEMODEMODEMO",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_DEFAULT_REGION": lab.REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Half a second, for images that nobody looks at.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the endpoint until it is told to end; status 0, 1 where it cannot start, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    lacking = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        _fail(1, f"{lacking[0]} is not installed: pip install 'flowtui[demo]'")
    try:
        scenario = load(find(options.scenario)) if options.scenario else Scenario()
        scenario = changed(scenario, seed=options.seed, rate=options.rate, speed=options.speed)
    except ScenarioError as error:
        _fail(2, str(error))
    _scrub_environment()
    stop = threading.Event()
    life.end_with(stop, options.parent)
    _serve(scenario, options.port, stop)
    stop.wait()
    # Threads that serve, load or deliver have nothing to finish.
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m flowtui.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: any free one")
    parser.add_argument("--seed", type=int, help="the same seed gives the same traffic (7)")
    parser.add_argument("--rate", type=float, help="records a second (6); 0: nothing new")
    parser.add_argument("--speed", type=float, help="how many times as fast the demo's time runs (1)")
    parser.add_argument("--scenario", help="the name of a shipped scenario, or a TOML file: these and faults")
    parser.add_argument("--parent", type=int, help="end when the process of this id is gone")
    return parser


def _fail(status: int, sentence: str) -> NoReturn:
    print(f"flowtui demo: {sentence}", file=sys.stderr)
    sys.exit(status)


def _scrub_environment() -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "MOTO_")) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ.update(_MADE_UP_ENVIRONMENT)
    warnings.simplefilter("ignore")


def _serve(scenario: Scenario, port: int, stop: threading.Event) -> None:
    # Imported late: a missing extra or a wrong scenario has its sentence before.
    from flowtui.demo.run import Demo

    demo = Demo(scenario, stop)
    try:
        endpoint = demo.listen(port)
    except (OSError, OverflowError) as error:
        _fail(1, f"cannot listen on port {port}: {getattr(error, 'strerror', None) or error}")
    print(json.dumps({"endpoint": endpoint, "region": lab.REGION, "account": lab.ACCOUNT}), flush=True)
    # moto prints now and then, and a screen may share our terminal.
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    demo.fill_in_background()


if __name__ == "__main__":
    main()
