"""The incomplete beta function of the live figures says what SciPy says."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from scipy.special import betainc, betaincc, betaln

from singleneuron.widgets.base import join

DIMENSIONS = [1, 2, 3, 4, 5, 7, 10, 20, 51, 100, 999, 5000, 100_000, 1_000_000]
# The logarithm of a probability p is rounded by 1e-16 log p, 1e-13 at the smallest floats; for
# d = 1e6 the power d / 2 of a rounded sine adds 1e-10.
TOLERANCE = 1e-9
IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.part = await import(address);
}"""


@pytest.fixture(scope="module")
def part(chromium: Browser) -> Iterator[Page]:
    """A bare page that has imported the part."""
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(IMPORT, join("beta"))
    yield page
    context.close()


def test_beta_function(part: Page) -> None:
    rng = np.random.default_rng(0)
    a, b = 10.0 ** rng.uniform(-1, 6, (2, 1000))
    b[:500] = 0.5
    x = rng.beta(a, b)
    keep = (x > 0) & (x < 1)
    rows = np.stack([x, a, b], axis=-1)[keep]
    there = part.evaluate(
        "rows => rows.map(([x, a, b]) => [part.regularisedBeta(x, a, b), part.logBeta(a, b)])",
        rows.tolist(),
    )
    value, log = np.array(there).T
    assert np.abs(value - betainc(a, b, x)[keep]).max() < TOLERANCE
    with mpmath.workdps(30):  # SciPy's betaln is 1e-9 off where one argument is small
        parts = [(mpmath.loggamma(s), mpmath.loggamma(t)) for s, t in rows[:, 1:]]
        sums = [mpmath.loggamma(mpmath.mpf(s) + t) for s, t in rows[:, 1:]]
        exact = np.array([float(sum(p) - q) for p, q in zip(parts, sums, strict=True)])
    assert (np.abs(log - exact) / (1 + np.abs(exact))).max() < 1e-12
    ends = "[[0, 2, 3], [1, 2, 3], [0, 0.5, 0.5], [1, 1e6, 0.5]]"
    assert part.evaluate(f"{ends}.map(a => part.regularisedBeta(...a))") == [0, 1, 0, 1]


def test_caps(part: Page) -> None:
    """Relative to the smaller of the cap and its complement, as long as these are floats."""
    offsets = np.concatenate(
        [-(10.0 ** np.linspace(-3, 1.5, 19)), [0], 10.0 ** np.linspace(-3, 1, 9)]
    )
    rows = [
        (angle, d)
        for d in DIMENSIONS
        for angle in [*(np.pi / 2 + offsets / np.sqrt(d)), 0.3, 1.2, 2.0, 3.0]
        if 0 < angle < np.pi
    ]
    there = part.evaluate(
        "rows => rows.map(a => [part.capProbability(...a), part.logCapProbability(...a)])", rows
    )
    for (angle, d), (value, log) in zip(rows, there, strict=True):
        # 1 - I_y(1/2, a) = I_{1-y}(a, 1/2), for SciPy takes one of both squares only
        small = betaincc(0.5, (d - 1) / 2, np.cos(angle) ** 2) / 2 if d > 1 else 0.5
        here = small if angle <= np.pi / 2 else 1 - small
        assert abs(value - here) <= TOLERANCE * here, (angle, d)
        if small > 1e-300:
            assert abs(log - np.log(here)) <= TOLERANCE, (angle, d)


def test_caps_at_their_ends(part: Page) -> None:
    ends = [(0, 5, 0.0), (np.pi, 5, 1.0), (4, 5, 1.0), (-1, 5, 0.0), (0.1, 1, 0.5), (np.pi, 1, 1.0)]
    for angle, d, share in ends:
        assert part.evaluate("a => part.capProbability(...a)", [angle, d]) == share
    # sin(0.1) ** 999999 / 999999, over B(499999.5, 1/2) cos(0.1), up to a share 1e-6
    log = part.evaluate("part.logCapProbability(0.1, 1000000)")
    first = 999_999 * np.log(np.sin(0.1)) - np.log(999_999 * np.cos(0.1)) - betaln(499_999.5, 0.5)
    assert abs(log - first) < 2e-6 / np.cos(0.1) ** 2
