// The numerics of the live figures: the formulas of singleneuron/arcs.py, function by function.
//
// So far d = 1 with inputs uniform on [-c, c]. Parameters are w = [p, b] (weight, bias), target v = [p, b].
// Every integral is one over an interval of inputs. A point of [-c, c] is kept by its distances to
// both ends, [fromLeft, fromRight], so that a neuron that is active on a sliver of inputs keeps all digits.

const SPLIT = 134217729; // 2^27 + 1

/** x y as an unevaluated sum of two floats: [product, its rounding error] (Dekker). */
export function twoProduct(x, y) {
  const product = x * y;
  let high = SPLIT * x;
  const xh = high - (high - x), xl = x - xh;
  high = SPLIT * y;
  const yh = high - (high - y), yl = y - yh;
  return [product, ((xh * yh - product) + xh * yl + xl * yh) + xl * yl];
}

/** x + y as an unevaluated sum of two floats: [sum, its rounding error] (Knuth). */
export function twoSum(x, y) {
  const sum = x + y, back = sum - x;
  return [sum, (x - (sum - back)) + (y - back)];
}

/** x y + z, good to the last digit even where it cancels. */
export function productPlus(x, y, z) {
  const [product, lost] = twoProduct(x, y), [sum, alsoLost] = twoSum(product, z);
  return sum + (lost + alsoLost);
}

/** The values of w.x at the two ends of the input range: [at -c, at c]. */
export function endValues(w, c) {
  return [productPlus(-c, w[0], w[1]), productPlus(c, w[0], w[1])];
}

/** The inputs with w.x > 0, as [start, end], each [fromLeft, fromRight]; null if there are none. */
export function activeInterval(w, c) {
  const [left, right] = endValues(w, c);
  if (!(left > 0 || right > 0)) return null;
  const slope = Math.abs(w[0]);
  const first = [0, 2 * c], last = [2 * c, 0];
  if (left >= 0 && right >= 0) return [first, last];
  const root = [Math.abs(left) / slope, Math.abs(right) / slope];
  return right > 0 ? [root, last] : [first, root];
}

const before = (s, t) => (s[0] + t[0] < s[1] + t[1] ? s[0] < t[0] : s[1] > t[1]);

/** The part common to two intervals, null if it has no length. */
export function intersection(one, two) {
  if (!one || !two) return null;
  const start = before(one[0], two[0]) ? two[0] : one[0];
  const end = before(one[1], two[1]) ? one[1] : two[1];
  return before(start, end) ? [start, end] : null;
}

/** The parts of `one` outside `two`, where `two` touches an end of the input range: one interval or null. */
export function difference(one, two) {
  if (!one || !two) return one;
  const common = intersection(one, two);
  if (!common) return one;
  if (before(one[0], common[0])) return [one[0], common[0]];
  if (before(common[1], one[1])) return [common[1], one[1]];
  return null;
}

function length([start, end]) {
  if (end[0] < end[1]) return end[0] - start[0];
  if (start[1] < start[0]) return start[1] - end[1];
  return start[0] + start[1] - start[0] - end[1];
}

/** The value of w.x at a point, from the end of the range that is nearer. */
function valueAt(w, ends, point) {
  return point[0] < point[1] ? ends[0] + w[0] * point[0] : ends[1] - w[0] * point[1];
}

/** E[f g; interval], f and g affine in x: 2 h f_m g_m + (2/3) h^3 f' g' over [m - h, m + h]. */
function mean(f, fEnds, g, gEnds, interval, c) {
  if (!interval) return 0;
  const [start, end] = interval, h = length(interval) / 2;
  const middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  const product = valueAt(f, fEnds, middle) * valueAt(g, gEnds, middle);
  return (h / c) * (product + (h * h * f[0] * g[0]) / 3);
}

/** A neuron on its inputs: parameters, values at both ends of the range, active interval. */
function neuron(w, c) {
  return { w, ends: endValues(w, c), on: activeInterval(w, c) };
}

const square = (one, interval, c) => mean(one.w, one.ends, one.w, one.ends, interval, c);
const gapOf = (one, two, c) => neuron([one.w[0] - two.w[0], one.w[1] - two.w[1]], c);
const AXES = [[1, 0], [0, 1]];

function excessOf(one, two, both, c) {
  return 0.5 * square(one, one.on, c) - mean(one.w, one.ends, two.w, two.ends, both, c);
}

function gradientOf(one, two, both, c) {
  const gap = gapOf(one, two, c), alone = difference(one.on, two.on);
  return AXES.map((x) => {
    const ends = [x[1] - c * x[0], x[1] + c * x[0]];
    return mean(gap.w, gap.ends, x, ends, both, c) + mean(one.w, one.ends, x, ends, alone, c);
  });
}

/** F(w) = 1/2 E (s(w.x) - s(v.x))^2, as a sum of positive terms. */
export function loss(w, v, c) {
  const one = neuron(w, c), two = neuron(v, c);
  return 0.5 * (square(gapOf(one, two, c), intersection(one.on, two.on), c)
    + square(one, difference(one.on, two.on), c) + square(two, difference(two.on, one.on), c));
}

/** F(w) - F(0) = E[s(w.x) (s(w.x) / 2 - s(v.x))], never a difference of losses. */
export function excessLoss(w, v, c) {
  const one = neuron(w, c), two = neuron(v, c);
  return excessOf(one, two, intersection(one.on, two.on), c);
}

/** The gradient of F, with s'(0) = 0. */
export function gradient(w, v, c) {
  const one = neuron(w, c), two = neuron(v, c);
  return gradientOf(one, two, intersection(one.on, two.on), c);
}

/** P(w.x > 0, v.x > 0). */
export function overlap(w, v, c) {
  const both = intersection(activeInterval(w, c), activeInterval(v, c));
  return both ? length(both) / (2 * c) : 0;
}

/** F(0) = 1/2 E s(v.x)^2. */
export function trivialLoss(v, c) {
  const target = neuron(v, c);
  return 0.5 * square(target, target.on, c);
}

/** L, the largest eigenvalue of E x x^T. */
export const smoothness = (c) => Math.max(1, (c * c) / 3);

/** Is no input active? Then the gradient is zero. */
export const isDead = (w, c) => activeInterval(w, c) === null;

/** Does no input activate both w and v? Decided by a sign, not by a small length. */
export function isBlind(w, v, c) {
  const one = activeInterval(w, c), two = activeInterval(v, c);
  if (!one || !two) return true;
  const whole = one[0][0] + one[1][1] === 0 || two[0][0] + two[1][1] === 0;
  if (whole || w[0] > 0 === v[0] > 0) return false;
  // active towards opposite ends: they meet where b |p_v| + b_v |p| > 0
  const [first, lost] = twoProduct(w[1], Math.abs(v[0])), [second, more] = twoProduct(v[1], Math.abs(w[0]));
  const [sum, last] = twoSum(first, second);
  return sum + (last + lost + more) <= 0;
}

/** The distance from v to the dead cone: a start that is nearer to v than this is learned (G3). */
export function safeRadius(v, c) {
  const weight = Math.abs(v[0]);
  if (weight <= c * v[1]) return Math.hypot(v[0], v[1]);
  return Math.max(0, Math.max(...endValues(v, c))) / Math.hypot(1, c);
}

/**
 * The certificate that holds at w for gradient descent with `step` = eta L, by the book's table, or "none".
 * Of two that hold, the first of dead, blind, below_trivial, safe_ball.
 */
export function certificate(w, v, c, step) {
  if (isDead(w, c)) return "dead";
  if (isBlind(w, v, c)) {
    const forever = c <= 1 || (w[1] <= 0 && step <= 2) || (c * c <= 3 && step <= 1);
    return forever ? "blind" : "none";
  }
  const rounding = 16 * Number.EPSILON * trivialLoss(w, c);
  if (step < 2 && excessLoss(w, v, c) < -rounding) return "below_trivial";
  if (step < 2 && Math.hypot(w[0] - v[0], w[1] - v[1]) < safeRadius(v, c)) return "safe_ball";
  return "none";
}

const PROVES = { dead: "lost", blind: "lost", below_trivial: "learned", safe_ball: "learned", none: "undecided" };

/**
 * Gradient descent w <- w - (step / L) g(w) until nothing moves any more, at most `maxSteps` steps.
 *
 * Returns points (flat: p0, b0, p1, b1, ...), excess (F(w_t) - F(0)), the first certificate, the step at
 * which it holds, the fate it proves, and how the run ended: "arrived" (nearer to the target than 1e-9 of
 * its length), "resting" (a step changes nothing), "overflow" (further away than 1e12), "budget".
 */
export function descend(start, v, c, step, maxSteps) {
  const eta = step / smoothness(c), target = neuron(v, c), near = 1e-9 * Math.hypot(v[0], v[1]);
  const points = [], excess = [];
  let w = [start[0], start[1]], proof = "none", decidedAt = -1, ending = "budget";
  for (let t = 0; ; t += 1) {
    const here = neuron(w, c), both = intersection(here.on, target.on);
    points.push(w[0], w[1]);
    excess.push(excessOf(here, target, both, c));
    if (proof === "none") {
      proof = certificate(w, v, c, step);
      if (proof !== "none") decidedAt = t;
    }
    if (Math.hypot(w[0] - v[0], w[1] - v[1]) <= near) { ending = "arrived"; break; }
    if (t === maxSteps) break;
    const g = gradientOf(here, target, both, c);
    const next = [w[0] - eta * g[0], w[1] - eta * g[1]];
    if (!(Math.hypot(next[0], next[1]) < 1e12)) { ending = "overflow"; break; }
    if (next[0] === w[0] && next[1] === w[1]) { ending = "resting"; break; }
    w = next;
  }
  return { points, excess, certificate: proof, decidedAt, fate: PROVES[proof], ending, steps: excess.length - 1 };
}
