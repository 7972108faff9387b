"""Starts a module as `python -m` does, with the clock set back and the schedule made quick: `process.py SECONDS MODULE …`.

Celery's own clock stays as it is; what the platform takes for the present is SECONDS earlier.
"""

import os
import runpy
import sys
from datetime import timedelta

from beteiligung import clock

if __name__ == "__main__":
    back, present = timedelta(seconds=float(sys.argv[1])), clock.utcnow
    clock.utcnow = lambda: present() - back  # before any other module takes it by name
    sys.argv = sys.argv[2:]
    sys.path.insert(0, "")
    from worker.app import app

    app.conf.beat_schedule["sweep"] |= {"schedule": 1.5, "options": {"expires": 1.5}}
    app.conf.beat_schedule["hourly"]["schedule"] = 1.0
    if os.environ.get("NIGHT_EVERY_SECOND"):
        app.conf.beat_schedule["nightly"]["schedule"] = 1.0
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
