"""The command palette: VPC, region, profile, since, theme.

Knows what can be chosen, not how it is carried out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.records.decode import clean
from flowtui.tui.theme import THEMES

if TYPE_CHECKING:
    from flowtui.tui.app import FlowtuiApp

_SINCES = ("15m", "30m", "1h", "3h", "6h", "12h", "1d")
_DURATION = re.compile(r"\s*(?:since\s+)?(\d+(?:\.\d+)?)\s*([smhd])\s*")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Command = tuple[str, Callable[[], None], str]


def seconds(text: str) -> float | None:
    """`45m` or `since 45m` in seconds; None where it is no duration."""
    match = _DURATION.fullmatch(text.lower())
    return None if match is None else float(match[1]) * _UNITS[match[2]]


class FlowtuiCommands(Provider):
    """What the palette offers."""

    def _commands(self) -> Iterator[Command]:
        app = cast("FlowtuiApp", self.app)
        ask = app.monitor.ask
        yield "VPC: all", partial(ask, scopes=()), "leave what was drilled into"
        for scope in self._vpcs(app):
            yield f"VPC: {scope.label}", partial(ask, scopes=(scope,)), scope.id
        for since in _SINCES:
            yield (
                f"Since: {since} ago",
                partial(app.account.set_since, seconds(since) or 0),
                "read again from there",
            )
        for theme in THEMES:
            yield f"Theme: {theme}", partial(setattr, app, "theme", theme), ""
        yield "Flow logs", app.action_flow_logs, "how each delivers, and what has none"
        for made, reopen in app.creation.undoable(app.palette):
            yield f"Undo: {clean(made)}", reopen, "what was made in this session"
        yield "Time zone: UTC or local", app.toggle_utc, "how times are written"
        yield "Refresh the topology", app.refresh_topology, "it is read every minute by itself"
        yield (
            "Health: what works here",
            partial(app.account.open_health, app.session_watch.state, app.palette),
            "sign-in, permissions, flow logs, log groups, clock",
        )
        yield (
            "Sign in again",
            app.account.sign_in_again,
            "connect anew; asks for a code where the profile needs one",
        )
        for region in app.account.regions():
            yield f"Region: {region}", partial(app.account.set_region, region), "connect there"
        for profile in app.account.profiles():
            yield f"Profile: {clean(profile)}", partial(app.account.set_profile, profile), "connect with it"

    def _vpcs(self, app: FlowtuiApp) -> Iterator[Scope]:
        """The VPCs there are, as scopes."""
        index = app.monitor.topology.index
        for vpc in () if index is None else index.topology.vpcs:
            yield Scope(ScopeKind.VPC, vpc.id, clean(vpc.name) or vpc.id)

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for title, run, help_text in self._commands():
            yield DiscoveryHit(Content(title), run, title, escape(help_text) or None)

    async def search(self, query: str) -> Hits:
        """What matches; `since 45m` is understood as it stands."""
        span = seconds(query)
        if span is not None:
            app = cast("FlowtuiApp", self.app)
            yield Hit(2.0, f"Since: {query.strip()} ago", partial(app.account.set_since, span))
        matcher = self.matcher(query)
        for title, run, help_text in self._commands():
            score = matcher.match(title)
            if score > 0:
                # Names are no markup, and a matcher takes them for it.
                shown = Content(title) if "[" in title else matcher.highlight(title)
                yield Hit(score, shown, run, title, escape(help_text) or None)
