"""Files for servers that are made for models: TensorFlow Serving's two and Ray Serve's one, from checked numbers.

A server reads such a file when it starts, and a misspelt word in it is found in the night. So they are written by a
program, and the tests read them back with the servers' own definitions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.base.arguments import require_integer, require_text

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class ServedModel:
    """A model that TensorFlow Serving loads.

    Args:
        name: by which it is asked.
        folder: where its versions lie, each in a folder that is called by a number; absolute.
        versions: how many of the latest are kept at a time.

    Raises:
        ValueError: if the name has other characters than letters, digits, - and _, or the folder is not absolute.
    """

    name: str
    folder: str
    versions: int = 1

    def __post_init__(self) -> None:
        _require_name("name", self.name)
        require_text("folder", self.folder)
        if not self.folder.startswith("/"):
            raise ValueError(f"folder is {self.folder!r}; allowed: an absolute one, which begins with /")
        require_integer("versions", self.versions, at_least=1)


def serving_config(models: Sequence[ServedModel]) -> str:
    """TensorFlow Serving's list of models, for `--model_config_file`.

    Args:
        models: the models, one at least, each with a name of its own.

    Raises:
        ValueError: if there is none, or a name comes twice.

    Source: the message ModelServerConfig of TensorFlow Serving, as protobuf's text.
    """
    names = [model.name for model in models]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"models has the names {names}; allowed: one model or more, each with a name of its own")
    lines = ["model_config_list {"]
    for model in models:
        lines += [
            "  config {",
            f"    name: {json.dumps(model.name)}",
            f"    base_path: {json.dumps(model.folder)}",
            '    model_platform: "tensorflow"',
            f"    model_version_policy {{ latest {{ num_versions: {model.versions} }} }}",
            "  }",
        ]
    return "\n".join([*lines, "}", ""])


def batching_config(
    sizes: Sequence[int] = (1, 4, 16), milliseconds: float = 2.0, waiting: int = 64, threads: int = 2
) -> str:
    """How TensorFlow Serving collects questions, for `--batching_parameters_file` beside `--enable_batching`.

    Args:
        sizes: how many rows a batch may have, rising: smaller ones are filled up, so that few shapes occur.
        milliseconds: for how long a batch may wait to be filled.
        waiting: how many batches may wait; what comes besides is refused.
        threads: how many batches are worked on at a time.

    Raises:
        ValueError: if the sizes do not rise, or a number is out of its range.

    Source: the message BatchingParameters of TensorFlow Serving, as protobuf's text.
    """
    sizes = [require_integer("sizes", size, at_least=1) for size in sizes]
    if not sizes or sorted(set(sizes)) != sizes:
        raise ValueError(f"sizes is {sizes}; allowed: one or more, each larger than the one before")
    if not 0 <= milliseconds <= 1_000:
        raise ValueError(f"milliseconds is {milliseconds}; allowed: from 0 to 1,000")
    numbers = {
        "max_batch_size": sizes[-1],
        "batch_timeout_micros": round(1_000 * milliseconds),
        "max_enqueued_batches": require_integer("waiting", waiting, at_least=1),
        "num_batch_threads": require_integer("threads", threads, at_least=1),
    }
    lines = [f"{name} {{ value: {number} }}" for name, number in numbers.items()]
    return "\n".join([*lines, *(f"allowed_batch_sizes: {size}" for size in sizes), ""])


def ray_config(name: str, where: str, deployment: str, replicas: int = 2, at_once: int = 16, port: int = 8000) -> str:
    """Ray Serve's file, for `serve deploy`: so many copies of one program, each on a core of its own.

    Args:
        name: of the application.
        where: the program, as a module and a name in it, such as "serving:app".
        deployment: the name of its one deployment.
        replicas: how many copies.
        at_once: how many requests one copy takes at a time.
        port: where it listens.

    Raises:
        ValueError: if a name is none, `where` has another form, or a number is out of its range.

    Source: the schema ServeDeploySchema of Ray Serve, as YAML.
    """
    for argument, value in (("name", name), ("deployment", deployment)):
        _require_name(argument, value)
    require_text("where", where)
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", where):
        raise ValueError(f"where is {where!r}; allowed: a module and a name in it, such as 'serving:app'")
    require_integer("replicas", replicas, at_least=1)
    require_integer("at_once", at_once, at_least=1)
    require_integer("port", port, at_least=1, at_most=65_535)
    return f"""proxy_location: EveryNode
http_options:
  host: 127.0.0.1
  port: {port}
applications:
  - name: {name}
    route_prefix: /
    import_path: {json.dumps(where)}
    deployments:
      - name: {deployment}
        num_replicas: {replicas}
        max_ongoing_requests: {at_once}
        ray_actor_options:
          num_cpus: 1
"""


def _require_name(argument: str, name: str) -> None:
    require_text(argument, name)
    if not _NAME.fullmatch(name):
        raise ValueError(f"{argument} is {name!r}; allowed: a letter, then letters, digits, - and _, 64 at most")
