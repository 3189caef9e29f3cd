# SPDX-License-Identifier: Apache-2.0
"""Engines that were given back, for who runs the same image again: what they have translated stays translated."""

from collections import OrderedDict

from .code import code_of
from .engine import Engine
from .image import Image
from .memory import Memory
from .red_zones import red_zones

__all__ = ["engine_for", "give_back"]

_KEPT = 8  # engines; each holds its memory and what it has translated
_FREE: OrderedDict[int, tuple[Image, tuple[int, ...], Engine]] = OrderedDict()


def engine_for(image: Image, pages: tuple[int, ...]) -> Engine:
    """An engine of nobody, its state to be set by ``power_up``.

    Args:
        image: what it runs.
        pages: addresses of the pages of peripherals.
    """
    for key, (its_image, its_pages, engine) in _FREE.items():
        if its_image is image and its_pages == pages:
            del _FREE[key]
            return engine
    memory = Memory(image)
    return Engine(image, memory, code_of(image), red_zones(image, memory), pages)


def give_back(image: Image, pages: tuple[int, ...], engine: Engine) -> None:
    """Nobody runs it any more."""
    engine.part()
    _FREE[id(engine)] = (image, pages, engine)
    while len(_FREE) > _KEPT:
        _FREE.popitem(last=False)
