# An image in which `--isolation full` works without root. The flags that a container needs for it, and what was tried
# of this and what not, are in docs/other-machines.md.
ARG PYTHON=3.11
FROM python:${PYTHON}-slim-bookworm

# What is installed besides the engine, as in pyproject.toml: `--build-arg EXTRAS=grade,dask`.
ARG EXTRAS=grade
# For pip, say another index, from which a smaller torch without CUDA comes.
ARG PIP_OPTIONS=""

RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap libseccomp2 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/gradeprop
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN python -m pip install --no-cache-dir --constraint constraints.txt ${PIP_OPTIONS} ".[${EXTRAS}]"

# Not root, and no other user's: whoever a container runs as may write there, and torch asks for a name.
RUN useradd --create-home --uid 1000 grader && chmod 1777 /home/grader
ENV HOME=/home/grader USER=grader LOGNAME=grader PYTHONUNBUFFERED=1
USER grader

# The course: --volume "$PWD":/course
WORKDIR /course
# The first process of a container never hears of the usual signal to stop; this one is Ctrl-C's.
STOPSIGNAL SIGINT
ENTRYPOINT ["gradeprop"]
CMD ["doctor"]
