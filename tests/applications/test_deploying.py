"""Proves that the files for TensorFlow Serving and Ray Serve say what was asked for, as others read them."""

from __future__ import annotations

import pytest
import yaml
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from course_lib.applications import deploying

TEXT, NUMBER, MESSAGE = 9, 3, 11
# The fields of TensorFlow Serving's messages that may occur: name, kind, whether it repeats, its message.
FIELDS = {
    "Latest": [("num_versions", NUMBER, False, "")],
    "Policy": [("latest", MESSAGE, False, "Latest")],
    "Config": [("name", TEXT, False, ""), ("base_path", TEXT, False, ""), ("model_platform", TEXT, False, ""),
               ("model_version_policy", MESSAGE, False, "Policy")],
    "List": [("config", MESSAGE, True, "Config")],
    "Server": [("model_config_list", MESSAGE, False, "List")],
    "Value": [("value", NUMBER, False, "")],
    "Batching": [(name, MESSAGE, False, "Value") for name in
                 ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads")]
                + [("allowed_batch_sizes", NUMBER, True, "")],
}  # fmt: skip


def message(name: str) -> object:
    """An empty message of these fields, which protobuf's own reader fills."""
    file = descriptor_pb2.FileDescriptorProto(name="served.proto", package="served", syntax="proto3")
    for kind, fields in FIELDS.items():
        made = file.message_type.add(name=kind)
        for number, (field, type_of, repeats, of) in enumerate(fields, start=1):
            own = made.field.add(name=field, number=number, type=type_of, label=3 if repeats else 1)
            if of:
                own.type_name = f".served.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"served.{name}"))()


MODELS = [deploying.ServedModel("sentences", "/models/a b", 2), deploying.ServedModel("judge", '/models/"judge"')]


def test_the_list_of_models_is_read_back_by_protobuf() -> None:
    found = text_format.Parse(deploying.serving_config(MODELS), message("Server")).model_config_list.config
    assert [(one.name, one.base_path, one.model_platform) for one in found] == [
        ("sentences", "/models/a b", "tensorflow"),
        ("judge", '/models/"judge"', "tensorflow"),
    ]
    assert [one.model_version_policy.latest.num_versions for one in found] == [2, 1]
    with pytest.raises(text_format.ParseError):
        text_format.Parse("model_config_list { configs {} }", message("Server"))


def test_the_batches_are_read_back_by_protobuf() -> None:
    found = text_format.Parse(deploying.batching_config((2, 8), 1.5, 10, 3), message("Batching"))
    assert (found.max_batch_size.value, found.batch_timeout_micros.value) == (8, 1_500)
    assert (found.max_enqueued_batches.value, found.num_batch_threads.value) == (10, 3)
    assert list(found.allowed_batch_sizes) == [2, 8]


def test_ray_is_told_how_many_copies_and_where() -> None:
    found = yaml.safe_load(deploying.ray_config("search", "serving.search:app", "Search", 3, 5, 8123))
    assert found["http_options"] == {"host": "127.0.0.1", "port": 8123}
    (application,) = found["applications"]
    assert (application["name"], application["import_path"]) == ("search", "serving.search:app")
    (deployment,) = application["deployments"]
    assert (deployment["name"], deployment["num_replicas"], deployment["max_ongoing_requests"]) == ("Search", 3, 5)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: deploying.serving_config([]), "models"),
        (lambda: deploying.serving_config([MODELS[0], MODELS[0]]), "models"),
        (lambda: deploying.ServedModel("a}", "/m"), "name"),
        (lambda: deploying.ServedModel("a", "m"), "folder"),
        (lambda: deploying.ServedModel("a", "/m", 0), "versions"),
        (lambda: deploying.batching_config((4, 2)), "sizes"),
        (lambda: deploying.batching_config(()), "sizes"),
        (lambda: deploying.batching_config(milliseconds=-1), "milliseconds"),
        (lambda: deploying.ray_config("a", "no colon", "D"), "where"),
        (lambda: deploying.ray_config("a\nb: c", "m:app", "D"), "name"),
        (lambda: deploying.ray_config("a", "m:app", "D", port=70_000), "port"),
    ],
)
def test_what_no_server_would_take_is_refused(make, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        make()


@pytest.mark.long
def test_tensorflow_servings_own_messages_take_the_files() -> None:
    server = pytest.importorskip("tensorflow_serving.config.model_server_config_pb2")
    found = text_format.Parse(deploying.serving_config(MODELS), server.ModelServerConfig())
    assert [one.name for one in found.model_config_list.config] == ["sentences", "judge"]


@pytest.mark.long
def test_rays_own_schema_takes_the_file() -> None:
    schema = pytest.importorskip("ray.serve.schema")
    found = schema.ServeDeploySchema.model_validate(
        yaml.safe_load(deploying.ray_config("search", "serving:app", "Search"))
    )
    (deployment,) = found.applications[0].deployments
    assert deployment.num_replicas == 2
    # The schema passes over words that it does not know: none of ours is one.
    assert deployment.model_fields_set == {"name", "num_replicas", "max_ongoing_requests", "ray_actor_options"}
