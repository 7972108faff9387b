"""Imports every table, for the app, the command line, the worker and the migrations."""

from sqlmodel import SQLModel

import beteiligung.audit
import beteiligung.catalogue.models
import beteiligung.catalogue.version_models
import beteiligung.council.models
import beteiligung.council.recommendation_models
import beteiligung.exports.models
import beteiligung.identity.factor_models
import beteiligung.identity.models
import beteiligung.identity.oidc_models
import beteiligung.identity.residence_models
import beteiligung.identity.rights_models
import beteiligung.identity.vote_key_models
import beteiligung.insight.snapshot_models
import beteiligung.insight.tone_models
import beteiligung.jobs
import beteiligung.moderation.models
import beteiligung.notifications.models
import beteiligung.participation.models
import beteiligung.participation.paper_models
import beteiligung.places.models
import beteiligung.reporting.models
import beteiligung.resolutions.models  # noqa: F401

metadata = SQLModel.metadata
