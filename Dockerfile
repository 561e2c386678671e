# Waygate's local mode in a container: API, console, demo upstream, and a stand-in for AWS, in one process.
#
#   docker build -t waygate .
#   docker run --rm -p 127.0.0.1:8787:8787 -p 127.0.0.1:8788:8788 -v waygate:/state waygate
#
# Publish the ports on 127.0.0.1 only, as above: who reaches them is the owner.
FROM node:22-bookworm-slim AS console
WORKDIR /build/ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY infra/console_headers.json /build/infra/
COPY ui/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /venv
COPY requirements-local.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements-local.txt

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home waygate && install -d -o waygate -g waygate -m 700 /state
WORKDIR /waygate
COPY --from=packages /venv /venv
COPY app.py ./
COPY .chalice/config.json .chalice/
COPY chalicelib/ chalicelib/
COPY cli/ cli/
COPY infra/ infra/
COPY --from=console /build/ui/dist ui/dist/
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
VOLUME /state
EXPOSE 8787 8788
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD \
  ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8787/api/v1/health/ready', timeout=2)"]
ENTRYPOINT ["python", "-m", "infra.local", "--listen", "0.0.0.0", "--state", "/state"]
