"""A topology with its rules comes back from JSON as it was; what is no topology is refused in a sentence."""

from __future__ import annotations

import dataclasses
import json
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.topology.json import TopologyFormatError, from_json, to_json
from flowtui.topology.model import Topology, Vpc
from flowtui.topology.rules import Rules, SecurityGroup


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the model, by its own declarations."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind, localns={"Rules": Rules})
        return st.builds(
            kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)}
        )
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if get_args(kind):
        inner = next(each for each in get_args(kind) if each is not type(None))
        return st.one_of(st.none(), values(inner))
    return {
        str: st.text(st.characters(), max_size=5),
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
    }[kind]


@settings(max_examples=60, deadline=None)
@given(values(Topology))
def test_it_comes_back_as_it_was(topology: Topology) -> None:
    back = from_json(to_json(topology))
    assert back == topology
    # Neither takes part in the comparison.
    assert back.elsewhere == topology.elsewhere
    assert (back.rules and back.rules.read_at) == (topology.rules and topology.rules.read_at)


def test_what_is_unknown_stays_unknown() -> None:
    rules = Rules(1.0, groups=(SecurityGroup("sg-1", "a"),), acls=None, peerings=())
    back = from_json(to_json(Topology("1", "eu-west-1", 1.0, rules=rules))).rules
    assert back is not None
    assert (back.acls, back.peerings, back.groups) == (None, (), (SecurityGroup("sg-1", "a", rules=None),))


def test_what_a_later_version_adds_is_passed_over_and_what_it_lacks_has_its_default() -> None:
    whole = json.loads(to_json(Topology("1", "eu-west-1", 1.0, vpcs=(Vpc("vpc-1", "", ()),))))
    whole["topology"]["later"] = [1]
    del whole["topology"]["vpcs"][0]["owner_id"]
    assert from_json(json.dumps(whole)).vpcs == (Vpc("vpc-1", "", ()),)


WHOLE = json.loads(to_json(Topology("1", "eu-west-1", 1.0, vpcs=(Vpc("vpc-1", "", ()),))))


def altered(**changes: object) -> str:
    """A saved topology in which some fields are others."""
    return json.dumps(WHOLE | {"topology": WHOLE["topology"] | changes})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "It is no JSON", id="empty"),
        pytest.param("[" * 100_000, "It is no JSON", id="too-deep"),
        pytest.param("[]", "It is no topology", id="a-list"),
        pytest.param('{"a": 1}', "It is no topology", id="another-object"),
        pytest.param(json.dumps(WHOLE | {"version": 99}), "It is of version 99", id="later-version"),
        pytest.param(json.dumps(WHOLE | {"topology": None}), "topology is no object", id="no-topology"),
        pytest.param(altered(account=5), "topology.account is no text", id="a-number-for-text"),
        pytest.param(altered(vpcs={}), "topology.vpcs is no list", id="an-object-for-a-list"),
        pytest.param(altered(vpcs=[{}]), "topology.vpcs[0] lacks id, name, cidrs", id="fields-lacking"),
        pytest.param(altered(read_at=True), "topology.read_at is no number", id="truth-for-a-number"),
    ],
)
def test_what_is_no_topology_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(TopologyFormatError) as caught:
        from_json(text)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
