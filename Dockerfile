# The services of docker-compose.yaml that are ours: one image for Airflow's and the local Amazon,
# one for Superset.
# Python is the version that the tests run on; make keeps UV_VERSION too.
FROM python:3.11.14-slim-bookworm AS uv
ARG UV_VERSION=0.13.9
# By the hashes of its wheels for x86-64 and ARM; another version has others.
RUN printf '%s\n' "uv==${UV_VERSION} \
      --hash=sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19 \
      --hash=sha256:ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375" > /tmp/uv.txt \
    && pip install --no-cache-dir --require-hashes --requirement /tmp/uv.txt
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON=/usr/local/bin/python3 \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /opt/rekognition

FROM uv AS build
ARG EXTRAS="--extra airflow --extra ducklake --extra emulator --group stack"
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
# The libraries change seldom, our code often: two layers.
COPY pyproject.toml uv.lock README.md LICENSE ./
# hadolint ignore=SC2086
RUN uv sync --locked --no-dev --no-install-project ${EXTRAS}
COPY dags dags
COPY emulator emulator
COPY local local
COPY plugins plugins
COPY sql sql
COPY transforms transforms
# hadolint ignore=SC2086
RUN uv sync --locked --no-dev ${EXTRAS}

# Superset has libraries of its own that do not go together with Airflow's.
FROM uv AS build-superset
ENV UV_PROJECT_ENVIRONMENT=/opt/superset-venv
COPY bi/superset bi/superset
RUN uv sync --locked --no-dev --project bi/superset

FROM python:3.11.14-slim-bookworm AS base
# curl: the healthchecks. The image's version names its packages' versions well enough.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --gid 0 --home-dir /opt/airflow --create-home airflow \
    && install --directory --owner airflow --group 0 --mode 0775 \
        /data /data/emulator /data/published /opt/airflow/logs /opt/superset
USER 50000:0

FROM base AS superset
COPY --from=build-superset /opt/superset-venv /opt/superset-venv
COPY --from=build-superset /opt/rekognition/bi/superset /opt/rekognition/bi/superset
ENV PATH=/opt/superset-venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /opt/rekognition/bi/superset
CMD ["sh", "serve.sh"]

# The last one, so that a plain `docker build` makes it.
FROM base AS airflow
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/rekognition /opt/rekognition
ENV AIRFLOW_HOME=/opt/airflow \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /opt/rekognition
CMD ["airflow", "version"]
