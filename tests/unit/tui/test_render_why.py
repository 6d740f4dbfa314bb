"""An explanation as lines: every layer in its row, in few of them, at either width."""

from __future__ import annotations

import pytest

from flowtui.explain.answer import Decision, Explanation, Layer, LayerDecision, Verdict
from flowtui.tui.render.why import why
from flowtui.tui.theme import DARK, PALETTES

ACL, GROUP = "acl-0123456789abcdef0", "sg-0123456789abcdef0"
LAYERS = (
    LayerDecision(Layer.BLOCK_PUBLIC_ACCESS, Decision.NOT_APPLICABLE, text="the other end is inside"),
    LayerDecision(
        Layer.NETWORK_ACL, Decision.ALLOW, ACL, "back", "100", text=f"rule 100 allows all in {ACL} back"
    ),
    LayerDecision(Layer.SECURITY_GROUP, Decision.DENY, GROUP, "web", text=f"{GROUP} web has no rule for it"),
    LayerDecision(Layer.ENCRYPTION_CONTROLS, Decision.UNKNOWN, text="they could not be read"),
)


def shown(width: int, layers: tuple[LayerDecision, ...] = LAYERS) -> list[str]:
    said = Explanation(Verdict.SECURITY_GROUP, "ingress", "Rejected. More stands below.", layers)
    lines = why(said, width, PALETTES[DARK])
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def test_wide_each_layer_is_a_row_with_its_decision_at_the_end() -> None:
    head, *rows = shown(100)[2:]
    assert head.split() == ["LAYER", "ID", "DECIDED", "BY", "DECISION"]
    assert [row.split("  ")[-1].strip() for row in rows] == ["does not apply", "allow", "✗ deny", "? unknown"]
    assert len({len(row) for row in (head, *rows)}) == 1


def test_narrow_each_layer_has_its_decision_beside_it_and_its_reason_below() -> None:
    assert shown(78)[2:] == [
        "  block public access   does not apply",
        "    the other end is inside",
        "  network acl           allow",
        "    acl-012… back · rule 100 allows all",
        "  security group        ✗ deny",
        f"    {GROUP} web has no rule for it",
        "  encryption controls   ? unknown",
        "    they could not be read",
    ]


@pytest.mark.parametrize("width", [60, 78, 90, 100, 140, 200])
def test_no_line_is_wider_than_the_pane(width: int) -> None:
    long = LayerDecision(Layer.NETWORK_ACL, Decision.DENY, ACL, "a very long name " * 5, text="words " * 40)
    assert max(map(len, shown(width, (*LAYERS, long)))) <= width
