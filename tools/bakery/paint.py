"""Mixing a Blender material in a few words: numbers, colours and textures into one Principled BSDF."""

from __future__ import annotations

from typing import Any

import bpy

Colour = tuple[float, float, float, float]


def rgb(code: str) -> Colour:
    """Return the linear RGBA colour of a hexadecimal sRGB code such as "#d9c3a5"."""
    bytes_ = [int(code.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in bytes_)
    return red, green, blue, 1.0


def shaded(colour: Colour, by: float) -> Colour:
    """Return the colour made darker (`by` below 1) or paler (above), never past white."""
    red, green, blue, alpha = colour
    return min(1.0, by * red), min(1.0, by * green), min(1.0, by * blue), alpha


class Paint:
    """A Principled material being mixed; `material` is what objects take."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.principled = self.tree.nodes["Principled BSDF"]

    def plug(self, socket: Any, value: Any) -> None:
        """Connect `value` where it is another node's output, else set it as the socket's value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def give(self, **inputs: Any) -> Paint:
        """Set inputs of the Principled BSDF: `base_color=` is "Base Color"; returns itself."""
        for key, value in inputs.items():
            name = key.replace("_", " ").title().replace("Ior", "IOR")
            self.plug(self.principled.inputs[name], value)
        return self

    def node(self, kind: str, inputs: dict[Any, Any] | None = None, **properties: Any) -> Any:
        """Return a new node ("TexNoise" for ShaderNodeTexNoise) with inputs and properties set."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for key, value in properties.items():
            setattr(node, key, value)
        for socket, value in (inputs or {}).items():
            self.plug(node.inputs[socket], value)
        return node

    def place(self, stretch: tuple[float, float, float] = (1, 1, 1), shift: float = 0.0) -> Any:
        """Return the object's own coordinates, stretched per axis and shifted to a fresh pattern."""
        where = self.node("TexCoord").outputs["Object"]
        inputs = {"Vector": where, "Scale": stretch, "Location": (shift, shift * 0.7, shift * 0.3)}
        return self.node("Mapping", inputs).outputs[0]

    def noise(self, scale: float, detail: float = 5, place: Any = None, rough: float = 0.55) -> Any:
        """Return smooth noise around 0.5 with features of about 1/scale units."""
        inputs = {"Scale": scale, "Detail": detail, "Roughness": rough}
        return self.node("TexNoise", {"Vector": place or self.place(), **inputs}).outputs[0]

    def cells(self, scale: float, place: Any = None, feature: str = "F1") -> Any:
        """Return the distance to the nearest of scattered points, about `scale` points a unit."""
        inputs = {"Vector": place or self.place(), "Scale": scale}
        return self.node("TexVoronoi", inputs, feature=feature).outputs["Distance"]

    def ramp(self, value: Any, *stops: tuple[float, Colour]) -> Any:
        """Return `value` (0..1) turned into colours, blending between the stops."""
        node = self.node("ValToRGB", {"Fac": value})
        ramp = node.color_ramp
        while len(ramp.elements) < len(stops):
            ramp.elements.new(0.5)
        for element, (position, colour) in zip(ramp.elements, stops, strict=True):
            element.position, element.color = position, colour
        return node.outputs["Color"]

    def level(self, value: Any, low: float, high: float, to: tuple[float, float] = (0, 1)) -> Any:
        """Return `value` stretched so that low..high becomes `to`, clamped outside."""
        inputs = {"Value": value, "From Min": low, "From Max": high, "To Min": to[0], "To Max": to[1]}
        return self.node("MapRange", inputs).outputs[0]

    def mix(self, share: Any, first: Any, second: Any, blend: str = "MIX") -> Any:
        """Return the colour between `first` (share 0) and `second` (share 1)."""
        inputs = {0: share, 6: first, 7: second}
        node = self.node("Mix", data_type="RGBA", blend_type=blend)
        for index, value in inputs.items():
            self.plug(node.inputs[index], value)
        return node.outputs[2]

    def sum(self, first: Any, second: Any, operation: str = "ADD") -> Any:
        """Return two values added (or combined by another operation of Blender's Math node)."""
        return self.node("Math", {0: first, 1: second}, operation=operation).outputs[0]

    def height(self) -> Any:
        """Return the object's own z coordinate, in units."""
        return self.node("SeparateXYZ", {"Vector": self.place()}).outputs["Z"]

    def painted(self, attribute: str) -> Any:
        """Return a number stored on the points of the mesh by `shapes.sheet`."""
        return self.node("Attribute", attribute_name=attribute).outputs["Fac"]

    def bump(self, height: Any, strength: float, depth: float = 0.02, under: Any = None) -> Paint:
        """Roughen the surface by `height` (0..1, `depth` units deep); returns itself."""
        inputs = {"Height": height, "Strength": strength, "Distance": depth}
        if under is not None:
            inputs["Normal"] = under
        return self.give(normal=self.node("Bump", inputs).outputs["Normal"])
