// Double-double arithmetic: numbers [hi, lo] with value hi + lo and about 32 digits (singleneuron/doubled.py).
import { twoProduct, twoSum } from "./engine.js";

/** a + b. */
export function ddAdd(a, b) {
  const [s, e] = twoSum(a[0], b[0]), [t, f] = twoSum(a[1], b[1]), [u, g] = twoSum(s, e + t);
  return twoSum(u, g + f);
}

/** a b. */
export function ddMul(a, b) {
  const [p, e] = twoProduct(a[0], b[0]);
  return twoSum(p, e + (a[0] * b[1] + a[1] * b[0]));
}

/** -a. */
export const ddNeg = (a) => [-a[0], -a[1]];

/** a / b, by two Newton steps of long division. */
export function ddDiv(a, b) {
  const first = a[0] / b[0];
  let r = ddAdd(a, ddNeg(ddMul([first, 0], b)));
  const second = r[0] / b[0];
  r = ddAdd(r, ddNeg(ddMul([second, 0], b)));
  const [s, e] = twoSum(first, second);
  return twoSum(s, e + r[0] / b[0]);
}

const squareReach = (p, q, c) => ddMul(twoProduct(c, c), ddAdd(twoProduct(p, p), twoProduct(q, q))); // c^2 (p^2 + q^2)

/**
 * 1 - b^2 / (c^2 (p^2 + q^2)): positive iff the line w.x = 0 meets the open disc of radius c; for b < 0,
 * w is dead for the ball of radius c iff it is not.
 */
export function coneGap(p, q, b, c) {
  const reach = squareReach(p, q, c);
  return ddDiv(ddAdd(reach, ddNeg(twoProduct(b, b))), reach);
}

/** 1 - coneGap, exact to its last digits where it is small. */
export const coneSquare = (p, q, b, c) => ddDiv(twoProduct(b, b), squareReach(p, q, c));

/** 1 - |y|^2 / c^2 and |y|^2 / c^2 for the point y where p y1 + q y2 + b = 0 meets size y1 + offset = 0; q, size > 0. */
export function crossingOf(p, q, b, size, offset, c) {
  const det = ddAdd(twoProduct(p, offset), ddNeg(twoProduct(b, size)));
  const side = ddMul(twoProduct(c, q), [size, 0]), reach = ddMul(side, side), first = twoProduct(offset, q);
  const square = ddAdd(ddMul(first, first), ddMul(det, det));
  return [ddDiv(ddAdd(reach, ddNeg(square)), reach), ddDiv(square, reach)];
}
