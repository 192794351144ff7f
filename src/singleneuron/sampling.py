r"""From a problem to the problem that a training set of it poses."""

from __future__ import annotations

import numpy as np

from . import checks, cones
from .laws import Empirical, PlanarProjection
from .problem import Problem

__all__ = ["sample_problem"]


def sample_problem(prob: Problem, n: int, rng: np.random.Generator) -> Problem:
    r"""Return the empirical problem of `n` independent inputs, with the same target.

    .. math:: F_n(w) = \frac1{2n} \sum_{i=1}^n (s(w \cdot x_i) - s(v \cdot x_i))^2 .

    Labels are clean. The law of the result is `Empirical`, one point of weight 1/n for each draw
    (repeated draws of a law with atoms are repeated points); it fulfils no assumption H, and its
    dead cone contains that of `prob`.

    Parameters
    ----------
    prob : Problem
        In full coordinates. A law without an exact objective (a cube, d >= 2) will do.
    n : int
        Number of inputs, at least 1.
    rng : numpy.random.Generator
        Source of the inputs: ``prob.law.sample(n, rng)`` is called once and nothing else drawn.

    Returns
    -------
    Problem
        With ``law.points`` of shape (n, d), and the target and rtol of `prob`.

    Raises
    ------
    ValueError
        If an argument is out of range, the problem is a reduced one, or the target is silent on
        all n inputs, so that there is nothing to learn.

    Notes
    -----
    Not the sample of a reduced problem: the n inputs of a symmetric law are not symmetric, and
    descent leaves the plane of w~ and v~. Source: this book, "Only two fates".

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.5])
    >>> few = sn.sample_problem(prob, 20, np.random.default_rng(0))
    >>> few.law
    Empirical(20 points, dim=2)
    >>> bool(few.safe_radius <= prob.safe_radius)
    True
    """
    if not isinstance(prob, Problem):
        raise ValueError(f"prob must be a Problem, got {prob!r}; make one with Problem(law, v)")
    if isinstance(prob.law, PlanarProjection):
        raise ValueError("prob must be in full coordinates to be sampled, got a reduced problem; "
                         "pass the problem it was reduced from")  # fmt: skip
    n = checks.count("n", n)
    checks.generator("rng", rng)
    law = Empirical(prob.law.sample(n, rng))
    if cones.is_dead(law, prob.target):
        raise ValueError(
            f"n = {n} inputs were drawn and the target is silent on all of them: their problem has "
            "nothing to learn; draw more, draw again, or raise the bias of the target"
        )
    return Problem(law, prob.target, prob.rtol)
