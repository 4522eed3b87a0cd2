"""A bounded load on a server, from a process of its own: how long its answers take, and how many fail.

`python -m course_lib.applications.loading http://127.0.0.1:8000/search '{"question": "wing"}' --requests 200
--at-once 4` prints one line of JSON. It needs Python's own library alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """What a load found.

    Args:
        requests: how many were sent.
        failed: how many were not answered with 200.
        seconds: from the first to the last.
        milliseconds: of each answer, rising.
    """

    requests: int
    failed: int
    seconds: float
    milliseconds: list[float]

    def quantile(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds.

        Args:
            share: 0.5 for the median, 0.99 for all but the slowest hundredth.
        """
        if not self.milliseconds:
            return float("nan")
        place = min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))
        return self.milliseconds[place]


def send(url: str, bodies: Sequence[str], requests: int = 100, at_once: int = 4, patience: float = 30.0) -> Load:
    """Send requests, so many at once and never more, and wait for every answer.

    Args:
        url: where to; each body is sent by POST as JSON.
        bodies: what is sent, in turn.
        requests: how many.
        at_once: how many threads send, each one request after the other.
        patience: after how many seconds an answer is given up.
    """
    target, left = urlsplit(url), iter(range(requests))
    times: list[float] = []
    failures: list[int] = []
    lock = threading.Lock()

    def worker() -> None:
        line = http.client.HTTPConnection(target.hostname, target.port, timeout=patience)
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                line.close()
                return
            begin = time.perf_counter()
            try:
                body = bodies[number % len(bodies)].encode()
                line.request("POST", target.path or "/", body, {"Content-Type": "application/json"})
                answer = line.getresponse()
                answer.read()
                good = answer.status == 200
            except (OSError, http.client.HTTPException):
                line.close()
                good = False
            with lock:
                times.append(1_000 * (time.perf_counter() - begin))
                failures.extend([] if good else [number])

    threads = [threading.Thread(target=worker) for _ in range(at_once)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(requests, len(failures), time.perf_counter() - begin, sorted(times))


def measure(url: str, bodies: Sequence[dict], requests: int = 100, at_once: int = 4) -> Load:
    """The same from a second process, so that sender and server do not share an interpreter.

    Args:
        url: where to.
        bodies: what is sent, in turn.
        requests: how many.
        at_once: how many at a time.

    Raises:
        subprocess.CalledProcessError: if the process fails.
    """
    command = [sys.executable, "-m", "course_lib.applications.loading", url, *map(json.dumps, bodies)]
    command += ["--requests", str(requests), "--at-once", str(at_once)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    return Load(**json.loads(answer.stdout))


def main(arguments: Sequence[str] | None = None) -> None:
    """Send a load and print what it found.

    Args:
        arguments: of the command line; None for those that Python was called with.
    """
    parser = argparse.ArgumentParser(description="A bounded load on a server.")
    parser.add_argument("url")
    parser.add_argument("bodies", nargs="+", help="JSON that is sent, in turn")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=4)
    given = parser.parse_args(arguments)
    print(json.dumps(asdict(send(given.url, given.bodies, given.requests, given.at_once))))


if __name__ == "__main__":
    main()
