# trendwatch in a container: one process that polls, composes, sends and serves.
#   docker build -t trendwatch .

FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY trendwatch trendwatch
COPY config config
COPY migrations migrations
RUN python -m venv /opt/trendwatch \
 && /opt/trendwatch/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
COPY --from=build /opt/trendwatch /opt/trendwatch
# All that is written lies in /data: database, outbox, trained models. Own files go to /config (see compose).
RUN useradd --system --uid 10001 --no-create-home trendwatch \
 && mkdir /data \
 && chown trendwatch /data
ENV PATH=/opt/trendwatch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRENDWATCH_CACHE=/data/models \
    TRENDWATCH_STORE_URL=sqlite:////data/trendwatch.db \
    TRENDWATCH_MAIL_OUTBOX=/data/outbox \
    TRENDWATCH_SERVE_HOST=0.0.0.0
USER trendwatch
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["trendwatch", "run"]
