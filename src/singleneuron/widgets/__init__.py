"""The live figures: each a widget in Jupyter, and alive without a kernel in the built page."""

from .angle_zones import AngleZones
from .base import LiveFigure
from .better_than_trivial import BetterThanTrivial
from .blind_start import BlindStart
from .born_dead import BornDead
from .critical_points import CriticalPoints
from .fate_atlas import FateAtlas
from .fate_map import FateMap
from .four_tools import FourTools
from .planar_flow import PlanarFlow
from .safe_ball import SafeBall
from .sample_fates import SampleFates
from .two_fates import TwoFates

__all__ = [
    "AngleZones",
    "BetterThanTrivial",
    "BlindStart",
    "BornDead",
    "CriticalPoints",
    "FateAtlas",
    "FateMap",
    "FourTools",
    "LiveFigure",
    "PlanarFlow",
    "SafeBall",
    "SampleFates",
    "TwoFates",
]
