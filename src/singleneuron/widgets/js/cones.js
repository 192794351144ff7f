// The sets behind the theory, for balls and spheres (kind "round"), the normal law ("space") and finitely many
// points ("points"), mirroring singleneuron/cones. Parameters w = [..., b] may be full vectors or, for symmetric
// laws, coordinates in any subspace that holds w and the target, for example (p, q, b).
//
// Whether a point is dead or blind is decided exactly for the given floats: by floats where rounding cannot turn
// the answer, else by integers (for sizes between 1e-150 and 1e150).
import { ddAdd, ddMul, ddNeg } from "./doubled.js";
import { twoProduct } from "./engine.js";

const RTOL = 1e-12; // of equalities in `classifyPoint`

/** The shape of a law's support: { kind, size: the support radius, points }. */
export function supportOf(law) {
  if (law.points) {
    return { kind: "points", size: Math.max(...law.points.map((x) => Math.hypot(...x))), points: law.points };
  }
  if (law.kind === "sphere" && law.dim === 1) return supportOf({ points: [[-law.radius], [law.radius]] });
  return law.kind === "gaussian" ? { kind: "space", size: Infinity } : { kind: "round", size: law.radius };
}

// ---------------------------------------------------------------- exact signs

const view = new DataView(new ArrayBuffer(8));

/** The floats as integers times one common power of two: [integers, exponent]. */
export function integers(floats) {
  const parts = floats.map((x) => {
    view.setFloat64(0, x);
    const bits = view.getBigUint64(0), power = Number((bits >> 52n) & 0x7ffn), rest = bits & 0xfffffffffffffn;
    const size = power ? rest | 0x10000000000000n : rest;
    return [x < 0 ? -size : size, size ? Math.max(power, 1) - 1075 : Infinity];
  });
  const least = Math.min(...parts.map((part) => part[1])), exponent = Number.isFinite(least) ? least : 0;
  return [parts.map(([size, power]) => (size ? size << BigInt(power - exponent) : 0n)), exponent];
}

const sumOfProducts = (x, y) => x.reduce((sum, xi, i) => sum + xi * y[i], 0n);

/** c as C / sqrt(K), both integers: [C, K]. */
function fraction(c) {
  const [[top], exponent] = integers([c]);
  return exponent < 0 ? [top, 1n << BigInt(-2 * exponent)] : [top << BigInt(exponent), 1n];
}

const signedSquare = (x) => (x < 0n ? -x * x : x * x);

/** The exact sign of w.x at the point x. */
export function signAt(x, w) {
  const n = x.length;
  let value = w[n], mass = Math.abs(w[n]);
  for (let i = 0; i < n; i += 1) {
    value += w[i] * x[i];
    mass += Math.abs(w[i] * x[i]);
  }
  if (Math.abs(value) > (n + 6) * Number.EPSILON * mass || mass === 0) return Math.sign(value);
  const [point, exponent] = integers(x), [own] = integers(w), b = own[n];
  const dot = sumOfProducts(point, own); // times 2^exponent
  const total = exponent < 0 ? dot + (b << BigInt(-exponent)) : (dot << BigInt(exponent)) + b;
  return total > 0n ? 1 : total < 0n ? -1 : 0;
}

// ---------------------------------------------------------------- dead.py

/** |w~|^2 as a double-double. */
function squareOf(w) {
  let sum = [0, 0];
  for (let i = 0; i < w.length - 1; i += 1) sum = ddAdd(sum, twoProduct(w[i], w[i]));
  return sum;
}

const lengthOf = (w) => Math.sqrt(squareOf(w)[0]);

/** The largest w.x on the support, positive exactly off the dead cone; round: to an ulp even near the cone. */
export function deadHeight(support, w) {
  const b = w[w.length - 1];
  if (support.kind === "points") {
    let best = -Infinity;
    for (const x of support.points) best = Math.max(best, x.reduce((sum, xi, i) => sum + xi * w[i], b));
    return best;
  }
  const squares = squareOf(w), reach = support.size * Math.sqrt(squares[0]);
  if (squares[0] === 0) return b;
  if (support.kind === "space") return Infinity;
  if (b >= 0) return reach + b;
  const rest = ddAdd(ddMul(twoProduct(support.size, support.size), squares), ddNeg(twoProduct(b, b)));
  return rest[0] / (reach - b);
}

/** The height in units of c |w~|; round: 1 + b / (c |w~|). Not positive iff dead; 0 at the origin. */
export function deadGap(support, w) {
  const top = deadHeight(support, w), length = lengthOf(w);
  return top === 0 || support.kind === "space" ? top : top / (support.size * length);
}

/** Is no input active? (`is_dead`) */
export function deadFor(support, w) {
  const n = w.length - 1, b = w[n];
  if (support.kind === "points") return support.points.every((x) => signAt(x, w) <= 0);
  let square = 0;
  for (let i = 0; i < n; i += 1) square += w[i] * w[i];
  if (b > 0) return false;
  if (support.kind === "space") return square === 0;
  const reach = support.size * Math.sqrt(square), height = reach + b;
  if (Math.abs(height) > (4 * n + 34) * Number.EPSILON * (reach - b)) return height < 0;
  const [top, below] = fraction(support.size), [whole] = integers(Array.from(w)), u = whole.slice(0, n);
  return top * top * sumOfProducts(u, u) <= below * whole[n] * whole[n];
}

// ---------------------------------------------------------------- blind.py

/** Does no input activate both w and the target v, which is not dead? (`is_blind`) */
export function blindFor(support, v, w) {
  if (support.kind === "points") return !support.points.some((x) => signAt(x, w) > 0 && signAt(x, v) > 0);
  if (deadFor(support, w)) return true;
  if (support.kind === "space") return blindInSpace(v, w);
  const n = w.length - 1, c = support.size, b = w[n], offset = v[n];
  let squareV = 0, dot = 0, squareW = 0;
  for (let i = 0; i < n; i += 1) {
    squareV += v[i] * v[i];
    squareW += w[i] * w[i];
    dot += v[i] * w[i];
  }
  const size = Math.sqrt(squareV), slack = (4 * n + 34) * Number.EPSILON;
  if (size === 0) return false; // the target is active everywhere
  const a = Math.sqrt(squareW), errorW = slack * (c * a + Math.abs(b)), errorV = slack * (c * size + Math.abs(offset));
  if (offset > c * size + errorV) return false; // on the whole support
  const p = dot / size;
  let across = 0; // |w~ - p v~/|v~||^2
  for (let i = 0; i < n; i += 1) across += (w[i] - (p * v[i]) / size) ** 2;
  const q = Math.sqrt(across), square = Math.max((c * size - offset) * (c * size + offset), 0), s = Math.sqrt(square);
  const loose = Math.sqrt(square + 4 * c * size * errorV);
  const turn = p * s + q * offset, least = q * s - p * offset + b * size;
  const error = errorW * ((s + Math.abs(offset)) / c + 3 * size) + (Math.abs(b) * errorV) / c
    + a * (3 * (loose - s) + 5 * errorV);
  if (turn > error || least > error) return false;
  return (turn < -error && least < -error) || blindExactly(c, v, w);
}

/** theta >= alpha + beta as two inequalities between integers. */
function blindExactly(c, v, w) {
  const n = w.length - 1, [top, below] = fraction(c);
  const [whole] = integers(Array.from(w)), [theirs] = integers(Array.from(v));
  const u = whole.slice(0, n), target = theirs.slice(0, n), b = whole[n], offset = theirs[n];
  const size2 = sumOfProducts(target, target), along = sumOfProducts(u, target);
  const s2 = top * top * size2 - below * offset * offset; // times `below`
  if (offset >= 0n && s2 <= 0n) return false;
  const across2 = sumOfProducts(u, u) * size2 - along * along, right = along * offset - b * size2;
  const turn = signedSquare(along) * s2 + below * signedSquare(offset) * across2;
  return turn <= 0n && right >= 0n && across2 * s2 <= below * right * right;
}

/** Is w~ = -r v~ with r > 0 and b + r b_v <= 0? */
function blindInSpace(v, w) {
  const n = w.length - 1;
  for (let k = 1; k < n; k += 1) { // mostly floats tell that w~ is not on the line of v~
    const one = w[k] * v[0], two = w[0] * v[k];
    if (Math.abs(one - two) > 4 * Number.EPSILON * (Math.abs(one) + Math.abs(two))) return false;
  }
  const [u] = integers(Array.from(w)), [target] = integers(Array.from(v));
  const i = target.findIndex((x, k) => k < n && x !== 0n), size = (x) => (x < 0n ? -x : x);
  if (i < 0 || u[i] * target[i] >= 0n) return false;
  for (let k = 0; k < n; k += 1) if (u[k] * target[i] !== u[i] * target[k]) return false;
  return u[n] * size(target[i]) + target[n] * size(u[i]) <= 0n;
}

// ---------------------------------------------------------------- angles

/** beta = arccos(-b_v / (c |v~|)), clipped: v.x > 0 on the rim of the ball up to this angle from v~. */
export function betaOf(support, v) {
  const n = v.length - 1, offset = v[n], length = lengthOf(v);
  if (support.kind === "space") return length > 0 ? Math.PI / 2 : offset > 0 ? Math.PI : 0;
  const squares = ddMul(twoProduct(support.size, support.size), squareOf(v));
  const rest = ddAdd(squares, ddNeg(twoProduct(offset, offset)))[0];
  return rest <= 0 ? (offset > 0 ? Math.PI : 0) : Math.atan2(Math.sqrt(rest), -offset);
}

/** The angle between w~ and v~, in [0, pi]; 0 where one of them is 0. */
export function angleBetween(w, v) {
  const n = w.length - 1, a = lengthOf(w), size = lengthOf(v);
  if (a === 0 || size === 0) return 0;
  let minus = 0, plus = 0;
  for (let i = 0; i < n; i += 1) {
    minus += (w[i] / a - v[i] / size) ** 2;
    plus += (w[i] / a + v[i] / size) ** 2;
  }
  return 2 * Math.atan2(Math.sqrt(minus), Math.sqrt(plus));
}

// ---------------------------------------------------------------- projection.py

/**
 * The nearest points of the data cone and of the dead cone: { data, dead }, which sum to y
 * (`project_data_cone`, `project_dead_cone`). Points: of dimension one or two.
 */
export function splitByCones(support, y) {
  const n = y.length - 1, s = y[n];
  let data;
  if (support.kind === "points") data = nearestInCone(support, y);
  else if (support.kind === "space") data = [...y.slice(0, n), Math.max(s, 0)];
  else {
    const c = support.size, length = lengthOf(y), zero = Array.from(y, () => 0);
    if (length <= c * s) return { data: Array.from(y), dead: zero };
    if (c * length <= -s) return { data: zero, dead: Array.from(y) };
    const root = Math.hypot(1, c), up = ((c / root) * length + s / root) / root;
    const down = (length / root - (c / root) * s) / root, unit = Array.from(y, (x) => x / length).slice(0, n);
    return { data: [...unit.map((x) => c * up * x), up], dead: [...unit.map((x) => down * x), -c * down] };
  }
  return { data, dead: data.map((x, i) => y[i] - x) };
}

const inner = (x, y) => x.reduce((sum, xi, i) => sum + xi * y[i], 0);
const cross = (x, y) => [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];

/** The corners of the points' convex hull, counterclockwise (d = 1: both ends). */
export function corners(points) {
  const sorted = [...points].sort((x, y) => x[0] - y[0] || (x[1] ?? 0) - (y[1] ?? 0));
  if (sorted[0].length === 1) return [sorted[0], sorted[sorted.length - 1]];
  const chain = (list) => {
    const kept = [];
    for (const x of list) {
      while (kept.length > 1) {
        const [y, z] = kept.slice(-2);
        if ((z[0] - y[0]) * (x[1] - y[1]) - (z[1] - y[1]) * (x[0] - y[0]) > 0) break;
        kept.pop();
      }
      kept.push(x);
    }
    return kept.slice(0, -1);
  };
  const found = [...chain(sorted), ...chain(sorted.reverse())];
  return found.length ? found : [sorted[0]];
}

/** The point nearest to y in the cone of the lifted points: y itself, or the nearest on a face. */
function nearestInCone(support, y) {
  if (y.length > 3) throw new Error(`points must be of dimension 1 or 2 to project, got ${y.length - 1}`);
  support.rays ??= corners(support.points).map((x) => {
    const length = Math.hypot(...x, 1);
    return [...x, 1].map((xi) => xi / length);
  });
  const { rays } = support, next = (i) => rays[(i + 1) % rays.length];
  if (rays.length > 2 && rays.every((ray, i) => inner(cross(ray, next(i)), y) >= 0)) return Array.from(y);
  let best = Array.from(y, () => 0), length = 0; // |y - p|^2 = |y|^2 - |p|^2: the longest is the nearest
  rays.forEach((ray, i) => {
    const found = nearestOnFace(ray, next(i), y), size = inner(found, found);
    if (size > length) [best, length] = [found, size];
  });
  return best;
}

/** The point nearest to y in the cone of two rays of length one. */
function nearestOnFace(one, two, y) {
  const scaled = (ray, t) => ray.map((x) => Math.max(t, 0) * x), g = inner(one, two);
  const rest = two.map((x, i) => x - g * one[i]), height = Math.sqrt(inner(rest, rest));
  const first = inner(one, y), other = inner(two, y);
  if (height > 0) {
    const up = rest.map((x) => x / height), second = inner(up, y), slope = height * first - g * second;
    if (second >= 0 && slope >= 0 && (first > 0 || g < 0)) return one.map((x, i) => first * x + second * up[i]);
  }
  return first > other ? scaled(one, first) : scaled(two, other);
}

// ---------------------------------------------------------------- classify.py

/**
 * What the point w is, under assumption H (no points): the name of a member of `Classification`. `line`: d = 1.
 */
export function classifyPoint(support, v, w, line = false, rtol = RTOL) {
  if (support.kind === "points") throw new Error("points have more critical points: look at the gradient");
  const n = w.length - 1, far = Math.hypot(...Array.from(w, (x, i) => x - v[i])), size = Math.hypot(...v);
  if (w.every((x) => x === 0)) return "ORIGIN";
  if (far <= rtol * size) return "GLOBAL_MINIMUM";
  const length = lengthOf(w);
  if (support.kind === "space") return length > 0 || w[n] > 0 ? "NOT_CRITICAL" : "BOUNDARY_ESCAPE";
  const height = deadHeight(support, w), mass = support.size * length + Math.abs(w[n]);
  if (Math.abs(height) > rtol * mass) return height > 0 ? "NOT_CRITICAL" : "FLAT_MINIMUM";
  let seen = v[n], terms = Math.abs(v[n]); // v.x at the one input that w touches
  for (let i = 0; i < n; i += 1) {
    const term = ((support.size * w[i]) / length) * v[i];
    seen += term;
    terms += Math.abs(term);
  }
  if (Math.abs(seen) > rtol * terms) return seen > 0 ? "BOUNDARY_ESCAPE" : "BOUNDARY_MINIMUM";
  return line && Math.hypot(...w) > (1 + rtol) * size ? "BOUNDARY_MINIMUM" : "BOUNDARY_ESCAPE";
}
