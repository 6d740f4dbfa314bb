"""`flowtui explain` and `flowtui topology`, the real commands, against the embedded endpoint over HTTP."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowtui.explain.answer import Verdict
from tests.e2e.test_tail_command import FLOWTUI, Served, end, serve
from tests.unit.aws.aws_stub import Answer, Asked, ec2_error, serving

DEADLINE_S = 90

Said = dict[str, Any]


@pytest.fixture(scope="module")
def still() -> Iterator[Served]:
    """An endpoint where nothing new comes; the burst at port 80 was ten minutes ago."""
    served = serve("--rate", "6", "--seed", "11")
    yield served
    end(served)


def run(
    environment: dict[str, str], *arguments: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FLOWTUI, *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def explained(environment: dict[str, str], *arguments: str, given: str | None = None) -> list[Said]:
    ended = run(environment, "explain", "--output", "json", *arguments, given=given)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def saved(still: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The topology with its rules, in a file."""
    ended = run(still.environment, "topology", "--output", "json")
    assert ended.returncode == 0, ended.stderr
    path = tmp_path_factory.mktemp("saved") / "topology.json"
    path.write_text(ended.stdout)
    return path


@pytest.fixture(scope="module")
def bastion(saved: Path) -> str:
    """The interface of the bastion."""
    interfaces = json.loads(saved.read_text())["topology"]["interfaces"]
    return next(str(each["id"]) for each in interfaces if each["name"] == "bastion")


def record(interface_id: str, source: str, target: str, rest: str) -> str:
    return f"2 123456789012 {interface_id} {source} {target} {rest}"


def refused(bastion: str) -> str:
    return record(bastion, "203.0.113.9", "172.16.0.121", "51122 80 6 3 180 1700000000 1700000010 REJECT OK")


def offline() -> dict[str, str]:
    """An environment from which no AWS can be reached."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


def layers(said: Said) -> dict[str, str]:
    return {layer["layer"]: layer["decision"] for layer in said["layers"]}


def test_the_refused_web_request(still: Served, bastion: str) -> None:
    (said,) = explained(still.environment, refused(bastion))
    assert (said["verdict"], said["direction"]) == ("security-group", "ingress")
    assert said["record"] == refused(bastion)
    assert layers(said)["security-group"] == "deny"
    assert layers(said)["network-acl"] == "allow"
    assert "bastion-sg has no inbound rule for tcp/80" in said["text"]
    assert "allows tcp/22 from 0.0.0.0/0" in said["nearest"]["text"]
    words = shlex.split(said["command"])
    assert words[:3] == ["aws", "ec2", "authorize-security-group-ingress"]
    assert "IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=203.0.113.9/32}]" in words


def test_the_reply_to_a_ping(still: Served, bastion: str) -> None:
    rest = "0 0 1 4 336 1700000000 1700000003"
    asked = record(bastion, "203.0.113.12", "172.16.0.121", f"{rest} ACCEPT OK")
    back = record(bastion, "172.16.0.121", "203.0.113.12", f"{rest} REJECT OK")
    request, reply = explained(still.environment, asked, back)
    assert request["verdict"] == "not-rejected"
    assert (reply["verdict"], reply["direction"]) == ("network-acl", "egress")
    assert [layer["rule"] for layer in reply["layers"] if layer["layer"] == "network-acl"] == ["100"]
    assert "cannot be the security group" in reply["text"]


def test_every_other_verdict(bastion: str, saved: Path) -> None:
    lines = {
        "rubbish, no record at all": "unparsed",
        f"2 123456789012 {bastion} - - - - - - - 1700000000 1700000060 - NODATA": "no-flow",
        f"2 123456789012 {bastion} - - - - - - - 1700000000 1700000060 - SKIPDATA": "no-flow",
        refused("eni-0fedcba9876543210"): "unknown",
        refused(bastion).replace("REJECT", "ACCEPT"): "not-rejected",
        refused(bastion).replace(" 80 6 ", " 22 6 "): "allowed-by-current-rules",
    }
    found = explained(offline(), "--topology", str(saved), *lines)
    assert {said["record"]: said["verdict"] for said in found} == lines


def test_records_on_standard_input_in_their_order(bastion: str, saved: Path) -> None:
    lines = [refused(bastion).replace("203.0.113.9", f"203.0.113.{host}") for host in range(1, 200)]
    found = explained(offline(), "--topology", str(saved), "-", given="\n".join([*lines, "", "rubbish"]))
    assert [said["record"] for said in found] == [*lines, "rubbish"]


def test_words_that_the_shell_took_apart_are_one_record(bastion: str, saved: Path) -> None:
    (said,) = explained(offline(), "--topology", str(saved), *refused(bastion).split())
    assert said["verdict"] == "security-group"


def test_the_reject_reason_of_a_format_that_has_it(bastion: str, saved: Path) -> None:
    fmt = "${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${protocol} ${action} ${reject-reason}"
    lines = [f"{bastion} 203.0.113.9 172.16.0.121 80 6 REJECT {reason}" for reason in ("BPA", "EC", "-")]
    found = explained(offline(), "--topology", str(saved), "--format", fmt, *lines)
    assert [said["verdict"] for said in found] == [
        "block-public-access",
        "encryption-controls",
        "security-group",
    ]


def test_without_records_the_rejected_ones_are_explained_in_their_order(still: Served) -> None:
    found = explained(still.environment, "--since", "20m")
    assert all(" REJECT " in said["record"] for said in found)
    starts = [int(said["record"].split()[10]) for said in found]
    assert starts == sorted(starts)


LIVE = [
    pytest.param("2", "80", "security-group", id="security group"),
    pytest.param("2", "0", "network-acl", id="network ACL, a reply"),
    pytest.param("8", "9100", "network-acl", id="network ACL"),
    pytest.param("8", "22", "security-group-and-network-acl", id="both"),
    pytest.param("8", "443", "block-public-access", id="block public access"),
    pytest.param("8", "80", "encryption-controls", id="encryption controls"),
    pytest.param("8", "8443", "allowed-by-current-rules", id="allowed"),
    pytest.param("8", "8080", "unknown", id="unknown"),
]
"""The demo's rejected records: version of the format, destination port, verdict."""


@pytest.fixture(scope="module")
def live(still: Served) -> list[Said]:
    """Every record of the last half hour, and rubbish, explained."""
    lines = run(still.environment, "tail", "--no-follow", "--output", "raw").stdout
    return explained(still.environment, "-", given=f"{lines}rubbish\n")


@pytest.mark.parametrize(("version", "port", "verdict"), LIVE)
def test_the_demo_has_a_live_example(live: list[Said], version: str, port: str, verdict: str) -> None:
    records = [(said, said["record"].split()) for said in live]
    found = [said for said, words in records if len(words) > 12 and words[12] == "REJECT"]
    meant = [said for said in found if [said["record"].split()[at] for at in (0, 6)] == [version, port]]
    assert len(meant) >= 5
    assert {said["verdict"] for said in meant} == {verdict}


def test_the_demo_has_every_verdict(live: list[Said]) -> None:
    assert {said["verdict"] for said in live} == {verdict.value for verdict in Verdict}


def test_what_comes_late_is_told_by_its_flags_and_its_twin(live: list[Said]) -> None:
    reasons = {said["reasons"][0] for said in live if said["verdict"] == "allowed-by-current-rules"}
    closed = "It came after its connection had been closed: TCP flags RST, 1 packet"
    assert all(reason.startswith(closed) for reason in reasons)
    # The twin of the newest may not have arrived.
    assert f"{closed}, an accepted record of the same connection." in reasons


FILTERED = [
    pytest.param("port 80", {"80"}, id="a port"),
    pytest.param("src 203.0.113.9 and dport 22,80", {"22", "80"}, id="addresses and ports"),
    pytest.param("accept", {"22"}, id="what was accepted"),
    pytest.param("interface-id = eni-0nobody", set(), id="nothing"),
    pytest.param("host bastion", {"22", "80", "443"}, id="a name of the saved topology"),
]


@pytest.mark.parametrize(("expression", "ports"), FILTERED)
def test_a_filter_chooses_what_is_explained(
    bastion: str, saved: Path, expression: str, ports: set[str]
) -> None:
    web = refused(bastion)
    lines = [web, web.replace(" 80 6 ", " 22 6 ").replace("REJECT", "ACCEPT")]
    lines += [web.replace(" 80 6 ", " 443 6 ").replace("203.0.113.9", "203.0.113.33"), "rubbish"]
    found = explained(offline(), "--topology", str(saved), "--filter", expression, *lines)
    assert {said["record"].split()[6] for said in found} == ports


def test_a_filter_hides_no_twin(bastion: str, saved: Path) -> None:
    rest = "0 0 1 4 336 1700000000 1700000003"
    asked = record(bastion, "203.0.113.12", "172.16.0.121", f"{rest} ACCEPT OK")
    back = record(bastion, "172.16.0.121", "203.0.113.12", f"{rest} REJECT OK")
    (reply,) = explained(offline(), "--topology", str(saved), "--filter", "reject", asked, back)
    assert "the record of the other direction was accepted" in reply["text"]


def test_a_filter_over_what_was_rejected(still: Served) -> None:
    found = explained(still.environment, "--since", "25m", "--filter", "dst port 9100 or host s3")
    assert {said["verdict"] for said in found} == {"network-acl", "encryption-controls"}


def test_a_wrong_filter_is_shown_with_its_place() -> None:
    ended = run(offline(), "explain", "--filter", "port eighty", "rubbish")
    assert ended.returncode == 2
    assert "^" in ended.stderr


def test_text_for_readers(still: Served, bastion: str) -> None:
    ended = run(still.environment, "explain", refused(bastion))
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0] == refused(bastion)
    assert "  security-group: Rejected by the security group: " in ended.stdout
    assert "aws ec2 authorize-security-group-ingress" in ended.stdout


def test_the_topology_as_text(still: Served) -> None:
    ended = run(still.environment, "topology")
    assert ended.returncode == 0
    assert "lab 172.16.0.0/16" in ended.stdout
    assert "rule 100 denies icmp to 0.0.0.0/0" in ended.stdout
    assert "rule * denies all traffic from ::/0" in ended.stdout
    assert "allows tcp/22 from 0.0.0.0/0" in ended.stdout


def test_a_saved_topology_holds_no_secrets(still: Served, saved: Path) -> None:
    assert still.environment["AWS_SECRET_ACCESS_KEY"] not in saved.read_text()
    assert still.environment["AWS_ACCESS_KEY_ID"] not in saved.read_text()


def test_what_was_denied_when_it_was_saved_is_named(bastion: str, saved: Path, tmp_path: Path) -> None:
    whole = json.loads(saved.read_text())
    rules = whole["topology"]["rules"]
    rules["groups"] = None
    rules["missing"] = [
        {"part": "security group rules", "action": "ec2:DescribeSecurityGroupRules", "sentence": "Denied."}
    ]
    path = tmp_path / "denied.json"
    path.write_text(json.dumps(whole))
    (said,) = explained(offline(), "--topology", str(path), refused(bastion))
    assert said["verdict"] == "unknown"
    assert said["actions"] == ["ec2:DescribeSecurityGroupRules"]
    assert "ec2:DescribeSecurityGroupRules" in said["text"]


def test_with_every_describe_denied_it_says_which_permission_would_help() -> None:
    def deny(asked: Asked) -> Answer:
        if asked.operation == "GetCallerIdentity":
            return ec2_error("AccessDenied", status=403)
        return ec2_error("UnauthorizedOperation", "You are not authorized to perform this operation.", 403)

    with serving(deny) as endpoint:
        environment = offline() | {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        (said,) = explained(environment, refused("eni-0fedcba9876543210"))
    assert said["verdict"] == "unknown"
    assert said["actions"] == ["ec2:DescribeNetworkInterfaces"]
    assert "ec2:DescribeNetworkInterfaces would tell" in said["text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{}", "It is no topology", id="another-object"),
        pytest.param("nonsense", "It is no JSON", id="no-json"),
    ],
)
def test_a_file_that_is_no_topology_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    ended = run(offline(), "explain", "--topology", str(path), "rubbish")
    assert ended.returncode == 1
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    assert run(offline(), "explain", "--topology", "/nonexistent/file", "rubbish").returncode == 2


def test_a_closed_pipe_ends_it_quietly(bastion: str, saved: Path) -> None:
    command = shlex.join([*FLOWTUI, "explain", "--topology", str(saved), "-"])
    ended = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        env=offline(),
        input=f"{refused(bastion)}\n" * 20_000,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
