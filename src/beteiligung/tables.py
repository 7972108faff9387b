"""Imports every table, for the app, the command line, the worker and the migrations."""

from sqlmodel import SQLModel

import beteiligung.audit
import beteiligung.catalogue.models
import beteiligung.identity.models
import beteiligung.jobs
import beteiligung.notifications.models
import beteiligung.participation.models
import beteiligung.places.models  # noqa: F401

metadata = SQLModel.metadata
