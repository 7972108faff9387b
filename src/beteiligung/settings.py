"""One frozen Settings, read once from the environment. In production no secret has a default."""

import ipaddress
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: the software runs from it, also in the image, and every path hangs on it."""

QUEUES = ("mail", "digest", "insight", "default")
"""Of the broker, by workload (`jobs.Job.queue`). Here, so that a start need not load Celery to name them."""

Mode = Literal["demo", "test", "production"]


class SettingsError(Exception):
    """The environment lacks something or contradicts itself; the message says what."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations.

    `mode` is demo (example people, mails as files, keys made by itself), test, or production.
    Times are in seconds unless the name says otherwise.
    """

    mode: Mode
    var: Path
    base_url: str
    host: str
    port: int
    database_url: str
    broker_url: str
    secret_key: str
    vote_key: str
    documents: tuple[Path, ...]
    smtp_url: str | None
    smtp_per_minute: int
    """Mails that one worker process hands over in a minute at most; 0 is without limit."""
    smtp_timeout: float
    """For each answer of the mail server; the one after the text may take six times as long."""
    mail_from: str
    trusted_proxies: frozenset[str]
    second_factor: bool
    """Whether an office counts only once the second factor was given."""
    returns_maildir: Path | None
    """Where a mail server files what comes back to `mail_from` (bounces, complaints), as a Maildir."""
    returns_imap: str | None
    """The mailbox where the same is read by IMAP: imaps://user:password@host/INBOX, or imap://…?starttls=1."""
    returns_secret: str | None
    """By which a mail server may post the same to /haken/mail; without it there is no such address."""
    push_key: str | None
    """Our own key for Web Push (32 bytes, base64url; `beteiligung push-key` prints a new one); without it there is no push."""
    contributor_id: str | None
    """How a catalogue of open data names who gives it data (dcatde:contributorID), an address that the catalogue's office assigns."""
    metrics_token: str | None
    """By which Prometheus reads /metrics; without it there is no such page."""
    oidc_file: Path | None
    """Identity providers, as TOML; see docs/identity-providers.md."""
    tone_model: Path | None = None
    """Folder with the operator's own model of tone: manifest.json and an ONNX file."""
    clamd_url: str | None = None
    """A virus scanner that every upload has to pass: tcp://host:3310 or unix:///run/clamav/clamd.ctl."""
    clamd_timeout: float = 20.0
    staff_header: str | None = None
    """The header in which an authenticating proxy names who is signed in (a mail address); only from `staff_proxies`, only for staff."""
    staff_proxies: frozenset[str] = frozenset()
    log_format: Literal["json", "text"] = "text"
    otlp_endpoint: str | None = None
    """Where traces go (OTLP over HTTP), as OpenTelemetry's own variable names it; without it nothing of it is loaded."""
    root: Path = ROOT
    form_limit: int = 64 * 1024
    upload_limit: int = 20 * 1024 * 1024
    page_cache_seconds: float = 5.0

    @property
    def secure(self) -> bool:
        """Whether people reach the site by https (cookies then are `__Host-` and Secure)."""
        return self.base_url.startswith("https://")

    @property
    def is_demo(self) -> bool:
        """Whether example people and the page with their mails may exist."""
        return self.mode != "production"


def _key(env: dict[str, str], name: str, mode: Mode, var: Path) -> str:
    """Return a secret: from the environment, from a file, and only outside production made anew."""
    if value := env.get(f"BETEILIGUNG_{name}"):
        return value
    given = env.get(f"BETEILIGUNG_{name}_FILE")
    path = Path(given) if given else var / "keys" / name.lower()
    if path.is_file():
        return path.read_text("utf-8").strip()
    if mode == "production":
        raise SettingsError(f"In production BETEILIGUNG_{name} (or BETEILIGUNG_{name}_FILE) must hold a secret of 32 characters or more.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = secrets.token_urlsafe(32)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8") as file:  # for nobody else to read
        file.write(value)
        file.flush()
        try:
            os.link(file.name, path)  # whole or not at all
        except FileExistsError:  # two processes started at once: the first one's key holds
            return path.read_text("utf-8").strip()
    return value


def _text(env: dict[str, str], name: str) -> str | None:
    """Return a setting that may hold a password: from the environment, or from the file that …_FILE names. Raises SettingsError."""
    given = env.get(f"BETEILIGUNG_{name}_FILE")
    if not given or env.get(f"BETEILIGUNG_{name}"):
        return env.get(f"BETEILIGUNG_{name}") or None
    try:
        return Path(given).read_text("utf-8").strip() or None
    except OSError as error:
        raise SettingsError(f"BETEILIGUNG_{name}_FILE names a file that cannot be read: {error.strerror}.") from error


def _number(env: dict[str, str], name: str, default: float) -> float:
    """Return a number that is not below zero. Raises SettingsError."""
    try:
        value = float(env.get(f"BETEILIGUNG_{name}") or default)
    except ValueError as error:
        raise SettingsError(f"BETEILIGUNG_{name} must be a number.") from error
    if not 0 <= value < 1e9:
        raise SettingsError(f"BETEILIGUNG_{name} must be zero or more.")
    return value


def _clamd(env: dict[str, str]) -> str | None:
    """Return the address of a virus scanner. Raises SettingsError."""
    address = env.get("BETEILIGUNG_CLAMD_URL") or None
    if address and not re.match(r"tcp://([^/:]+|\[[0-9a-f:]+\])(:\d+)?$|unix:///.", address):
        raise SettingsError("BETEILIGUNG_CLAMD_URL is tcp://host:3310 or unix:///path/to/socket.")
    return address


def _log_format(env: dict[str, str], default: str) -> Literal["json", "text"]:
    """Return how log lines are written. Raises SettingsError."""
    given = env.get("BETEILIGUNG_LOG_FORMAT") or default
    if given not in ("json", "text"):
        raise SettingsError("BETEILIGUNG_LOG_FORMAT is json or text.")
    return cast(Literal["json", "text"], given)


def _staff_header(env: dict[str, str]) -> tuple[str | None, frozenset[str]]:
    """Return the header of an authenticating proxy and whose word counts: both or neither. Raises SettingsError."""
    name = env.get("BETEILIGUNG_STAFF_HEADER", "").strip().lower()
    proxies = frozenset(env.get("BETEILIGUNG_STAFF_PROXIES", "").replace(",", " ").split())
    if not name and not proxies:
        return None, frozenset()
    if not name or not proxies:
        raise SettingsError("BETEILIGUNG_STAFF_HEADER and BETEILIGUNG_STAFF_PROXIES go together: whose word counts, and in which header.")
    if not re.fullmatch(r"x-[a-z0-9-]{2,60}|remote-user", name) or name.startswith("x-forwarded-for"):
        raise SettingsError("BETEILIGUNG_STAFF_HEADER must be a header of its own, for example X-Staff-Mail.")
    for address in proxies:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise SettingsError("BETEILIGUNG_STAFF_PROXIES must be addresses such as 10.0.0.5, with commas between.") from error
    return name, proxies


def _contributor(env: dict[str, str]) -> str | None:
    found = env.get("BETEILIGUNG_CONTRIBUTOR_ID") or None
    if found and not found.startswith(("http://", "https://")):
        raise SettingsError("BETEILIGUNG_CONTRIBUTOR_ID must be an address, as http://dcat-ap.de/def/contributors/…")
    return found


def load(env: dict[str, str]) -> Settings:
    """Read the settings from an environment; raises SettingsError with what to do."""
    mode = cast(Mode, env.get("BETEILIGUNG_MODE", "demo"))
    if mode not in get_args(Mode):
        raise SettingsError(f"BETEILIGUNG_MODE is demo, test or production, not {mode!r}.")
    var = Path(env.get("BETEILIGUNG_VAR", ROOT / "var")).resolve()
    try:
        port = int(env.get("PORT", "8000"))
    except ValueError as error:
        raise SettingsError("PORT must be a number.") from error
    documents = env.get("BETEILIGUNG_DOCUMENTS")
    production = mode == "production"
    base_url = env.get("BETEILIGUNG_BASE_URL", "" if production else f"http://localhost:{port}").rstrip("/")
    if production and not base_url.startswith("https://"):
        raise SettingsError("In production BETEILIGUNG_BASE_URL must be the https address people use.")
    database_url = _text(env, "DATABASE_URL")
    if production and not database_url:
        raise SettingsError("In production BETEILIGUNG_DATABASE_URL must name the PostgreSQL database.")
    secret, vote = (_key(env, name, mode, var) for name in ("SECRET_KEY", "VOTE_KEY"))
    if production and min(len(secret), len(vote)) < 32:
        raise SettingsError("BETEILIGUNG_SECRET_KEY and BETEILIGUNG_VOTE_KEY need 32 characters or more.")
    if secret == vote:
        raise SettingsError("BETEILIGUNG_SECRET_KEY and BETEILIGUNG_VOTE_KEY must differ: who knows one must not know the other.")
    returns_secret = _text(env, "RETURNS_SECRET")
    if returns_secret and len(returns_secret) < 32:
        raise SettingsError("BETEILIGUNG_RETURNS_SECRET needs 32 characters or more.")
    push_key = _text(env, "PUSH_KEY")
    if push_key and not re.fullmatch(r"[\w-]{43}", push_key, re.ASCII):
        raise SettingsError("BETEILIGUNG_PUSH_KEY must be what `beteiligung push-key` prints: 43 characters.")
    metrics_token = _text(env, "METRICS_TOKEN")
    if metrics_token and len(metrics_token) < 32:
        raise SettingsError("BETEILIGUNG_METRICS_TOKEN needs 32 characters or more.")
    staff_header, staff_proxies = _staff_header(env)
    return Settings(
        mode=mode,
        var=var,
        base_url=base_url,
        host=env.get("BETEILIGUNG_HOST", "127.0.0.1"),
        port=port,
        database_url=database_url or f"sqlite:///{var / 'beteiligung.sqlite3'}",
        broker_url=_text(env, "BROKER_URL") or f"filesystem://{var / 'broker'}",
        secret_key=secret,
        vote_key=vote,
        documents=tuple(
            Path(p).resolve() for p in ([documents] if documents else [ROOT / "documents", ROOT.parent / "shared" / "documents"])
        ),
        smtp_url=_text(env, "SMTP_URL"),
        smtp_per_minute=int(_number(env, "SMTP_PER_MINUTE", 0)),
        smtp_timeout=_number(env, "SMTP_TIMEOUT", 20),
        mail_from=env.get("BETEILIGUNG_MAIL_FROM", "Beteiligung <beteiligung@localhost>"),
        trusted_proxies=frozenset(env.get("BETEILIGUNG_TRUSTED_PROXIES", "").replace(",", " ").split()),
        second_factor=env.get("BETEILIGUNG_SECOND_FACTOR", "1" if production else "0") == "1",
        returns_maildir=Path(env["BETEILIGUNG_RETURNS_MAILDIR"]).resolve() if env.get("BETEILIGUNG_RETURNS_MAILDIR") else None,
        returns_imap=_text(env, "RETURNS_IMAP"),
        returns_secret=returns_secret,
        contributor_id=_contributor(env),
        metrics_token=metrics_token,
        push_key=push_key,
        tone_model=Path(env["BETEILIGUNG_TONE_MODEL"]).resolve() if env.get("BETEILIGUNG_TONE_MODEL") else None,
        clamd_url=_clamd(env),
        clamd_timeout=_number(env, "CLAMD_TIMEOUT", 20),
        staff_header=staff_header,
        staff_proxies=staff_proxies,
        log_format=_log_format(env, "json" if production else "text"),
        otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or None,
        oidc_file=Path(env["BETEILIGUNG_OIDC_FILE"]).resolve() if env.get("BETEILIGUNG_OIDC_FILE") else None,
    )


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return load(dict(os.environ))
