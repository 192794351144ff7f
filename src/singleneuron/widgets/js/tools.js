// The four tools in one dimension: what T1, T2 and T3 compare, for inputs from an interval and for finitely many.
import { atoms, residuals, topEigenvalue } from "./atoms.js";
import { GRADIENT, LOSS, MOMENTS, smoothness, uniform } from "./engine.js";

/**
 * A law of one input: { c } for the uniform law on [-c, c], or { points: [x, ...], weights: [p, ...] }.
 *
 * Returns ends (the least and the largest input), smoothness (L), and towards(v): a function of w that returns
 * { ww, wv, loss, gradient, residual, shared } as `uniform` does.
 */
export function lineLaw({ c, points, weights }) {
  if (c) return { ends: [-c, c], smoothness: smoothness(c), towards: (v) => (w) => uniform(w, v, c) };
  const rows = points.map((x) => [x]), out = [0, 0], mean = (f) => points.reduce((sum, x, k) => sum + weights[k] * f(x), 0);
  const first = mean((x) => x), second = mean((x) => x * x);
  const towards = (v) => {
    const direct = atoms(rows, weights, v);
    const at = (mode, w) => { direct(mode, w, out); return [...out]; };
    return (w) => {
      const [ww, wv] = at(MOMENTS, w), [loss] = at(LOSS, w), [residual, shared] = residuals(rows, weights, v, w);
      return { ww, wv, loss, gradient: at(GRADIENT, w), residual, shared };
    };
  };
  return { ends: [Math.min(...points), Math.max(...points)], smoothness: topEigenvalue([[second, first], [first, 1]]), towards };
}

/**
 * What the tools compare at w, for the step of size eta = step / L; `here` is the function that `towards(v)` returned.
 *
 * T2: inner = <g, w - v>, residual = E r^2, steep = |g|^2 / L, shared = (w-v)^T E[x x^T 1_A] (w-v).
 * T1: loss, lossAfter <= lossBound. T3: distance, distanceAfter, with distanceAfter^2 <= squareBound.
 */
export function tools(here, w, v, L, step) {
  const { loss, gradient: g, residual, shared } = here(w), eta = step / L, gap = [w[0] - v[0], w[1] - v[1]];
  const next = [w[0] - eta * g[0], w[1] - eta * g[1]], size = g[0] * g[0] + g[1] * g[1];
  return {
    gradient: g, next, loss, residual, shared,
    inner: g[0] * gap[0] + g[1] * gap[1],
    steep: size / L,
    lossAfter: here(next).loss,
    lossBound: loss - eta * (1 - step / 2) * size,
    distance: Math.hypot(...gap),
    distanceAfter: Math.hypot(next[0] - v[0], next[1] - v[1]),
    squareBound: gap[0] * gap[0] + gap[1] * gap[1] - eta * (2 - step) * residual,
  };
}
