"""`python -m flowtui`."""

from __future__ import annotations

from flowtui.cli.main import main

main()
