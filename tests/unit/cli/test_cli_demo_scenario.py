from __future__ import annotations

from click.testing import CliRunner

from flowtui.cli.main import flowtui


def test_a_scenario_that_is_not_known_is_refused_with_those_that_are() -> None:
    result = CliRunner().invoke(flowtui, ["demo", "--serve", "--scenario", "none-such"])
    assert result.exit_code == 2
    assert "flaky" in result.output
