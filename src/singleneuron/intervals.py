r"""The exact objective in dimension one, compiled.

Uniform inputs on [-c, c]: w.x = p x + b is affine, so each part of the objective is a sum over at
most three intervals between -c, the roots of w.x and v.x, and c. Every height is written by its
end values, which come without cancellation, and on an interval of length l the integral of f g is
l (2 f1 g1 + f1 g2 + f2 g1 + 2 f2 g2) / 6: for heights of one sign a sum of terms of one sign.
Normal inputs: both points x = s and x = -s of a radius s > 0 at once, split at the roots, by
adaptive Gauss-Kronrod quadrature. Results are mantissas, to be multiplied by exp(log_scale).
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from .compiled import entry, part
from .doubled import dd_add, dd_neg, two_product
from .kronrod import NODES, gauss_kronrod
from .rows import GRADIENT, INTERVAL, LOSS, MOMENTS, OVERLAP, SIZE


@part
def clear(out):
    """Put 0 in the values and the scales of `out`."""
    for k in range(SIZE):
        out[k] = 0.0


@part
def determinant(p, b, size, offset):
    """Return p offset - b size, rounded once."""
    return dd_add(two_product(p, offset), dd_neg(two_product(b, size)))[0]


@part
def end_values(p, b, c):
    """Return p x + b at x = -c and at x = c, each rounded once."""
    reach = two_product(p, c)
    return dd_add((b, 0.0), dd_neg(reach))[0], dd_add((b, 0.0), reach)[0]


@part
def product(length, f1, f2, g1, g2):
    """Integrate f g over an interval from the end values of two affine functions."""
    return length * (2 * f1 * g1 + f1 * g2 + f2 * g1 + 2 * f2 * g2) / 6


@part
def uniform(out, mode, c, w, v):
    """Put the values of `mode` at (w, v), both (p, 0, b), for uniform inputs in out[:3]."""
    p, b, size, offset = w[0], w[2], v[0], v[2]
    left_w, right_w = end_values(p, b, c)
    left_v, right_v = end_values(size, offset, c)
    det = determinant(p, b, size, offset)
    # Break points: kind 0 -c, 1 root of w, 2 root of v, 3 c; in order of x.
    has_w, has_v = left_w * right_w < 0, left_v * right_v < 0
    root_w = -b / p if has_w else 0.0
    root_v = -offset / size if has_v else 0.0
    swap = has_w and has_v and root_v < root_w
    clear(out)
    before = 0
    for step in range(3):
        if step == 0:
            point = (2 if swap else 1) if has_w and has_v else (1 if has_w else 2 if has_v else 3)
        elif step == 1:
            point = (1 if swap else 2) if has_w and has_v else 3
        else:
            point = 3
        if before == 3:
            break
        if before == 0:
            x1, w1, v1 = -c, left_w, left_v
        elif before == 1:
            x1, w1, v1 = root_w, 0.0, det / p
        else:
            x1, w1, v1 = root_v, -det / size, 0.0
        if point == 3:
            x2, w2, v2 = c, right_w, right_v
        elif point == 1:
            x2, w2, v2 = root_w, 0.0, det / p
        else:
            x2, w2, v2 = root_v, -det / size, 0.0
        if before == 0 and point == 3:
            length = 2 * c
        elif before == 0:
            length = -left_w / p if point == 1 else -left_v / size
        elif point == 3:
            length = right_w / p if before == 1 else right_v / size
        else:
            length = abs(det / p / size)
        before = point
        share = length / (2 * c)
        own, other = w1 + w2 > 0, v1 + v2 > 0
        if mode == OVERLAP:
            out[0] += share if own and other else 0.0
            out[1] += share if own else 0.0
        elif mode == MOMENTS:
            if own:
                out[0] += product(share, w1, w2, w1, w2)
            if own and other:
                out[1] += product(share, w1, w2, v1, v2)
        else:
            r1, r2 = w1, w2
            if own and other:
                r1, r2 = (
                    difference(w1, v1, p, b, size, offset, x1),
                    difference(w2, v2, p, b, size, offset, x2),
                )
            elif mode == LOSS and other:
                r1, r2 = v1, v2
            if mode == LOSS and (own or other):
                out[0] += product(share, r1, r2, r1, r2) / 2
            elif mode == GRADIENT and own:
                out[0] += product(share, r1, r2, x1, x2)
                out[2] += share * (r1 + r2) / 2
    return 0.0


@part
def difference(height, other, p, b, size, offset, x):
    """Return (w - v).x from the heights or from the parameters, whichever cancels less."""
    if abs(height) + abs(other) < abs(p - size) * abs(x) + abs(b - offset):
        return height - other
    return (p - size) * x + (b - offset)


@part
def _pair(fill, mode, s, values):
    """Put what x = s and x = -s give to `mode` in fill[:3], positive scales in fill[3:].

    values: p, b, V, b_v, then w.x and v.x at s and at -s.
    """
    p, b, size, offset = values[0], values[1], values[2], values[3]
    clear(fill)
    for side in range(2):
        x = s if side == 0 else -s
        w, v = values[4 + side], values[6 + side]
        own, other = w > 0, v > 0
        if mode == OVERLAP:
            fill[0] += 1.0 if own and other else 0.0
            fill[1] += 1.0 if own else 0.0
        elif mode == MOMENTS:
            fill[0] += w * w if own else 0.0
            fill[1] += w * v if own and other else 0.0
        else:
            r = w
            if own and other:
                r = difference(w, v, p, b, size, offset, x)
            elif mode == LOSS and other:
                r = v
            if mode == LOSS and (own or other):
                fill[0] += r * r / 2
            elif mode == GRADIENT and own:
                fill[0] += r * x
                fill[2] += r
                fill[3] += abs(r) * math.hypot(x, 1.0)
    if mode == GRADIENT:
        fill[4] = fill[5] = fill[3]
    else:
        fill[3], fill[4] = fill[0], fill[1]


@part
def _line_rule(kronrod, gauss, fill, values, mode, tau, begin, left, low, high, roots):
    """Gauss-Kronrod sums over s in left + [low, high] of the normal density times `_pair`."""
    clear(kronrod)
    clear(gauss)
    middle, half = (low + high) / 2, (high - low) / 2
    for i in range(NODES):
        node, weight, light = gauss_kronrod(i)
        step = middle + half * node
        s = left + step
        for k in range(2):
            slope, base, root = values[2 * k], values[2 * k + 1], roots[k]
            for side in range(2):
                x = s if side == 0 else -s
                # From the root where that is on this side, so that heights do not cancel.
                height = slope * x + base
                if root != math.inf and (slope * base < 0) == (side == 0) and slope != 0:
                    away = (left - root) + step
                    height = slope * away if side == 0 else -slope * away
                values[4 + 2 * k + side] = height
        _pair(fill, mode, s, values)
        gone = (left - begin) + step  # s - begin, which would cancel far out
        density = math.exp(-gone * (s + begin) / (2 * tau * tau))
        density *= half / (tau * math.sqrt(2 * math.pi))
        for k in range(SIZE):
            kronrod[k] += weight * density * fill[k]
            gauss[k] += light * density * fill[k]


@part
def normal(out, work, mode, tau, w, v, rtol):
    """Put `mode` at (w, v), both (p, 0, b), for normal inputs in out[:3]; return the log scale."""
    p, b, size, offset = w[0], w[2], v[0], v[2]
    clear(out)
    values, roots = work[0], work[1]
    values[0], values[1], values[2], values[3] = p, b, size, offset
    roots[0] = abs(b / p) if p != 0 else math.inf
    roots[1] = abs(offset / size) if size != 0 else math.inf
    begin = roots[0] if b < 0 else 0.0
    if mode == LOSS:
        begin = min(begin, roots[1] if offset < 0 else 0.0)
    if begin == math.inf or (mode != LOSS and p == 0 and b <= 0):
        return 0.0
    first, second = min(roots[0], roots[1]), max(roots[0], roots[1])
    coarse, total = work[2], work[3]
    fill, kronrod, gauss, stack = work[4], work[5], work[6], work[7]
    clear(coarse)
    clear(total)
    for sweep in range(2):
        left = begin
        for step in range(3):
            right = first if step == 0 else second if step == 1 else math.inf
            if right <= left:
                continue
            if (left - begin) * (left + begin) > 1400 * tau * tau:  # the density is 0 there
                break
            reach_here = 2 * tau * tau * (12.0 - math.log(rtol))
            length = min(right - left, reach_here / (left + math.sqrt(left * left + reach_here)))
            depth, stack[0], stack[1] = 1, 0.0, length
            while depth > 0:
                depth -= 1
                low, high = stack[2 * depth], stack[2 * depth + 1]
                _line_rule(kronrod, gauss, fill, values, mode, tau, begin, left, low, high, roots)
                good = sweep == 0
                if sweep == 1:
                    good = high - low < 1e-9 * length or 2 * depth + 4 > stack.size
                    worst = 0.0
                    for k in range(3):
                        scale, error = kronrod[3 + k], abs(kronrod[k] - gauss[k])
                        if error > 1e-14 * scale:
                            error = scale * min(1.0, (200 * error / scale) ** 1.5)
                            worst = max(worst, error / max(coarse[3 + k], scale))
                    good = good or worst <= 0.1 * rtol
                if good:
                    for k in range(SIZE):
                        if sweep == 0:
                            coarse[k] += kronrod[k]
                        else:
                            total[k] += kronrod[k]
                else:
                    middle = (low + high) / 2
                    stack[2 * depth], stack[2 * depth + 1] = middle, high
                    stack[2 * depth + 2], stack[2 * depth + 3] = low, middle
                    depth += 2
            if right == math.inf:
                break
            left = right
    for k in range(3):
        out[k] = total[k]
    return -begin * begin / (2 * tau * tau)


@entry
def kernel(total, grid, work, mode, kind, scale, power, w, v, rtol):
    """Put the values of `mode` at (w, v) in total[:3]; return the log of their common scale."""
    if kind == INTERVAL:
        return uniform(total, mode, scale, w, v)
    return normal(total, work, mode, scale, w, v, rtol)
