// "Critical points": inputs in the plane, the slice of parameter space at one bias, and the loss on the way
// from w towards w + v.
import { angleBetween, betaOf, classifyPoint, deadHeight, supportOf } from "./cones.js";
import { problem } from "./problem.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";

const TIGHT = 1e-12; // of equalities, as in `classify`
const ALIVE = 0.05; // a target's largest value on the inputs is kept at this or more
const SNAP = 0.09; // how near the edge of the dead cone a dragged w must come to be put on it
const REACH = 1.5, STEPS = 60; // of the way towards w + v

export function lawOf({ shape, c, points }) {
  if (shape === "points") return { points };
  return shape === "normal" ? { kind: "gaussian", dim: 2, scale: 1 } : { kind: "ball", dim: 2, radius: c };
}

const heightAt = ([x, y], u) => u[0] * x + u[1] * y + u[2];
const massAt = (x, u) => heightAt(x.map(Math.abs), u.map(Math.abs));

/** The largest u~.x~ on the support. */
const reachOf = (support, u) => deadHeight(support, [u[0], u[1], 0]);

/** The target, its bias raised where it would be dead or as good as dead. */
export function livingTarget(law, v) {
  const support = supportOf(law), small = Math.hypot(v[0], v[1]) < ALIVE, u = small ? [0, 0] : [v[0], v[1]];
  const least = law.kind === "gaussian" && !small ? -3 * Math.hypot(...u) : ALIVE - reachOf(support, u);
  return [...u, Math.max(v[2], least)];
}

/**
 * What w is: { kind, contact, seen, escape }. contact: the inputs that w touches (null: none, or all); seen: the
 * largest v.x on them; escape: a straight direction in which the loss falls (null: none, or only curved ones).
 */
export function analyse(law, v, w) {
  const support = supportOf(law), found = { kind: "", contact: null, seen: null, escape: null };
  if (w.every((x) => x === 0)) return { ...found, kind: "ORIGIN", escape: v };
  if (law.points) return analysePoints(law, v, w, found);
  found.kind = classifyPoint(support, v, w);
  if (!found.kind.startsWith("BOUNDARY")) return found;
  if (support.kind === "space") return { ...found, escape: v[0] || v[1] ? v : [1, 0, 0] };
  const length = Math.hypot(w[0], w[1]), point = [(support.size * w[0]) / length, (support.size * w[1]) / length];
  Object.assign(found, { contact: [point], seen: heightAt(point, v) });
  if (found.kind !== "BOUNDARY_ESCAPE") return found;
  const tie = Math.abs(found.seen) <= TIGHT * massAt(point, v);
  const opposite = Math.PI - angleBetween(w, v) <= Math.sqrt(TIGHT);
  return { ...found, escape: tie && opposite ? null : v };
}

function analysePoints(law, v, w, found) {
  if (Math.hypot(...w.map((x, i) => x - v[i])) <= TIGHT * Math.hypot(...v)) return { ...found, kind: "GLOBAL_MINIMUM" };
  const slack = (x) => TIGHT * massAt(x, w);
  if (law.points.some((x) => heightAt(x, w) > slack(x))) {
    const size = Math.hypot(...problem(law, v).gradient(w)), scale = Math.max(...law.points.map((x) => massAt(x, w) + massAt(x, v)));
    found.kind = size <= TIGHT * scale ? "PART_FITTED" : "NOT_CRITICAL";
    return found;
  }
  const contact = law.points.filter((x) => heightAt(x, w) >= -slack(x));
  if (!contact.length) return { ...found, kind: "FLAT_MINIMUM" };
  const seen = Math.max(...contact.map((x) => heightAt(x, v)));
  if (contact.some((x) => heightAt(x, v) > TIGHT * massAt(x, v))) return { kind: "BOUNDARY_ESCAPE", contact, seen, escape: v };
  return { ...found, kind: "BOUNDARY_MINIMUM", contact, seen };
}

/** The point on the edge of the dead cone over the same direction of weights: same bias, or same weights. */
export function onEdge(law, w, keepBias) {
  const support = supportOf(law);
  if (support.kind === "space") return [0, 0, Math.min(w[2], 0)];
  const reach = reachOf(support, w);
  if (!keepBias) return [w[0], w[1], -reach];
  return w[2] < 0 && reach > 0 ? [(w[0] * -w[2]) / reach, (w[1] * -w[2]) / reach, w[2]] : null;
}

/** The slice of the dead cone at bias b: a list of corners, each with the input whose edge begins there. */
export function deadSlice(points, b, side) {
  let shape = [[-side, -side], [side, -side], [side, side], [-side, side]].map((at) => ({ at, input: null }));
  for (const x of points) {
    const value = ({ at }) => at[0] * x[0] + at[1] * x[1] + b, next = [];
    shape.forEach((one, k) => {
      const two = shape[(k + 1) % shape.length], p = value(one), q = value(two), share = p / (p - q);
      const cut = () => one.at.map((s, i) => s + share * (two.at[i] - s));
      if (p <= 0) next.push(one);
      if (p <= 0 && q > 0) next.push({ at: cut(), input: x });
      if (p > 0 && q <= 0) next.push({ at: cut(), input: one.input });
    });
    shape = next;
  }
  return shape;
}

const TITLES = {
  GLOBAL_MINIMUM: ["The target", "learned"], FLAT_MINIMUM: ["A flat local minimum", "lost"],
  BOUNDARY_MINIMUM: ["A local minimum on the edge", "lost"], BOUNDARY_ESCAPE: ["On the edge, no minimum", "learned"],
  ORIGIN: ["The origin, no minimum", "learned"],
  NOT_CRITICAL: ["Not critical", "undecided"], PART_FITTED: ["Critical, for this sample", "spurious"],
};
const pairOf = (x, digits = 2) => `(${x.map((y) => format(y, digits)).join(", ")})`;

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), side = limits.plane, room = limits.inputs;
  const margin = { left: 34, right: 8, top: 24, bottom: 38 };
  const attributes = { class: "sn-grab", tabindex: "0", role: "application" };
  const weights = new Plot({
    margin, attributes, label: "Weights at the bias of w. Arrow keys move w or the target; Tab reaches each.",
  });
  const inputs = new Plot({
    margin: { ...margin, bottom: 22 }, attributes, label: "The inputs. Arrow keys move the disc\u2019s rim or a point.",
  });
  const way = new Plot({
    margin, attributes: { role: "img" }, label: "Excess loss on the way from w towards w plus the target",
  });
  const speak = voice();
  let theme = inks(pageIsDark()), note = "", frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const finite = (list, n) => Array.from({ length: n }, (_, i) => (Number.isFinite(list?.[i]) ? list[i] : 0));
  const inSpace = (u) => {
    const [x, y, b] = finite(u, 3);
    return [clamp(x, -side, side), clamp(y, -side, side), clamp(b, ...limits.bias)];
  };
  const state = () => {
    const shape = ["disc", "points", "normal"].includes(get("shape")) ? get("shape") : "disc";
    const c = Number.isFinite(get("c")) ? clamp(get("c"), ...limits.c) : 1;
    const points = Array.from({ length: 5 }, (_, k) => finite(get("points")?.[k], 2).map((x) => clamp(x, -room, room)));
    const law = lawOf({ shape, c, points });
    return { shape, c, points, law, w: inSpace(get("w")), v: livingTarget(law, inSpace(get("target"))) };
  };
  const moveW = (u, snap = true) => {
    const { law } = state(), w = inSpace(u), edge = snap ? onEdge(law, w, true) ?? [0, 0, w[2]] : w;
    const near = Math.hypot(edge[0] - w[0], edge[1] - w[1]) < SNAP && Math.max(Math.abs(edge[0]), Math.abs(edge[1])) <= side;
    note = "";
    write({ w: near ? edge : w });
  };
  const moveTarget = (u) => {
    const { law } = state(), v = inSpace(u), living = livingTarget(law, v);
    note = living[2] > v[2] ? "A dead target teaches nothing: its bias stays higher." : "";
    write({ target: living[2] <= limits.bias[1] ? living : v });
  };
  const reshape = (changes) => { note = ""; write(changes); };

  // -------------------------------------------------------------- controls
  const shapes = [["disc", "disc"], ["points", "five points"], ["normal", "normal law"]].map(([shape, text]) => (
    button(text, () => reshape({ shape }), { "data-shape": shape })));
  const sliderOf = (name, [min, max], onchange) => slider({ name, min, max, step: 0.05, onchange });
  const bias = sliderOf("bias b of w", limits.bias, (b) => moveW([...state().w.slice(0, 2), b]));
  const offset = sliderOf("bias of v", limits.bias, (b) => moveTarget([...state().v.slice(0, 2), b]));
  const radius = sliderOf("radius c", limits.c, (c) => reshape({ c }));
  const edgeButton = button("To the edge", () => {
    const { law, w } = state(), start = w[0] || w[1] ? w : [1, 0, 0];
    let edge = onEdge(law, law.kind === "gaussian" ? [0, 0, Math.min(w[2], -0.5)] : start, false);
    const over = Math.max(edge[2] / limits.bias[0], edge[2] / limits.bias[1], 1);
    edge = edge.map((x) => x / over);
    moveW(edge, false);
  }, { "data-action": "edge" });
  const tieButton = button("Turn to \u03b8 = \u03b2", () => {
    const { c, law, v, w } = state(), size = Math.min(Math.hypot(w[0], w[1]) || 1, -limits.bias[0] / c, side);
    const angle = Math.atan2(v[1], v[0]) + betaOf(supportOf(law), v);
    moveW([size * Math.cos(angle), size * Math.sin(angle), -c * size], false);
  }, { "data-action": "tie" });
  const originButton = button("Origin", () => moveW([0, 0, 0], false), { "data-action": "origin" });
  const twoButton = button("Two inputs", () => {
    note = "Inputs (1, 0) and (\u22121, 0); the target is 1 on both.";
    write({ shape: "points", points: [[1, 0], [-1, 0], [1, 0], [-1, 0], [1, 0]], target: [0, 0, 1], w: [0.5, 0, 0.5] });
  }, { "data-action": "two" });

  const badge = element("strong", { class: "sn-fate" }), words = element("span"), code = element("code");
  const verdictBox = element("p", { class: "sn-verdict sn-certified" }, badge, " ", words, " ", code);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["height", "largest w\u00b7x"], ["seen", "v\u00b7x at contact"], ["theta", "\u03b8"], ["beta", "\u03b2"],
    ["excess", "F(w) \u2212 F(0)"], ["gradient", "|gradient|"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatch = (name) => element("span", { style: `width:22px;border-top:4px solid var(--sn-${name})` });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, element("span", { class: "sn-hatch" }), "dead at this bias"),
    element("li", {}, swatch("lost"), "edge: minima"), element("li", {}, swatch("learned"), "edge: no minima"));
  const noteBox = element("p", { class: "sn-note" });
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: critical points" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Inputs" }, ...shapes),
    element("p", { class: "sn-hint" }, "Drag w, the star, the disc\u2019s rim or a point, or use the arrow keys."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, weights.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, edgeButton, tieButton, originButton, twoButton),
        element("div", { class: "sn-sliders" }, bias.node, offset.node, radius.node), noteBox),
      element("div", { class: "sn-second" }, inputs.box, way.box)),
    readout, speak.node);
  el.replaceChildren(root);

  const grip = handles(weights, [
    { name: "w", label: "w: its two weights", get: () => state().w, set: ([x, y]) => moveW([x, y, state().w[2]]) },
    { name: "target", label: "target: its two weights", get: () => state().v, set: ([x, y]) => moveTarget([x, y, finite(get("target"), 3)[2]]) },
  ], { step: side / 60, onhold: () => ask() });
  const spots = handles(inputs, [0, 1, 2, 3, 4].map((k) => ({
    name: `input ${k + 1}`, label: `input ${k + 1}, or the rim of the disc`,
    get: () => {
      const { shape, points, c } = state();
      return shape === "points" ? points[k] : shape === "disc" && k === 0 ? [c * Math.SQRT1_2, -c * Math.SQRT1_2] : [1e6, 1e6];
    },
    set: (x) => {
      const { shape, points } = state();
      if (shape === "disc") reshape({ c: clamp(Math.hypot(...x), ...limits.c) });
      if (shape === "points") reshape({ points: points.map((old, j) => (j === k ? x.map((s) => clamp(s, -room, room)) : old)) });
    },
  })), { step: room / 60, onhold: () => ask() });

  // -------------------------------------------------------------- pictures
  function axesThrough(plot, pen) {
    pen.strokeStyle = theme.rule;
    pen.lineWidth = 1;
    line(pen, [[plot.area.x, plot.y(0)], [plot.area.x + plot.area.w, plot.y(0)]]);
    line(pen, [[plot.x(0), plot.area.y], [plot.x(0), plot.area.y + plot.area.h]]);
  }

  function disc(pen, x, y, size, fill, rim) {
    pen.beginPath();
    pen.arc(x, y, size, 0, 7);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = rim;
    pen.stroke();
  }

  /** The edge of the dead set at the bias of w as [path, input it touches] pieces, in weights. */
  function edgePieces({ shape, law, c, points, w, v }) {
    const b = w[2];
    if (shape === "normal" || (b >= 0 && shape !== "points")) return [];
    if (shape === "points") {
      const corners = deadSlice(points, b, 4 * side);
      return corners.map(({ at, input }, k) => [[at, corners[(k + 1) % corners.length].at], input]);
    }
    const beta = betaOf(supportOf(law), v), middle = Math.atan2(v[1], v[0]);
    const point = (size, angle) => [size * Math.cos(angle), size * Math.sin(angle)];
    const arc = (way, half) => [ // about the direction `way`, with the input that is touched in its middle
      Array.from({ length: 121 }, (_, k) => point(-b / c, way + half * (k / 60 - 1))), point(c, way),
    ];
    return beta < Math.PI ? [arc(middle, beta), arc(middle + Math.PI, Math.PI - beta)] : [arc(middle, beta)];
  }

  function drawWeights(now, found) {
    const { shape, w, v } = now, span = [-side, side];
    const pen = weights.begin({ x: span, y: span }, theme), at = ([x, y]) => [weights.x(x), weights.y(y)];
    const pieces = edgePieces(now);
    weights.clip(() => {
      axesThrough(weights, pen);
      if (pieces.length) {
        pen.save();
        pen.beginPath();
        for (const [path] of pieces) for (const x of path) pen.lineTo(...at(x));
        pen.clip();
        Object.assign(pen, { strokeStyle: theme.lost, lineWidth: 1.2, globalAlpha: 0.5 });
        const { area } = weights;
        for (let x = area.x - area.h; x < area.x + area.w; x += 9) line(pen, [[x, area.y + area.h], [x + area.h, area.y]]);
        pen.restore();
        pen.lineWidth = 4;
        for (const [path, input] of pieces) {
          if (!input) continue;
          pen.strokeStyle = heightAt(input, v) > 0 ? theme.learned : theme.lost;
          line(pen, path.map(at));
        }
      }
      if (shape === "normal" && w[2] <= 0) disc(pen, ...at([0, 0]), 4, theme.learned, theme.learned);
      if (found.escape) {
        pen.strokeStyle = theme.learned;
        pen.lineWidth = 2.5;
        const start = at(w), size = Math.hypot(found.escape[0], found.escape[1]);
        if (size > 0) {
          const end = at([0, 1].map((i) => w[i] + found.escape[i] / size)), turn = Math.atan2(end[1] - start[1], end[0] - start[0]);
          const barb = (s) => [end[0] - 11 * Math.cos(turn + s), end[1] - 11 * Math.sin(turn + s)];
          line(pen, [start, end, barb(0.5), end, barb(-0.5)]);
        }
      }
    });
    weights.axes({ xTicks: ticks(-side, side, 6), yTicks: ticks(-side, side, 6), xName: "weight 1", yName: `weight 2, at bias b = ${format(w[2])}` });
    const [tx, ty] = at(v), [x, y] = at(w);
    pen.beginPath();
    for (let k = 0; k < 10; k += 1) {
      const r = k % 2 ? 5.4 : 12, angle = (Math.PI * k) / 5 - Math.PI / 2;
      pen.lineTo(tx + r * Math.cos(angle), ty + r * Math.sin(angle));
    }
    pen.closePath();
    Object.assign(pen, { fillStyle: theme.target, strokeStyle: theme.ink, lineWidth: 1.5 });
    pen.fill();
    pen.stroke();
    disc(pen, x, y, 8, theme[TITLES[found.kind][1]], theme.paper);
    label(pen, "w", x - 13, y - 9, theme, "right");
    label(pen, "target", tx + 14, ty + 18, theme);
    grip.place([w, v].map((u) => `weights ${pairOf(u.slice(0, 2))}, bias ${format(u[2])}`));
  }

  /** Shades where u.x > 0 and draws the line u.x = 0. */
  function halfPlane(pen, u, colour, opacity) {
    const far = 20, size = Math.hypot(u[0], u[1]), at = ([x, y]) => [inputs.x(x), inputs.y(y)];
    pen.save();
    pen.fillStyle = pen.strokeStyle = colour;
    pen.globalAlpha = opacity;
    if (size === 0) {
      if (u[2] > 0) pen.fillRect(inputs.area.x, inputs.area.y, inputs.area.w, inputs.area.h);
    } else {
      const n = [u[0] / size, u[1] / size], foot = n.map((x) => clamp(-u[2] / size, -far, far) * x), along = [-n[1], n[0]];
      const ends = [-far, far].map((s) => foot.map((x, i) => x + s * along[i]));
      pen.beginPath();
      for (const x of [...ends, ...[1, 0].map((k) => ends[k].map((y, i) => y + 2 * far * n[i]))]) pen.lineTo(...at(x));
      pen.closePath();
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = 2.2;
      line(pen, ends.map(at));
    }
    pen.restore();
  }

  function drawInputs({ shape, c, points, w, v }, found) {
    const span = [-room - 0.3, room + 0.3], pen = inputs.begin({ x: span, y: span }, theme);
    const at = ([x, y]) => [inputs.x(x), inputs.y(y)];
    inputs.clip(() => {
      halfPlane(pen, v, theme.target, 0.22);
      halfPlane(pen, w, theme.ink, 0.16);
      axesThrough(inputs, pen);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 2;
      const radii = { disc: [c], normal: [1, 2], points: [] }[shape];
      pen.setLineDash(shape === "normal" ? [3, 5] : []);
      for (const s of radii) {
        pen.beginPath();
        pen.arc(...at([0, 0]), inputs.x(s) - inputs.x(0), 0, 7);
        pen.stroke();
      }
      pen.setLineDash([]);
      if (shape === "disc") disc(pen, ...at([c * Math.SQRT1_2, -c * Math.SQRT1_2]), 5, theme.paper, theme.ink);
      if (shape === "points") for (const x of points) disc(pen, ...at(x), 5.5, theme.ink, theme.paper);
      for (const x of found.contact ?? []) {
        pen.beginPath();
        pen.arc(...at(x), 10, 0, 7);
        pen.strokeStyle = theme[TITLES[found.kind][1]];
        pen.lineWidth = 3.5;
        pen.stroke();
      }
    });
    inputs.axes({ xTicks: ticks(-2, 2, 4), yTicks: ticks(-2, 2, 4), xName: "", yName: "inputs: gold v\u00b7x > 0, grey w\u00b7x > 0" });
    [...inputs.box.querySelectorAll(".sn-handle")].forEach((node, k) => {
      node.style.display = shape === "points" || (shape === "disc" && k === 0) ? "" : "none";
    });
    spots.place([0, 1, 2, 3, 4].map((k) => (shape === "points" ? pairOf(points[k]) : `radius ${format(c)}`)));
  }

  function drawWay({ w, v }, exact) {
    const values = Array.from({ length: STEPS + 1 }, (_, k) => (
      exact.excessLoss(w.map((x, i) => x + ((REACH * k) / STEPS) * v[i])) / exact.trivialLoss));
    const top = clamp(Math.max(0.25, ...values), 0.25, 3), pen = way.begin({ x: [0, REACH], y: [-1.1, 1.1 * top] }, theme);
    way.clip(() => {
      Object.assign(pen, { fillStyle: theme.shade, strokeStyle: theme.ink, lineWidth: 1.4 });
      pen.fillRect(way.area.x, way.area.y, way.area.w, way.y(0) - way.area.y);
      pen.setLineDash([7, 4]);
      line(pen, [[way.area.x, way.y(0)], [way.area.x + way.area.w, way.y(0)]]);
      pen.setLineDash([]);
      Object.assign(pen, { strokeStyle: theme.learned, lineWidth: 3 });
      line(pen, values.map((e, k) => [way.x((REACH * k) / STEPS), clamp(way.y(e), -1e4, 1e4)]));
    });
    way.axes({ xTicks: ticks(0, REACH, 3), yTicks: [[-1, "\u22121"], [0, "0"], [1, "1"], [2, "2"], [3, "3"]].filter(([y]) => y <= 1.1 * top),
      xName: "\u03b5", yName: "excess loss / F(0) at w + \u03b5v" });
  }

  function draw() {
    const moved = weights.fit(weights.box.clientWidth - 42 + 62), beside = inputs.box.offsetLeft > weights.box.offsetLeft + 40;
    const wide = inputs.fit(inputs.box.clientWidth - 42 + 46);
    const low = way.fit(beside ? Math.max(150, weights.height - inputs.height) : 200);
    const plots = [weights, inputs, way];
    if (plots.some((plot) => plot.width < 40)) return;
    if (moved || wide || low) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = state(), { law, v, w, shape, c } = now, found = analyse(law, v, w), exact = problem(law, v, 1e-8);
    drawWeights(now, found);
    drawInputs(now, found);
    drawWay(now, exact);
    const angled = shape !== "points" && (w[0] || w[1]) && (v[0] || v[1]);
    const show = (name, value, text, digits = 3) => {
      numbers[name].value = Number.isFinite(value) ? String(value) : "";
      numbers[name].textContent = Number.isFinite(value) ? text ?? format(value, digits) : "\u2013";
    };
    const dead = /FLAT|BOUNDARY|ORIGIN/.test(found.kind); // on the edge up to rounding: taken for exactly there
    show("height", found.contact || found.kind === "ORIGIN" ? 0 : deadHeight(supportOf(law), w));
    show("seen", found.seen ?? NaN);
    const turn = (name, x) => show(name, (x * 180) / Math.PI, `${format((x * 180) / Math.PI, 1)}\u00b0`);
    turn("theta", angled ? angleBetween(w, v) : NaN);
    turn("beta", angled && shape === "disc" ? exact.beta : NaN);
    show("excess", dead ? 0 : exact.excessLoss(w), undefined, 4);
    show("gradient", dead ? 0 : Math.hypot(...exact.gradient(w)), undefined, 4);
    const [title, fate] = TITLES[found.kind];
    const many = [...new Set((found.contact ?? []).map((x) => pairOf(x)))];
    const touches = many.length ? ` It touches ${many.join(" and ")}.` : "";
    const out = found.escape ? ` Direction of escape: ${found.escape === v ? "+v = " : ""}${pairOf(found.escape)}.`
      : found.kind === "BOUNDARY_ESCAPE" ? " The way down is curved: no straight one serves for every w." : "";
    badge.textContent = `${title}.`;
    words.textContent = get("sentences")[found.kind] + touches + out;
    code.textContent = found.kind;
    Object.assign(root.dataset, { fate, kind: found.kind, contact: JSON.stringify(found.contact), escape: JSON.stringify(found.escape), point: JSON.stringify(w), shown: JSON.stringify(v) });
    bias.set(w[2], format(w[2]));
    offset.set(v[2], format(v[2]));
    radius.set(c, format(c));
    radius.input.disabled = shape !== "disc";
    tieButton.disabled = shape !== "disc" || !(v[0] || v[1]);
    noteBox.textContent = note || "The curve: the loss on the straight way from w towards w + v.";
    for (const one of shapes) one.setAttribute("aria-pressed", String(one.dataset.shape === shape));
    const text = `w: ${pairOf(w)}. Target: ${pairOf(v)}. Inputs: ${shape === "disc" ? `disc of radius ${format(c)}` : shape}. ${badge.textContent} ${words.textContent} ${note}`;
    speak.say(text, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const fate of ["learned", "lost", "spurious", "undecided"]) root.style.setProperty(`--sn-${fate}`, theme[fate]);
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["shape", "c", "points", "w", "target"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
