// Samples of one input: the draws, and the fates that descent has on them (singleneuron/fate/samples.py, theorem C5).
import { atoms } from "./atoms.js";
import { blindFor, deadFor, supportOf } from "./cones.js";
import { MOMENTS } from "./engine.js";
import { lineLaw } from "./tools.js";

const MARGIN = 1e-12; // relative, as in the Python module

/** The first n of a seed's inputs: uniform on [-1, 1], to four digits (the generator mulberry32). */
export function drawn(n, seed) {
  let state = seed >>> 0;
  return Array.from({ length: n }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.round((((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) * 1e4) / 1e4;
  });
}

/** The problem of the points xs, all in [-1, 1], and a target v that is positive on one of them at least. */
export function sampleOf(xs, v) {
  const share = 1 / xs.length, rows = xs.map((x) => [x]), weights = xs.map(() => share);
  const law = lineLaw({ points: xs, weights }), direct = atoms(rows, weights, v), out = [0, 0];
  const theirs = xs.map((x) => v[0] * x + v[1]), seen = theirs.filter((y) => y > 0);
  const terms = seen.map((y) => 0.5 * share * y * y).sort((a, b) => a - b), different = new Set(xs.filter((_, i) => theirs[i] > 0));
  const moments = (w) => { direct(MOMENTS, w, out); return { ww: out[0], wv: out[1] }; };
  return {
    xs, v, theirs, moments,
    support: supportOf({ points: rows }),
    smoothness: law.smoothness,
    ends: law.ends,
    here: law.towards(v),
    trivial: terms.reduce((sum, term) => sum + term, 0),
    /** A loss below which no neuron lies that fits only one input (`_fit_threshold`); 0: there is none. */
    fit: different.size < 2 ? 0 : different.size === seen.length ? terms.slice(0, -1).reduce((sum, term) => sum + term, 0) : terms[0],
  };
}

/** The indices of the inputs that w answers to. */
export const answers = ({ xs }, w) => xs.flatMap((x, i) => (w[0] * x + w[1] > 0 ? [i] : []));

/** Does the rest of the path fit one input only, by a linear map? { distance, room } if so (`_part`). */
export function settlesOnPart(sample, w, gradient) {
  const { xs, v, theirs } = sample, active = answers(sample, w);
  if (!active.length || active.some((i) => theirs[i] <= 0)) return null;
  if (gradient[0] === 0 && gradient[1] === 0) return w[0] === v[0] && w[1] === v[1] ? null : { distance: 0, room: 0 };
  const x = xs[active[0]];
  if (active.some((i) => xs[i] !== x)) return null;
  const square = x * x + 1, along = ((w[0] - v[0]) * x + w[1] - v[1]) / square, distance = Math.abs(along) * Math.sqrt(square);
  const end = [w[0] - along * x, w[1] - along], slack = distance > 0 ? MARGIN * Math.hypot(...w) : 0;
  let room = Infinity;
  for (let i = 0; i < xs.length; i += 1) {
    const own = active.includes(i), left = (own ? theirs[i] : -(end[0] * xs[i] + end[1])) / Math.hypot(xs[i], 1) - slack;
    if (own ? left <= distance : left < distance) return null;
    room = Math.min(room, left);
  }
  return { distance, room };
}

/** The certificate that holds at w for descent with a step below 2/L, or "none"; "part" is looked for if `often`. */
export function sampleCertificate(sample, w, now, often) {
  if (deadFor(sample.support, w)) return "dead";
  if (blindFor(sample.support, sample.v, w)) return "blind"; // inputs in [-1, 1]: x.y >= 0
  if (now.loss < sample.fit * (1 - MARGIN)) return "sample_fit";
  return often && settlesOnPart(sample, w, now.gradient) ? "sample_part" : "none";
}

const PROVED = { dead: "lost", blind: "lost", sample_fit: "learned", sample_part: "spurious", none: "undecided" };

/**
 * Descent on a sample with step / L until nothing moves, at most `maxSteps` steps: like `descend` of the engine.
 *
 * Returns points (flat), excess (F_n(w_t) - F_n(0)), the first certificate, the step at which it holds, its fate, the
 * number of steps, and how the run ended: "arrived", "resting", "overflow", "budget".
 */
export function descendOn(sample, start, step, maxSteps) {
  const { v, here } = sample, eta = step / sample.smoothness, near = 1e-9 * Math.hypot(...v), points = [], excess = [];
  let w = [start[0], start[1]], proof = "none", decidedAt = -1, ending = "budget";
  for (let t = 0; ; t += 1) {
    const now = here(w);
    points.push(w[0], w[1]);
    excess.push(now.ww / 2 - now.wv);
    if (proof === "none") {
      proof = sampleCertificate(sample, w, now, (t & (t - 1)) === 0 || t % 64 === 0);
      if (proof !== "none") decidedAt = t;
    }
    if (Math.hypot(w[0] - v[0], w[1] - v[1]) <= near) { ending = "arrived"; break; }
    if (t === maxSteps) break;
    const next = [w[0] - eta * now.gradient[0], w[1] - eta * now.gradient[1]];
    if (!(Math.hypot(next[0], next[1]) < 1e12)) { ending = "overflow"; break; }
    if (next[0] === w[0] && next[1] === w[1]) { ending = "resting"; break; }
    w = next;
  }
  return { points, excess, certificate: proof, decidedAt, fate: PROVED[proof], ending, steps: excess.length - 1 };
}

/** The rays on which one input alone is fitted and the others are silent: [{ x, from: [p, b], way: [p, b] }, ...]. */
export function lonelyRays({ xs, v, theirs }) {
  const order = xs.map((_, i) => i).sort((i, j) => xs[i] - xs[j]), last = order.length - 1;
  return [[order[last], order[last - 1], 1], [order[0], order[1], -1]].flatMap(([i, next, sign]) => {
    if (!(theirs[i] > 0) || next === undefined || xs[i] === xs[next]) return [];
    const slope = theirs[i] / (xs[i] - xs[next]);
    return [{ x: xs[i], from: [slope, theirs[i] - slope * xs[i]], way: [sign, -sign * xs[i]] }];
  });
}
