"""Fates, the certificates that prove them, and the verdict on a batch of starts."""

from __future__ import annotations

import enum
import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checks import Array


class Fate(enum.Enum):
    """What becomes of a start; the value of a member is its sentence."""

    LEARNED = "Learned: the neuron converges to the target."
    LOST = "Lost: the loss tends to the trivial one, and every limit point is dead."
    SPURIOUS = "Spurious: it settles on a point that is neither the target nor dead (samples only)."
    UNDECIDED = "Undecided: no certificate held before the run ended."

    @property
    def sentence(self) -> str:
        """The fate in words."""
        return self.value


class Certificate(enum.Enum):
    """Facts about one point that prove the fate of the dynamics from there."""

    BELOW_TRIVIAL = "The loss is below the trivial one, and no dead point is."
    SAFE_BALL = "The target is nearer to the neuron than any dead point is, and stays so."
    ANGLE = "Not dead, and at an angle to the target below beta, which never grows."
    DEAD = "Silent on every input: the gradient is 0."
    BLIND = "Silent on every input on which the target is not, for ever."
    LOST_BALL = "So near a dead point that it can only fall back on the dead cone."
    SAMPLE_FIT = "The loss is too small for a point that fits only a part of the sample."
    SAMPLE_PART = "The rest of the path stays in a ball that no sample's hyperplane meets."
    NONE = "No certificate holds."

    @property
    def sentence(self) -> str:
        """What the certificate says, in words."""
        return self.value

    @property
    def fate(self) -> Fate:
        """The fate that it proves."""
        return _PROVES[self]


_PROVES = {
    Certificate.BELOW_TRIVIAL: Fate.LEARNED,
    Certificate.SAFE_BALL: Fate.LEARNED,
    Certificate.ANGLE: Fate.LEARNED,
    Certificate.DEAD: Fate.LOST,
    Certificate.BLIND: Fate.LOST,
    Certificate.LOST_BALL: Fate.LOST,
    Certificate.SAMPLE_FIT: Fate.LEARNED,
    Certificate.SAMPLE_PART: Fate.SPURIOUS,
    Certificate.NONE: Fate.UNDECIDED,
}

# What is compared, for each certificate.
_COMPARES = {
    Certificate.BELOW_TRIVIAL: ("excess loss over the sum of its parts", "<"),
    Certificate.SAFE_BALL: ("distance to the target", "<"),
    Certificate.ANGLE: ("angle to the target", "<"),
    Certificate.DEAD: ("largest pre-activation", "<="),
    Certificate.BLIND: ("angle to the target", ">="),
    Certificate.LOST_BALL: ("distance to a dead point", "<"),
    Certificate.SAMPLE_FIT: ("loss", "<"),
    Certificate.SAMPLE_PART: ("distance to the limit", "<="),
}
_SAMPLE_BLIND = ("largest height that both neurons have", "<=")
_NAMES = {"flow": "gradient flow", "descent": "gradient descent"}


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    r"""The fates of a batch of starts of shape (...) under one dynamics. Made by `decide`.

    Attributes
    ----------
    fate : object array of shape (...)
        Members of `Fate`.
    certificate : object array of shape (...)
        Members of `Certificate`: the first that held; NONE where the fate is undecided.
    time : array of shape (...)
        When it held: time of the flow (inf on overflow: near the dead cone the flow is
        exponentially slow), or the number of steps of descent. Where undecided: how far it got.
        The flow's time is a by-product, right to a few per cent at the default tolerance and
        better at a smaller one: steps are chosen for the curve.
    point : array of shape (..., d+1)
        Where it held.
    quantity, threshold : arrays of shape (...)
        What proves it there; NaN for NONE. BELOW_TRIVIAL: :math:`(m_{ww}/2 - m_{wv}) /
        (m_{ww}/2 + m_{wv})` with :math:`m_{ww} = E\,s(w.x)^2`, :math:`m_{wv} = E\,s(w.x)s(v.x)`,
        the excess loss free of its scale, below minus ten times the accuracy of the quadrature.
        SAFE_BALL: :math:`|w - v|` below the safe radius. ANGLE: :math:`\theta < \beta`. DEAD:
        :math:`\sup w.x \le 0`. BLIND: :math:`\theta \ge \alpha + \beta` (normal inputs:
        opposite weights, both pi; samples: the largest :math:`\min(w.x, v.x)`, at most 0).
        LOST_BALL: :math:`|w - z| < \rho(z)` or a lower bound of it; z is w with its bias lowered
        to the dead cone (samples: about the nearest dead point). SAMPLE_FIT: the loss below half
        the sum of all but the d largest :math:`p_i s(v.x_i)^2` (below half the least, if not any
        d + 1 of these inputs are independent). SAMPLE_PART: the distance to the limit, at most
        the limit's to the nearest sample's hyperplane. Angles and half-widths are those of the
        centred law that an affine image comes from.
    steps : int array of shape (...)
        Steps of descent, or of the solver.
    dynamics : str
        "flow" or "descent".
    step_size : float or None
        The step size of descent.
    law : str
        The law of the inputs in words.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    >>> sn.decide(prob, [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    Verdict(gradient flow, 2 starts: 1 learned, 1 lost)
    """

    fate: NDArray[Any]
    certificate: NDArray[Any]
    time: Array
    point: Array
    quantity: Array
    threshold: Array
    steps: NDArray[np.int64]
    dynamics: str
    step_size: float | None
    law: str

    def counts(self) -> dict[Fate, int]:
        """Return how many starts have each fate, those that occur."""
        found = {fate: int((self.fate == fate).sum()) for fate in Fate}
        return {fate: number for fate, number in found.items() if number}

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.fate.ndim:
            shares = ", ".join(f"{n} {fate.name.lower()}" for fate, n in self.counts().items())
            total = self.fate.size
            return f"{self._method}, {total} start{'s' * (total != 1)}: {shares}"
        fate, certificate = self.fate.item(), self.certificate.item()
        unit = "time" if self.dynamics == "flow" else "step"
        if certificate is Certificate.NONE:
            return f"{self._method}: undecided at {unit} {float(self.time):.4g}"
        return (
            f"{self._method}: {fate.name.lower()} by {certificate.name} at {unit} "
            f"{float(self.time):.4g}, {self._proof()}"
        )

    @property
    def _method(self) -> str:
        step = "" if self.step_size is None else f" with step size {self.step_size:.4g}"
        return _NAMES[self.dynamics] + step

    def _proof(self) -> str:
        what, sign = _COMPARES[self.certificate.item()]
        if self.certificate.item() is Certificate.BLIND and float(self.threshold) == 0:
            what, sign = _SAMPLE_BLIND  # the sum of both half-widths is above 0
        return f"{what} {float(self.quantity):.6g} {sign} {float(self.threshold):.6g}"

    def __repr__(self) -> str:
        return f"Verdict({self.sentence})"

    def _repr_html_(self) -> str:
        rows = ""
        for certificate in Certificate:
            found = self.certificate == certificate
            if found.any():
                times = self.time[found]
                low, high = f"{times.min():.4g}", f"{times.max():.4g}"
                rows += (
                    f"<tr><td>{certificate.fate.name}</td><th scope='row'>{certificate.name}</th>"
                    f"<td>{int(found.sum())}</td>"
                    f"<td>{low if low == high else f'{low} to {high}'}</td>"
                    f"<td>{html.escape(certificate.sentence)}</td></tr>"
                )
        unit = "time of the flow" if self.dynamics == "flow" else "steps"
        return (
            f"<table><caption>{html.escape(self.sentence)}; {html.escape(self.law)}</caption>"
            "<thead><tr><th scope='col'>fate</th><th scope='col'>certificate</th>"
            f"<th scope='col'>starts</th><th scope='col'>{unit}</th>"
            f"<th scope='col'>says</th></tr></thead><tbody>{rows}</tbody></table>"
        )
