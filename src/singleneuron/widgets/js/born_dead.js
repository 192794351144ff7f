// "Born dead": random starts against the cone of dead neurons, and the probability to fall into it.
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";
import { limitAt, logBornDead, logUpperBound } from "./starts.js";

const ROOM = { left: 40, right: 16, top: 24, bottom: 38 };
const COUNT = 1000; // starts drawn
const ACROSS = [0, 2.5], UP = [-3.4, 3.4];
const FLOOR = -6; // log10 of the least probability in the plot over the dimension
const INITS = { gaussian: "normal entries", linear_layer: "uniform: a linear layer\u2019s default" };
const DIMENSIONS = [];
for (let d = 1; d <= 1000; d = Math.max(d + 1, Math.round(1.05 * d))) DIMENSIONS.push(d);
if (DIMENSIONS[DIMENSIONS.length - 1] < 1000) DIMENSIONS.push(1000);

/** Uniform numbers in (0, 1) from a seed, the same everywhere. */
export function generator(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

/** Starts as [|weights| / sqrt(d), bias], both in standard deviations of an entry. */
export function drawStarts(d, init, seed, count = COUNT) {
  const random = generator(seed), normal = () => (
    Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
  /** A gamma variable of a shape >= 1/2 (Marsaglia and Tsang). */
  const gamma = (shape) => {
    if (shape < 1) return gamma(shape + 1) * random() ** (1 / shape);
    const third = shape - 1 / 3;
    for (;;) {
      const z = normal(), v = (1 + z / Math.sqrt(9 * third)) ** 3;
      if (v > 0 && Math.log(random()) < 0.5 * z * z + third - third * v + third * Math.log(v)) return third * v;
    }
  };
  return Array.from({ length: count }, () => {
    if (init === "gaussian") return [Math.sqrt((2 * gamma(d / 2)) / d), normal()];
    let square = 0;
    for (let k = 0; k < d; k += 1) square += (2 * random() - 1) ** 2;
    return [Math.sqrt((3 * square) / d), Math.sqrt(3) * (2 * random() - 1)];
  });
}

/** A probability for the eye, from its logarithm: also where it is no float. */
export function formatLog(log) {
  const power = log / Math.LN10;
  if (power > -300) return format(Math.exp(log), 3);
  return `10${[...String(Math.round(power))].map((s) => (s === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[+s])).join("")}`;
}

/** The radius at which a share of the starts is dead, by bisection. */
export function radiusOf(share, d, init, [low, high]) {
  let [a, b] = [Math.log(low), Math.log(high)];
  for (let k = 0; k < 60; k += 1) {
    const middle = 0.5 * (a + b);
    if (logBornDead(d, Math.exp(middle), init) > Math.log(share)) a = middle; else b = middle;
  }
  return Math.exp(0.5 * (a + b));
}

/** What is to be said of a probability: its kind and words. */
export function verdict(log) {
  if (log > Math.log(0.45)) return { kind: "half", words: "About every second start is dead, whatever the dimension: the inputs are too small for the bias." };
  if (log > Math.log(0.01)) return { kind: "many", words: "A noticeable share of starts is lost before the first step." };
  if (log > Math.log(1e-6)) return { kind: "few", words: "Dead starts are rare." };
  return { kind: "none", words: "A dead start will not be met in practice." };
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits");
  const cone = new Plot({
    margin: ROOM, label: "Starts by length of the weights and bias, and the dead cone. Arrow keys move its edge.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const overRadius = new Plot({
    margin: ROOM, label: "Probability of a dead start against the radius. Arrow keys move the radius.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const overDimension = new Plot({
    margin: ROOM, label: "Probability of a dead start against the dimension. Arrow keys move the dimension.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const plots = [cone, overRadius, overDimension], speak = voice();
  let theme = inks(pageIsDark()), frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const whole = (name, fallback) => {
    const value = get(name);
    return Number.isFinite(value) ? clamp(Math.round(value), ...limits[name]) : fallback;
  };
  const state = () => {
    const d = whole("dim", 100), init = get("init") in INITS ? get("init") : "gaussian", given = get("radius");
    const c = Number.isFinite(given) ? clamp(given, ...limits.radius) : 0.1;
    return { d, c, init, seed: whole("seed", 1), k: c * Math.sqrt(d) };
  };
  const toRadius = (c) => write({ radius: clamp(Number(c.toPrecision(4)), ...limits.radius) });
  const toDimension = (d) => write({ dim: clamp(Math.round(d), ...limits.dim) });
  const kept = new Map(); // the last result of each kind of work, and what it was made for
  const keep = (name, key, make) => {
    if (kept.get(name)?.key !== key) kept.set(name, { key, value: make() });
    return kept.get(name).value;
  };
  const chance = ({ d, c, init }) => keep(`chance ${init}`, `${d} ${c}`, () => logBornDead(d, c, init));
  const logRadii = Array.from({ length: 101 }, (_, j) => {
    const [low, high] = limits.radius.map(Math.log10);
    return low + ((high - low) * j) / 100;
  });
  const sparse = DIMENSIONS.filter((d, j) => d < 12 || j % 2 === 0 || d === 1000);
  const curveOverRadius = (d, init) => keep(`radius ${init}`, d, () => (
    logRadii.map((x) => [x, Math.exp(logBornDead(d, 10 ** x, init, 6))])));
  const curveOverDimension = (c, init) => keep(`dimension ${init}`, c, () => { // it falls: no more once it has left the plot
    const points = [];
    for (const d of sparse) {
      points.push([Math.log10(d), logBornDead(d, c, init, 6) / Math.LN10]);
      if (points[points.length - 1][1] < FLOOR) break;
    }
    return points;
  });

  // -------------------------------------------------------------- controls
  const choices = Object.entries(INITS).map(([name, text]) => button(text, () => write({ init: name }), { "data-init": name }));
  const index = (d) => DIMENSIONS.reduce((best, one, j) => (Math.abs(one - d) < Math.abs(DIMENSIONS[best] - d) ? j : best), 0);
  const dimensions = slider({
    name: "dimension d", min: 0, max: DIMENSIONS.length - 1, step: 1, onchange: (j) => toDimension(DIMENSIONS[clamp(j, 0, DIMENSIONS.length - 1)]),
  });
  const [lowest, highest] = limits.radius.map(Math.log10);
  const radii = slider({ name: "radius c", min: lowest, max: highest, step: 0.01, onchange: (x) => toRadius(10 ** x) });
  const actions = [
    button("c = 1/\u221ad", () => toRadius(1 / Math.sqrt(state().d)), { "data-action": "scale" }),
    button("Unit ball", () => toRadius(1), { "data-action": "unit" }),
    button("c = \u221ad, standardised", () => toRadius(Math.sqrt(state().d)), { "data-action": "standard" }),
    button("One in a hundred, by the theory", () => {
      const { d, init } = state();
      toRadius(radiusOf(0.01, d, init, limits.radius));
    }, { "data-action": "percent" }),
    button("New sample", () => write({ seed: (state().seed + 1) % (limits.seed[1] + 1) }), { class: "sn-button sn-main", "data-action": "sample" }),
  ];
  const badge = element("strong", {}), words = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["dim", "d"], ["radius", "c"], ["product", "c \u221ad"], ["probability", "P(dead)"], ["log", "log\u2081\u2080 P"], ["other", "other init"],
    ["limit", "limit, d \u2192 \u221e"], ["bound", "upper bound"], ["count", "dead in sample"], ["expected", "expected"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const sample = (style) => element("span", { class: "sn-level", style, "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead cone"),
    element("li", {}, element("span", { class: "sn-dot sn-full", style: "background: var(--sn-lost); border-color: var(--sn-lost)", "aria-hidden": "true" }), "dead start"),
    element("li", {}, element("span", { class: "sn-dot", "aria-hidden": "true" }), "other start"),
    element("li", {}, sample("border-top-style: solid"), "this init"),
    element("li", {}, sample(""), "the other"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: born dead" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Law of the start" }, ...choices),
    element("p", { class: "sn-hint" }, "Drag the edge of the cone, or a dot along a curve. Or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, cone.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, ...actions),
        element("div", { class: "sn-sliders" }, dimensions.node, radii.node)),
      element("div", { class: "sn-second" }, overRadius.box, overDimension.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const edge = (k) => { const across = Math.min(1, 3 / k); return [across, -k * across]; };
  const coneGrip = handles(cone, [{
    name: "edge", label: "edge of the dead cone", get: () => edge(state().k),
    set: ([x, y]) => toRadius(Math.max(-y, 1e-9) / Math.max(x, 1e-3) / Math.sqrt(state().d)),
  }], { step: 0.05 });
  const radiusGrip = handles(overRadius, [{
    name: "radius", label: "radius c", get: () => [Math.log10(state().c), Math.exp(chance(state()))],
    set: ([x]) => toRadius(10 ** x),
  }], { step: 0.02 });
  const dimensionGrip = handles(overDimension, [{
    name: "dimension", label: "dimension d",
    get: () => [Math.log10(state().d), Math.max(FLOOR, chance(state()) / Math.LN10)],
    set: ([x]) => { // a key always moves by one dimension at least
      const { d } = state(), wanted = 10 ** x, near = Math.round(wanted);
      toDimension(near === d && wanted !== d ? d + Math.sign(wanted - d) * (Math.abs(x - Math.log10(d)) > 0.004 ? 1 : 0) : near);
    },
  }], { step: 0.02 });

  // -------------------------------------------------------------- pictures
  function drawCone({ d, c, init, seed, k }) {
    const starts = keep("starts", `${d} ${init} ${seed}`, () => drawStarts(d, init, seed));
    cone.begin({ x: ACROSS, y: UP }, theme);
    const isDead = ([across, bias]) => bias <= -k * across, at = ([x, y]) => [cone.x(x), cone.y(y)];
    let count = 0;
    cone.clip((pen) => {
      const reach = Math.min(ACROSS[1], -UP[0] / k), corners = [[0, 0], [reach, -k * reach], [reach, UP[0]], [0, UP[0]]];
      if (-k * reach > UP[0]) corners[2] = [ACROSS[1], UP[0]];
      pen.save();
      pen.beginPath();
      for (const corner of corners) pen.lineTo(...at(corner));
      pen.closePath();
      pen.fillStyle = theme.lost;
      pen.globalAlpha = 0.13;
      pen.fill();
      pen.globalAlpha = 0.6;
      pen.clip();
      pen.strokeStyle = theme.lost;
      pen.lineWidth = 1;
      const { area } = cone;
      for (let x = area.x - area.h; x < area.x + area.w; x += 9) line(pen, [[x, area.y + area.h], [x + area.h, area.y]]);
      pen.restore();
      pen.strokeStyle = theme.rule;
      line(pen, [at([0, 0]), at([ACROSS[1], 0])]);
      pen.setLineDash([2, 4]);
      pen.strokeStyle = theme.quiet;
      line(pen, [at([1, UP[0]]), at([1, UP[1]])]);
      pen.setLineDash([]);
      pen.strokeStyle = theme.undecided;
      pen.lineWidth = 1;
      const circles = (chosen, size) => {
        pen.beginPath();
        for (const start of chosen) {
          const [x, y] = at(start);
          pen.moveTo(x + size, y);
          pen.arc(x, y, size, 0, 2 * Math.PI);
        }
      };
      circles(starts.filter((start) => !isDead(start)), 2.4);
      pen.stroke();
      const dead = starts.filter(isDead);
      count = dead.length;
      circles(dead, 2.8);
      pen.fillStyle = theme.lost;
      pen.fill();
      pen.strokeStyle = theme.lost;
      pen.lineWidth = 2.4;
      line(pen, [at([0, 0]), at([4, -4 * k])]);
    });
    cone.axes({ xTicks: [[0, "0"], [1, "\u221ad"], [2, "2\u221ad"]], yTicks: ticks(-3, 3, 6), xName: "length of the weights", yName: "bias (both in standard deviations)" });
    label(cone.context, "dead", cone.x(0) + 10, cone.y(UP[0]) - 10, theme);
    knob(cone, ...edge(k));
    coneGrip.place([`c times root d ${format(k, 3)}, radius ${format(c, 3)}`]);
    return count;
  }

  /** A dot to take hold of. */
  function knob(plot, x, y) {
    const pen = plot.context;
    pen.beginPath();
    pen.arc(plot.x(x), plot.y(y), 7, 0, 7);
    pen.fillStyle = theme.ink;
    pen.strokeStyle = theme.paper;
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
  }

  const strokes = (plot, curves, init) => plot.clip((pen) => {
    for (const name of Object.keys(INITS)) {
      const own = name === init;
      pen.strokeStyle = own ? theme.ink : theme.quiet;
      pen.lineWidth = own ? 2.6 : 1.6;
      pen.setLineDash(own ? [] : [5, 4]);
      line(pen, curves(name).map(([x, y]) => [plot.x(x), plot.y(y)]));
    }
    pen.setLineDash([]);
  });

  function drawOverRadius({ d, c, init }, log) {
    overRadius.begin({ x: [lowest, highest], y: [0, 0.52] }, theme);
    strokes(overRadius, (name) => curveOverRadius(d, name), init);
    const decades = Array.from({ length: highest - lowest + 1 }, (_, j) => [lowest + j, `${10 ** (lowest + j)}`]);
    overRadius.axes({ xTicks: decades, yTicks: ticks(0, 0.5, 5), xName: "radius c", yName: `P(dead), d = ${d}` });
    knob(overRadius, Math.log10(c), Math.exp(log));
    radiusGrip.place([`radius ${format(c, 3)}, probability ${formatLog(log)}`]);
  }

  function drawOverDimension({ d, c, init }, log) {
    overDimension.begin({ x: [0, 3], y: [FLOOR, 0] }, theme);
    strokes(overDimension, (name) => curveOverDimension(c, name), init);
    overDimension.axes({
      xTicks: [[0, "1"], [1, "10"], [2, "100"], [3, "1000"]],
      yTicks: [[0, "1"], [-2, "10\u207b\u00b2"], [-4, "10\u207b\u2074"], [-6, "10\u207b\u2076"]], xName: "dimension d", yName: `P(dead), c = ${format(c, c < 0.1 ? 4 : 2)}`,
    });
    knob(overDimension, Math.log10(d), Math.max(FLOOR, log / Math.LN10));
    dimensionGrip.place([`dimension ${d}, probability ${formatLog(log)}`]);
  }

  function draw() {
    const moved = cone.fit(Math.max(260, Math.min(460, 0.86 * cone.box.clientWidth)));
    const beside = overRadius.box.offsetLeft > cone.box.offsetLeft + 40;
    const height = beside ? Math.max(150, cone.height / 2) : Math.max(170, 0.5 * overRadius.box.clientWidth);
    const resized = [moved, overRadius.fit(height), overDimension.fit(height)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = state(), { d, c, init, k } = now, log = chance(now), p = Math.exp(log), said = verdict(log);
    const count = drawCone(now);
    drawOverRadius(now, log);
    drawOverDimension(now, log);
    const other = Object.keys(INITS).find((name) => name !== init), otherLog = chance({ ...now, init: other });
    const bound = Math.min(Math.log(0.5), logUpperBound(d, c, init));
    const shown = {
      dim: d, radius: c, product: k, probability: p, log: log / Math.LN10, other: Math.exp(otherLog), limit: limitAt(k, init),
      bound: Math.exp(bound), count, expected: COUNT * p,
    };
    const text = { dim: String(d), count: String(count), probability: formatLog(log), other: formatLog(otherLog), bound: formatLog(bound), log: format(log / Math.LN10, 2), expected: format(COUNT * p, 1) };
    for (const [name, node] of Object.entries(numbers)) {
      node.value = String(shown[name]);
      node.textContent = text[name] ?? format(shown[name], 3);
    }
    badge.textContent = `P(dead) = ${formatLog(log)}.`;
    const spread = Math.sqrt(COUNT * p * (1 - p));
    words.textContent = `${said.words} Of ${COUNT} starts drawn ${count} ${count === 1 ? "is" : "are"} dead; expected: ${text.expected} \u00b1 ${format(spread, 1)}. `
      + `With many dimensions at the same c \u221ad = ${format(k, 2)}: ${format(shown.limit, 3)}.`;
    Object.assign(root.dataset, { outcome: said.kind, init });
    dimensions.set(index(d), String(d));
    radii.set(Math.log10(c), format(c, c < 0.1 ? 4 : c < 10 ? 3 : 1));
    for (const one of choices) one.setAttribute("aria-pressed", String(one.dataset.init === init));
    speak.say(`Start: ${INITS[init]}. Dimension ${d}, radius ${format(c, 3)}, c times root d ${format(k, 2)}. ${badge.textContent} ${words.textContent}`, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of ["learned", "lost", "undecided"]) root.style.setProperty(`--sn-${name}`, theme[name]);
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["dim", "radius", "init", "seed"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
