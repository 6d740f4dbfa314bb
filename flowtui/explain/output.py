"""Explanations for pipes and readers: one JSON object, or a few lines of text, for each record."""

from __future__ import annotations

from flowtui.explain.answer import Explanation, Layer, LayerDecision
from flowtui.explain.reasons import moment
from flowtui.records.decode import clean

_LABEL_CELLS = 22
_LABELS = {
    Layer.SECURITY_GROUP: "security group",
    Layer.NETWORK_ACL: "network ACL",
    Layer.BLOCK_PUBLIC_ACCESS: "block public access",
    Layer.ENCRYPTION_CONTROLS: "encryption controls",
}


def as_object(record: str, said: Explanation) -> dict[str, object]:
    """What `json.dumps` takes; values are str, None, list or dict, and one number."""
    nearest = said.nearest
    return {
        "record": record,
        "direction": said.direction,
        "verdict": said.verdict.value,
        "layers": [_layer(each) for each in said.layers],
        "text": said.text,
        "cause": said.cause or None,
        "nearest": None
        if nearest is None
        else {
            "layer": nearest.layer.value,
            "rule": nearest.rule,
            "off": nearest.off,
            "text": nearest.text,
        },
        "command": said.command,
        "warning": said.warning or None,
        "reasons": list(said.reasons),
        "actions": list(said.actions),
        "rules-read-at": said.rules_read_at,
    }


def _layer(decided: LayerDecision) -> dict[str, object]:
    return {
        "layer": decided.layer.value,
        "id": decided.id,
        "name": decided.name or None,
        "rule": decided.rule,
        "decision": decided.decision.value,
        "code": decided.code,
        "text": decided.text,
    }


def as_lines(record: str, said: Explanation) -> list[str]:
    """The record and under it, indented, what there is to say; safe for a terminal."""
    rows = [(_LABELS[each.layer], _decision(each)) for each in said.layers]
    rows += [("perhaps", reason) for reason in said.reasons[1:]]
    if said.command is not None:
        rows.append(("to allow only this", said.command))
    if said.warning:
        rows.append(("mind", said.warning))
    if said.actions:
        rows.append(("not read", ", ".join(said.actions)))
    if said.rules_read_at is not None:
        rows.append(("rules read at", moment(said.rules_read_at)))
    head = (clean(record), f"  {said.verdict.value}: {clean(said.text)}")
    return [*head, *(f"    {label:<{_LABEL_CELLS}}{clean(text)}" for label, text in rows)]


def _decision(decided: LayerDecision) -> str:
    said = f"{decided.decision.value}: {decided.text}"
    return f"{said} [{decided.code}]" if decided.code else said
