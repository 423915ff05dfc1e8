"""The engine on real weights: right answers, side by side, within bounds."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from core import image, pixels
from core.detect import suppress
from core.engine import Engine
from core.errors import EngineBusy, ModelBroken, ModelMissing
from core.home import Home
from core.models import Pixels
from core.shelf import Shelf
from tests.conftest import picture

IMAGES = "data/images"


def photograph(shared: Path, name: str) -> np.ndarray:
    return image.decode((shared / IMAGES / name).read_bytes())


def test_a_golf_ball_is_named_and_both_outputs_come_from_one_invoke(shared: Path, engine: Engine) -> None:
    answer = engine.classify(
        photograph(shared, "a_cake/not_cake/EliSchwartz_933151364df7.jpg"), "mobilenet_v2"
    )
    assert answer.top(1)[0].label == "golf ball"
    assert answer.top(1)[0].probability > 0.8
    assert answer.embedding.shape == (1280,)
    assert answer.probabilities.shape == (1001,)
    assert answer.elapsed_ms > 0


def test_a_cake_is_boxed_where_it_stands(shared: Path, engine: Engine) -> None:
    rgb = photograph(shared, "a_cake/cake/mohitparmar0_f5a3b169ff8b.jpg")
    boxes = suppress(engine.detect(rgb, "coco_ssd").boxes)
    assert [box.label for box in boxes] == ["cake"]
    height, width = rgb.shape[:2]
    cake = boxes[0]
    assert cake.x >= 0 and cake.x + cake.width <= width + 1e-6
    assert cake.x < width / 2 < cake.x + cake.width
    assert cake.width * cake.height > 0.3 * width * height


def test_more_boxes_than_ten_come_out_so_that_the_overlap_can_be_chosen(shared: Path, engine: Engine) -> None:
    found = engine.detect(photograph(shared, "a_cake/cake/mohitparmar0_f5a3b169ff8b.jpg"), "coco_ssd").boxes
    assert len(found) > 10
    assert len(suppress(found, score=0.3, overlap=0.85)) > len(suppress(found, score=0.3, overlap=0.3))


def test_the_same_answers_as_the_bare_file_gives(weights: Path, shared: Path, engine: Engine) -> None:
    from ai_edge_litert.interpreter import Interpreter

    rgb = photograph(shared, "b_grocery_fruit/banana/marcusklasso_964ed190631f.jpg")
    bare = Interpreter(str(weights / "imagenet" / "tf2_mobilenet_v2_1.0_224_ptq.tflite"))
    bare.allocate_tensors()
    bare.set_tensor(bare.get_input_details()[0]["index"], image.fit(rgb, 224)[None])
    bare.invoke()
    wanted = bare.get_tensor(bare.get_output_details()[0]["index"]).ravel() / 256
    np.testing.assert_allclose(engine.classify(rgb, "mobilenet_v2").probabilities, wanted, atol=1e-6)


def test_many_at_once_get_the_answers_they_get_alone(engine: Engine) -> None:
    pictures = [picture(seed, 200, 160) for seed in range(24)]
    alone = [engine.classify(rgb, "mobilenet_v2").probabilities for rgb in pictures]
    together = [engine.submit(rgb, "mobilenet_v2", "mobilenet_v1") for rgb in pictures]
    for wanted, future in zip(alone, together, strict=True):
        answers = future.result()
        np.testing.assert_array_equal(answers[0].probabilities, wanted)
        assert answers[1].embedding.shape == (1024,)


def test_a_model_is_not_asked_for_what_it_cannot_do(engine: Engine) -> None:
    with pytest.raises(ModelBroken, match="cannot detect"):
        engine.detect(picture(), "mobilenet_v2")
    with pytest.raises(ModelBroken, match="cannot classify"):
        engine.classify(picture(), "mobilenet_v1")


def test_a_missing_model_is_said_to_be_missing(engine: Engine) -> None:
    with pytest.raises(ModelMissing):
        engine.embed(picture(), "mobilenet_v3_small")


def test_a_full_queue_is_refused_and_recovers(furnished: Home) -> None:
    engine = Engine(Shelf(furnished).ready, workers=1, most_waiting=2)
    gate = threading.Event()

    def slow() -> np.ndarray:
        gate.wait(30)
        return picture()

    first = engine.submit(slow, "mobilenet_v2")
    second = engine.submit(picture(), "mobilenet_v2")
    with pytest.raises(EngineBusy, match="2 pictures"):
        engine.submit(picture(), "mobilenet_v2")
    gate.set()
    assert first.result() and second.result()
    assert engine.submit(picture(), "mobilenet_v2").result()
    engine.close()


def test_only_so_many_models_stay_in_memory(furnished: Home) -> None:
    engine = Engine(Shelf(furnished).ready, workers=1, most_models=2)
    for name in ("mobilenet_v2", "mobilenet_v1", "coco_ssd"):
        engine.warm_up(name)
    assert engine.loaded() == ("mobilenet_v1", "coco_ssd")
    engine.unload("coco_ssd")
    assert engine.loaded() == ("mobilenet_v1",)
    assert engine.detect(picture(), "coco_ssd").elapsed_ms > 0
    engine.close()


def test_a_file_that_was_exchanged_is_not_run(furnished: Home, tmp_path: Path) -> None:
    spec, path = Shelf(furnished).ready("mobilenet_v1")
    other = tmp_path / "mobilenet_v1.tflite"
    other.write_bytes(path.read_bytes()[:-1] + b"x")
    engine = Engine(lambda _: (spec, other), workers=1)
    with pytest.raises(ModelBroken, match="not the file its spec describes"):
        engine.embed(picture(), "mobilenet_v1")
    engine.close()


def test_what_a_decoder_raises_reaches_who_asked(engine: Engine) -> None:
    def broken() -> np.ndarray:
        return image.decode(b"no picture")

    with pytest.raises(ValueError):
        engine.submit(broken, "mobilenet_v2").result()
    assert engine.classify(picture(), "mobilenet_v2").top(1)


def test_float_and_integer_inputs_say_the_same() -> None:
    seen = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20
    spec = Pixels(size=2, scale=1 / 127.5, offset=-1.0)
    floats = pixels.tensor(seen, spec, np.float32)
    np.testing.assert_allclose(floats, seen[None].astype(np.float64) / 127.5 - 1, atol=1e-6)
    assert (pixels.tensor(seen, spec, np.int8).astype(int) == seen[None].astype(int) - 128).all()
    with pytest.raises(ModelBroken):
        pixels.tensor(seen, spec, np.float64)
