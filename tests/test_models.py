"""A model is data: its spec, and the shelf that finds it."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import ALWAYS_LISTED, KNOWN
from core.errors import ModelBroken, ModelMissing
from core.home import Home
from core.models import ModelSpec, Pixels, sha256_of
from core.prepare import input_and_outputs, prepare
from core.recognise import read_labels
from core.shelf import Shelf

words = st.text(max_size=20)
specs = st.builds(
    ModelSpec,
    name=st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    title=words,
    tasks=st.just(("classify", "embed")),
    sha256=words,
    bytes=st.integers(0, 10**9),
    pixels=st.builds(Pixels, size=st.integers(1, 999), scale=st.floats(0.001, 1)),
    outputs=st.just({"scores": 0, "embedding": 1}),
    labels=st.lists(words, max_size=5).map(tuple),
    made_from=st.dictionaries(words, words, max_size=3),
)


@given(specs)
def test_a_spec_comes_back_from_its_json(spec: ModelSpec) -> None:
    assert ModelSpec.from_json(spec.to_json()) == spec


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers() | words, st.lists).map(str))
def test_a_foreign_spec_is_read_or_refused(text: str) -> None:
    with pytest.raises(ModelBroken):
        ModelSpec.from_json(text)


def test_a_spec_with_a_field_we_do_not_know_is_refused() -> None:
    spec = ModelSpec("a", "A", ("embed",), "0", 1, Pixels(), {"embedding": 0})
    text = spec.to_json().replace('"bytes"', '"code": "import os", "bytes"')
    with pytest.raises(ModelBroken, match="code"):
        ModelSpec.from_json(text)


def test_an_empty_home_lists_every_model_with_reason_and_remedy(tmp_path: Path) -> None:
    home = Home(tmp_path, "sqlite://", offline=True)
    models = {model.name: model for model in Shelf(home, tmp_path / "nothing").models()}
    assert set(models) == set(ALWAYS_LISTED)
    for model in models.values():
        assert model.state == "missing"
        assert model.reason and model.remedy


def test_with_a_network_what_the_hub_has_can_be_fetched(tmp_path: Path) -> None:
    shelf = Shelf(Home(tmp_path, "sqlite://"))
    states = {model.name: model.state for model in shelf.models()}
    assert states["mobilenet_v2"] == states["coco_ssd"] == "fetchable"
    module, payload = shelf.errand(shelf.get("mobilenet_v2"))
    assert module == "core.tf.hub"
    assert payload["entry"]["hub"].startswith("https://tfhub.dev/")


def test_real_files_are_recognised_under_any_name(weights: Path, tmp_path: Path) -> None:
    files = {
        "a.tflite": weights / "imagenet" / "tf2_mobilenet_v2_1.0_224_ptq.tflite",
        "b.tflite": weights / "detector" / "ssd_mobilenet_v1_1.0_quant_detect.tflite",
        "list.txt": weights / "imagenet" / "imagenet_labels.txt",
    }
    for name, source in files.items():
        shutil.copy(source, tmp_path / name)
    shelf = Shelf(Home(tmp_path / "home", "sqlite://", (tmp_path,), offline=True))
    assert shelf.get("mobilenet_v2").source == tmp_path / "a.tflite"
    assert len(shelf.get("mobilenet_v2").labels) == 1001
    assert shelf.get("coco_ssd").source == tmp_path / "b.tflite"


def test_a_file_of_another_hash_is_recognised_by_its_tensors(weights: Path, tmp_path: Path) -> None:
    for name in ("imagenet/mobilenet_v2_1.0_224_quant.tflite", "imagenet/imagenet_labels.txt"):
        shutil.copy(weights / name, tmp_path)
    path = tmp_path / "mobilenet_v2_1.0_224_quant.tflite"
    path.write_bytes(path.read_bytes() + b"\0" * 16)
    assert Shelf(Home(tmp_path / "h", "sqlite://", (tmp_path,))).get("mobilenet_v2").state == "found"


def test_imagenet_without_its_words_says_what_is_missing(weights: Path, tmp_path: Path) -> None:
    shutil.copy(weights / "imagenet" / "tf2_mobilenet_v2_1.0_224_ptq.tflite", tmp_path)
    model = Shelf(Home(tmp_path / "h", "sqlite://", (tmp_path,))).get("mobilenet_v2")
    assert model.state == "missing"
    assert "1001" in model.reason and tmp_path.name in model.remedy


def test_of_two_files_the_better_one_is_taken(weights: Path, tmp_path: Path) -> None:
    found = Shelf(Home(tmp_path, "sqlite://", (weights,))).get("mobilenet_v2")
    assert found.source is not None and found.source.name == "tf2_mobilenet_v2_1.0_224_ptq.tflite"


def test_teachable_machine_exports_are_found_with_their_words(furnished: Home) -> None:
    spec, _ = Shelf(furnished).ready("tflite_utensils")
    assert spec.tasks == ("classify", "embed")
    assert spec.embedding_size == 1280
    assert len(spec.labels) == 4


@pytest.mark.parametrize("entry", KNOWN, ids=lambda entry: entry.name)
def test_every_known_model_says_what_it_is(entry: object) -> None:
    fields = dataclasses.asdict(entry)  # type: ignore[call-overload]
    assert fields["title"] and fields["about"].endswith(".") and fields["licence"]
    assert fields["files"] or fields["hub"]
    assert all(len(sha256) == 64 for sha256 in fields["files"])


def test_every_prepared_model_has_a_true_spec_beside_it(furnished: Home) -> None:
    ready = [model for model in Shelf(furnished).models() if model.path and model.spec]
    assert {"mobilenet_v2", "mobilenet_v1", "coco_ssd"} <= {model.name for model in ready}
    for model in ready:
        assert model.spec is not None and model.path is not None
        assert model.spec.sha256 == sha256_of(model.path)
        assert model.spec.bytes == model.path.stat().st_size
        assert not list(model.path.parent.glob(".*"))


def test_a_name_nobody_knows_is_answered_with_those_that_are_known(furnished: Home) -> None:
    with pytest.raises(ModelMissing) as caught:
        Shelf(furnished).ready("resnet")
    assert "mobilenet_v2" in caught.value.remedy


@pytest.mark.parametrize("cut", [0, 3, 8, 100, 5000])
def test_a_cut_off_model_file_is_refused(cut: int, weights: Path, tmp_path: Path) -> None:
    whole = (weights / "imagenet" / "tf2_mobilenet_v2_1.0_224_ptq.tflite").read_bytes()
    path = tmp_path / "half.tflite"
    path.write_bytes(whole[:cut])
    with pytest.raises(ModelBroken):
        prepare(path, KNOWN[0], (), tmp_path / "out", {})
    assert not list((tmp_path / "out").glob("*"))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_model(noise: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(noise[:4] + b"TFL3" + noise[4:])
        file.flush()
        with pytest.raises(ModelBroken):
            input_and_outputs(Path(file.name))


def test_label_files_are_read_in_both_styles(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("0 rock\n1 paper cup\n2 ???\n", encoding="utf-8")
    assert read_labels(path) == ("rock", "paper cup", "")
    path.write_text("background\ntench, Tinca tinca\n", encoding="utf-8")
    assert read_labels(path) == ("", "tench, Tinca tinca")


def test_what_is_no_file_in_a_model_folder_is_passed_over(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    os.mkfifo(folder / "pipe.tflite")
    (folder / "zero.tflite").symlink_to("/dev/zero")
    (folder / "gone.tflite").symlink_to(tmp_path / "nowhere")
    (folder / "round.tflite").symlink_to(folder / "round.tflite")
    (folder / "folder.tflite").mkdir()
    shutil.copy(weights / "detector" / "ssd_mobilenet_v1_1.0_quant_detect.tflite", folder)
    shelf = Shelf(Home(tmp_path / "home", "sqlite://", (folder,), offline=True))
    assert shelf.get("coco_ssd").state == "found"


def test_folders_in_any_alphabet_get_names_of_their_own(weights: Path, tmp_path: Path) -> None:
    taught = weights / "teachable_machine"
    for name, source in (("торты", "tflite-utensils"), ("MobileNet V2", "tflite-cake-indonesia")):
        shutil.copytree(taught / source, tmp_path / name)
    models = {model.name for model in Shelf(Home(tmp_path / "h", "sqlite://", (tmp_path,))).models()}
    assert len(models - {*ALWAYS_LISTED, "cake_or_not"}) == 2
    assert all(name.isascii() and name for name in models)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../../x"},
        {"name": ["a"]},
        {"title": None},
        {"outputs": {}},
        {"outputs": {"scores": -99}},
        {"outputs": {"scores": float("inf")}},
        {"tasks": ["detect"]},
        {"pixels": {"size": 0}},
        {"pixels": {"size": 10**6}},
        {"pixels": {"size": "x"}},
    ],
    ids=str,
)
def test_a_spec_that_says_what_cannot_be_is_refused(change: dict[str, object]) -> None:
    good = ModelSpec("a", "A", ("classify",), "0", 1, Pixels(), {"scores": 0})
    assert ModelSpec.from_json(good.to_json()) == good
    with pytest.raises(ModelBroken):
        ModelSpec.from_json(json.dumps({**json.loads(good.to_json()), **change}))


def test_a_deeply_nested_spec_is_refused() -> None:
    with pytest.raises(ModelBroken):
        ModelSpec.from_json("[" * 200_000)
