"""What goes wrong on the way leaves nothing and is told."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs import Job
from tests.hub.made import BLOB, LONG, Hub, classifier, embedder, failure, packed
from tests.loopback import reply


def test_an_archive_of_another_hash_is_not_kept(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    handle = hub.offer("feature_vector/5", reply((models / "feature_vector.tar.gz").read_bytes()))
    message = failure(fetch(embedder(handle, "ab" * 32)), home)
    assert "SHA-256" in message and "not kept" in message


def test_a_connection_cut_midway_leaves_nothing(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer_half("cut/1", then=lambda: None)
    assert "127.0.0.1" in failure(fetch(embedder(handle)), home)


def test_a_model_the_hub_does_not_have_is_told(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    assert "404" in failure(fetch(embedder(f"{hub.root}/nothing/1")), home)


def test_a_slow_download_shows_its_progress_and_can_be_stopped(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    job = fetch(embedder(hub.offer_half("slow/1", then=hub.gone.wait)))
    seen = {job.snapshot().fraction}
    while not job.wait(0.01) and job.note != "Downloading: 0.5 of 1.0 MB":
        seen.add(job.snapshot().fraction)
    assert job.snapshot().state == "running"
    assert job.fraction == pytest.approx(0.3)
    assert any(home.rglob("*.part")), "the half that has come should lie in the job's room"
    job.stop()
    assert job.wait(LONG)
    assert job.state == "stopped"
    assert list(home.iterdir()) == []


def test_a_worker_killed_during_the_download_leaves_nothing(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    job = fetch(embedder(hub.offer_half("slow/1", then=hub.gone.wait)))
    while not job.wait(0.01) and not job.note.startswith("Downloading"):
        pass
    os.kill(job.pid, signal.SIGKILL)
    assert "memory ran out" in failure(job, home)


def test_a_full_disk_is_named_with_what_is_needed(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer("large/1", reply(BLOB))
    # No file may grow beyond 100 kB, here and in the processes started from here: the write fails
    # in the worker as it does on a full disk, only with "File too large" as its reason.
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    try:
        job = fetch(embedder(handle))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    message = failure(job, home)
    assert message.startswith(f"The disk of {home} is too full: ")
    assert "at least 3 MB are needed" in message


def test_offline_nobody_is_asked(
    fetch: Callable[..., Job], hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    assert "FAKERY_OFFLINE" in failure(fetch(embedder(hub.offer("any/1", reply(BLOB)))), home)
    assert hub.asked == []


def test_a_private_address_is_refused(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer("any/1", reply(BLOB))
    assert "127.0.0.1" in failure(fetch(embedder(handle), allow_private=False), home)
    assert hub.asked == []


def test_an_archive_that_climbs_out_is_refused(
    fetch: Callable[..., Job], hub: Hub, home: Path, tmp_path: Path
) -> None:
    handle = hub.offer("climber/1", reply(packed(UP__UP__loot=b"woof", saved_model=b"")))
    message = failure(fetch(embedder(handle)), home)
    assert "loot" in message
    assert list(tmp_path.rglob("loot")) == []


@pytest.mark.parametrize("sent", [BLOB, packed(readme=b"no model in here"), packed(), b""], ids=range(4))
def test_what_is_no_model_is_refused_without_starting_tensorflow(
    fetch: Callable[..., Job], hub: Hub, home: Path, sent: bytes
) -> None:
    job = fetch(embedder(hub.offer("odd/1", reply(sent))))
    assert failure(job, home)
    assert "TensorFlow" not in job.note


def test_a_model_that_wants_the_disk_is_not_run(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    handle = hub.offer("burglar/1", reply((models / "burglar.tar.gz").read_bytes()))
    assert "more than to compute (WriteFile)" in failure(fetch(embedder(handle)), home)
    assert not (models / "loot.txt").exists()


def test_a_list_of_words_that_does_not_fit_is_refused(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    entry = classifier(hub, hub.offer("classifier/5", reply(BLOB)))
    hub.says["/words.txt"] = reply(b"beagle\nborzoi\n")
    message = failure(fetch(entry), home)
    assert "has 7 words, but 2 came" in message
