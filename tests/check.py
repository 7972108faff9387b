"""`make check`: everything that can be wrong without running a test. Prints one line per check."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
REACHABLE = {"pip-audit", "npm audit"}
"""Ask a server of advisories: where it cannot be reached, that is said and no failure."""
UNREACHABLE = (
    "ConnectionError",
    "Max retries",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ServiceError",
    "audit endpoint returned an error",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "Forbidden",
    "HTTPError",
)

FOUND = re.compile(r"[1-9]\d* known vulnerabilit|^severity:|[1-9]\d* (low|moderate|high|critical) ", re.IGNORECASE | re.MULTILINE)
"""An answer, whatever words its advisories use."""

TEMPLATES = """
from beteiligung.web.render import environment
env = environment()
names = env.list_templates(filter_func=lambda name: name.endswith((".html", ".xml", ".txt")))
for name in names:
    env.get_template(name)
print(len(names), "templates compile")
"""


def checks(var: str) -> list[tuple[str, list[str], Path, dict[str, str]]]:
    """Return (name, command, folder, extra environment) of each check."""
    database = {"BETEILIGUNG_VAR": var, "BETEILIGUNG_MODE": "test"}
    return [
        ("ruff", [str(BIN / "ruff"), "check", "src", "worker", "tests", "migrations"], ROOT, {}),
        ("ruff format", [str(BIN / "ruff"), "format", "--check", "--quiet", "src", "worker", "tests"], ROOT, {}),
        ("mypy", [str(BIN / "mypy")], ROOT, {}),
        ("import-linter", [str(BIN / "lint-imports")], ROOT, database),
        ("migrate", [str(BIN / "alembic"), "upgrade", "head"], ROOT, database),
        ("alembic check", [str(BIN / "alembic"), "check"], ROOT, database),
        ("templates", [sys.executable, "-c", TEMPLATES], ROOT, database),
        ("typescript", ["npm", "run", "--silent", "check"], ROOT / "frontend", {}),
        ("pip-audit", [str(BIN / "pip-audit"), "--require-hashes", "--disable-pip", "-r", "requirements.lock"], ROOT, {}),
        ("licences", [sys.executable, "tests/licences.py"], ROOT, {}),
        ("npm audit", ["npm", "audit", "--omit=dev", "--audit-level=high"], ROOT / "frontend", {}),
    ]


def main() -> int:
    """Run all checks; returns 1 if any failed."""
    failed = []
    with tempfile.TemporaryDirectory() as var:
        for name, command, folder, extra in checks(var):
            started = time.monotonic()
            done = subprocess.run(command, cwd=folder, env={**os.environ, **extra}, capture_output=True, text=True, check=False)
            output = done.stdout + done.stderr
            unreachable = name in REACHABLE and done.returncode and not FOUND.search(output) and any(word in output for word in UNREACHABLE)
            state = "not reachable here" if unreachable else "ok" if done.returncode == 0 else "FAILED"
            print(f"{name:14} {state} ({time.monotonic() - started:.1f} s)", flush=True)
            if state == "FAILED":
                failed.append(name)
                print(output, flush=True)
    print("All checks passed." if not failed else f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
