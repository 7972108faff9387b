# Built in three steps, so that what runs holds neither compilers nor packages of the front end. The checkout lies at /app:
# the software finds its templates, migrations and data there.

FROM node:20.19.4-bookworm-slim AS frontend
# A county's mirror of packages, where its data centre has one: the variable npm itself reads.
ARG npm_config_registry
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM python:3.11.13-slim-bookworm AS python
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The same for Python: the variable pip itself reads. LOCK=requirements-otel.lock adds OpenTelemetry; EXTRA=[onnx] adds what an
# own model of tone needs, which is in no lock file.
ARG PIP_INDEX_URL
ARG LOCK=requirements.lock
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.lock requirements-otel.lock ./
RUN /opt/venv/bin/pip install --require-hashes -r "$LOCK"
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
COPY worker ./worker
ARG EXTRA=
RUN /opt/venv/bin/pip install --no-deps -e . && { [ -z "$EXTRA" ] || /opt/venv/bin/pip install -e ".$EXTRA"; } && /opt/venv/bin/python -m compileall -q src worker

# What people reach: TLS, compression, and the files that never change.
FROM caddy:2.10.0-alpine AS proxy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY --from=frontend /app/frontend/dist /srv/static

FROM python:3.11.13-slim-bookworm AS app
# Pango sets letters and reports; pg_dump makes backups: Debian 12 has that of PostgreSQL 15, so compose.yaml runs 15 too.
RUN apt-get update && apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin beteiligung \
 && install -d -o beteiligung -g beteiligung -m 0700 /data
COPY --from=python /opt/venv /opt/venv
COPY --from=python /app /app
COPY alembic.ini /app/
COPY migrations /app/migrations
COPY data /app/data
COPY frontend/templates /app/frontend/templates
COPY frontend/locales /app/frontend/locales
COPY --from=frontend /app/frontend/dist /app/frontend/dist
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    BETEILIGUNG_MODE=production BETEILIGUNG_VAR=/data BETEILIGUNG_HOST=0.0.0.0
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["beteiligung", "web"]
