r"""What becomes of a start: learned, lost, settled on a part of the sample, or undecided.

`decide` follows gradient descent or the gradient flow until a certificate holds: a fact about one
point from which a theorem tells the fate. Which certificate holds for which law and dynamics is
said once, in `rules`. The two dynamics can part, so every verdict names its own.
"""

from .deciding import decide
from .verdict import Certificate, Fate, Verdict

__all__ = ["Certificate", "Fate", "Verdict", "decide"]
