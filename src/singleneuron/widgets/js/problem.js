// One problem: a law of inputs, a target, and everything exact about them (singleneuron/problem.py, engine.py).
import { BALL, GAUSSIAN, RING, evaluate } from "./arcs.js";
import { atoms, topEigenvalue } from "./atoms.js";
import {
  angleBetween, betaOf, blindFor, classifyPoint, deadFor, deadGap, deadHeight, splitByCones, supportOf,
} from "./cones.js";
import { GRADIENT, LOSS, MOMENTS, OVERLAP, uniform } from "./engine.js";
import { SIZE } from "./rings.js";

/** The law of the radius of a spherical law: { kind, scale, power }, or null in dimension one and for points. */
export function radialOf({ kind, dim, radius, scale, points }) {
  if (points || dim === 1) return null;
  if (kind === "gaussian") return { kind: GAUSSIAN, scale, power: 0 };
  if (kind === "ball") return { kind: BALL, scale: radius, power: dim };
  return { kind: dim === 2 ? RING : BALL, scale: radius, power: dim - 2 };
}

/**
 * The problem of a law and a target v = [..., b_v].
 *
 * law: { kind: "ball" or "sphere", dim, radius }, { kind: "gaussian", dim, scale } with dim >= 2 (ball and sphere:
 * also 1), or { points: [[...], ...], weights } (no weights: equal). For a symmetric law parameters need not be full
 * vectors: coordinates in any subspace that holds w~ and v~ do, for example (p, q, b) of R^1000000, with the bias
 * last; all vectors have the target's length. Near the dead cone values underflow: use the mantissas.
 *
 * Where a method takes `out`, the result is put there and nothing large is allocated.
 */
export function problem(law, target, rtol = 1e-10) {
  const support = supportOf(law), v = Array.from(target), n = v.length - 1, { dim } = law;
  if (law.points ? n !== law.points[0].length : !(n >= 1 && n <= dim)) {
    throw new Error(`target must have at most ${law.points ? law.points[0].length : dim} entries and a bias`);
  }
  if (deadFor(support, v)) throw new Error(`target must not be dead, got ${v}: raise its bias`);
  const line = support.kind === "round" && dim === 1, { points } = support, radial = points ? null : radialOf(law);
  if (!points && !line && !radial) throw new Error("law must have dim >= 2 or be a ball: the normal law has none in 1");
  const weights = points && (law.weights ?? points.map(() => 1 / points.length));
  const direct = points && atoms(points, weights, v);

  let size = 0;
  for (let i = 0; i < n; i += 1) size += v[i] * v[i];
  size = Math.sqrt(size);
  const axis = v.slice(0, n).map((x, i) => (size > 0 ? x / size : i ? 0 : 1));
  const reducedTarget = new Float64Array([size, 0, v[n]]), here = new Float64Array(3), total = new Float64Array(SIZE);
  const values = new Float64Array(2);

  const reduce = (w, out = [0, 0, 0]) => {
    let p = 0, across = 0;
    for (let i = 0; i < n; i += 1) p += w[i] * axis[i];
    for (let i = 0; i < n; i += 1) across += (w[i] - p * axis[i]) ** 2;
    out[0] = p;
    out[1] = n === 1 ? 0 : Math.sqrt(across);
    out[2] = w[n];
    return out;
  };

  /** Puts the plane's `parts` (p, q, b), seen from w with coordinates own, back into the space of w. */
  const unfold = (w, own, parts, out) => {
    const [p, q] = own, [along, across, lift] = parts;
    for (let i = 0; i < n; i += 1) out[i] = along * axis[i] + (q > 0 ? (across * (w[i] - p * axis[i])) / q : 0);
    out[n] = lift;
    return out;
  };

  /** Fills `values` with both values of a mode; returns their log scale. */
  const valuesAt = (mode, w) => {
    if (direct) return direct(mode, w, values);
    if (line) {
      const all = uniform(w, v, support.size);
      values[0] = mode === LOSS ? all.loss : mode === MOMENTS ? all.ww : all.overlap;
      values[1] = mode === MOMENTS ? all.wv : all.active;
      return 0;
    }
    const log = evaluate(total, mode, radial.kind, radial.scale, radial.power, reduce(w, here), reducedTarget, rtol);
    values[0] = total[0];
    values[1] = total[1];
    return log;
  };
  const scaled = (mode, w, k) => {
    const log = valuesAt(mode, w);
    return values[k] * Math.exp(log);
  };

  /** Puts m in out, with gradient m exp(log scale); returns the log scale. */
  const gradientMantissa = (w, out) => {
    if (direct) return direct(GRADIENT, w, out);
    if (line) {
      const all = uniform(w, v, support.size);
      [out[0], out[1]] = all.gradient;
      return 0;
    }
    const log = evaluate(total, GRADIENT, radial.kind, radial.scale, radial.power, reduce(w, here), reducedTarget, rtol);
    unfold(w, here, total, out);
    return log;
  };
  const gradient = (w, out = new Array(n + 1)) => {
    const scale = Math.exp(gradientMantissa(w, out));
    if (scale !== 1) for (let i = 0; i <= n; i += 1) out[i] *= scale;
    return out;
  };

  /** [m, l] with excess loss m exp(l). */
  const excessMantissa = (w) => {
    const log = valuesAt(MOMENTS, w);
    return [0.5 * values[0] - values[1], log];
  };

  let smoothness;
  if (points) {
    const lifted = points.map((x) => [...x, 1]);
    smoothness = topEigenvalue(v.map((_, i) => v.map((__, j) => (
      lifted.reduce((sum, x, k) => sum + weights[k] * x[i] * x[j], 0)))));
  } else {
    const spread = law.kind === "ball" ? dim + 2 : dim; // E |x~|^2 / d = c^2 / spread
    smoothness = Math.max(1, law.kind === "gaussian" ? law.scale ** 2 : law.radius ** 2 / spread);
  }

  return {
    law,
    dim: dim ?? n,
    target: v,
    supportRadius: support.size,
    /** L, the largest eigenvalue of E x x^T. */
    smoothness,
    /** F(0) = 1/2 E s(v.x)^2. */
    trivialLoss: 0.5 * scaled(MOMENTS, v, 0),
    /** F(w) = 1/2 E (s(w.x) - s(v.x))^2. */
    loss: (w) => scaled(LOSS, w, 0),
    /** F(w) - F(0), right even where it is 1e-14 F(0). */
    excessLoss: (w) => { const [m, log] = excessMantissa(w); return m * Math.exp(log); },
    excessMantissa,
    /** [E s(w.x)^2, E s(w.x) s(v.x)]. */
    moments: (w) => { const scale = Math.exp(valuesAt(MOMENTS, w)); return [values[0] * scale, values[1] * scale]; },
    gradient,
    gradientMantissa,
    /** P(w.x > 0, v.x > 0). */
    overlap: (w) => scaled(OVERLAP, w, 0),
    /** P(w.x > 0). */
    activeMass: (w) => scaled(OVERLAP, w, 1),

    /** The largest w.x, and the same over c |w~|: near zero near the dead cone. */
    height: (w) => deadHeight(support, w),
    gap: (w) => deadGap(support, w),
    isDead: (w) => deadFor(support, w),
    isBlind: (w) => blindFor(support, v, w),
    beta: betaOf(support, v),
    angle: (w) => angleBetween(w, v),
    projectDeadCone: (w) => splitByCones(support, w).dead,
    projectDataCone: (w) => splitByCones(support, w).data,
    /** The distance from the target to the dead cone; points: of dimension one or two. */
    get safeRadius() { return Math.hypot(...splitByCones(support, v).data); },
    classify: (w) => classifyPoint(support, v, w, line),

    /** (p, q, b) of w: along v~, across it, bias; and back, in the plane of `like`. Symmetric laws. */
    reduce,
    lift: (like, parts, out = new Array(n + 1)) => unfold(like, reduce(like, here), parts, out),
  };
}
