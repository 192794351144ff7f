// Finitely many points in any dimension: direct sums (singleneuron/engine.py).
import { GRADIENT, LOSS, MOMENTS, OVERLAP } from "./engine.js";

/** The largest eigenvalue of a small symmetric matrix (rows), by Jacobi's rotations. */
export function topEigenvalue(matrix) {
  const m = matrix.map((row) => [...row]), n = m.length;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let off = 0;
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 1; j < n; j += 1) {
        if (m[i][j] === 0) continue;
        off += Math.abs(m[i][j]);
        const turn = 0.5 * Math.atan2(2 * m[i][j], m[i][i] - m[j][j]), c = Math.cos(turn), s = Math.sin(turn);
        for (let k = 0; k < n; k += 1) [m[k][i], m[k][j]] = [c * m[k][i] + s * m[k][j], c * m[k][j] - s * m[k][i]];
        for (let k = 0; k < n; k += 1) [m[i][k], m[j][k]] = [c * m[i][k] + s * m[j][k], c * m[j][k] - s * m[i][k]];
      }
    }
    if (off < 1e-16 * Math.abs(m[0][0])) break;
  }
  return Math.max(...m.map((row, i) => row[i]));
}

/** Direct sums for finitely many points: a function (mode, w, out) that fills out, like `evaluate`. */
export function atoms(points, weights, target) {
  const n = points[0].length, flat = Float64Array.from(points.flat());
  const theirs = points.map((x) => x.reduce((sum, xi, i) => sum + xi * target[i], target[n]));
  return (mode, w, out) => {
    for (let k = 0; k < out.length; k += 1) out[k] = 0;
    for (let k = 0; k < theirs.length; k += 1) {
      const other = theirs[k], share = weights[k], at = k * n;
      let own = 0, close = 0; // near the target this cancels less
      for (let i = 0; i < n; i += 1) {
        own += w[i] * flat[at + i];
        close += (w[i] - target[i]) * flat[at + i];
      }
      own += w[n];
      close += w[n] - target[n];
      const active = own > 0, both = active && other > 0;
      if (mode === LOSS) {
        const r = both ? close : active ? own : Math.max(other, 0);
        out[0] += 0.5 * share * r * r;
      } else if (!active) continue;
      else if (mode === MOMENTS) {
        out[0] += share * own * own;
        if (both) out[1] += share * own * other;
      } else if (mode === OVERLAP) {
        out[1] += share;
        if (both) out[0] += share;
      } else {
        const r = share * (both ? close : own);
        for (let i = 0; i < n; i += 1) out[i] += r * flat[at + i];
        out[n] += r;
      }
    }
    return 0;
  };
}

/** [E r^2, E r^2 on the overlap] at w, where r = s(w.x) - s(v.x) if w.x > 0 and else 0. */
export function residuals(points, weights, target, w) {
  const n = target.length - 1;
  let residual = 0, shared = 0;
  points.forEach((x, k) => {
    let own = w[n], other = target[n], close = w[n] - target[n];
    for (let i = 0; i < n; i += 1) {
      own += w[i] * x[i];
      other += target[i] * x[i];
      close += (w[i] - target[i]) * x[i];
    }
    if (!(own > 0)) return;
    const square = weights[k] * (other > 0 ? close : own) ** 2;
    residual += square;
    if (other > 0) shared += square;
  });
  return [residual, shared];
}
