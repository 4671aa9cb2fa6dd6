# Two stages: wheels are built where Rust is, then installed where it is not.
#
#   docker build -t quant-portfolio .
#   docker run --rm quant-portfolio                                     # qpp reproduce: the quick preset
#   docker run --rm -it quant-portfolio python                          # the libraries
#   docker run --rm -v "$PWD/reports:/reports" quant-portfolio \
#       qpp reproduce --json /reports/result.json --html /reports/report.html

FROM rust:1-slim-bookworm AS rust

FROM python:3.11-slim-bookworm AS wheels
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN sh shared/setup/wheels.sh /wheels

FROM python:3.11-slim-bookworm
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl
RUN useradd --create-home quant && mkdir /reports && chown quant /reports
USER quant
WORKDIR /home/quant
CMD ["qpp", "reproduce"]
