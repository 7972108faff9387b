"""The fair distribution computed in a child process: with limits, one thread of linear algebra, and word of how far it is.

Sums of many threads depend on their order, and the solver knows no time limit of ours. The child reads one JSON object, prints
{"panels": n} now and then, at the end {"result": …}, or {"refused": message, "clash": …, "relaxations": …}. It knows no key and
no name: the pool comes to it under pseudonyms.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from beteiligung.council.columns import Search
from beteiligung.council.conflicts import Infeasible, as_json
from beteiligung.council.pool import Quota, canonical, read_pool
from beteiligung.council.sortition import Distribution, compute
from beteiligung.errors import DomainError, Invalid

SECONDS = 480
"""Of the clock; the worker's task may take 540."""
_MEMORY = 3 * 1024**3
"""Bytes of address space."""
EVERY = 2.0
"""Seconds between two words of progress."""


@dataclass(frozen=True)
class Task:
    """A draw as the child needs it; `people` is the pool as CSV under pseudonyms."""

    people: bytes
    quotas: tuple[Quota, ...]
    size: int
    household: tuple[str, ...]
    algorithm: str


class ComputingError(Exception):
    """The child has failed or was ended at its limits."""


def run(task: Task, seconds: float = SECONDS) -> Iterator[int | Distribution]:
    """Yield the number of panels found so far, now and then, and the distribution at the end.

    Raises Invalid (Infeasible's words and lists in its context) where there is none, ComputingError where the child failed.
    """
    asked = {
        "people": task.people.decode(), "quotas": [astuple(one) for one in task.quotas], "size": task.size,
        "household": task.household, "algorithm": task.algorithm,
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "LANG", "LC_ALL", "VIRTUAL_ENV"}}
    command = [sys.executable, "-P", "-m", "beteiligung.council.confined"]
    with tempfile.TemporaryFile() as order:
        order.write(json.dumps(asked).encode())
        order.seek(0)
        environment = {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with subprocess.Popen(command, stdin=order, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as child:  # noqa: S603
            late = threading.Timer(seconds, child.kill)
            late.start()
            try:
                yield from _heard(child)
            finally:
                late.cancel()
                child.kill()


def _heard(child: subprocess.Popen[bytes]) -> Iterator[int | Distribution]:
    for line in child.stdout or ():
        said: dict[str, Any] = json.loads(line)
        if "refused" in said:
            raise Invalid(said["refused"], clash=said.get("clash", []), relaxations=said.get("relaxations", []))
        if "result" in said:
            yield as_distribution(said["result"])
            return
        yield int(said["panels"])
    code = child.wait()
    if code in (-signal.SIGKILL, -signal.SIGXCPU):
        raise Invalid(
            "Die Rechnung dauert zu lange. Weniger Merkmale oder weitere Quoten machen sie leichter; ohne die Regel zu Haushalten "
            "geht sie oft schnell."
        )
    raise ComputingError(f"the computation ended with status {code}")


def as_json_result(found: Distribution) -> dict[str, Any]:
    """A distribution as JSON, exactly."""
    return {
        "ids": found.ids, "panels": found.panels, "excluded": found.excluded, "algorithm": found.algorithm, "gap": found.gap,
        "notes": found.notes,
    }  # fmt: skip


def as_distribution(told: dict[str, Any]) -> Distribution:
    """The distribution of such JSON."""
    panels = tuple((tuple(members), weight) for members, weight in told["panels"])
    return Distribution(tuple(told["ids"]), panels, tuple(told["excluded"]), told["algorithm"], told["gap"], tuple(told["notes"]))


def _watch(search: Search) -> None:
    """Say now and then how many panels there are, until the process ends."""

    def speak() -> None:
        _say({"panels": len(search.panels)})
        again = threading.Timer(EVERY, speak)
        again.daemon = True
        again.start()

    speak()


def _say(what: dict[str, Any]) -> None:
    sys.stdout.buffer.write(canonical(what))
    sys.stdout.buffer.flush()


def _quota(told: Sequence[Any]) -> Quota:
    return Quota(*told)


def main() -> None:
    """Be the child."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.load(sys.stdin)
    quotas = [_quota(one) for one in asked["quotas"]]
    try:
        pool = read_pool(asked["people"].encode(), quotas, asked["household"])
        answer: dict[str, Any] = {"result": as_json_result(compute(pool, quotas, asked["size"], asked["algorithm"], _watch))}
    except Infeasible as error:
        answer = {"refused": error.message, **as_json(error)}
    except DomainError as error:
        answer = {"refused": error.message}
    _say(answer)
    sys.stdout.flush()
    os._exit(0)  # without waiting for the thread that speaks


if __name__ == "__main__":
    main()
