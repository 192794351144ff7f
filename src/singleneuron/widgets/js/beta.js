// The incomplete beta function, and with it the share of all directions within an angle of an axis.

/** What Stirling's formula leaves of log Gamma(x), for x >= 10: at most 2e-14 off. */
const stirlingRest = (x) => {
  const t = 1 / (x * x);
  return (1 / 12 - t * (1 / 360 - t * (1 / 1260 - t * (1 / 1680 - t / 1188)))) / x;
};

/** log B(a, b) for a, b > 0: no large terms cancel, however large a or b. */
export function logBeta(a, b) {
  let [small, large] = a < b ? [a, b] : [b, a], shift = 0;
  for (; small < 10; small += 1) shift += Math.log((small + large) / small); // B(a, b) = B(a + 1, b) (a + b) / a
  for (; large < 10; large += 1) shift += Math.log((small + large) / large);
  const both = small + large;
  return shift - (both - 0.5) * Math.log1p(small / large) + small * Math.log(small / large)
    + 0.5 * Math.log((2 * Math.PI) / small) + stirlingRest(small) + stirlingRest(large) - stirlingRest(both);
}

/** log I_x(a, b) by its continued fraction (Lentz's method), quick for x below about a / (a + b); y = 1 - x. */
function logLower(x, y, a, b) {
  const never0 = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1, d = 1 / never0(1 - ((a + b) * x) / (a + 1)), fraction = d;
  for (let m = 1; m <= 10000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / never0(1 + term * d);
      c = never0(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 4e-16) break;
  }
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-y), logY = y < 0.5 ? Math.log(y) : Math.log1p(-x);
  return a * logX + b * logY - logBeta(a, b) - Math.log(a) + Math.log(fraction);
}

/** log of the regularised incomplete beta function; y = 1 - x where it is known better than 1 - x tells. */
export function logRegularisedBeta(x, a, b, y = 1 - x) {
  if (x <= 0) return -Infinity;
  if (y <= 0) return 0;
  return x * (a + b + 2) < a + 1 ? logLower(x, y, a, b) : Math.log1p(-Math.exp(logLower(y, x, b, a)));
}

/** The regularised incomplete beta function I_x(a, b), 0 <= x <= 1, a, b > 0 (SciPy's betainc(a, b, x)). */
export function regularisedBeta(x, a, b, y = 1 - x) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x * (a + b + 2) < a + 1 ? Math.exp(logLower(x, y, a, b)) : 1 - Math.exp(logLower(y, x, b, a));
}

/** P(a uniform direction in R^d is within `angle` of an axis), 0 <= angle <= pi, d >= 1. */
export function capProbability(angle, d) {
  if (angle < 0 || angle >= Math.PI) return angle < 0 ? 0 : 1;
  if (d === 1) return 0.5;
  const half = 0.5 * regularisedBeta(Math.sin(angle) ** 2, (d - 1) / 2, 0.5, Math.cos(angle) ** 2);
  return angle <= Math.PI / 2 ? half : 1 - half;
}

/** Its logarithm, for caps so small that their probability is no float. */
export function logCapProbability(angle, d) {
  if (d === 1 || !(angle >= 0 && angle <= Math.PI / 2)) return Math.log(capProbability(angle, d));
  return logRegularisedBeta(Math.sin(angle) ** 2, (d - 1) / 2, 0.5, Math.cos(angle) ** 2) - Math.LN2;
}
