"""One frozen Settings, read once from the environment. In production no secret has a default."""

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: the software runs from it, also in the image, and every path hangs on it."""

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
    mail_from: str
    trusted_proxies: frozenset[str]
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
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
    except FileExistsError:  # two processes started at once: the first one's key holds
        return path.read_text("utf-8").strip()
    return value


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
    if production and not env.get("BETEILIGUNG_DATABASE_URL"):
        raise SettingsError("In production BETEILIGUNG_DATABASE_URL must name the PostgreSQL database.")
    secret, vote = (_key(env, name, mode, var) for name in ("SECRET_KEY", "VOTE_KEY"))
    if production and min(len(secret), len(vote)) < 32:
        raise SettingsError("BETEILIGUNG_SECRET_KEY and BETEILIGUNG_VOTE_KEY need 32 characters or more.")
    if secret == vote:
        raise SettingsError("BETEILIGUNG_SECRET_KEY and BETEILIGUNG_VOTE_KEY must differ: who knows one must not know the other.")
    return Settings(
        mode=mode,
        var=var,
        base_url=base_url,
        host=env.get("BETEILIGUNG_HOST", "127.0.0.1"),
        port=port,
        database_url=env.get("BETEILIGUNG_DATABASE_URL") or f"sqlite:///{var / 'beteiligung.sqlite3'}",
        broker_url=env.get("BETEILIGUNG_BROKER_URL") or f"filesystem://{var / 'broker'}",
        secret_key=secret,
        vote_key=vote,
        documents=tuple(
            Path(p).resolve() for p in ([documents] if documents else [ROOT / "documents", ROOT.parent / "shared" / "documents"])
        ),
        smtp_url=env.get("BETEILIGUNG_SMTP_URL") or None,
        mail_from=env.get("BETEILIGUNG_MAIL_FROM", "Beteiligung <beteiligung@localhost>"),
        trusted_proxies=frozenset(env.get("BETEILIGUNG_TRUSTED_PROXIES", "").replace(",", " ").split()),
    )


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return load(dict(os.environ))
