r"""What a point of parameter space is: a minimum, dead and of which sort, or not critical."""

from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law
from .contact import RTOL, Contact, contact_of, side_of
from .projection import live_target
from .support import Support, check_law, pull, support_of


class Classification(enum.Enum):
    """The kinds of points; the value of a member is its sentence."""

    GLOBAL_MINIMUM = "This is the target: the loss is 0, its least value."
    FLAT_MINIMUM = (
        "Inside the dead cone: the neuron is silent on every input here and all around, and the "
        "loss is constant. A flat local minimum."
    )
    BOUNDARY_MINIMUM = (
        "On the boundary of the dead cone, where the target is silent on every input that w "
        "touches: a local minimum."
    )
    BOUNDARY_ESCAPE = (
        "On the boundary of the dead cone, but no local minimum: points as near as you like have "
        "less than the trivial loss."
    )
    BOUNDARY_TIE = (
        "On the boundary of the dead cone, where the target is 0 on an input that w touches and "
        "positive on none: the criterion of the touched inputs does not decide."
    )
    ORIGIN = "The origin: dead, and no local minimum, for a small step along the target descends."
    NOT_CRITICAL = "Not critical: the gradient is not 0."

    @property
    def sentence(self) -> str:
        """What the point is, in words."""
        return self.value


class Classified(NamedTuple):
    """What `classify` found.

    Attributes
    ----------
    kind : Classification
    contact : Contact or None
        The inputs that w touches, for points on the boundary of the dead cone and the origin;
        None elsewhere and where there are none (unbounded supports).
    escape : ndarray of shape (d+1,) or None
        Direction in which the loss falls from its trivial value, for all small enough steps.
    """

    kind: Classification
    contact: Contact | None
    escape: Array | None

    @property
    def sentence(self) -> str:
        """What the point is, in words."""
        return self.kind.sentence


def classify(law: Law, target: ArrayLike, w: ArrayLike, rtol: float = RTOL) -> Classified:
    r"""Say what the point w is for the loss of this law and target, under assumption H.

    Critical are the target and the dead points, nothing else. A dead point inside the dead cone
    is a flat local minimum. On the boundary the contact set decides: v.x < 0 on all of it: a
    local minimum; v.x > 0 somewhere on it: none, and +v descends. Largest value 0 on it (a tie):
    no local minimum for balls, spheres and their images in d >= 2; for an interval a local
    minimum iff :math:`|w| > |v|`; for cubes in d >= 2 not decided here.
    Normal law: the dead points :math:`(0, b)` touch no input and none is a local minimum.

    Parameters
    ----------
    law : Law
        A law with assumption H.
    target : array_like of shape (d+1,)
        The target v, not dead.
    w : array_like of shape (d+1,)
        The point, bias last.
    rtol : float
        Relative tolerance of each equality: w = v, on the boundary, v.x = 0 on the contact set.

    Returns
    -------
    Classified
        With `.kind`, `.sentence`, `.contact`, `.escape`. A BOUNDARY_ESCAPE without `escape` has
        no straight direction that serves for every w: the escaping path is curved (tie with
        v~ and w~ opposite).

    Raises
    ------
    ValueError
        For samples (they have more critical points than the target and the dead ones), a dead
        target, a wrong shape, entries that are not finite.

    Notes
    -----
    Source: this book, "Critical points and the dead cone".

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> classify(UniformBall(2), [1.0, 0.0, 0.5], [-1.0, 0.0, -1.0]).kind.name
    'BOUNDARY_MINIMUM'
    """
    if not check_law(law).hyperplanes_null:
        raise ValueError(
            f"law must give each hyperplane probability 0, got {law!r}; samples have critical "
            "points beside the target and the dead ones: look at the gradient"
        )
    v = live_target(law, target)
    w = checks.vector("w", w, law.dim + 1)
    rtol = checks.non_negative("rtol", rtol)
    if not w.any():
        return Classified(Classification.ORIGIN, contact_of(law, w, rtol), v)
    if np.linalg.norm(w - v) <= rtol * np.linalg.norm(v):
        return Classified(Classification.GLOBAL_MINIMUM, None, None)
    side = side_of(law, w, rtol)
    if side > 0:
        return Classified(Classification.NOT_CRITICAL, None, None)
    if side < 0 and np.isfinite(law.support_radius):
        return Classified(Classification.FLAT_MINIMUM, None, None)
    if not np.isfinite(law.support_radius):  # any slope along v~ meets far inputs that v sees
        escape = v if v[:-1].any() else np.eye(law.dim + 1)[0]
        return Classified(Classification.BOUNDARY_ESCAPE, None, escape)
    contact = contact_of(law, w, rtol)
    seen = contact.points[0] @ v[:-1] + np.abs(contact.edges @ v[:-1]).sum() + v[-1]
    mass = np.abs(contact.points[0]) @ np.abs(v[:-1]) + abs(v[-1])
    if abs(seen) <= rtol * mass:
        return _tie(law, support_of(law), v, w, contact, rtol)
    if seen > 0:
        return Classified(Classification.BOUNDARY_ESCAPE, contact, v)
    return Classified(Classification.BOUNDARY_MINIMUM, contact, None)


def _tie(
    law: Law, support: Support, v: Array, w: Array, contact: Contact, rtol: float
) -> Classified:
    """Decide max v.x = 0 on the contact set (the proofs are in the chapter on critical points)."""
    if support.kind != "round":
        return Classified(Classification.BOUNDARY_TIE, contact, None)
    u, target = pull(support, w)[0], pull(support, v)[0]
    u, size = u / np.linalg.norm(u), np.linalg.norm(target)
    if support.on_line:  # w = -r v, and near w: F - F(0) has the sign of slope - |v~|
        if np.linalg.norm(w) > (1 + rtol) * np.linalg.norm(v):
            return Classified(Classification.BOUNDARY_MINIMUM, contact, None)
        lift = np.append(np.zeros(law.dim), np.linalg.norm(w))
        return Classified(Classification.BOUNDARY_ESCAPE, contact, lift - w)
    opposite = np.linalg.norm(target / size + u) <= np.sqrt(rtol)
    return Classified(Classification.BOUNDARY_ESCAPE, contact, None if opposite else v)
