// A run of descent in the plane of weight and bias: what is known of it, in words, its path and its loss.
import { endValues, safeRadius, trivialLoss } from "./engine.js";
import { clamp, format, line } from "./ui.js";
import { marker } from "./plane.js";

const ALIVE = 0.05; // a target is kept this far above the dead cone: there would be nothing to learn inside it

/** Moves a target out of the dead cone, to where its largest value on the inputs is ALIVE or more. */
export function aliveTarget([p, b], c, extent) {
  const missing = ALIVE - (c * Math.abs(p) + b);
  if (missing <= 0) return [p, b];
  const weight = Math.min(extent, Math.abs(p) + (missing * c) / (1 + c * c));
  return [p < 0 ? -weight : weight, Math.max(b, ALIVE - c * weight)];
}

/** The point of the dead cone's edge nearest to w (not the tip), rounded into the cone. */
export function coneEdge([p, b], c, extent) {
  const weight = clamp((Math.abs(p) - c * b) / (1 + c * c), 0.2, extent / Math.max(1, c));
  const point = [p < 0 ? -weight : weight, -c * weight];
  return Math.max(...endValues(point, c)) > 0 ? [point[0], point[1] * (1 + Number.EPSILON)] : point;
}

/** Words for what is known at step `shown` of a run; `fate` with certified: false was only seen. */
export function verdict(run, shown, { start, target, c, step }) {
  const at = (k) => (k === 0 ? "At the start" : k === 1 ? "After one step" : `After ${k} steps`);
  if (run.decidedAt >= 0 && shown >= run.decidedAt) {
    const p = run.points[2 * run.decidedAt], b = run.points[2 * run.decidedAt + 1];
    const ratio = run.excess[run.decidedAt] / trivialLoss(target, c);
    const reasons = {
      below_trivial: `the loss is below that of the zero neuron, F(w) \u2212 F(0) = ${format(ratio, 3)}\u00a0F(0). From there no step size below 2/L can lose it.`,
      safe_ball: `the neuron is ${format(Math.hypot(p - target[0], b - target[1]))} from the target, and no dead neuron is nearer than ${format(safeRadius(target, c))}.`,
      dead: `${run.decidedAt > 0 ? "it has jumped into the dead cone: " : ""}no input makes the neuron positive. The gradient is exactly zero, and it never moves again.`,
      blind: "no input makes both the neuron and the target positive, and none ever will. It sinks towards the dead cone.",
    };
    const words = `${at(run.decidedAt)} ${reasons[run.certificate]}`;
    return { fate: run.fate, certified: true, name: run.certificate.toUpperCase(), words };
  }
  const open = { fate: "undecided", certified: false, name: "NONE" };
  if (shown < run.steps) return { ...open, words: `${at(shown)} nothing is proved yet.` };
  const why = step < 2 ? "" : " At 2/L and beyond no theorem vouches for it.";
  const p = run.points[2 * shown], b = run.points[2 * shown + 1];
  const words = {
    arrived: `the neuron has arrived at the target, but that is seen, not proved.${why}`,
    overflow: `the neuron has left all bounds: each step was larger than the last.${why}`,
    resting: `the neuron rests at (${format(p)}, ${format(b)}), where no certificate holds.${why}`,
    budget: `no certificate has held yet, and the figure stops here.${why}`,
  }[run.ending];
  return { ...open, fate: run.ending === "arrived" ? "learned" : "undecided", words: `${at(shown)} ${words}` };
}

export const FATES = { learned: "Learned", lost: "Lost", undecided: "Undecided" };

// Linear below zero, logarithmic above: the interesting part, [-1, 0], keeps its room.
const squash = (e) => (e < 0 ? e : Math.log1p(e) / Math.LN10);
// Time from 0 on a logarithmic scale.
export const timeScale = (t) => Math.log10(1 + t);

/** The path of a run up to step `shown`, with a dot at each step that is far enough from the last one. */
export function drawPath(pen, { points }, shown, toPixels, theme) {
  const path = [toPixels(points)];
  for (let t = 1; t <= shown; t += 1) {
    const [x, y] = toPixels([points[2 * t], points[2 * t + 1]]), [lx, ly] = path[path.length - 1];
    if (Math.hypot(x - lx, y - ly) > 0.7 || t === shown) path.push([clamp(x, -1e5, 1e5), clamp(y, -1e5, 1e5)]);
  }
  pen.strokeStyle = theme.paper;
  pen.lineWidth = 5;
  pen.globalAlpha = 0.8;
  line(pen, path);
  pen.globalAlpha = 1;
  pen.strokeStyle = pen.fillStyle = theme.ink;
  pen.lineWidth = 2;
  line(pen, path);
  let [lx, ly] = path[0];
  for (const [x, y] of path) {
    if (Math.hypot(x - lx, y - ly) < 6) continue;
    [lx, ly] = [x, y];
    pen.beginPath();
    pen.arc(x, y, 2.6, 0, 7);
    pen.fill();
  }
  const last = path[path.length - 1];
  if (shown > 0) {
    pen.beginPath();
    pen.arc(...last, 4.5, 0, 7);
    pen.fill();
    pen.strokeStyle = theme.paper;
    pen.lineWidth = 1.5;
    pen.stroke();
  }
}

/** The excess loss of a run in units of F(0) up to step `shown`, marked where its fate was decided. */
export function drawHistory(history, run, { shown, trivial }, said, theme) {
  const relative = (t) => run.excess[t] / trivial;
  let highest = 0.3;
  for (let t = 0; t <= run.steps; t += 1) highest = Math.max(highest, relative(t));
  const top = squash(Math.min(1e9, highest)), last = Math.max(10, run.steps);
  history.begin({ x: [0, timeScale(last)], y: [-1.08, top * 1.12 + 0.05] }, theme);
  const toPixels = (t) => [history.x(timeScale(t)), clamp(history.y(squash(relative(t))), -1e4, 1e4)];
  history.clip((pen) => {
    const { area } = history, zero = history.y(0);
    pen.fillStyle = theme.shade;
    pen.fillRect(area.x, zero, area.w, area.h);
    pen.strokeStyle = theme.ink;
    pen.lineWidth = 1.6;
    pen.setLineDash([7, 4]);
    line(pen, [[area.x, zero], [area.x + area.w, zero]]);
    pen.setLineDash([]);
    const curve = [];
    for (let t = 0; t <= shown; t += 1) {
      const point = toPixels(t), previous = curve[curve.length - 1];
      if (!previous || t === shown || Math.hypot(point[0] - previous[0], point[1] - previous[1]) > 0.7) curve.push(point);
    }
    pen.strokeStyle = theme[said.fate];
    pen.lineWidth = 3;
    line(pen, curve);
  });
  const powers = [0, 1, 10, 100, 1e3, 1e4, 1e5].filter((t) => t <= last).map((t) => [timeScale(t), t < 1e4 ? String(t) : `10${"\u2070\u00b9\u00b2\u00b3\u2074\u2075"[Math.log10(t)]}`]);
  const high = [[1, "1"], [10, "10"], [100, "10\u00b2"], [1e3, "10\u00b3"], [1e4, "10\u2074"], [1e6, "10\u2076"]].map(([e, text]) => [squash(e), text])
    .filter(([y]) => y <= top * 1.12 + 0.05);
  history.axes({ xTicks: powers, yTicks: [[-1, "\u22121"], [0, "0"], ...high], xName: "step", yName: "excess loss / F(0)" });
  const decided = run.decidedAt >= 0 && shown >= run.decidedAt;
  marker(history.context, ...toPixels(decided ? run.decidedAt : shown), 5, theme[said.fate], decided, theme);
}
