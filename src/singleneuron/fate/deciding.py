r"""Decide the fates of a batch of starts."""

from __future__ import annotations

import concurrent.futures
import warnings

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..dynamics import StepSizeWarning
from ..dynamics.descent import start_array
from ..problem import Problem
from . import radial, samples
from .rules import rules_for
from .verdict import Certificate, Verdict

_CODES = (  # as the compiled paths number them, then those of samples
    Certificate.NONE,
    Certificate.BELOW_TRIVIAL,
    Certificate.SAFE_BALL,
    Certificate.ANGLE,
    Certificate.DEAD,
    Certificate.BLIND,
    Certificate.LOST_BALL,
    Certificate.SAMPLE_FIT,
    Certificate.SAMPLE_PART,
)


def decide(
    prob: Problem,
    start: ArrayLike,
    dynamics: str = "flow",
    step_size: float | None = None,
    max_steps: int = 10_000,
    tol: float = 1e-6,
    progress: bool = False,
    executor: concurrent.futures.Executor | None = None,
) -> Verdict:
    r"""Follow each start until a certificate proves its fate.

    "flow": the curve of :math:`w' = -g(w)` by arc length, so that neither the origin nor the dead
    cone slows it down, however small the active mass; Dormand-Prince steps of order 5. "descent":
    :math:`w \leftarrow w - \eta g(w)` itself. The two can have different fates from one start.

    A certificate is used only for the laws and dynamics for which its theorem holds; for
    eta > 2/L only DEAD and, for inputs with x.y >= 0, BLIND remain, and for the flow on samples
    only DEAD, BLIND and LOST_BALL. Normal inputs have no certificate for a lost start that is
    neither dead nor blind: those stay undecided. So do runs on samples that tend to a spurious
    point with an input on its own hyperplane, where SAMPLE_PART has no room. A run ends with its
    certificate, with `max_steps`, or where a step no longer changes the parameters. What a
    certificate proves is exact; the path to it has the error of its steps. Descent in high
    dimension or from large norms may need many times the default budget; the flow, which goes by
    length, seldom does.

    Parameters
    ----------
    prob : Problem
        The problem, full or reduced; its target of size 1e-100 to 1e100.
    start : array_like of shape (..., d+1)
        One start or a batch, bias last, entries up to 1e100.
    dynamics : str
        "flow" or "descent".
    step_size : float, optional
        eta > 0 of descent; None is 1/L. Not for the flow.
    max_steps : int
        Budget of each start: steps of descent, or of the solver.
    tol : float
        For the flow: error allowed to one step, relative to the distances to the origin and to
        the dead cone; from 1e-12 to 0.01. The quadrature is asked for a hundredth of it, but no
        more than `prob.rtol`.
    progress : bool
        Show a progress bar (tqdm) on stderr.
    executor : concurrent.futures.Executor, optional
        Where to run parts of a large batch; None: threads of this process. The result is the same
        for any number of workers.

    Returns
    -------
    Verdict
        For one start its arrays have no axes: `verdict.fate[()]` is the `Fate` itself.

    Raises
    ------
    ValueError
        If an argument is out of range, or the law has no exact gradient (cubes with d >= 2).

    Warns
    -----
    StepSizeWarning
        If eta > 2/L.

    Notes
    -----
    Source: this book, "Only two fates" and the table of certificates.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(3), [1.0, 0.0, 0.0, -0.2])
    >>> verdict = sn.decide(prob, [[0.1, 0.1, 0.0, 0.0], [-0.5, 0.1, 0.0, 0.0]])
    >>> [fate.name for fate in verdict.fate], [proof.name for proof in verdict.certificate]
    (['LEARNED', 'LOST'], ['ANGLE', 'BLIND'])
    """
    if not isinstance(prob, Problem):
        raise ValueError(f"prob must be a Problem, got {prob!r}; make one of a law and a target")
    w = start_array(prob, start)
    checks.choice("dynamics", dynamics, ("flow", "descent"))
    max_steps = checks.count("max_steps", max_steps, 0)
    tol = checks.positive("tol", tol)
    if not 1e-12 <= tol <= 0.01:
        raise ValueError(f"tol must lie between 1e-12 and 0.01, got {tol}; the default is 1e-6")
    if executor is not None and not hasattr(executor, "submit"):
        raise ValueError(f"executor must have submit(), got {executor!r}; pass an Executor")
    eta = _step(prob, dynamics, step_size)
    rules = rules_for(prob, eta)
    flat = w.reshape(-1, w.shape[-1])
    if prob.law.atoms() is not None:
        results, points = samples.run(prob, flat, rules, eta, max_steps, tol, progress)
    else:
        results, points = radial.run(prob, flat, rules, eta, max_steps, tol, progress, executor)
    shape = w.shape[:-1]
    certificate, fate = np.empty(len(flat), object), np.empty(len(flat), object)
    for n, code in enumerate(results[:, 0]):
        certificate[n] = _CODES[int(code)]
        fate[n] = certificate[n].fate
    return Verdict(
        fate=fate.reshape(shape),
        certificate=certificate.reshape(shape),
        time=results[:, 3].reshape(shape),
        point=points.reshape(w.shape),
        quantity=results[:, 1].reshape(shape),
        threshold=results[:, 2].reshape(shape),
        steps=results[:, 4].astype(np.int64).reshape(shape),
        dynamics=dynamics,
        step_size=eta,
        law=repr(prob.law),
    )


def _step(prob: Problem, dynamics: str, step_size: float | None) -> float | None:
    if dynamics == "flow":
        if step_size is not None:
            raise ValueError(
                f"step_size must be None for the flow, got {step_size}; pass dynamics='descent'"
            )
        return None
    eta = 1 / prob.smoothness if step_size is None else checks.positive("step_size", step_size)
    if eta > 2 / prob.smoothness:
        warnings.warn(
            f"step_size {eta:.6g} is above 2/L = {2 / prob.smoothness:.6g}: only dead and some "
            "blind starts can be certified",
            StepSizeWarning,
            stacklevel=3,
        )
    return eta
