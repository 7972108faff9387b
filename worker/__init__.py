"""The Celery side: settings, the beat schedule, and one thin task per job."""
