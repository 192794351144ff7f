// The curvature of the overlap, the least overlap that a loss allows, and the rates that follow
// (singleneuron/overlaps.py, levels.py, bounds.py), for balls and spheres of dimension 2 or more and the normal law.
import { GAUSSIAN, RING } from "./arcs.js";
import { topEigenvalue } from "./atoms.js";
import { radialOf } from "./problem.js";

const STOPS = [4, 40], NODE_STEP = 0.1, NODE_REACH = 32; // as in Python: of T, and of the double exponential rule
const nodes = [], nodeWeights = [];
for (let k = -NODE_REACH; k <= NODE_REACH; k += 1) {
  const grow = Math.PI * Math.sinh(NODE_STEP * k), node = 1 / (1 + Math.exp(-grow));
  nodes.push(node);
  nodeWeights.push((NODE_STEP * Math.PI * Math.cosh(NODE_STEP * k) * node) / (1 + Math.exp(grow)));
}

const halfWidth = (height, bias) => 2 * Math.atan2(Math.sqrt(Math.max(height + bias, 0)), Math.sqrt(Math.max(height - bias, 0)));

/** T at a radius, Infinity from the rim on; where there is no radius (NaN), 0. */
function timeAt({ kind, scale, power }, radius) {
  if (Number.isNaN(radius)) return 0;
  const square = (radius / scale) ** 2;
  return kind === GAUSSIAN ? square / 2 : -0.5 * power * Math.log1p(-Math.min(square, 1));
}

const arcSums = new Float64Array(6);

/** Adds the integrals of 1, cos, sin, cos^2, cos sin, sin^2 over [low, high]. */
function addArc(low, high) {
  const half = (high - low) / 2, middle = (high + low) / 2;
  if (!(half > 0)) return;
  const sine = Math.sin(half), cosine = Math.cos(half), turn = Math.cos(2 * middle);
  arcSums[0] += 2 * half;
  arcSums[1] += 2 * sine * Math.cos(middle);
  arcSums[2] += 2 * sine * Math.sin(middle);
  arcSums[3] += half + sine * cosine * turn;
  arcSums[4] += sine * cosine * Math.sin(2 * middle);
  arcSums[5] += half - sine * cosine * turn;
}

/**
 * E[x x^T 1_A] at w = (p, q, b) for a problem in these coordinates: { block, across }.
 *
 * block: rows over (along v~, across in the plane, bias); across: the value of the directions across the plane.
 */
export function overlapMoments(here, w) {
  const law = radialOf(here.law), [p, q, b] = here.reduce(w), [size, , offset] = here.reduce(here.target);
  const a = Math.hypot(p, q), theta = Math.atan2(q, p), { kind, scale, power } = law;
  const out = new Float64Array(7);
  const ringAt = (square, rest, weight) => {
    const s = Math.sqrt(square), alpha = halfWidth(a * s, b), beta = halfWidth(size * s, offset);
    arcSums.fill(0);
    addArc(Math.max(-beta, theta - alpha), Math.min(beta, theta + alpha));
    addArc(-beta, Math.min(beta, theta + alpha - 2 * Math.PI));
    const share = weight / (2 * Math.PI), factors = [1, s, s, square, square, square];
    for (let k = 0; k < 6; k += 1) out[k] += share * factors[k] * arcSums[k];
    out[6] += share * rest * arcSums[0];
  };
  if (kind === RING) ringAt(scale * scale, 0, 1);
  else {
    const crossing = Math.hypot(offset / size, ((p * offset) / size - b) / q);
    const kinks = [Math.abs(b) / a, Math.abs(offset) / size, crossing].map((radius) => timeAt(law, radius));
    const first = Math.min(700, Math.max(b < 0 ? kinks[0] : 0, offset < 0 ? kinks[1] : 0)), last = first + STOPS[1];
    const edges = [first, ...kinks, ...STOPS.map((stop) => first + stop)]
      .map((time) => Math.min(last, Math.max(first, time))).sort((one, two) => one - two);
    for (let k = 1; k < edges.length; k += 1) {
      const length = edges[k] - edges[k - 1];
      if (length === 0) continue;
      for (let i = 0; i < nodes.length; i += 1) {
        const time = edges[k - 1] + length * nodes[i], weight = length * nodeWeights[i] * Math.exp(-time);
        if (kind === GAUSSIAN) ringAt(2 * scale * scale * time, scale * scale, weight);
        else ringAt(-scale * scale * Math.expm1((-2 * time) / power), (scale * scale * Math.exp((-2 * time) / power)) / power, weight);
      }
    }
  }
  const [mass, x, y, xx, xy, yy, across] = out;
  return { block: [[xx, xy, x], [xy, yy, y], [x, y, mass]], across };
}

/** The least eigenvalue over the plane of w~ and v~ and the bias, which no run leaves. */
export function overlapCurvature(here, w) {
  const { block } = overlapMoments(here, w), trace = block[0][0] + block[1][1] + block[2][2];
  return Math.max(0, trace - topEigenvalue(block.map((row, i) => row.map((x, j) => (i === j ? trace - x : -x)))));
}

/** [least, largest] eigenvalue of E[x x^T 1[v.x > 0]], all directions counted. */
export function localEigenvalues(here) {
  const { block, across } = overlapMoments(here, here.target), pair = [[block[0][0], block[0][2]], [block[0][2], block[2][2]]];
  const trace = pair[0][0] + pair[1][1], most = topEigenvalue(pair);
  const least = (pair[0][0] * pair[1][1] - pair[0][1] ** 2) / most;
  return [Math.min(least, block[1][1], here.dim > 2 ? across : Infinity), Math.max(most, block[1][1], trace - most)];
}

/** p = P(v.x > tau) at E[s(v.x)^2 1[v.x > tau]] = 2 delta: the least overlap that F(0) - delta allows. */
export function leastOverlap(here, delta) {
  const v = here.target, n = v.length - 1, level = (tau) => v.map((x, i) => (i === n ? x - tau : x));
  const left = (tau) => {
    const at = level(tau), g = here.gradient(at);
    return here.moments(at)[1] - g.reduce((sum, x, i) => sum + x * v[i], 0) - 2 * delta;
  };
  let low = 0, high = here.supportRadius * Math.hypot(...v.slice(0, n)) + v[n];
  if (!(left(low) > 0)) return here.activeMass(v);
  for (let k = 0; k < 60 && high - low > 1e-13 * high; k += 1) {
    const middle = (low + high) / 2;
    if (left(middle) > 0) low = middle; else high = middle;
  }
  return here.activeMass(level(high));
}

/** c' of the ball of radius c in dimension d: the density of a coordinate at 0. */
export function ballDensity(d, c) {
  let ratio = 1 / Math.sqrt(Math.PI); // Gamma(d/2 + 1) / Gamma((d + 1)/2)
  for (let k = 1; k <= d; k += 1) ratio = k / 2 / ratio;
  return ratio / (Math.sqrt(Math.PI) * c);
}

/** lambda(p): every event of probability p or more has this curvature (T4). */
export function curvatureBound(c, density, p) {
  const share = p / (Math.sqrt(12) * density);
  return (p * share * share) / (1 + (c + share) ** 2);
}
