// How likely a random start is dead: the inputs fill the ball of radius c in R^d, and all d + 1 entries of the start,
// the bias last, are drawn from one law. In both cases the answer depends on the start's direction alone.
import { logCapProbability } from "./beta.js";

const TABLED = 12; // up to this dimension |u|^2 is tabulated, beyond it transformed

/**
 * The integral of exp(y t^2) over t from 0 to 1, y = re + i im, as [log of its absolute value, argument].
 *
 * Its Taylor series, or sqrt(pi / -y) / 2 and a continued fraction; each where it loses at most three digits.
 */
export function logChord(re, im) {
  const size = Math.hypot(re, im);
  let [sr, si] = [0, 0];
  if (size - re < 7 && size < 40) {
    let [tr, ti] = [1, 0]; // a term; the sum is 1 + s
    for (let k = 1; k < 200; k += 1) {
      [tr, ti] = [(tr * re - ti * im) / k, (tr * im + ti * re) / k];
      sr += tr / (2 * k + 1);
      si += ti / (2 * k + 1);
      if (k > size && Math.abs(tr) + Math.abs(ti) <= 1e-17 * (Math.abs(sr) + Math.abs(si))) break;
    }
    return [0.5 * Math.log1p(sr * (2 + sr) + si * si), Math.atan2(si, 1 + sr)];
  }
  const count = size < 40 ? Math.ceil(8 + 500 / size) : 8;
  [sr, si] = [re - 2 * count - 0.5, im];
  for (let k = count; k >= 1; k -= 1) {
    const share = (k * (k - 0.5)) / (sr * sr + si * si);
    [sr, si] = [re - 2 * k + 1.5 - share * sr, im + share * si];
  }
  const norm = 2 * (sr * sr + si * si), scale = Math.max(re, 0), grown = Math.exp(re - scale) / norm;
  const root = 0.5 * Math.sqrt(Math.PI / size) * Math.exp(-scale), turn = -0.5 * Math.atan2(-im, -re);
  const x = grown * (Math.cos(im) * sr + Math.sin(im) * si) + root * Math.cos(turn);
  const y = grown * (Math.sin(im) * sr - Math.cos(im) * si) + root * Math.sin(turn);
  return [scale + Math.log(Math.hypot(x, y)), Math.atan2(y, x)];
}

/** P(Z >= k) of a standard normal variable, k >= 0. */
export function normalTail(k) {
  if (k < 3) return 0.5 - (k / Math.sqrt(2 * Math.PI)) * Math.exp(logChord(-0.5 * k * k, 0)[0]);
  let fraction = k;
  for (let j = 60; j >= 1; j -= 1) fraction = k + j / fraction;
  return Math.exp(-0.5 * k * k) / Math.sqrt(2 * Math.PI) / fraction;
}

/** log of the volume of the unit ball in R^d. */
export function logBallVolume(d) {
  let log = d % 2 ? Math.LN2 : 0;
  for (let k = d % 2 ? 3 : 2; k <= d; k += 2) log += Math.log((2 * Math.PI) / k);
  return log;
}

// ---------------------------------------------------------------- few dimensions: tables

const SIZE = 24; // polynomials of this many coefficients, Gauss rules of this many nodes
const CHEBYSHEV = Array.from({ length: SIZE }, (_, i) => 0.5 + 0.5 * Math.cos((Math.PI * (i + 0.5)) / SIZE));

/** Nodes and weights of Gauss's rule on [0, 1]. */
const GAUSS = Array.from({ length: SIZE }, (_, i) => {
  let x = Math.cos((Math.PI * (i + 0.75)) / (SIZE + 0.5)), slope = 1;
  for (let step = 0; step < 8; step += 1) {
    let [before, now] = [1, x];
    for (let k = 2; k <= SIZE; k += 1) [before, now] = [now, ((2 * k - 1) * x * now - (k - 1) * before) / k];
    slope = (SIZE * (before - x * now)) / (1 - x * x);
    x -= now / slope;
  }
  return [0.5 + 0.5 * x, 1 / ((1 - x * x) * slope * slope)];
});

/** The integral of f from a to b. */
const integral = (f, a, b) => (b - a) * GAUSS.reduce((sum, [x, weight]) => sum + weight * f(a + (b - a) * x), 0);

/** The polynomial on [0, 1] with given values at the Chebyshev nodes. */
function polynomial(values) {
  const terms = values.map((_, j) => (2 / SIZE) * values.reduce((sum, value, i) => (
    sum + value * Math.cos((Math.PI * j * (i + 0.5)) / SIZE)), 0));
  return (t) => {
    let [one, two] = [0, 0];
    for (let j = SIZE - 1; j > 0; j -= 1) [one, two] = [(4 * t - 2) * one - two + terms[j], one];
    return (2 * t - 1) * one - two + 0.5 * terms[0];
  };
}

/**
 * G[d - 1][m](t) = P(|u|^2 <= m + t^2) for t from 0 to 1, m < d, u uniform on [-1, 1]^d.
 *
 * In t it is smooth: what is not at |u|^2 = m is a power of its root, from the right. One coordinate y is taken out;
 * m + t^2 - y^2 stays above m for y < t, where its root is t cos(turn) if y = t sin(turn).
 */
const G = [[(t) => t]];
function table(d) {
  while (G.length < d) {
    const last = G[G.length - 1], part = (m, radius, from, to) => (
      m < 0 ? 0 : radius * integral((turn) => (last[m] ? last[m](radius * Math.cos(turn)) : 1) * Math.cos(turn), from, to));
    G.push(Array.from({ length: G.length + 1 }, (_, m) => polynomial(CHEBYSHEV.map((t) => (
      part(m, t, 0, Math.PI / 2) + part(m - 1, Math.hypot(1, t), Math.atan(t), Math.atan(1 / t)))))));
  }
  return G[d - 1];
}

// ---------------------------------------------------------------- many dimensions: transforms

const lengths = new Map();

/** E |u|, u uniform on [-1, 1]^d: (1 - E exp(-|u|^2 t^2)) / t^2 integrated over t > 0, over sqrt(pi). */
function meanLength(d) {
  if (!lengths.has(d)) {
    let sum = 0;
    for (let k = -220; k <= 220; k += 1) {
      const t = Math.exp(0.15 * k);
      sum -= Math.expm1(d * logChord(-t * t, 0)[0]) / t;
    }
    lengths.set(d, (0.15 * sum) / Math.sqrt(Math.PI));
  }
  return lengths.get(d);
}

/**
 * log P(|u|^2 < b^2 / c^2, b > 0), (u, b) uniform on [-1, 1]^(d+1): the inverse Laplace transform along the vertical line
 * through the saddle of the integrand, whose absolute value is largest on the real line.
 */
function logByTransform(d, c, digits) {
  const s = 1 / (c * c), height = (x) => d * logChord(-x, 0)[0] + logChord(s * x, 0)[0] - Math.log(x);
  let low = -30, high = Math.log(10 * d);
  for (let k = 0; k < 40; k += 1) {
    const [a, b] = [low + 0.4 * (high - low), low + 0.6 * (high - low)];
    if (height(Math.exp(a)) < height(Math.exp(b))) high = b; else low = a;
  }
  const saddle = Math.exp(0.5 * (low + high)), top = height(saddle);
  // a step of the trapezoidal rule that errs by 10^-digits: what it misses lies on a line further left or right
  const room = (shares) => Math.max(...shares.map((share) => (
    (2 * Math.PI * Math.abs(share) * saddle) / (2.4 * digits + height(saddle * (1 + share)) - top))));
  const step = Math.min(room([-0.05, -0.2, -0.5, -0.9, -0.99]), room([0.05, 0.2, 0.5, 1, 3, 10, 30, 100]));
  let sum = 0.5;
  for (let k = 1; k < 1e5; k += 1) {
    const y = k * step, [a, alpha] = logChord(-saddle, -y), [b, beta] = logChord(s * saddle, s * y);
    const size = Math.exp(d * a + b - 0.5 * Math.log(saddle * saddle + y * y) - top);
    sum += size * Math.cos(d * alpha + beta - Math.atan2(y, saddle));
    if (size * k < 10 ** (1 - digits) * d * sum) break; // beyond it the integrand falls like y^(-2 - d/2)
  }
  return top + Math.log((sum * step) / (2 * Math.PI));
}

/** log P(b <= -c |u|), (u, b) uniform on [-1, 1]^(d+1), to so many digits. */
export function logCubeProbability(d, c, digits = 12) {
  if (c >= 1) return logUpperBound(d, c, "uniform");
  const reach = 1 / c;
  if (d <= TABLED) { // the integral of G over the length l = |b| / c, from 0 to 1 / c
    let sum = Math.max(0, reach - Math.sqrt(d));
    table(d).forEach((share, m) => {
      const end = Math.sqrt(Math.min(1, Math.max(0, reach * reach - m)));
      sum += integral((t) => (m ? (share(t) * t) / Math.sqrt(m + t * t) : share(t)), 0, end);
    });
    return Math.log(0.5 * c * sum);
  }
  return reach * reach >= d ? Math.log(0.5 - 0.5 * c * meanLength(d)) : logByTransform(d, c, digits);
}

/** log of the bound that the theory gives for large c: the integral of sin^(d-1), or the volume of the ball. */
export function logUpperBound(d, c, init) {
  return init === "gaussian" ? -0.5 * (d - 1) * Math.log1p(c * c) - Math.log(c) - 0.5 * Math.log(2 * Math.PI * d)
    : logBallVolume(d) - (d + 1) * Math.LN2 - Math.log(d + 1) - d * Math.log(c);
}

/** The limit of P(dead) for many dimensions at the same k = c sqrt(d). */
export const limitAt = (k, init) => (init === "gaussian" ? normalTail(k) : Math.max(0, 0.5 - k / Math.sqrt(12)));

/** log P(dead); the start's entries are normal (or its direction uniform): "gaussian"; or uniform: "uniform", "linear_layer". */
export function logBornDead(d, c, init, digits = 12) {
  return init === "gaussian" ? logCapProbability(Math.atan(1 / c), d + 1) : logCubeProbability(d, c, digits);
}
