"""A connection to one account and region, by boto3's own credential chain and nothing home-made.

Clients are made when first needed, since making one takes longer than a call. Knows nothing of who asks.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from flowtui.aws import groups
from flowtui.aws.creation import FlowLogCreation
from flowtui.aws.endpoints import check_endpoint, check_environment
from flowtui.aws.errors import fault_of
from flowtui.aws.groups import Place
from flowtui.aws.insights import AwsInsights, take_raw_results
from flowtui.aws.logs import AwsLogs, take_raw_pages
from flowtui.aws.rules import RulesReader
from flowtui.aws.surroundings import profiles, signing_in
from flowtui.aws.topology import TopologyReader
from flowtui.aws.values import date_of
from flowtui.aws.wording import Caller, MfaPromptError
from flowtui.monitor.outside import FaultError, FaultKind, Identity, LogGroup
from flowtui.topology.model import Topology
from flowtui.topology.rules import Rules

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 20
"""Seconds; a page of 1 MB takes AWS one or two."""

_POOL_CONNECTIONS = 16
"""HTTP connections a client keeps: the parts of the topology are read at once, and so are pages."""

_SOURCES = {
    "env": "environment variables",
    "shared-credentials-file": "the credentials file",
    "config-file": "the config file",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a web identity",
    "sso": "SSO",
    "login": "aws login",
    "custom-process": "a credential process",
    "container-role": "the container's role",
    "iam-role": "the instance's role",
}
"""What botocore's providers are called where people read it; others are shown by botocore's name."""

Prompt = Callable[[str], str]
"""Asks the user for an MFA code, given the question."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose of the AWS-conventional options; None leaves it to boto3's own chain."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    insecure: bool = False
    """Whether an `http://` endpoint that is not on this machine is let pass."""
    read_only: bool = False
    """Whether nothing may be changed in the account."""


def connect(options: Options, prompt: Prompt | None = None) -> AwsConnection:
    """A connection by these options; asks nothing of AWS yet, but with `prompt` signs in at once.

    `prompt` is for profiles that need an MFA code, and is never called later. Raises FaultError: unknown
    profile, no region, unusable configuration, refused endpoint.
    """
    connection = AwsConnection(options)
    connection.open(prompt)
    return connection


def needs_prompt(options: Options) -> bool:
    """Whether the profile's sign-in asks for an MFA code, by the config file. Raises FaultError."""
    with _faults("", lambda: _caller(options)):
        session = botocore.session.Session(profile=options.profile)
        known = session.full_config.get("profiles", {})
        seen: set[str] = set()
        name = session.get_config_variable("profile") or "default"
        while name and name not in seen:
            seen.add(name)
            profile = known.get(name, {})
            if "mfa_serial" in profile and "role_arn" in profile:
                return True
            name = profile.get("source_profile")
    return False


@dataclass(slots=True)
class _Signed:
    """A boto3 session and the clients made with it so far."""

    session: boto3.Session
    clients: dict[tuple[str, int], Any] = field(default_factory=dict)
    """By service and number of retries; boto3's clients have no common type."""


class AwsConnection:
    """Fulfils `monitor.outside.HistoryConnection`.

    After an expired sign-in everything is made anew, so that credentials written meanwhile are found.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._signed: _Signed | None = None
        self._latest: _Signed | None = None
        """The last sign-in, also when it was forgotten: for the words of what failed with it."""
        self._identity: Identity | None = None
        self._answered: set[str] = set()
        self._logs = AwsLogs(self._logs_client, self.asking, self._here)
        self._insights = AwsInsights(self._logs_client, self.asking, self._here)
        self._topology = TopologyReader(self._ec2_client, self.identity, self.asking)
        self._rules = RulesReader(self._ec2_client, self.asking)

    def open(self, prompt: Prompt | None) -> None:
        """Makes the session; with `prompt` also signs in, asking for an MFA code. Raises FaultError."""
        with self.asking(""), self._lock:
            check_environment(self._options.insecure)
            check_endpoint(self._options.endpoint_url, self._options.insecure)
            self._signed = self._latest = _signed(self._options, prompt)
            if prompt is not None:
                _credentials(self._signed.session)

    def identity(self) -> Identity:
        """Who we are; asked once a sign-in. Raises FaultError."""
        if (known := self._identity) is not None:
            return known
        with self.asking("sts:GetCallerIdentity"):
            reply = self._client("sts", retries=2).get_caller_identity()
        caller = self._caller_here()
        date_s = date_of(reply.get("ResponseMetadata", {}).get("HTTPHeaders") or {})
        identity = Identity(
            reply.get("Account", ""),
            reply.get("Arn", ""),
            caller.region,
            caller.profile,
            None if date_s is None else time.time() - date_s,
        )
        self._identity = identity
        return identity

    def topology(self, vpc_ids: tuple[str, ...]) -> Topology:
        """Reads the topology; see the protocol. Raises FaultError."""
        return self._topology.read(vpc_ids, self._caller_here().region)

    def rules(self, topology: Topology) -> Rules:
        """Reads the rules; see the protocol."""
        return self._rules.read(topology)

    def logs(self) -> AwsLogs:
        """The account's log groups."""
        return self._logs

    def insights(self) -> AwsInsights:
        """Logs Insights over the account's log groups."""
        return self._insights

    def credentials_source(self) -> str:
        """How the credentials came; see the protocol."""
        signed = self._signed
        credentials = None if signed is None else signed.session.get_credentials()
        method = "" if credentials is None else str(credentials.method or "")
        return _SOURCES.get(method, method)

    def answered(self) -> frozenset[str]:
        """The actions that AWS has answered; see the protocol."""
        return frozenset(self._answered)

    def log_groups(self, names: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        """Describes log groups; see the protocol. Raises FaultError."""
        with self.asking(groups.DESCRIBE):
            return groups.described(self._client("logs", retries=0), names)

    def flow_log_account(self) -> FlowLogCreation:
        """What makes and removes flow logs."""
        options = self._options
        return FlowLogCreation(
            self,
            lambda service: self._client(service, retries=0),
            self.asking,
            options.endpoint_url,
            read_only=options.read_only,
        )

    @contextmanager
    def asking(self, action: str) -> Iterator[None]:
        """Turns whatever is raised inside into a FaultError about this action."""
        signed = self._signed
        try:
            # Another thread may have forgotten the sign-in that this one failed with.
            with _faults(action, lambda: self._caller_of(signed or self._latest)):
                yield
            self._answered.add(action)
        except FaultError as error:
            if error.fault.kind in (FaultKind.EXPIRED, FaultKind.NO_CREDENTIALS):
                self._forget(signed)
            raise

    def _forget(self, signed: _Signed | None) -> None:
        """Has credentials looked for anew, unless another thread has done so since they were used."""
        with self._lock:
            if signed is None or self._signed is signed:
                self._signed = None
                self._identity = None

    def _here(self) -> Place:
        signed, identity = self._signed, self._identity
        region = signed.session.region_name if signed is not None else self._options.region
        return Place(region or "", "" if identity is None else identity.account)

    def _caller_here(self) -> Caller:
        return self._caller_of(self._signed)

    def _caller_of(self, signed: _Signed | None) -> Caller:
        return _caller(self._options, None if signed is None else signed.session)

    def _client(self, service: str, retries: int) -> Any:
        with self._lock:
            if self._signed is None:
                self._signed = self._latest = _signed(self._options, None)
            signed = self._signed
            if (service, retries) not in signed.clients:
                if not signed.clients:
                    _credentials(signed.session)
                signed.clients[service, retries] = _made(signed.session, service, retries, self._options)
            return signed.clients[service, retries]

    def _ec2_client(self) -> Any:
        return self._client("ec2", retries=2)

    def _logs_client(self) -> Any:
        # Retrying is the tail's own, since every attempt counts against its budget.
        return self._client("logs", retries=0)


def _made(session: boto3.Session, service: str, retries: int, options: Options) -> Any:
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"total_max_attempts": retries + 1, "mode": "standard"},
        max_pool_connections=_POOL_CONNECTIONS,
        tcp_keepalive=True,
        user_agent_extra=f"flowtui/{_version()}",
    )
    # The stubs want a literal service name.
    client: Any = session.client(service, endpoint_url=options.endpoint_url, config=config)  # type: ignore[call-overload]
    check_endpoint(client.meta.endpoint_url, options.insecure)
    if service == "logs":
        take_raw_pages(client)
        take_raw_results(client)
    return client


def _version() -> str:
    try:
        return metadata.version("flowtui")
    except metadata.PackageNotFoundError:
        return "source"


def _signed(options: Options, prompt: Prompt | None) -> _Signed:
    """A new session. Raises botocore's errors for a profile or a config file, and for a missing region."""
    inner = botocore.session.Session(profile=options.profile)
    session = boto3.Session(region_name=options.region, botocore_session=inner)
    if not session.region_name:
        raise botocore.exceptions.NoRegionError
    # botocore would ask on the terminal, in the middle of the screen.
    provider = inner.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = _once(prompt)
    return _Signed(session)


def _once(prompt: Prompt | None) -> Prompt:
    """The prompt for the first question; whoever is asked later gets an error instead."""
    prompts = [prompt] if prompt is not None else []

    def ask(question: str) -> str:
        if not prompts:
            raise MfaPromptError(question)
        return prompts.pop()(question)

    return ask


def _credentials(session: boto3.Session) -> None:
    """Looks for credentials once, before each client would look for itself and wait for IMDS."""
    try:
        credentials = session.get_credentials()
    except json.JSONDecodeError:
        # Of all that is asked, only a program of the user's can answer so.
        what = {"provider": "a program", "error_msg": "what credential_process prints is not JSON"}
        raise botocore.exceptions.CredentialRetrievalError(**what) from None
    if credentials is None:
        raise botocore.exceptions.NoCredentialsError
    credentials.get_frozen_credentials()


def _caller(options: Options, session: boto3.Session | None = None) -> Caller:
    now = time.time()
    if session is None:
        return Caller(options.profile, profiles(), options.region or "", now)
    profile = options.profile or (session.profile_name if session.profile_name != "default" else None)
    inner = session._session
    known = inner.full_config.get("profiles", {})
    # Not asked for here, since that would look for them anew.
    credentials = getattr(inner, "_credentials", None)
    return Caller(
        profile,
        session.available_profiles,
        session.region_name or "",
        now,
        signing_in(known, profile or "default"),
        str(getattr(credentials, "method", None) or ""),
    )


@contextmanager
def _faults(action: str, caller: Callable[[], Caller]) -> Iterator[None]:
    try:
        yield
    except FaultError:
        raise
    except Exception as error:
        raise FaultError(fault_of(error, action, caller())) from error
