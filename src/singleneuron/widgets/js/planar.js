// The neuron without bias as a flow in the plane of norm and angle (singleneuron/planar.py, function by function).
//
// Units: lengths in |v~|, time in 1 / s2, losses in s2 |v~|^2. A point is (norm, angle), norm > 0, angle in [0, pi].

/** sin x - x cos x; a series where x is small. */
export function slice(x) {
  if (x >= 0.5) return Math.sin(x) - x * Math.cos(x);
  let term = x ** 3 / 6, total = 0;
  for (let k = 1; k < 9; k += 1) {
    total += 2 * k * term;
    term *= (-x * x) / ((2 * k + 2) * (2 * k + 3));
  }
  return total;
}

/** The norm up to which the flow's norm grows, and above which it falls. */
export const normThreshold = (angle) => slice(Math.PI - angle) / Math.PI;

/** The loss F. */
export function planarLoss(norm, angle) {
  const square = (norm - 1) ** 2 + 4 * norm * Math.sin(angle / 2) ** 2;
  return square / 4 - (norm * slice(angle)) / (2 * Math.PI);
}

/** [d norm / dt, d angle / dt]. */
export function planarVelocity(norm, angle) {
  const a = Math.PI - angle;
  return [slice(a) / (2 * Math.PI) - norm / 2, -(a * Math.sin(a)) / (2 * Math.PI) / norm];
}

/** [norm, angle] after a time: in the coordinates w / (1 - angle / pi) the flow runs straight to the target. */
export function planarFlow(norm, angle, time) {
  const left = Math.exp(-time / 2), share = 1 - angle / Math.PI;
  if (share === 0) return [left * norm, Math.PI];
  const along = left * norm * Math.cos(angle) - Math.expm1(-time / 2) * share;
  const across = left * norm * Math.sin(Math.min(angle, Math.PI - angle)), later = Math.atan2(across, along);
  return [((1 - later / Math.PI) / share) * Math.hypot(along, across), later];
}

/** The time at which the norm stops falling: 0 from the threshold down, Infinity where it falls for ever. */
export function turningTime(norm, angle) {
  if (norm <= normThreshold(angle)) return 0;
  const share = 1 - angle / Math.PI;
  if (share === 0 || norm * (Math.cos(angle) - Math.sin(angle) / Math.PI) >= share) return Infinity;
  let low = 0, high = 120;
  for (let k = 0; k < 70; k += 1) {
    const middle = (low + high) / 2, [later, turned] = planarFlow(norm, angle, middle);
    if (later > normThreshold(turned)) low = middle; else high = middle;
  }
  return high;
}
