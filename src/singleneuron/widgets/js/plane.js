// The plane of weight and bias of a neuron with one input: its excess loss as a map, the dead cone, and marks on it.
import { line } from "./ui.js";

const DIRECTIONS = 1440; // of the table of rays: every quarter of a degree

/**
 * Along the ray of direction u, F(r u) - F(0) = half r^2 - cross r: both numbers for every direction.
 *
 * `moments(u)` returns { ww, wv }, E s(u.x)^2 and E s(u.x) s(v.x), for any law.
 */
export function rays(moments) {
  const half = new Float64Array(DIRECTIONS + 1), cross = new Float64Array(DIRECTIONS + 1);
  for (let k = 0; k <= DIRECTIONS; k += 1) {
    const angle = (2 * Math.PI * k) / DIRECTIONS - Math.PI, { ww, wv } = moments([Math.cos(angle), Math.sin(angle)]);
    half[k] = ww / 2;
    cross[k] = wv;
  }
  return { half, cross };
}

/** The excess loss as an image of `size` pixels a side over [-extent, extent]^2, from the table of rays. */
export class HeatMap {
  constructor() {
    this.canvas = document.createElement("canvas");
  }

  draw(size, extent, { half, cross }, trivial, theme) {
    if (this.size !== size || this.extent !== extent) {
      Object.assign(this, { size, extent, radius: new Float32Array(size * size), place: new Float32Array(size * size) });
      this.canvas.width = this.canvas.height = size;
      for (let row = 0, at = 0; row < size; row += 1) {
        const b = extent * (1 - (2 * row + 1) / size);
        for (let column = 0; column < size; column += 1, at += 1) {
          const p = extent * ((2 * column + 1) / size - 1);
          this.radius[at] = Math.hypot(p, b);
          this.place[at] = ((Math.atan2(b, p) + Math.PI) / (2 * Math.PI)) * DIRECTIONS;
        }
      }
      this.image = new ImageData(size, size);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    // Colours for -1 to 0 (a root spreads what is just below zero), then for 0 to infinity by e / (0.7 + e).
    const shades = 511, colours = new Uint32Array(2 * shades + 2);
    for (let k = 0; k <= shades; k += 1) {
      for (const [end, share, at] of [[theme.below, (k / shades) ** 0.75, k], [theme.above, k / shades, shades + 1 + k]]) {
        const [r, g, b] = [0, 1, 2].map((i) => Math.round(theme.middle[i] + share * (end[i] - theme.middle[i])));
        colours[at] = (255 << 24) | (b << 16) | (g << 8) | r;
      }
    }
    const { radius, place, pixels } = this;
    for (let at = 0; at < pixels.length; at += 1) {
      const k = Math.min(DIRECTIONS - 1, place[at] | 0), t = place[at] - k, r = radius[at];
      const a = half[k] + t * (half[k + 1] - half[k]), x = cross[k] + t * (cross[k + 1] - cross[k]);
      const e = ((a * r - x) * r) / trivial;
      pixels[at] = colours[e < 0 ? Math.min(shades, -e * shades) | 0 : shades + 1 + ((e / (0.7 + e)) * shades | 0)];
    }
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }
}

/** The path of a five-pointed star, for the target. */
function star(pen, x, y, radius) {
  pen.beginPath();
  for (let k = 0; k < 10; k += 1) {
    const r = k % 2 ? radius * 0.45 : radius, angle = (Math.PI * k) / 5 - Math.PI / 2;
    pen.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  pen.closePath();
}

/** A disc with a rim of paper, full or hollow. */
export function marker(pen, x, y, radius, colour, full, theme) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fillStyle = full ? colour : theme.paper;
  pen.fill();
  pen.strokeStyle = theme.paper;
  pen.lineWidth = 6;
  pen.stroke();
  pen.strokeStyle = colour;
  pen.lineWidth = 3.2;
  pen.stroke();
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

/** The map, the dead cone of inputs between `ends` = [lowest, highest] hatched over it, and the axes. */
export function drawGround(pen, plane, heat, [lowest, highest], extent, theme) {
  const { area } = plane, far = 2 * extent, low = -far * (1 + Math.abs(lowest) + Math.abs(highest));
  const cone = [[0, 0], [far, -far * highest], [far, low], [-far, low], [-far, far * lowest]].map(([p, b]) => [plane.x(p), plane.y(b)]);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(heat.canvas, area.x, area.y, area.w, area.h);
  pen.save();
  pen.beginPath();
  for (const point of cone) pen.lineTo(...point);
  pen.closePath();
  pen.clip();
  pen.strokeStyle = theme.lost;
  pen.lineWidth = 1.3;
  pen.globalAlpha = 0.55;
  for (let x = area.x - area.h; x < area.x + area.w; x += 9) line(pen, [[x, area.y + area.h], [x + area.h, area.y]]);
  pen.restore();
  pen.strokeStyle = theme.lost;
  pen.lineWidth = 2;
  line(pen, [cone[4], cone[0], cone[1]]);
  pen.strokeStyle = theme.quiet;
  pen.lineWidth = 0.8;
  pen.globalAlpha = 0.5;
  line(pen, [[area.x, plane.y(0)], [area.x + area.w, plane.y(0)]]);
  line(pen, [[plane.x(0), area.y], [plane.x(0), area.y + area.h]]);
  pen.globalAlpha = 1;
}

/** The level of the zero neuron, dashed. */
export function drawLevel(pen, plane, level, theme) {
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 1.6;
  pen.setLineDash([7, 4]);
  line(pen, level.map(([p, b]) => [plane.x(p), plane.y(b)]));
  pen.setLineDash([]);
}

/** The target's star. */
export function drawTarget(pen, x, y, theme) {
  star(pen, x, y, 12);
  pen.fillStyle = theme.target;
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 1.5;
  pen.fill();
  pen.stroke();
}

/** The curve F(w) = F(0): on each ray the distance cross / half, cut off outside the picture. */
export function levelLine({ half, cross }, extent) {
  const far = 4 * extent, points = [];
  let begin = 0;
  while (begin < DIRECTIONS && cross[begin] > 0) begin += 1; // start where the ray is blind, if there is one
  for (let j = 0; j <= DIRECTIONS; j += 1) {
    const k = (begin + j) % DIRECTIONS;
    if (!(cross[k] > 0)) continue;
    const r = Math.min(far, cross[k] / half[k]), angle = (2 * Math.PI * k) / DIRECTIONS - Math.PI;
    points.push([r * Math.cos(angle), r * Math.sin(angle)]);
  }
  return points;
}
