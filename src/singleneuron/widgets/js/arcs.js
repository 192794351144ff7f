// The exact objective of a spherical law in any dimension d >= 2: one radial integral over ring averages
// (singleneuron/arcs.py, with the same splits, variables and adaptive rule).
import { coneGap, coneSquare, crossingOf, ddAdd, ddDiv, ddMul, ddNeg } from "./doubled.js";
import { LOSS, twoProduct } from "./engine.js";
import { HEAVY, LIGHT, NODES, SIZE, ring } from "./rings.js";

export const BALL = 0, GAUSSIAN = 1, RING = 2; // laws of the radius
const PIECES = 48, SPAN = 5; // a panel longer than SPAN is looked at in two pieces
const ORIGIN = 0, OWN = 1, TARGET = 2, CROSSING = 3; // points of the radial line: s = 0 and the three kinks

// All of the working space, made once.
const geo = new Float64Array(17), panel = new Float64Array(12), times = new Float64Array(4);
const fill = new Float64Array(SIZE), gaps = new Float64Array(4), offsets = new Float64Array(4);
const sums = new Float64Array(2 * SIZE), coarse = new Float64Array(SIZE), stack = new Float64Array(80);
const rows = Array.from({ length: PIECES }, () => new Float64Array(12)); // see `cut`
const looks = Array.from({ length: PIECES }, () => new Float64Array(2 * SIZE)); // the first look at each
// 1 - s_j^2 / scale^2 and s_j^2 / scale^2 of the four points, double-doubles
const places = [[1, 0], [0, 0], [0, 0], [0, 0]], squared = [[0, 0], [0, 0], [0, 0], [0, 0]];
const valid = [true, false, false, false];

/** (s_i^2 - s_j^2) / scale^2 for two points of the radial line, a double-double. */
function gapBetween(i, j) {
  // near the centre the squares are exact, at the rim the gaps
  if (squared[i][0] < 0.5 && squared[j][0] < 0.5) return ddAdd(squared[i], ddNeg(squared[j]));
  return ddAdd(places[j], ddNeg(places[i]));
}

/** T(point i) - T(point j). */
function timeBetween(kind, power, i, j) {
  if (kind === GAUSSIAN) return 0.5 * ddAdd(squared[i], ddNeg(squared[j]))[0];
  const square = gapBetween(i, j), ratio = ddDiv(square, places[square[0] > 0 ? i : j])[0];
  return Math.sign(ratio) * 0.5 * power * Math.log1p(Math.abs(ratio));
}

/** Stores the kink of (p, q, b) as point j; does it lie on the radial line? */
function kink(j, kind, scale, p, q, b) {
  const size = Math.hypot(p, q);
  if (!(1e-140 * Math.abs(b) < size * scale)) { // beyond any float T
    places[j] = [-1, 0];
    return false;
  }
  const shrink = powerOfTwo(size); // so that no square under- or overflows
  places[j] = coneGap(p * shrink, q * shrink, b * shrink, scale);
  squared[j] = coneSquare(p * shrink, q * shrink, b * shrink, scale);
  return kind === GAUSSIAN || places[j][0] > 0;
}

/** A power of two near 1 / size. */
const powerOfTwo = (size) => 2 ** Math.min(Math.max(-Math.round(Math.log2(size)), -1000), 1000);

/** Fills the geometry of w = (p, q, b), v = (size, 0, offset), and the places of the kinks. */
function prepare(kind, scale, w, v) {
  const p = w[0], q = w[1], b = w[2], size = v[0], offset = v[2], a = Math.hypot(p, q);
  const cosine = a > 0 ? p / a : 1, sine = a > 0 ? q / a : 0;
  geo[0] = a; geo[1] = b; geo[2] = size; geo[3] = offset;
  geo[4] = a > 0 ? Math.atan2(q, p) : 0; geo[5] = cosine; geo[6] = sine;
  geo[7] = b - offset;
  geo[8] = (p - size) * cosine + q * sine; geo[9] = -size * sine;
  geo[10] = a > 0 ? Math.min(Math.abs(b) / a, 1e150) : Infinity; // a square that is finite will do
  geo[11] = size > 0 ? Math.min(Math.abs(offset) / size, 1e150) : Infinity;
  geo[12] = geo[13] = geo[14] = geo[15] = 0;
  geo[16] = cosine > 0 ? (sine * sine) / (1 + cosine) : 1 - cosine;
  places[ORIGIN] = [1, 0];
  squared[ORIGIN] = [0, 0];
  valid[CROSSING] = false;
  valid[OWN] = kink(OWN, kind, scale, p, q, b);
  valid[TARGET] = kink(TARGET, kind, scale, size, 0, offset);
  if (!(valid[OWN] && valid[TARGET] && q > 1e-140 * a && (b !== 0 || offset !== 0))) return;
  const shrink = powerOfTwo(a), other = powerOfTwo(size);
  const [gap, square] = crossingOf(p * shrink, q * shrink, b * shrink, size * other, offset * other, scale);
  if (kind !== GAUSSIAN && gap[0] <= 0) return;
  valid[CROSSING] = true;
  places[CROSSING] = gap;
  squared[CROSSING] = square;
  geo[12] = scale * Math.sqrt(square[0]);
  // the root s a sin(alpha), and its like for v, at the crossing
  geo[14] = a * scale * Math.sqrt(Math.max(gapBetween(CROSSING, OWN)[0], 0));
  geo[15] = size * scale * Math.sqrt(Math.max(gapBetween(CROSSING, TARGET)[0], 0));
  const alpha = Math.atan2(geo[14], -b), beta = Math.atan2(geo[15], -offset);
  const near = Math.abs(alpha + beta - geo[4]), far = Math.abs(alpha + beta + geo[4] - 2 * Math.PI);
  const inner = Math.abs(Math.abs(alpha - beta) - geo[4]);
  if (near <= far && near <= inner) geo[13] = 1;
  else if (far <= inner) geo[13] = 2;
}

/** The point of the radial line where a neuron wakes up, -1 if it never does. */
function starts(point, b, met) {
  if (b > 0 || (b === 0 && met)) return ORIGIN;
  return met && b < 0 ? point : -1;
}

/**
 * Puts the values of `mode` at w = (p, q, b) for v = (size, 0, offset) in total[0..2]; returns the logarithm of
 * their common scale. MOMENTS: E s(w.x)^2, E s(w.x) s(v.x); GRADIENT: in (p, q, b); LOSS; OVERLAP: P(both), P(w.x > 0).
 *
 * `total` is a Float64Array(SIZE); `kind`, `scale`, `power` are the law of the radius.
 */
export function evaluate(total, mode, kind, scale, power, w, v, rtol) {
  prepare(kind, scale, w, v);
  total.fill(0);
  let start = starts(OWN, geo[1], valid[OWN]);
  if (mode === LOSS) {
    const other = starts(TARGET, geo[3], valid[TARGET]);
    if (start < 0 || other === ORIGIN) start = other;
    else if (other >= 0 && start === OWN && timeBetween(kind, power, TARGET, OWN) < 0) start = TARGET;
  }
  if (start < 0) return 0;
  if (kind === RING) {
    const squares = scale * scale, near = geo[0] > 0 ? squares * places[OWN][0] : 0;
    const far = geo[2] > 0 ? squares * places[TARGET][0] : 0;
    ring(total, mode, geo, scale, near, far, squares * places[CROSSING][0]);
    return 0;
  }
  for (let j = 0; j < 4; j += 1) offsets[j] = valid[j] ? timeBetween(kind, power, j, start) : Infinity;
  offsets[start] = 0;
  const reach = 12 - Math.log(rtol); // e^-reach times any polynomial that occurs is below rtol
  let count = 0;
  for (let j = 0; j < 4; j += 1) {
    if (!(offsets[j] >= 0 && offsets[j] < 700)) continue; // beyond, e^-T is 0
    let length = reach;
    for (let i = 0; i < 4; i += 1) {
      if (offsets[j] < offsets[i] || (offsets[i] === offsets[j] && i > j)) {
        length = Math.min(length, offsets[i] - offsets[j]);
      }
    }
    if (length > 0) count = cut(count, kind, scale, power, j, length);
  }
  // One look at every piece tells the scale; then each is refined until it is good enough.
  coarse.fill(0);
  for (let n = 0; n < count; n += 1) {
    const row = rows[n], look = looks[n];
    rule(look, row, row[2], row[3], mode, kind, power, start);
    for (let k = 0; k < SIZE; k += 1) coarse[k] += look[k];
  }
  for (let n = 0; n < count; n += 1) {
    if (good(looks[n], rtol)) for (let k = 0; k < SIZE; k += 1) total[k] += looks[n][k];
    else refine(total, rows[n], mode, kind, power, start, rtol);
  }
  const [logScale, rest] = logMass(kind, power, start);
  if (Math.abs(rest) < 1e-3) { // beyond, T is too large for its unit digit to fit in a float
    const correction = Math.exp(rest);
    for (let k = 0; k < SIZE; k += 1) total[k] *= correction;
  }
  return logScale;
}

/** -T at point j as a sum of two floats, to 1e-10 at T = 1e7. */
function logMass(kind, power, j) {
  if (kind === GAUSSIAN) return [-0.5 * squared[j][0], -0.5 * squared[j][1]];
  const here = places[j];
  // Any power of two serves that leaves a number near one: its logarithm is small.
  const exponent = Math.max(Math.round(Math.log2(here[0])), -1000), mantissa = here[0] * 2 ** -exponent;
  const log = ddMul([exponent, 0], [0.6931471805599453, 2.3190468138462996e-17]);
  return ddMul(ddAdd(log, [Math.log(mantissa), here[1] / here[0]]), [0.5 * power, 0]);
}

/**
 * Describes the panel that begins at the point `left` in one piece or more (`_panel`); returns their count.
 *
 * The variable is u = sqrt(T - nearest root kink). Row: 0 T(left) - T(start), 1 u where the panel begins, 2 and 3
 * the piece in u, 4 the radial step c^2 x(left), 8..11 the squares s^2 - s_j^2 at the beginning of the panel.
 */
function cut(count, kind, scale, power, left, length) {
  let root = left === CROSSING ? Infinity : 0;
  panel[4] = scale * scale * (kind === GAUSSIAN ? 2 : places[left][0]);
  for (let j = 0; j < 4; j += 1) {
    panel[8 + j] = times[j] = 0;
    if (!valid[j] || j === left) continue;
    const time = timeBetween(kind, power, left, j);
    panel[8 + j] = kind === GAUSSIAN ? panel[4] * time : scale * scale * gapBetween(left, j)[0];
    times[j] = time;
    if (left === CROSSING && time >= 0) root = Math.min(root, time);
  }
  root = Math.sqrt(root);
  panel[0] = offsets[left];
  panel[1] = root;
  const end = width(root, length), split = width(root, SPAN);
  // A point just left of the panel makes a layer at its beginning, as wide in u as it is far: the layer is cut
  // into pieces that grow with the distance, or no node would see it.
  let layer = end, low = 0;
  for (let j = 0; j < 4; j += 1) {
    const time = times[j] - (left === CROSSING ? root * root : 0), wide = time > 0 ? 4 * width(root, time) : 0;
    if (wide > 1e-8 * end) layer = Math.min(layer, wide);
  }
  while (count < PIECES - 1) {
    let high = low < split ? Math.min(end, split) : end;
    if (layer < 0.3 * high) {
      high = layer;
      layer *= 6;
    }
    const row = rows[count];
    row.set(panel);
    row[2] = low;
    row[3] = high;
    count += 1;
    low = high;
    if (high === end) break;
  }
  return count;
}

/** The width in u of a panel of the given length in T that begins at u = root. */
const width = (root, length) => length / (Math.sqrt(root * root + length) + root);

/** Puts the Kronrod sums over [low, high] in out[0..5], the differences to Gauss behind. */
function rule(out, row, low, high, mode, kind, power, start) {
  const root = row[1], middle = (low + high) / 2, half = (high - low) / 2, normal = kind === GAUSSIAN;
  const own = start === OWN || start === TARGET ? geo[9 + start] * geo[9 + start] : 0;
  out.fill(0);
  for (let i = 0; i < 21; i += 1) {
    const step = middle + half * NODES[i], gone = step * (2 * root + step); // T - T(left)
    const grown = row[4] * (normal ? gone : -Math.expm1((-2 * gone) / power));
    for (let j = 0; j < 4; j += 1) gaps[j] = row[8 + j] + grown;
    const squares = gaps[start] + own;
    // no kink: plain differences are exact enough
    if (!valid[OWN]) gaps[OWN] = squares - geo[10] * geo[10];
    if (!valid[TARGET]) gaps[TARGET] = squares - geo[11] * geo[11];
    ring(fill, mode, geo, Math.sqrt(squares), gaps[OWN], gaps[TARGET], gaps[CROSSING]);
    const weight = 2 * (root + step) * half * Math.exp(-(row[0] + gone));
    const heavy = weight * HEAVY[i], rest = weight * (HEAVY[i] - LIGHT[i]);
    for (let k = 0; k < SIZE; k += 1) {
      out[k] += heavy * fill[k];
      out[SIZE + k] += rest * fill[k];
    }
  }
}

/** Are the sums of `rule` within rtol of the whole, by the error model of QUADPACK? */
function good(look, rtol) {
  for (let k = 0; k < 3; k += 1) {
    const size = look[3 + k], error = Math.abs(look[SIZE + k]);
    if (error > 1e-14 * size) { // above rounding
      const ratio = (200 * error) / size;
      if (size * Math.min(1, ratio * Math.sqrt(ratio)) > 0.1 * rtol * Math.max(coarse[3 + k], size)) return false;
    }
  }
  return true;
}

/** Adds the integral over a piece to `total`, halving it until rtol of the whole is reached. */
function refine(total, row, mode, kind, power, start, rtol) {
  const middle = (row[2] + row[3]) / 2;
  stack[0] = middle; stack[1] = row[3]; stack[2] = row[2]; stack[3] = middle;
  let depth = 2, left = 400; // no integrand of rings.js needs a tenth of it: what is left is rounding
  while (depth > 0) {
    depth -= 1;
    left -= 1;
    const low = stack[2 * depth], high = stack[2 * depth + 1], tiny = high - low < 1e-9 * (row[3] - row[2]);
    rule(sums, row, low, high, mode, kind, power, start);
    if (left < depth || tiny || 2 * depth + 4 > stack.length || good(sums, rtol)) {
      for (let k = 0; k < SIZE; k += 1) total[k] += sums[k];
    } else {
      const centre = (low + high) / 2;
      stack[2 * depth] = centre; stack[2 * depth + 1] = high;
      stack[2 * depth + 2] = low; stack[2 * depth + 3] = centre;
      depth += 2;
    }
  }
}
