r"""What becomes of a start: learned, lost, settled on a part of the sample, or undecided.

`decide` follows gradient descent or the gradient flow until a certificate holds: a fact about one
point from which a theorem tells the fate. Which certificate holds for which law and dynamics is
said once, in `rules`. The two dynamics can part, so every verdict names its own.
"""

from .angles import angle_probability
from .born_dead import born_dead_probability
from .bracket import angle_bracket, failure_bracket
from .deciding import decide
from .ends import (
    large_start_failure_probability,
    lost_ball_radius,
    small_start_failure_probability,
    start_norm_limit,
)
from .failure import failure_probability, failure_threshold
from .kept import FailureMap, SweepError
from .sweeps import failure_map
from .verdict import Certificate, Fate, Verdict

__all__ = [
    "Certificate",
    "FailureMap",
    "Fate",
    "SweepError",
    "Verdict",
    "angle_bracket",
    "angle_probability",
    "born_dead_probability",
    "decide",
    "failure_bracket",
    "failure_map",
    "failure_probability",
    "failure_threshold",
    "large_start_failure_probability",
    "lost_ball_radius",
    "small_start_failure_probability",
    "start_norm_limit",
]
