"""The one command: ends everything it started, says what is wrong in one sentence, loses nothing at a second start."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from beteiligung.settings import ROOT
from journeys.conftest import free_port, start_site, stop_site

COMMAND = [str(Path(sys.executable).parent / "beteiligung"), "run"]


def family(pid):
    """Return the process and all that descend from it."""
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        found.add(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            todo += [int(child) for child in task.read_text().split()]
    return found


def alive(pids):
    def running(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except FileNotFoundError:
            return False

    return {pid for pid in pids if running(pid)}


def gone(pids, seconds=20):
    end = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < end:
        time.sleep(0.1)
    return not alive(pids)


def test_ctrl_c_ends_every_process_and_a_second_start_loses_nothing(tmp_path, demonstration):
    first = start_site(tmp_path, demonstration)
    processes = family(first.process.pid)
    assert len(processes) >= 4
    with urlopen(f"{first.url}/api/v1/commitments?region=werra-meissner") as answer:
        before = answer.read().replace(first.url.encode(), b"")
    stop_site(first)
    assert gone(processes)
    second = start_site(tmp_path)
    with urlopen(f"{second.url}/api/v1/commitments?region=werra-meissner") as answer:
        assert answer.read().replace(second.url.encode(), b"") == before
    processes = family(second.process.pid)
    second.process.send_signal(signal.SIGKILL)  # not even then is anything left behind
    second.process.wait()
    assert gone(processes)


def test_a_taken_port_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {**os.environ, "PORT": str(port), "BETEILIGUNG_VAR": str(tmp_path), "BETEILIGUNG_MODE": "demo"}
        done = subprocess.run(COMMAND, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "PORT=8123 make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_refuses_to_start_without_its_secrets(tmp_path):
    env = {k: v for k, v in os.environ.items() if not k.startswith("BETEILIGUNG_")}
    env |= {"PORT": str(free_port()), "BETEILIGUNG_VAR": str(tmp_path), "BETEILIGUNG_MODE": "production"}
    done = subprocess.run(COMMAND, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "In production" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "keys").exists()
