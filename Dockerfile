# The bot in a container: docs/deploying.md says how to run it. Everything it keeps lies in /data.
FROM python:3.13-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /build/
RUN ["python", "-m", "venv", "/opt/venv"]
RUN ["/opt/venv/bin/pip", "install", "--require-hashes", "-r", "/build/requirements.txt"]
COPY pyproject.toml README.md LICENSE /app/
COPY bot /app/bot
COPY coaching /app/coaching
COPY demo /app/demo
COPY packs /app/packs
COPY scheduler /app/scheduler
COPY service /app/service
COPY storage /app/storage
# In place, because the packs lie beside the code.
RUN ["/opt/venv/bin/pip", "install", "--no-deps", "--no-build-isolation", "-e", "/app"]
RUN ["/opt/venv/bin/python", "-m", "compileall", "-q", "/app"]

FROM python:3.13-slim

RUN ["useradd", "--system", "--uid", "10001", "--home-dir", "/data", "--create-home", "coach"]
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# COACH_IMAGE tells the bot that its disk is lost with the container, unless a volume is mounted at /data.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    COACH_IMAGE=1 \
    DATABASE_URL=sqlite:////data/coach.db \
    LOG_FORMAT=json
WORKDIR /data
USER 10001
# No VOLUME: Docker would put a new one there for every container, and nobody would notice what was lost.
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "service.looking_in"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["coach"]
CMD ["serve"]
