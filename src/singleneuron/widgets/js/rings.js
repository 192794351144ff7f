// Integrals over arcs of one ring, and the Gauss-Kronrod pair (singleneuron/rings.py, kronrod.py).
//
// Nothing is allocated while a ring is done: arcs, moments and results live in arrays made once.

import { LOSS, MOMENTS, OVERLAP } from "./engine.js";

export const SIZE = 6; // values in 0..2, their positive scales in 3..5

// ---------------------------------------------------------------- kronrod.py

/** The 21 nodes on [-1, 1], their Kronrod weights, their Gauss weights (or 0). */
export const NODES = new Float64Array(21), HEAVY = new Float64Array(21), LIGHT = new Float64Array(21);

[
  [0.995657163025808080735527280689003, 0.011694638867371874278064396062192, 0],
  [0.973906528517171720077964012084452, 0.032558162307964727478818972459390, 0.066671344308688137593568809893332],
  [0.930157491355708226001207180059508, 0.054755896574351996031381300244580, 0],
  [0.865063366688984510732096688423493, 0.075039674810919952767043140916190, 0.149451349150580593145863396957698],
  [0.780817726586416897063717578345042, 0.093125454583697605535065465083366, 0],
  [0.679409568299024406234327365114874, 0.109387158802297641899210590325805, 0.219086362515982043995534934228163],
  [0.562757134668604683339000099272694, 0.123491976262065851077958109585166, 0],
  [0.433395394129247190799265943165784, 0.134709217311473325928054001771707, 0.269266719309996355091226921569469],
  [0.294392862701460198131126603103866, 0.142775938577060080797094273138717, 0],
  [0.148874338981631210884826001129720, 0.147739104901338491374841515972068, 0.295524224714752870173815619188769],
  [0, 0.149445554002916905664936468389821, 0],
].forEach(([node, heavy, light], i) => {
  NODES[i] = -node;
  NODES[20 - i] = node;
  HEAVY[i] = HEAVY[20 - i] = heavy;
  LIGHT[i] = LIGHT[20 - i] = light;
});

// ---------------------------------------------------------------- rings.py

const TERMS = 11;
const FIRST = new Float64Array(TERMS), SECOND = new Float64Array(TERMS), THIRD = new Float64Array(TERMS);
for (let n = 1, factorial = 1; n <= TERMS; n += 1) {
  factorial *= 2 * n * (2 * n + 1); // (2n + 1)!
  const sign = n % 2 ? 1 : -1;
  FIRST[n - 1] = (sign * 2) / factorial;
  SECOND[n - 1] = (-sign * (4 ** n - 4)) / factorial;
  THIRD[n - 1] = (sign * 4 ** n) / factorial;
}

/** Puts the integrals of 1 - cos, (1 - cos)^2 and sin^2 over [-h, h] in arc[1..3], right at small h too. */
export function powers(arc, h, sine, cosine) {
  if (h > 0.7) { // the differences lose two digits at most
    arc[1] = 2 * (h - sine);
    arc[2] = 3 * h - 4 * sine + sine * cosine;
    arc[3] = h - sine * cosine;
    return;
  }
  const square = h * h, cube = square * h;
  let k1 = 0, k2 = 0, k3 = 0;
  for (let n = TERMS - 1; n >= 0; n -= 1) {
    k1 = k1 * square + FIRST[n];
    k2 = k2 * square + SECOND[n];
    k3 = k3 * square + THIRD[n];
  }
  arc[1] = k1 * cube;
  arc[2] = k2 * cube;
  arc[3] = k3 * cube;
}

/** The integral of f g over the arc for heights with mid values fm, gm and slopes (f0, f1), (g0, g1). */
export function pair(f0, f1, g0, g1, fm, gm, arc) {
  const sine = arc[4], cosine = arc[5];
  const fa = f0 * cosine + f1 * sine, fb = f1 * cosine - f0 * sine;
  const ga = g0 * cosine + g1 * sine, gb = g1 * cosine - g0 * sine;
  return 2 * arc[0] * fm * gm - (fm * ga + gm * fa) * arc[1] + fa * ga * arc[2] + fb * gb * arc[3];
}

const moved = new Float64Array(3);

/** Puts the integral of f (s cos, s sin, 1) over the arc, for a height as above, in `moved`. */
export function moment(f0, f1, fm, s, arc) {
  const k1 = arc[1], sine = arc[4], cosine = arc[5];
  const fa = f0 * cosine + f1 * sine, fb = f1 * cosine - f0 * sine;
  const plain = 2 * arc[0] * fm - fa * k1;
  const along = plain - (fm * k1 - fa * arc[2]), across = fb * arc[3];
  moved[0] = s * (cosine * along - sine * across);
  moved[1] = s * (sine * along + cosine * across);
  moved[2] = plain;
}

/** Makes `arc` the arc [m - h, m + h]: h, the three `powers`, sin m, cos m. */
export function describe(arc, h, sineH, cosineH, sineM, cosineM) {
  powers(arc, h, sineH, cosineH);
  arc[0] = h;
  arc[4] = sineM;
  arc[5] = cosineM;
}

/** The half-width of the arc s a cos(phi) + b > 0; `root` is s a times its sine, top, bottom = s a +- b. */
export function halfAngle(root, top, bottom, b) {
  if (top <= 0) return 0;
  return bottom <= 0 ? Math.PI : Math.atan2(root, -b);
}

/**
 * The kind of the first common piece of both arcs. 0: none; 1: all of the arc of w; 2: all of the arc of v;
 * 3: from theta - beta to alpha, if alpha + beta > theta; then a second piece may begin at -alpha.
 */
export function common(alpha, beta, theta) {
  if (alpha === 0 || beta === 0) return 0;
  if (beta === Math.PI || beta >= alpha + theta) return 1;
  return alpha === Math.PI || alpha >= beta + theta ? 2 : 3;
}

const PART = 1 / (2 * Math.PI);
const wholeArc = new Float64Array(6), pieceArc = new Float64Array(6), ends = new Float64Array(2);

/**
 * Puts the ring averages of `mode` at radius s in out[0..2], their positive scales in out[3..5].
 *
 * ew, ev, e3 are s^2 minus the squared radii of the kinks; geo as `prepare` in arcs.js fills it: 0 a, b, V, b_v,
 * 4 theta, its cosine and sine, 7 the parts of w - v in the frame of w, 10 the radii of the kinks, 13 the type
 * of the crossing, 14 the roots of w and v there, 16 1 - cos(theta).
 */
export function ring(out, mode, geo, s, ew, ev, e3) {
  const a = geo[0], b = geo[1], size = geo[2], offset = geo[3], theta = geo[4];
  const cosine = geo[5], sine = geo[6], sa = s * a, sz = s * size;
  const mw = a > 0 ? (a * ew) / (s + geo[10]) : -Math.abs(b); // s a - |b|
  const mv = size > 0 ? (size * ev) / (s + geo[11]) : -Math.abs(offset);
  const topW = b < 0 ? mw : sa + b, bottomW = b < 0 ? sa - b : mw;
  const topV = offset < 0 ? mv : sz + offset, bottomV = offset < 0 ? sz - offset : mv;
  const rootW = Math.sqrt(Math.max(topW * bottomW, 0)), rootV = Math.sqrt(Math.max(topV * bottomV, 0));
  const alpha = halfAngle(rootW, topW, bottomW, b), beta = halfAngle(rootV, topV, bottomV, offset);
  let sinA = 0, cosA = -1, sinB = 0, cosB = -1;
  if (alpha > 0 && alpha < Math.PI) { sinA = rootW / sa; cosA = -b / sa; }
  if (beta > 0 && beta < Math.PI) { sinB = rootV / sz; cosB = -offset / sz; }
  let kind = common(alpha, beta, theta), h = 0, h2 = 0;
  if (kind === 3) {
    endsOf(geo, s, e3, rootW, rootV, alpha, beta);
    h = ends[0];
    h2 = ends[1];
    if (!(h > 0 || h2 > 0)) kind = 0;
  } else if (kind > 0) h = kind === 1 ? alpha : beta;
  for (let k = 0; k < SIZE; k += 1) out[k] = 0;
  if (mode === OVERLAP) {
    out[0] = out[3] = (h + h2) / Math.PI;
    out[1] = out[4] = alpha / Math.PI;
    return;
  }
  const v0 = sz * cosine, v1 = sz * sine, d0 = s * geo[8], d1 = s * geo[9];
  if (alpha > 0 && (mode === MOMENTS || kind < 2)) describe(wholeArc, alpha, sinA, cosA, 0, 1);
  if (mode === MOMENTS && alpha > 0) out[0] = out[3] = PART * pair(sa, 0, sa, 0, topW, topW, wholeArc);
  const span = Math.min(Math.abs(geo[7]) + Math.sqrt(d0 * d0 + d1 * d1), topW + topV); // of |(w - v).x|
  const bound = span * Math.sqrt(1 + s * s) * PART;
  for (let second = 0; second < 2; second += 1) {
    const half = second ? h2 : h;
    if (half <= 0) continue;
    let arc = pieceArc, wm, vm;
    if (kind === 1) {
      arc = wholeArc;
      wm = topW;
      vm = topV - sz * geo[16];
    } else if (kind === 2) {
      describe(arc, beta, sinB, cosB, sine, cosine);
      wm = topW - sa * geo[16];
      vm = topV;
    } else {
      const sinH = Math.sin(half), cosH = Math.cos(half);
      const low = half < 1.5 ? (sinH * sinH) / (1 + cosH) : 1 - cosH;
      wm = rootW * sinH + b * low;
      vm = rootV * sinH + offset * low;
      const sinM = sinA * cosH - cosA * sinH;
      describe(arc, half, sinH, cosH, second ? -sinM : sinM, cosA * cosH + sinA * sinH);
    }
    if (mode === MOMENTS) {
      out[1] += PART * pair(sa, 0, v0, v1, wm, vm, arc);
      continue;
    }
    let dm = geo[7] + d0 * arc[5] + d1 * arc[4];
    if (Math.abs(wm) + Math.abs(vm) < Math.abs(geo[7]) + Math.abs(d0) + Math.abs(d1)) {
      dm = wm - vm; // the heights cancel less than the parameters
    }
    if (mode === LOSS) out[0] += 0.5 * PART * pair(d0, d1, d0, d1, dm, dm, arc);
    else {
      moment(d0, d1, dm, s, arc);
      for (let k = 0; k < 3; k += 1) out[k] += PART * moved[k];
      out[3] += 2 * half * bound;
    }
  }
  if (mode === MOMENTS) { // the floor is below every overlap that is not rounding of a touching pair
    out[4] = out[1] + 1e-42 * topW * (sz + Math.abs(offset)) * alpha;
    return;
  }
  alone(out, mode, s, sa, alpha, beta, theta, kind, h, h2, topW, sine, cosine, sinB, cosB);
  if (mode === LOSS) {
    const mirror = kind === 1 || kind === 2 ? 3 - kind : kind;
    describe(wholeArc, beta, sinB, cosB, 0, 1);
    alone(out, mode, s, sz, beta, alpha, theta, mirror, h, h2, topV, sine, cosine, sinA, cosA);
    out[3] = out[0];
  } else {
    const along = out[0], across = out[1];
    out[0] = along * cosine + across * sine;
    out[1] = along * sine - across * cosine;
    out[4] = out[5] = out[3];
  }
}

/**
 * Puts the half-lengths of the common pieces at alpha and at -alpha in `ends`. Near the crossing of the lines
 * alpha and beta are taken relative to their values there: sines of the differences do not cancel.
 */
function endsOf(geo, s, e3, rootW, rootV, alpha, beta) {
  let near = alpha + beta - geo[4], far = alpha + beta + geo[4] - 2 * Math.PI;
  if ((geo[13] === 1 && Math.abs(near) < 0.1) || (geo[13] === 2 && Math.abs(far) < 0.1)) {
    const sineW = (-geo[1] * e3) / (s * geo[12] * (rootW + geo[14]));
    const sineV = (-geo[3] * e3) / (s * geo[12] * (rootV + geo[15]));
    if (Math.abs(sineW) < 0.9 && Math.abs(sineV) < 0.9) { // beyond, nothing is gained
      const stable = Math.asin(sineW) + Math.asin(sineV);
      if (geo[13] === 1) near = stable;
      else far = stable;
    }
  }
  ends[0] = Math.max(near, 0) / 2;
  ends[1] = Math.max(far, 0) / 2;
}

/** Adds what the arc of one neuron outside the arc of the other gives, in its own frame. */
function alone(out, mode, s, sa, alpha, beta, theta, kind, h, h2, top, sine, cosine, sinB, cosB) {
  if (alpha === 0 || kind === 1) return;
  if (kind === 0) add(out, mode, s, sa, top, top, wholeArc);
  else if (alpha === Math.PI) {
    describe(pieceArc, Math.PI - beta, sinB, -cosB, -sine, -cosine);
    add(out, mode, s, sa, top - sa * (1 + cosine), top, pieceArc);
  } else if (kind === 2) {
    const left = (alpha - beta - theta) / 2, right = (alpha - beta + theta) / 2;
    addPlain(out, mode, s, sa, alpha - left, left, alpha, top);
    addPlain(out, mode, s, sa, right - alpha, right, alpha, top);
  } else addPlain(out, mode, s, sa, h2 - h, alpha - h - h2, alpha, top);
}

/** Adds the arc [m - half, m + half] inside the arc of half-width alpha. */
function addPlain(out, mode, s, sa, m, half, alpha, top) {
  if (!(half > 0)) return;
  describe(pieceArc, half, Math.sin(half), Math.cos(half), Math.sin(m), Math.cos(m));
  add(out, mode, s, sa, 2 * sa * Math.sin((alpha + m) / 2) * Math.sin((alpha - m) / 2), top, pieceArc);
}

/** Adds the square of the height over 2 (LOSS) or the height times x (GRADIENT) on an arc. */
function add(out, mode, s, sa, middle, top, arc) {
  if (mode === LOSS) {
    out[0] += 0.5 * PART * pair(sa, 0, sa, 0, middle, middle, arc);
    return;
  }
  moment(sa, 0, middle, s, arc);
  for (let k = 0; k < 3; k += 1) out[k] += PART * moved[k];
  out[3] += 2 * arc[0] * PART * top * Math.sqrt(1 + s * s);
}
