r"""The sets behind the theory: what a law of inputs and a target decide before any descent.

With :math:`x = (\tilde x, 1)` the data cone is :math:`C = \mathrm{cl\,cone}\{x\}` over the
support, the dead cone its polar :math:`D = \{w : w \cdot x \le 0 \text{ on the support}\}`.
Functions take a law and arrays of parameters (..., d+1), bias last. They state facts about
sets, for every law; which fate a fact certifies, for which law and dynamics, is said by `fate`.
"""

from .blind import is_blind, shadow_height
from .classify import Classification, Classified, classify
from .contact import Contact, contact_set
from .dead import dead_cone_boundary, height, is_dead
from .lost import lost_ball_radius
from .projection import project_data_cone, project_dead_cone, safe_radius

__all__ = [
    "Classification",
    "Classified",
    "Contact",
    "classify",
    "contact_set",
    "dead_cone_boundary",
    "height",
    "is_blind",
    "is_dead",
    "lost_ball_radius",
    "project_data_cone",
    "project_dead_cone",
    "safe_radius",
    "shadow_height",
]
