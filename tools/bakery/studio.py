"""The studio: an empty scene, its backdrop, soft lights, a camera with a real lens, a render."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from paint import rgb
from shapes import rounded, sheet

WARM, NEUTRAL = rgb("#ffe6cc"), rgb("#fff6ec")


@dataclass(frozen=True)
class Shot:
    """A scene ready to be taken: what a person sees, the truth in one word, the picture's size."""

    title: str
    truth: str
    is_cake: bool
    size: tuple[int, int] = (768, 576)
    exposure: float = 0.25


def clear(ambient: float = 0.35, colour: str = "#fff6ec") -> Any:
    """Return a fresh, empty scene lit only by a faint even glow."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    world = bpy.data.worlds.new("room")
    world.use_nodes = True
    glow = world.node_tree.nodes["Background"]
    glow.inputs["Color"].default_value = rgb(colour)
    glow.inputs["Strength"].default_value = ambient
    scene.world = world
    return scene


def cove(material: Any, width: float = 30, back: float = 5, height: float = 14) -> Any:
    """Return a floor that bends up into a wall without an edge, as photographers hang paper."""
    line = rounded([(-12, 0), (back - 3, 0), (back, 0), (back, 3), (back, height)], 4)
    rows = np.array([[(x, y, z) for y, z in line] for x in np.linspace(-width / 2, width / 2, 3)])
    return sheet("cove", rows, material)


def table(material: Any, edge: float = 2.2, width: float = 30) -> Any:
    """Return a table top that ends `edge` units behind the middle, with a rounded back edge."""
    line = rounded([(-12, 0), (edge - 0.1, 0), (edge, 0), (edge, -0.1), (edge, -1)], 3)
    rows = np.array([[(x, y, z) for y, z in line] for x in np.linspace(-width / 2, width / 2, 3)])
    return sheet("table", rows, material)


def wall(material: Any, back: float = 5) -> Any:
    """Return a flat wall, `back` units behind the middle."""
    rows = np.array([[(x, back, z) for z in (-6, 14)] for x in (-20, 20)], dtype=float)
    return sheet("wall", rows, material)


def aim(thing: Any, at: Sequence[float], target: Sequence[float]) -> Any:
    """Return the light or camera moved to `at` and pointed at `target`."""
    thing.location = at
    thing.rotation_euler = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return thing


def softbox(
    at: Sequence[float],
    power: float,
    size: float = 3.0,
    colour: Sequence[float] = NEUTRAL,
    target: Sequence[float] = (0, 0, 0.5),
    tall: float | None = None,
) -> Any:
    """Return a square (or `tall`) area light of `power` watts at `at`, facing the target."""
    light = bpy.data.lights.new("softbox", "AREA")
    light.energy, light.color, light.size = power, colour[:3], size
    if tall:
        light.shape, light.size_y = "RECTANGLE", tall
    thing = bpy.data.objects.new("softbox", light)
    bpy.context.collection.objects.link(thing)
    return aim(thing, at, target)


def daylight(strength: float = 1.0, side: int = -1) -> None:
    """Light the scene as a product table: a big window, a reflector opposite, a rim from behind."""
    softbox((side * 4.5, -2.2, 4.5), 520 * strength, 3.2, NEUTRAL)
    softbox((-side * 5, -3.5, 2.5), 70 * strength, 4.0, WARM)
    softbox((-side * 3.2, 3.6, 4.4), 240 * strength, 1.6, WARM)


def camera(
    target: Sequence[float],
    distance: float,
    rise: float = 18,
    turn: float = 0,
    lens: float = 75,
    aperture: float = 0.5,
    focus: float | None = None,
) -> Any:
    """Return the camera, `distance` units from the target, `rise` and `turn` degrees round it.

    A unit is ten centimetres, so f/0.5 here blurs as f/5 on a real table.
    """
    up, round_ = math.radians(rise), math.radians(turn)
    away = Vector((math.sin(round_) * math.cos(up), -math.cos(round_) * math.cos(up), math.sin(up)))
    eye = bpy.data.cameras.new("camera")
    eye.lens = lens
    eye.dof.use_dof = True
    eye.dof.focus_distance = focus or distance
    eye.dof.aperture_fstop = aperture
    thing = bpy.data.objects.new("camera", eye)
    bpy.context.collection.objects.link(thing)
    bpy.context.scene.camera = thing
    return aim(thing, Vector(target) + away * distance, target)


def render(
    path: Path,
    width: int,
    height: int,
    samples: int,
    seed: int,
    exposure: float = 0.0,
    threads: int = 2,
    quality: int = 85,
) -> None:
    """Write the scene seen by its camera as a WebP picture."""
    cycles = bpy.context.scene.cycles
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.04
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 10, 3, 4
    write(path, (width, height), samples, seed, exposure, threads, quality)


def snap(
    path: Path,
    size: tuple[int, int],
    samples: int,
    seed: int,
    exposure: float = 0.0,
    threads: int = 2,
    quality: int = 86,
) -> None:
    """Write the scene as `render` does, in a third of the time: few bounces, a hasty denoiser.

    Past the first bounce light is guessed from how open a place is, which a set of small pictures bears.
    """
    scene = bpy.context.scene
    cycles = scene.cycles
    cycles.use_adaptive_sampling, cycles.use_light_tree = False, False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 6, 2, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 6, 8
    cycles.use_fast_gi, cycles.fast_gi_method, cycles.ao_bounces_render = True, "REPLACE", 1
    scene.world.light_settings.distance = 4.0
    cycles.denoising_quality, cycles.denoising_prefilter = "FAST", "FAST"
    write(path, size, samples, seed, exposure, threads, quality)


def write(
    path: Path, size: tuple[int, int], samples: int, seed: int, exposure: float, threads: int, quality: int
) -> None:
    """Write the scene as a WebP picture, with whatever bounces and denoiser were set before."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples, scene.cycles.seed = samples, seed
    scene.cycles.use_denoising = True
    scene.cycles.caustics_reflective = False
    scene.cycles.blur_glossy = 1.0
    scene.cycles.sample_clamp_indirect = 6.0
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = size
    # Made for product pictures: colours stay as they were mixed, highlights still roll off.
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.view_settings.exposure = exposure
    scene.render.image_settings.file_format = "WEBP"
    scene.render.image_settings.quality = quality
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
