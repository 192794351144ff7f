// The neuron without bias as a flow in the plane of norm and angle (singleneuron/planar.py, function by function).
//
// Units: lengths in |v~|, time in 1 / s2, losses in s2 |v~|^2. A point is (norm, angle), norm > 0, angle in [0, pi].

const ROUNDING = 2e-15; // of a norm, relative, and of an angle that come from two weights and back

/** [x - sin x, sin x - x cos x] for x >= 0; their series where these would cancel. */
export function tails(x) {
  if (x >= 1) return [x - Math.sin(x), Math.sin(x) - x * Math.cos(x)];
  let term = x ** 3 / 6, first = 0, second = 0;
  for (let k = 1; k < 10; k += 1) {
    first += term;
    second += 2 * k * term;
    term *= (-x * x) / ((2 * k + 2) * (2 * k + 3));
  }
  return [first, second];
}

/** The norm up to which the flow's norm grows, and above which it falls. */
export const normThreshold = (angle) => tails(Math.PI - angle)[1] / Math.PI;

/** The loss F. */
export function planarLoss(norm, angle) {
  const square = (norm - 1) ** 2 + 4 * norm * Math.sin(angle / 2) ** 2;
  return square / 4 - (norm * tails(angle)[1]) / (2 * Math.PI);
}

/** [d norm / dt, d angle / dt]. */
export function planarVelocity(norm, angle) {
  const a = Math.PI - angle;
  return [tails(a)[1] / (2 * Math.PI) - norm / 2, -(a * Math.sin(a)) / (2 * Math.PI) / norm];
}

/** [norm, angle] after a time: in the coordinates w / (1 - angle / pi) the flow runs straight to the target. */
export function planarFlow(norm, angle, time) {
  const left = Math.exp(-time / 2), slack = Math.PI - angle;
  if (slack === 0) return [left * norm, Math.PI];
  const along = left * norm * Math.cos(angle) - (Math.expm1(-time / 2) * slack) / Math.PI;
  const across = left * norm * Math.sin(Math.min(angle, slack));
  return [(Math.atan2(across, -along) / slack) * Math.hypot(along, across), Math.atan2(across, along)];
}

/** The time at which the norm stops falling: 0 from the threshold (up to rounding) down, Infinity where it falls for ever. */
export function turningTime(norm, angle) {
  const slack = Math.PI - angle, share = slack / Math.PI;
  if (slack === 0) return Infinity;
  if (norm <= (1 + ROUNDING) * normThreshold(Math.max(angle - ROUNDING, 0))) return 0;
  const lead = (norm - 1) * (Math.cos(angle) - Math.sin(angle) / Math.PI) - 2 * Math.sin(angle / 2) ** 2;
  const last = (lead + tails(angle)[0] / Math.PI) / share;
  if (last >= 0) return Infinity;
  const z = (norm * Math.sin(Math.min(angle, slack))) / share, d = last + z / Math.PI, square = d * d + z * z;
  let low = 0, high = 2 * Math.log(Math.max(square / -last, 1));
  for (let k = 0; k < 70; k += 1) {
    const middle = (low + high) / 2, e = Math.exp(-middle / 2);
    const drop = (z * Math.atan2(e * z, 1 + e * d)) / (Math.PI * Math.atan2(e * z, -1 - e * d));
    if (last + e * square > drop) low = middle; else high = middle;
  }
  return high;
}
