"""Pictures of cell nuclei that never existed, with exact masks, in the manner of DSB2018.

Sizes, numbers and brightness follow what DSB2018 holds at 256×256: mostly dim fluorescence on black, about one picture
in six stained tissue in bright field. The numbers below are read off it, not fitted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 256
MARGIN = 16
CANVAS = SIDE + 2 * MARGIN  # drawn with a margin that is cut off, so that nuclei lie over the border

Plane = NDArray[np.float64]
Picture = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # the image, and its mask
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """One kind of picture: how many nuclei on the canvas, of which size (mean radius, pixels), and how they are lit.

    `clumping` is the share of nuclei that touch another, `haze` the share of light that spreads from out of focus.
    `stain` holds the RGB of nuclei and surroundings in bright field; without it, light is grey on black.
    """

    count: int
    radius: float
    elongation: float
    clumping: float
    level: float = 0
    background: float = 0
    haze: float = 0
    stain: tuple[Colour, Colour] | None = None


VIOLET = ((82, 42, 172), (186, 160, 228))
MAGENTA = ((112, 44, 122), (218, 212, 218))

LOOKS = (
    Look(count=125, radius=5.2, elongation=1.9, clumping=0.25, level=38, background=5, haze=0.05),
    Look(count=32, radius=8.0, elongation=1.6, clumping=0.30, level=62, background=7, haze=0.10),
    Look(count=24, radius=17.0, elongation=1.4, clumping=0.35, level=30, background=12, haze=0.10),
    Look(count=52, radius=5.0, elongation=1.2, clumping=0.60, level=120, background=16, haze=0.05),
    Look(count=42, radius=11.0, elongation=1.9, clumping=0.45, stain=VIOLET),
    Look(count=13, radius=6.5, elongation=1.4, clumping=0.05, level=36, background=4, haze=0.03),
    Look(count=95, radius=6.2, elongation=2.1, clumping=0.25, level=95, background=14, haze=0.30),
    Look(count=40, radius=9.0, elongation=1.7, clumping=0.20, level=88, background=13, haze=0.08),
    Look(count=60, radius=8.0, elongation=1.6, clumping=0.45, stain=MAGENTA),
    Look(count=160, radius=4.6, elongation=2.0, clumping=0.20, level=30, background=6, haze=0.05),
    Look(count=27, radius=14.0, elongation=1.3, clumping=0.40, level=44, background=11, haze=0.12),
    Look(count=20, radius=7.5, elongation=1.3, clumping=0.15, level=48, background=6, haze=0.08),
)


def draw(look: Look, seed: int) -> Picture:
    """A picture, 256×256×3 RGB, and its mask, 256×256 with 255 inside nuclei. The same seed gives the same bytes."""
    random = np.random.Generator(np.random.PCG64(seed))
    light, mask = _nuclei(look, random)
    image = _fluorescence(look, light, random) if look.stain is None else _stained(look.stain, light, random)
    shown = slice(MARGIN, MARGIN + SIDE)
    pixels = np.clip(np.rint(image[shown, shown]), 0, 255).astype(np.uint8)
    return pixels, np.where(mask[shown, shown], 255, 0).astype(np.uint8)


def _nuclei(look: Look, random: np.random.Generator) -> tuple[Plane, NDArray[np.bool_]]:
    """How much each pixel shines, 1 for a usual nucleus and 0 outside, and where nuclei are."""
    light = np.zeros((CANVAS, CANVAS))
    grid = np.arange(CANVAS, dtype=np.float64)
    mask = np.zeros((CANVAS, CANVAS), np.bool_)
    for y, x, radius in _places(look, random):
        reach = int(radius * 2.2) + 2
        rows = slice(max(0, int(y) - reach), min(CANVAS, int(y) + reach + 1))
        columns = slice(max(0, int(x) - reach), min(CANVAS, int(x) + reach + 1))
        depth = _depth(grid[rows, np.newaxis] - y, grid[columns] - x, radius, look, random)
        inside = depth < 1
        dome = 0.8 + 0.25 * np.sqrt(np.clip(1 - depth**2, 0, 1))
        level = np.clip(random.lognormal(0, 0.25), 0.6, 2)
        light[rows, columns] = np.maximum(light[rows, columns], inside * dome * level)
        mask[rows, columns] |= inside
    return light, mask


def _places(look: Look, random: np.random.Generator) -> list[tuple[float, float, float]]:
    """Row, column and radius of nuclei that overlap a little at most."""
    placed: list[tuple[float, float, float]] = []
    for _ in range(20 * look.count):
        if len(placed) == look.count:
            break
        radius = look.radius * float(np.clip(random.lognormal(0, 0.2), 0.6, 1.6))
        y, x = random.uniform(0, CANVAS, 2)
        if placed and random.random() < look.clumping:
            near_y, near_x, near_radius = placed[random.integers(len(placed))]
            angle, distance = random.uniform(0, 2 * np.pi), random.uniform(0.85, 1.05) * (radius + near_radius)
            y, x = near_y + distance * np.sin(angle), near_x + distance * np.cos(angle)
        if all((y - v) ** 2 + (x - u) ** 2 > (0.85 * (radius + other)) ** 2 for v, u, other in placed):
            placed.append((float(y), float(x), radius))
    return placed


def _depth(dy: Plane, dx: Plane, radius: float, look: Look, random: np.random.Generator) -> Plane:
    """0 in the middle of a nucleus, 1 on its outline: an ellipse, somewhat bent and uneven."""
    stretch = np.sqrt(random.uniform(1, look.elongation))
    angle, bend = random.uniform(0, 2 * np.pi), random.normal(0, 0.15)
    along = (np.cos(angle) * dx + np.sin(angle) * dy) / (radius * stretch)
    across = (np.cos(angle) * dy - np.sin(angle) * dx) * stretch / radius + bend * (along**2 - 0.4)
    turn = np.arctan2(across, along)
    outline = 1 + sum(random.normal(0, 0.12 / k) * np.cos(k * turn + random.uniform(0, 2 * np.pi)) for k in (2, 3, 4))
    return np.asarray(np.hypot(along, across) / outline, np.float64)


def _fluorescence(look: Look, light: Plane, random: np.random.Generator) -> Plane:
    texture = 1 + 0.10 * _clouds(random, 1.2) + 0.10 * _clouds(random, look.radius / 3)
    sharp = _blur(light * texture, random.uniform(0.6, 1.1))
    glow = _blur(light, 2.5 * look.radius)
    lamp = 1 + 0.15 * _clouds(random, 80)
    signal = lamp * (look.background + look.level * ((1 - look.haze) * sharp + look.haze * glow))
    grain = random.normal(0, 1, (CANVAS, CANVAS)) * np.sqrt(0.15 + 0.03 * signal)
    return np.repeat((signal + _blur(grain, 0.5))[:, :, np.newaxis], 3, axis=2)


def _stained(stain: tuple[Colour, Colour], light: Plane, random: np.random.Generator) -> Plane:
    nucleus, surroundings = (np.array(colour, np.float64) for colour in stain)
    chromatin = 0.85 + 0.12 * _clouds(random, 1.5) + 0.06 * _clouds(random, 4)
    dye = _blur(np.clip(light, 0, 1.2) * chromatin, 0.9)
    tissue = 0.07 * _clouds(random, 12) + 0.04 * _clouds(random, 2)
    share = np.clip(dye + (1 - np.clip(dye, 0, 1)) * tissue, -0.1, 1.1)[:, :, np.newaxis]
    return np.asarray(
        surroundings + share * (nucleus - surroundings) + random.normal(0, 2.5, (CANVAS, CANVAS, 3)), np.float64
    )


def _clouds(random: np.random.Generator, size: float) -> Plane:
    """Smooth noise of mean 0 and deviation 1 whose blobs have about this radius in pixels."""
    noise = _blur(random.normal(0, 1, (CANVAS, CANVAS)), size)
    return np.asarray((noise - noise.mean()) / noise.std(), np.float64)


def _blur(plane: Plane, sigma: float) -> Plane:
    """Gaussian blur that runs over one edge into the opposite one."""
    rows, columns = np.fft.fftfreq(CANVAS)[:, np.newaxis], np.fft.rfftfreq(CANVAS)
    passed = np.exp(-2 * (np.pi * sigma) ** 2 * (rows**2 + columns**2))
    return np.fft.irfft2(np.fft.rfft2(plane) * passed, s=plane.shape)
