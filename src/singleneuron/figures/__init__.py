"""Static figures: `draw_*(ax, data)` draws on given axes and returns its artists by name.

Only this package imports matplotlib. Each function draws in the book's own style, whatever style
the caller has set; figures have no titles, the caption in the text says what they show. Blue is
learned, vermillion lost, purple spurious, grey undecided; filled marks are certified, hollow ones
observed.
"""

from ..palette import FATE_COLOURS, TARGET_COLOUR
from .angles import draw_balls, draw_turning, draw_zones
from .around import draw_angles, draw_bounds, draw_safe_disc, draw_semilog, draw_tied_paths
from .blind import draw_caps, draw_drift, draw_shadow
from .born_dead import draw_chances, draw_starts
from .critical import draw_edge_3d, draw_loss_without_bias
from .descents import (
    draw_path,
    draw_quadratic_bound,
    draw_rays,
    draw_trajectory,
    plot_trajectory,
)
from .fate_map import draw_bracket, draw_failure_map
from .measures import draw_accuracy, draw_cost, draw_race
from .phases import draw_phase_portrait, draw_weight_paths
from .planes import draw_atlas, draw_loss_plane, draw_neuron
from .rates import draw_decays, draw_rates
from .safe import draw_coverage, draw_distances, draw_moreau, draw_safe_circle
from .samples import draw_fate_shares, draw_fractions, draw_spread
from .sets import draw_arcs, draw_dead_cone_3d, draw_polar_cones
from .style import add_legend, new_figure, save_figure
from .tools import draw_curvature_bounds, draw_step_ends

__all__ = [
    "FATE_COLOURS",
    "TARGET_COLOUR",
    "add_legend",
    "draw_accuracy",
    "draw_angles",
    "draw_arcs",
    "draw_atlas",
    "draw_balls",
    "draw_bounds",
    "draw_bracket",
    "draw_caps",
    "draw_chances",
    "draw_cost",
    "draw_coverage",
    "draw_curvature_bounds",
    "draw_dead_cone_3d",
    "draw_decays",
    "draw_distances",
    "draw_drift",
    "draw_edge_3d",
    "draw_failure_map",
    "draw_fate_shares",
    "draw_fractions",
    "draw_loss_plane",
    "draw_loss_without_bias",
    "draw_moreau",
    "draw_neuron",
    "draw_path",
    "draw_phase_portrait",
    "draw_polar_cones",
    "draw_quadratic_bound",
    "draw_race",
    "draw_rates",
    "draw_rays",
    "draw_safe_circle",
    "draw_safe_disc",
    "draw_semilog",
    "draw_shadow",
    "draw_spread",
    "draw_starts",
    "draw_step_ends",
    "draw_tied_paths",
    "draw_trajectory",
    "draw_turning",
    "draw_weight_paths",
    "draw_zones",
    "new_figure",
    "plot_trajectory",
    "save_figure",
]
