// The gradient flow as a curve in (p, q, b), by arc length, as in singleneuron/paths.py: neither the origin nor the
// dead cone slows it down, however small the active mass. Dormand-Prince steps of order 5.
import { clamp } from "./ui.js";

const TABLEAU = [
  [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9], [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656], [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const DEFECT = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
const LATEST = 700; // of log time: what comes later is not told apart

const lengthOf3 = ([p, q, b]) => Math.hypot(p, q, b);

/** The distance to the dead cone of a ball, at most |w|. */
export function clearanceOf(here, w) {
  const c = here.supportRadius, a = Math.hypot(w[0], w[1]);
  return c * w[2] >= a ? lengthOf3(w) : here.height(w) / Math.hypot(1, c);
}

/** Puts the unit vector -g/|g| at w in out; returns log |g|, -Infinity where it is no number. */
function unitSlope(here, w, out) {
  const log = here.gradientMantissa(w, out), size = Math.hypot(out[0], out[1], out[2]);
  if (!(size > 0 && size < Infinity)) return -Infinity;
  for (let i = 0; i < 3; i += 1) out[i] /= -size;
  return log + Math.log(size);
}

/** The mean of 1/|g| over a step, as a logarithm, from log |g| at its stages. */
function meanSlowness(logs) {
  const least = Math.min(...logs);
  let total = 0;
  for (let j = 0; j < 6; j += 1) total += TABLEAU[5][j] * Math.exp(least - logs[j]);
  if (!(total > 0)) total = (Math.exp(least - logs[0]) + Math.exp(least - logs[6])) / 2;
  return Math.log(total) - least;
}

/**
 * The flow from `start` (p, q, b) until its fate is proved and it is within `near` of the target or of the dead cone,
 * or the budget is spent: { points, times, certificate, at }, times as log(1 + t), `at` the first point at which the
 * certificate holds. `here` is a problem of a ball with target [1, 0, offset] that is asked for the accuracy rtol. With
 * `stop` the path ends where its fate is proved.
 */
export function flowCurve(here, start, { steps = 160, tol = 1e-5, near = 2e-3, rtol = 1e-7, stop = false } = {}) {
  const points = [Array.from(start)], times = [0], stages = Array.from({ length: 7 }, () => [0, 0, 0]);
  const logs = new Array(7).fill(0), trial = [0, 0, 0], v = here.target, c = here.supportRadius, root = Math.hypot(1, c);
  let w = Array.from(start), logTime = -Infinity, length = 0, certificate = flowCertificate(here, w, rtol), at = 0;
  if (certificate === "DEAD" || (stop && certificate !== "NONE")) return { points, times, certificate, at };
  logs[0] = unitSlope(here, w, stages[0]);
  for (let k = 0; k < steps && logs[0] > -Infinity; k += 1) {
    const room = clearanceOf(here, w), away = Math.hypot(w[0] - v[0], w[1] - v[1], w[2] - v[2]), size = lengthOf3(w);
    if (room < (certificate === "NONE" ? 1e-14 * size : near * Math.min(1, size)) || away < near) break;
    length = Math.min(length > 0 ? length : 0.05 * room, 0.6 * room, Math.max(0.5 * away, near));
    let fine = true;
    for (let i = 0; i < 6 && fine; i += 1) {
      for (let j = 0; j < 3; j += 1) {
        let move = 0;
        for (let m = 0; m <= i; m += 1) move += TABLEAU[i][m] * stages[m][j];
        trial[j] = w[j] + length * move;
      }
      logs[i + 1] = unitSlope(here, trial, stages[i + 1]);
      fine = logs[i + 1] > -Infinity;
    }
    if (!fine) { length *= 0.25; continue; }
    const error = [0, 1, 2].map((j) => length * DEFECT.reduce((sum, weight, m) => sum + weight * stages[m][j], 0));
    const a = Math.hypot(w[0], w[1]);
    let wrong = lengthOf3(error) / size;
    if (a > 0 && w[2] < 0) wrong = Math.max(wrong, Math.abs((c * (error[0] * w[0] + error[1] * w[1])) / a + error[2]) / (root * room));
    if (wrong <= tol) {
      const log = Math.log(length) + meanSlowness(logs), top = Math.max(log, logTime);
      logTime = top + Math.log(Math.exp(log - top) + Math.exp(logTime - top));
      w = [trial[0], Math.abs(trial[1]), trial[2]];
      logs[0] = unitSlope(here, w, stages[0]);
      points.push(w);
      times.push(Math.min(LATEST, logTime > 30 ? logTime : Math.log1p(Math.exp(logTime))));
      if (certificate === "NONE") {
        certificate = flowCertificate(here, w, rtol);
        at = points.length - 1;
        if (stop && certificate !== "NONE") break;
      }
    }
    length *= clamp(0.9 * (wrong / tol) ** -0.2, 0.2, 5);
  }
  return { points, times, certificate, at };
}

/** The radius of the lost ball about a dead point z = (p, q, b) of a ball's problem (`lost_ball_radius`). */
export function lostRadius(here, z) {
  const c = here.supportRadius, a = Math.hypot(z[0], z[1]), turn = Math.max(here.angle(z) - here.beta, 0);
  return Math.max(0, -(z[2] + c * a * Math.cos(turn)) / Math.hypot(1, c));
}

/** Is a blind start with this bias blind for ever under the flow? */
export const blindForEver = (here, bias) => here.supportRadius <= 1 || bias <= 0 || here.supportRadius ** 2 <= here.dim + 2;

/** The first certificate of the flow that holds at w, in the order of singleneuron/certify.py, or "NONE". */
export function flowCertificate(here, w, rtol) {
  if (here.isDead(w)) return "DEAD";
  const a = Math.hypot(w[0], w[1]), theta = here.angle(w);
  if (a > 0 && theta < here.beta - 1e-12) return "ANGLE";
  if (blindForEver(here, w[2]) && here.isBlind(w)) return "BLIND";
  const reach = (2 * here.supportRadius * a * Math.sin((theta - here.beta) / 2) ** 2) / Math.hypot(1, here.supportRadius);
  if (theta > here.beta && here.height(w) < reach) return "LOST_BALL";
  const v = here.target;
  if (Math.hypot(w[0] - v[0], w[1] - v[1], w[2] - v[2]) < here.safeRadius) return "SAFE_BALL";
  const [own, cross] = here.moments(w);
  return 0.5 * own - cross < -10 * rtol * (0.5 * own + cross) ? "BELOW_TRIVIAL" : "NONE";
}
