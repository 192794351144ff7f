// The numerics of the live figures, mirroring the compiled Python kernel function by function.
//
// So far d = 1 with inputs uniform on [-c, c] (singleneuron/intervals.py, doubled.py). Parameters are
// w = [p, b] (weight, bias), the target v likewise. The browser tests hold every number here against Python's.

// What is asked for (singleneuron/engine.py): E s(w.x)^2 and E s(w.x) s(v.x); gradient; loss; overlap and P(w.x > 0).
export const MOMENTS = 0, GRADIENT = 1, LOSS = 2, OVERLAP = 3;

// ---------------------------------------------------------------- doubled.py

const SPLIT = 134217729; // 2^27 + 1

/** x y as an unevaluated sum of two floats: [product, its rounding error] (Dekker). */
export function twoProduct(x, y) {
  const p = x * y;
  let t = SPLIT * x;
  const xh = t - (t - x), xl = x - xh;
  t = SPLIT * y;
  const yh = t - (t - y), yl = y - yh;
  return [p, ((xh * yh - p) + xh * yl + xl * yh) + xl * yl];
}

/** x + y as an unevaluated sum of two floats: [sum, its rounding error] (Knuth). */
export function twoSum(x, y) {
  const s = x + y, t = s - x;
  return [s, (x - (s - t)) + (y - t)];
}

/** The sum of two such pairs, rounded once. */
function sumOf(one, two) {
  const [s, e] = twoSum(one[0], two[0]);
  return s + (e + one[1] + two[1]);
}

// ---------------------------------------------------------------- intervals.py

/** p offset - b size, rounded once. */
export function determinant([p, b], [size, offset]) {
  const [second, error] = twoProduct(b, size);
  return sumOf(twoProduct(p, offset), [-second, -error]);
}

/** p x + b at x = -c and at x = c, each rounded once. */
export function endValues([p, b], c) {
  const [reach, error] = twoProduct(p, c);
  return [sumOf([b, 0], [-reach, -error]), sumOf([b, 0], [reach, error])];
}

/** The integral of f g over an interval from the end values of two affine functions. */
export function product(length, f1, f2, g1, g2) {
  return (length * (2 * f1 * g1 + f1 * g2 + f2 * g1 + 2 * f2 * g2)) / 6;
}

/** (w - v).x from the heights w.x and v.x or from the parameters, whichever cancels less. */
export function difference(height, other, w, v, x) {
  const p = w[0] - v[0], b = w[1] - v[1];
  return Math.abs(height) + Math.abs(other) < Math.abs(p) * Math.abs(x) + Math.abs(b) ? height - other : p * x + b;
}

const LEFT = 0, ROOT_W = 1, ROOT_V = 2, RIGHT = 3;

/**
 * Everything about (w, v) in one pass over the at most three intervals between -c, both roots, and c.
 *
 * ww = E s(w.x)^2, wv = E s(w.x) s(v.x), overlap, active = P(w.x > 0), loss, gradient; with the residual r,
 * which is s(w.x) - s(v.x) where w.x > 0 and else 0: residual = E r^2, shared = E r^2 on the overlap.
 */
export function uniform(w, v, c) {
  const [leftW, rightW] = endValues(w, c), [leftV, rightV] = endValues(v, c), det = determinant(w, v);
  const hasW = leftW * rightW < 0, hasV = leftV * rightV < 0;
  const rootW = hasW ? -w[1] / w[0] : 0, rootV = hasV ? -v[1] / v[0] : 0;
  let order = [LEFT, RIGHT];
  if (hasW && hasV) order = rootV < rootW ? [LEFT, ROOT_V, ROOT_W, RIGHT] : [LEFT, ROOT_W, ROOT_V, RIGHT];
  else if (hasW) order = [LEFT, ROOT_W, RIGHT];
  else if (hasV) order = [LEFT, ROOT_V, RIGHT];
  const x = [-c, rootW, rootV, c];
  const heightW = [leftW, 0, -det / v[0], rightW], heightV = [leftV, det / w[0], 0, rightV];
  let ww = 0, wv = 0, overlapping = 0, active = 0, missed = 0, residual = 0, shared = 0, g0 = 0, g1 = 0;
  for (let k = 1; k < order.length; k += 1) {
    const i = order[k - 1], j = order[k];
    let length;
    if (i === LEFT) length = j === RIGHT ? 2 * c : j === ROOT_W ? -leftW / w[0] : -leftV / v[0];
    else if (j === RIGHT) length = i === ROOT_W ? rightW / w[0] : rightV / v[0];
    else length = Math.abs(det / w[0] / v[0]);
    const share = length / (2 * c), w1 = heightW[i], w2 = heightW[j], v1 = heightV[i], v2 = heightV[j];
    const own = w1 + w2 > 0, other = v1 + v2 > 0;
    if (!own) {
      if (other) missed += product(share, v1, v2, v1, v2);
      continue;
    }
    active += share;
    ww += product(share, w1, w2, w1, w2);
    let r1 = w1, r2 = w2;
    if (other) {
      overlapping += share;
      wv += product(share, w1, w2, v1, v2);
      r1 = difference(w1, v1, w, v, x[i]);
      r2 = difference(w2, v2, w, v, x[j]);
    }
    const square = product(share, r1, r2, r1, r2);
    residual += square;
    if (other) shared += square;
    g0 += product(share, r1, r2, x[i], x[j]);
    g1 += (share * (r1 + r2)) / 2;
  }
  return {
    ww, wv, overlap: overlapping, active, loss: (missed + residual) / 2, gradient: [g0, g1], excess: ww / 2 - wv,
    residual, shared,
  };
}

// ---------------------------------------------------------------- the methods of Problem

/** F(w) = 1/2 E (s(w.x) - s(v.x))^2, as a sum of positive terms. */
export const loss = (w, v, c) => uniform(w, v, c).loss;

/** F(w) - F(0) = E[s(w.x) (s(w.x) / 2 - s(v.x))], never a difference of losses. */
export const excessLoss = (w, v, c) => uniform(w, v, c).excess;

/** The gradient of F, with s'(0) = 0. */
export const gradient = (w, v, c) => uniform(w, v, c).gradient;

/** P(w.x > 0, v.x > 0). */
export const overlap = (w, v, c) => uniform(w, v, c).overlap;

/** F(0) = 1/2 E s(v.x)^2. */
export const trivialLoss = (v, c) => uniform(v, v, c).ww / 2;

/** L, the largest eigenvalue of E x x^T. */
export const smoothness = (c) => Math.max(1, (c * c) / 3);

/** Is no input active? Then the gradient is zero. */
export const isDead = (w, c) => Math.max(...endValues(w, c)) <= 0;

/** Does no input activate both w and v? Decided by signs, not by a small overlap. */
export function isBlind(w, v, c) {
  const [leftW, rightW] = endValues(w, c), [leftV, rightV] = endValues(v, c);
  if (Math.max(leftW, rightW) <= 0 || Math.max(leftV, rightV) <= 0) return true;
  if ((leftW > 0 && leftV > 0) || (rightW > 0 && rightV > 0)) return false;
  // Active towards opposite ends: at the root of w the target's height is det / p.
  return rightW > 0 ? determinant(w, v) <= 0 : determinant(w, v) >= 0;
}

/** The distance from v to the dead cone: a start that is nearer to v than this is learned (G3). */
export function safeRadius(v, c) {
  const weight = Math.abs(v[0]);
  if (weight <= c * v[1]) return Math.hypot(v[0], v[1]);
  return Math.max(0, Math.max(...endValues(v, c))) / Math.hypot(1, c);
}

// ---------------------------------------------------------------- descent and its certificates

/**
 * The certificate that holds at w for gradient descent with `step` = eta L, by the book's table, or "none".
 * Of two that hold, the first of dead, blind, below_trivial, safe_ball. `here` is what `uniform` says of w.
 */
export function certificate(w, v, c, step, here = uniform(w, v, c)) {
  if (isDead(w, c)) return "dead";
  if (isBlind(w, v, c)) {
    const forever = c <= 1 || (w[1] <= 0 && step <= 2) || (c * c <= 3 && step <= 1);
    return forever ? "blind" : "none";
  }
  const rounding = 16 * Number.EPSILON * (here.ww + here.wv);
  if (step < 2 && here.excess < -rounding) return "below_trivial";
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
  const eta = step / smoothness(c), near = 1e-9 * Math.hypot(v[0], v[1]), points = [], excess = [];
  let w = [start[0], start[1]], proof = "none", decidedAt = -1, ending = "budget";
  for (let t = 0; ; t += 1) {
    const here = uniform(w, v, c);
    points.push(w[0], w[1]);
    excess.push(here.excess);
    if (proof === "none") {
      proof = certificate(w, v, c, step, here);
      if (proof !== "none") decidedAt = t;
    }
    if (Math.hypot(w[0] - v[0], w[1] - v[1]) <= near) { ending = "arrived"; break; }
    if (t === maxSteps) break;
    const next = [w[0] - eta * here.gradient[0], w[1] - eta * here.gradient[1]];
    if (!(Math.hypot(next[0], next[1]) < 1e12)) { ending = "overflow"; break; }
    if (next[0] === w[0] && next[1] === w[1]) { ending = "resting"; break; }
    w = next;
  }
  return { points, excess, certificate: proof, decidedAt, fate: PROVES[proof], ending, steps: excess.length - 1 };
}

/**
 * The first certificate of descent from `start` within `maxSteps` steps, the fate it proves and the step.
 *
 * The same run as `descend`, which goes on and keeps its path; here nothing is kept.
 */
export function decide(start, v, c, step, maxSteps) {
  const eta = step / smoothness(c);
  let w = [start[0], start[1]], steps = 0;
  for (; ; steps += 1) {
    const here = uniform(w, v, c), proof = certificate(w, v, c, step, here);
    if (proof !== "none") return { certificate: proof, fate: PROVES[proof], steps };
    const next = [w[0] - eta * here.gradient[0], w[1] - eta * here.gradient[1]];
    if (steps === maxSteps || !(Math.hypot(next[0], next[1]) < 1e12) || (next[0] === w[0] && next[1] === w[1])) break;
    w = next;
  }
  return { certificate: "none", fate: "undecided", steps };
}
