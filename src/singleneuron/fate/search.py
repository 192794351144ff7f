"""The threshold angle: where, along the half circle of starts of one norm, the fate changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..checks import Array
from .angles import beyond, quantile
from .deciding import decide
from .setting import Setting, norm_angle
from .verdict import Fate

_FINEST, _COARSEST = 1e-12, 1e-4  # errors allowed to one step of the flow
_LAYER = 1e-3  # over d: the bias has its own scale, c/sqrt(d), which a step must not jump

Rows = NDArray[np.intp]


class Scale(NamedTuple):
    """What a threshold's tolerance is measured in.

    measure : an increasing function of the angle. angle : its inverse, to some digits. slope : a
    bound on its derivative between two angles.
    """

    measure: Callable[[Array], Array]
    angle: Callable[[Array], Array]
    slope: Callable[[float, float], float]


RADIANS = Scale(np.asarray, np.asarray, lambda low, high: 1.0)


def mass_scale(dim: int) -> Scale:
    """Return the scale -P(theta >= t)."""
    peak = math.exp(math.lgamma(dim / 2) - math.lgamma((dim - 1) / 2)) / math.sqrt(math.pi)

    def slope(low: float, high: float) -> float:
        nearest = min(max(low, math.pi / 2), high)
        return max(peak * math.sin(nearest) ** (dim - 2), 1e-30)

    return Scale(lambda t: -beyond(dim, t), lambda x: quantile(dim, -x), slope)


class Search:
    """The thresholds of starts of norms (n,), each to `tol` on `scale`, all at once.

    Fates are decided on a grid of angles inside the proved bracket: the lost ones must be the
    last. Then the last learned and the first lost angle close in on each other, and what they
    enclose is confirmed with a tenth of the error of a step. A guess is confirmed at once.
    """

    def __init__(
        self, given: Setting, norms: Array, scale: Scale, tol: float, grid: int, **how: Any
    ):
        self.given, self.norms, self.scale, self.tol = given, norms, scale, tol
        self.grid, self.how = grid, how
        # Of the proved bracket a part is enough: what it leaves open is decided.
        self.low = norm_angle(given, norms, 6 + math.ceil(-math.log2(tol)))
        if how["dynamics"] == "flow":
            self.low = np.minimum(np.maximum(self.low, given.beta), given.blind_from)
        self.high = np.full(norms.shape, given.blind_from)
        self.coarsest = min(_COARSEST, _LAYER / given.dim)
        lowest = float(self.low.min(initial=math.pi))
        slope = scale.slope(lowest, given.blind_from)
        self.error = float(np.clip(0.05 * tol / slope, _FINEST, self.coarsest))

    def run(self, asked: Rows | None = None, guess: Array | None = None) -> Array:
        """Return the threshold angles of all norms, or of those of `asked` (r,).

        Where the angle just below a `guess` (r,) is learned and the one just above it lost, these
        two are the bracket; elsewhere the grid is decided.
        """
        last, first = self.low.copy(), self.high.copy()
        asked = np.arange(len(last)) if asked is None else asked
        wide = self._gap(last[asked], first[asked]) > self.tol
        rows = asked[wide]
        if rows.size and guess is not None:
            near = self._near(rows, guess[wide])
            last[rows], first[rows] = self._scan(rows, near, self.error / 10)
            rows = rows[self._gap(last[rows], first[rows]) > self.tol]
        if rows.size:
            grid = self._grid(rows)
            last[rows], first[rows] = self._scan(rows, grid, max(self.error, 0.1 * self.coarsest))
            rows = rows[first[rows] > last[rows]]
        error = self.error
        while rows.size:
            self._close_in(rows, last, first, error)
            error /= 10
            rows = self._unconfirmed(rows, last, first, error)
            if rows.size and error < _FINEST:
                self._fail("the fates near a threshold change with the error of a step", rows,
                           self._between(last[rows], first[rows], 0.5))  # fmt: skip
        return self._between(last[asked], first[asked], 0.5)

    def _gap(self, low: Array, high: Array) -> Array:
        return self.scale.measure(high) - self.scale.measure(low)

    def _between(self, low: Array, high: Array, share: Array | float) -> Array:
        """Return the angles that divide low to high in this proportion on the scale."""
        angle = self.scale.angle(self.scale.measure(low) + share * self._gap(low, high))
        inside = (low < angle) & (angle < high)  # the inverse of the scale may be coarse
        return np.asarray(np.where(inside, angle, low + share * (high - low)))

    def _shifted(self, angle: Array, shift: Array | float) -> Array:
        x = self.scale.measure(angle) + shift
        top = self.scale.measure(np.full(1, math.pi))[0]
        return np.asarray(self.scale.angle(np.minimum(x, top)))

    def _fates(self, rows: Rows, angles: Array, error: float, patience: int = 1) -> NDArray[Any]:
        """Decide starts at angles (r, ...) of the norms of `rows`."""
        norms = self.norms[rows].reshape(-1, *[1] * (angles.ndim - 1))
        how = {**self.how, "max_steps": self.how["max_steps"] * patience}
        tol = float(np.clip(error, _FINEST, self.coarsest))
        return decide(self.given.prob, self.given.starts(norms, angles), tol=tol, **how).fate

    def _ends(self, rows: Rows) -> tuple[Array, Array]:
        """Return the ends of the bracket, or the angles next to them where no theorem covers them.

        All below, or above, counts as such an angle.
        """
        low, high = self.low[rows], self.high[rows]
        if self.given.cosine <= 0:
            high = self._shifted(high, -self.tol / 4)
        return np.where(low == 0, self._shifted(low, self.tol / 4), low), high

    def _grid(self, rows: Rows) -> Array:
        """Return angles (r, grid), evenly spaced on the scale but for open ends."""
        low, high = self.low[rows, None], self.high[rows, None]
        angles = self._between(low, high, np.linspace(0, 1, self.grid + 2)[1:-1])
        lowest, highest = self._ends(rows)
        angles[:, 0] = np.where(low[:, 0] == 0, lowest, angles[:, 0])
        angles[:, -1] = np.where(highest < high[:, 0], highest, angles[:, -1])
        return angles

    def _near(self, rows: Rows, guess: Array) -> Array:
        """Return angles (r, 4): just below and above the guess, and one in each half."""
        part = np.log(self.norms[rows, None]) * 7 % 1  # neighbours have others
        halves = self._between(self.low[rows, None], self.high[rows, None], (part + [0, 1]) / 2)
        both = self._shifted(guess[:, None], self.tol * np.array([-0.49, 0.49]))
        angles = np.sort(np.concatenate([halves, both], axis=1), axis=1)
        return np.clip(angles, *(end[:, None] for end in self._ends(rows)))

    def _scan(self, rows: Rows, angles: Array, error: float) -> tuple[Array, Array]:
        """Decide increasing angles (r, k); return the last learned and the first lost angles."""
        fates = self._fates(rows, angles, error)
        bad = np.flatnonzero(_disorder(fates).any(axis=1))
        if bad.size:
            fates[bad] = self._fates(rows[bad], angles[bad], error / 1000, patience=10)
            wrong = _disorder(fates[bad])
            if wrong.any():
                k = bad[np.flatnonzero(wrong.any(axis=1))[0]]
                shown = ", ".join(f"{a:.9g} {f.name.lower()}" for f, a in zip(fates[k], angles[k]))
                what = "the lost angles form no interval"
                if (fates[k] == Fate.UNDECIDED).any():
                    what += ", or undecided ones hide it"
                self._fail(f"{what} ({shown})", rows[[k]])
        low, high = self.low[rows], self.high[rows]
        last = np.where(fates == Fate.LEARNED, angles, low[:, None]).max(axis=1)
        first = np.where(fates == Fate.LOST, angles, high[:, None]).min(axis=1)
        lowest, highest = self._ends(rows)
        return np.where(last >= highest, high, last), np.where(first <= lowest, low, first)

    def _close_in(self, rows: Rows, last: Array, first: Array, error: float) -> None:
        """Halve the gaps, in place, until each is at most half the tolerance.

        Undecided angles make a window in a gap; the larger of its two sides is halved.
        """
        window = np.stack([first, last])  # empty: its two ends in the wrong order
        while True:
            gap = self._gap(last[rows], first[rows])
            rows, gap = rows[gap > self.tol / 2], gap[gap > self.tol / 2]
            if not rows.size:
                return
            low, high = last[rows], first[rows]
            start, end = window[:, rows]
            split = (low < start) & (start <= end) & (end < high)
            below = self._gap(low, np.where(split, start, high))
            above = self._gap(np.where(split, end, low), high)
            stuck = np.flatnonzero(np.maximum(below, above) <= self.tol / 32)
            if stuck.size:
                k = stuck[0]
                self._fail(f"undecided starts from angle {start[k]:.9g} to {end[k]:.9g}", rows[[k]])
            middle = self._between(
                np.where(split & (above > below), end, low),
                np.where(split & (above <= below), start, high),
                0.5,
            )
            slope = self.scale.slope(float(low.min()), float(high.max()))
            fates = self._fates(rows, middle, max(error, 2e-3 * float(gap.min()) / slope))
            learned, lost = fates == Fate.LEARNED, fates == Fate.LOST
            last[rows[learned]], first[rows[lost]] = middle[learned], middle[lost]
            open_rows = ~(learned | lost)
            start, end = np.where(split, (start, end), (middle, middle))
            window[0, rows[open_rows]] = np.minimum(start, middle)[open_rows]
            window[1, rows[open_rows]] = np.maximum(end, middle)[open_rows]

    def _unconfirmed(self, rows: Rows, last: Array, first: Array, error: float) -> Rows:
        """Return the rows whose threshold moves by more than half the tolerance, reopened."""
        middle = self._between(last[rows], first[rows], 0.5)
        below = np.maximum(self._shifted(middle, -self.tol / 2), self.low[rows])
        above = np.minimum(self._shifted(middle, self.tol / 2), self.high[rows])
        fates = self._fates(rows, np.stack([below, above], axis=1), error)
        inside = np.stack([below > self.low[rows], above < self.high[rows]], axis=1)
        unknown = ((fates == Fate.UNDECIDED) & inside).any(axis=1)
        if unknown.any():
            self._fail("undecided starts next to a threshold", rows[unknown], middle[unknown])
        early = (fates[:, 0] == Fate.LOST) & inside[:, 0]
        late = (fates[:, 1] == Fate.LEARNED) & inside[:, 1]
        last[rows[early]], first[rows[early]] = self.low[rows[early]], below[early]
        last[rows[late]], first[rows[late]] = above[late], self.high[rows[late]]
        return rows[early | late]

    def _fail(self, what: str, rows: Rows, angles: Array | None = None) -> None:
        norms = np.array2string(self.norms[rows], threshold=5)
        near = "" if angles is None else f", angle {np.array2string(angles, threshold=5)}"
        raise ArithmeticError(
            f"{what}, at start_norm {norms}{near}; decide() these starts to see why, or pass a "
            "larger max_steps or tol"
        )


def _disorder(fates: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark what breaks the order learned, undecided, lost along the last axis."""
    learned, lost = fates == Fate.LEARNED, fates == Fate.LOST
    after_lost = np.logical_or.accumulate(lost, axis=-1)
    before_learned = np.logical_or.accumulate(learned[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((~lost & after_lost) | (~learned & before_learned))
