// "The atlas": every start of the plane in the colour of its certified fate, and the path of one.
import { decide, descend, smoothness, trivialLoss, uniform } from "./engine.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";
import { drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";
import { FATES, coneEdge, drawHistory, drawPath, verdict } from "./runs.js";

const SPACE = { left: 34, right: 8, top: 24, bottom: 38 };
const CELLS = 150, COARSE = [10, 5, 2, 1]; // starts a side; the sides of the blocks that are filled, pass by pass
const KINDS = ["undecided", "learned", "lost"];
const PATIENCE = 600; // steps of size 1/L after which a cell is left undecided

/** The steps allowed at a step size of step / L. */
export const budget = (step) => Math.round(PATIENCE / Math.min(1, step));

/** Fills the fates of a square of starts, coarse blocks first, a few milliseconds at a time. */
class Filler {
  constructor(extent) {
    this.extent = extent;
    this.codes = new Uint8Array(CELLS * CELLS); // rows from the lowest bias up
    this.canvas = element("canvas", { width: CELLS, height: CELLS });
  }

  begin(v, c, step) {
    Object.assign(this, { v, c, step, pass: 0, at: 0, done: false });
  }

  /** The centre of a cell. */
  place(row, column) {
    return [column, row].map((k) => this.extent * ((2 * k + 1) / CELLS - 1));
  }

  work(milliseconds) {
    const stop = performance.now() + milliseconds;
    while (!this.done) {
      const side = COARSE[this.pass], across = Math.ceil(CELLS / side);
      for (; this.at < across * across; this.at += 1) {
        if (this.at % 16 === 0 && performance.now() > stop) return;
        this.fill(side, side * Math.floor(this.at / across), side * (this.at % across));
      }
      this.at = 0;
      this.pass += 1;
      this.done = this.pass === COARSE.length;
    }
  }

  fill(side, row, column) {
    const middle = side >> 1, start = this.place(Math.min(CELLS - 1, row + middle), Math.min(CELLS - 1, column + middle));
    const code = KINDS.indexOf(decide(start, this.v, this.c, this.step, budget(this.step)).fate);
    for (let r = row; r < Math.min(CELLS, row + side); r += 1) this.codes.fill(code, r * CELLS + column, r * CELLS + Math.min(CELLS, column + side));
  }

  paint(colours) {
    const image = new ImageData(CELLS, CELLS), pixels = new Uint32Array(image.data.buffer);
    const packed = colours.map(([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
    for (let row = 0; row < CELLS; row += 1) {
      for (let k = 0; k < CELLS; k += 1) pixels[(CELLS - 1 - row) * CELLS + k] = packed[this.codes[row * CELLS + k]];
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** How many of the cells have each fate. */
  shares() {
    const counts = [0, 0, 0];
    for (const code of this.codes) counts[code] += 1;
    return counts.map((n) => n / this.codes.length);
  }
}

/** A colour #rrggbb laid on another with some opacity, as [r, g, b]. */
function blend(colour, ground, opacity) {
  const parts = (text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16)), below = parts(ground);
  return parts(colour).map((x, k) => Math.round(opacity * x + (1 - opacity) * below[k]));
}

export function render({ model, el }) {
  const get = (name) => model.get(name);
  const limits = get("limits"), extent = limits.extent;
  const plane = new Plot({
    margin: SPACE,
    label: "Plane of weight and bias, each start in the colour of its fate. Arrow keys move the start.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const history = new Plot({
    margin: SPACE, attributes: { role: "img" },
    label: "Excess loss, as a multiple of the trivial loss, against the step",
  });
  const plots = [plane, history], filler = new Filler(extent), speak = voice();
  let theme = inks(pageIsDark()), run = null, runKey = "", mapKey = "", level = [], table = null, note = "", frame = 0, ghost = null;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const within = (name) => {
    const value = Number(get(name)), [low, high] = limits[name];
    return Number.isFinite(value) ? clamp(value, low, high) : low;
  };
  const inside = (point) => [0, 1].map((k) => (Number.isFinite(point?.[k]) ? clamp(point[k], -extent, extent) : 0));
  const state = () => ({ c: within("c"), step: within("step_size"), start: inside(get("start")), target: [1, within("offset")] });
  const update = () => {
    const now = state(), { c, step, target, start } = now, key = JSON.stringify(now), map = JSON.stringify([c, step, target]);
    if (key !== runKey) run = descend(start, target, c, step, budget(step));
    if (map !== mapKey) {
      filler.begin(target, c, step);
      table = rays((u) => uniform(u, target, c));
      level = levelLine(table, extent);
    }
    [runKey, mapKey] = [key, map];
    return { ...now, shown: run.steps, trivial: trivialLoss(target, c) };
  };

  // -------------------------------------------------------------- controls
  const presets = Object.entries(get("presets")).map(([name, values]) => button(name, () => { note = ""; write(values); }, { "data-preset": name }));
  const sliders = Object.fromEntries([
    ["offset", { name: "target bias", step: 0.05 }],
    ["c", { name: "input range c", step: 0.05 }],
    ["step_size", { name: "step size \u03b7", step: 0.05, mark: { at: 1, text: "1/L" } }],
  ].map(([name, options]) => [name, slider({
    ...options, min: limits[name][0], max: limits[name][1], onchange: (value) => { note = ""; write({ [name]: value }); },
  })]));
  const levelButton = button("To the level F(w) = F(0)", () => {
    const { start, target, c } = state(), size = Math.hypot(...start) || 1, unit = Math.hypot(...start) ? start.map((x) => x / size) : [1, 0];
    const { ww, wv } = uniform(unit, target, c), length = (2 * wv) / ww; // twice the best length on this ray
    if (!(wv > 0)) { note = "On this ray the loss never dips below F(0): the neuron is dead or blind."; ask(); return; }
    const longest = extent / Math.max(...unit.map(Math.abs));
    note = length > longest ? "The level lies beyond the picture on this ray." : "Just inside the level: a certificate holds at once.";
    write({ start: unit.map((x) => x * Math.min(longest, length * (1 - 1e-6))) });
  }, { "data-action": "level" });
  const edgeButton = button("To the dead cone\u2019s edge", () => {
    const { start, c } = state();
    note = "";
    write({ start: coneEdge(start, c, extent) });
  }, { "data-action": "edge" });
  const noteBox = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), proof = element("code"), words = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", proof);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["weight", "weight"], ["bias", "bias"], ["excess", "excess / F(0)"], ["steps", "decided at step"],
    ["learned", "learned"], ["lost", "lost"], ["undecided", "undecided"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatches = KINDS.map((kind) => element("span", { class: "sn-scale", "data-kind": kind, "aria-hidden": "true" }));
  const legend = element("ul", { class: "sn-legend" },
    ...[1, 2, 0].map((k) => element("li", {}, swatches[k], KINDS[k])),
    element("li", {}, element("span", { class: "sn-level", "aria-hidden": "true" }), "F(w) = F(0)"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: the atlas of fates" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Presets" }, ...presets),
    element("p", { class: "sn-hint" }, "Move over the map: a thin path shows where that start goes. Press or use the arrow keys to place the start, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, levelButton, edgeButton),
        element("div", { class: "sn-sliders" }, ...Object.values(sliders).map(({ node }) => node)), noteBox),
      element("div", { class: "sn-second" }, history.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [
    { name: "start", get: () => state().start, set: (w) => { note = ""; ghost = null; write({ start: inside(w) }); } },
  ], { step: extent / 60, onhold: () => ask() });
  plane.canvas.addEventListener("pointermove", (event) => {
    const at = plane.locate(event), here = at.every((x) => Math.abs(x) <= extent);
    ghost = event.buttons === 0 && event.pointerType === "mouse" && here ? at : null;
    ask();
  });
  plane.canvas.addEventListener("pointerleave", () => { ghost = null; ask(); });

  // -------------------------------------------------------------- pictures
  function drawPlane({ start, target, shown, c, step }, said) {
    const span = [-extent, extent];
    plane.begin({ x: span, y: span }, theme);
    plane.clip((pen) => {
      const { area } = plane, at = ([p, b]) => [plane.x(p), plane.y(b)];
      pen.imageSmoothingEnabled = false;
      pen.drawImage(filler.canvas, area.x, area.y, area.w, area.h);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 0.8;
      pen.globalAlpha = 0.4;
      line(pen, [at([-extent, 0]), at([extent, 0])]);
      line(pen, [at([0, -extent]), at([0, extent])]);
      pen.globalAlpha = 1;
      line(pen, [at([-extent, -c * extent]), at([0, 0]), at([extent, -c * extent])]); // the dead cone's edge
      drawLevel(pen, plane, level, theme);
      if (ghost) {
        const other = descend(ghost, target, c, step, budget(step));
        pen.strokeStyle = theme.ink;
        pen.lineWidth = 1.2;
        line(pen, Array.from({ length: other.steps + 1 }, (_, t) => at([other.points[2 * t], other.points[2 * t + 1]]).map((x) => clamp(x, -1e5, 1e5))));
        marker(pen, ...at(ghost), 4, theme[other.fate], other.certificate !== "none", theme);
      }
      drawPath(pen, run, shown, at, theme);
      label(pen, "dead cone", plane.x(0), plane.y(-0.88 * extent), theme, "center");
    });
    plane.axes({ xTicks: ticks(-extent, extent, 6), yTicks: ticks(-extent, extent, 6), xName: "weight", yName: "bias" });
    const { context: pen, area } = plane, x = plane.x(start[0]), y = plane.y(start[1]), right = x > area.x + area.w - 70;
    drawTarget(pen, plane.x(target[0]), plane.y(target[1]), theme);
    marker(pen, x, y, 8.5, theme[said.fate], said.certified, theme);
    label(pen, "start", x + (right ? -15 : 15), clamp(y + 5, area.y + 14, area.y + area.h - 6), theme, right ? "right" : "left");
    grip.place([`weight ${format(start[0])}, bias ${format(start[1])}`]);
  }

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - SPACE.left - SPACE.right + SPACE.top + SPACE.bottom);
    const beside = history.box.offsetLeft > plane.box.offsetLeft + 40;
    const resized = [moved, history.fit(beside ? plane.height : Math.max(190, 0.55 * history.box.clientWidth))].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), said = verdict(run, now.shown, now), { start, target, c, step, trivial } = now;
    filler.work(7);
    filler.paint(KINDS.map((kind) => blend(theme[kind], theme.paper, 0.72)));
    drawPlane(now, said);
    drawHistory(history, run, now, said, theme);
    const shares = filler.shares();
    const show = (name, value, text) => { numbers[name].value = String(value); numbers[name].textContent = text; };
    show("weight", start[0], format(start[0], 3));
    show("bias", start[1], format(start[1], 3));
    show("excess", run.excess[0] / trivial, format(run.excess[0] / trivial, 3));
    show("steps", run.decidedAt, run.decidedAt < 0 ? "\u2013" : String(run.decidedAt));
    KINDS.forEach((kind, k) => show(kind, shares[k], `${(100 * shares[k]).toFixed(1)}\u00a0%`));
    badge.textContent = said.certified || said.fate === "undecided" ? `${FATES[said.fate]}.` : `${FATES[said.fate]} (seen).`;
    words.textContent = said.words;
    proof.textContent = said.certified ? said.name : "no certificate";
    Object.assign(root.dataset, { fate: said.fate, certified: said.certified, certificate: said.name, steps: run.decidedAt, filled: filler.done, ghost: ghost !== null });
    root.atlas = filler.codes;
    verdictBox.classList.toggle("sn-certified", said.certified);
    sliders.offset.set(target[1], format(target[1]));
    sliders.c.set(c, format(c));
    sliders.step_size.set(step, `${format(step)}/L`);
    noteBox.textContent = note || `L = ${format(smoothness(c))}. The map is that of gradient descent with this step size.`;
    for (const one of presets) {
      const values = Object.entries(get("presets")[one.dataset.preset]);
      one.setAttribute("aria-pressed", String(values.every(([name, value]) => String(get(name)) === String(value))));
    }
    const text = `Start: weight ${format(start[0])}, bias ${format(start[1])}. Target: weight 1, bias ${format(target[1])}. Inputs from ${format(-c)} to ${format(c)}, `
      + `step size ${format(step)} over L. ${badge.textContent} ${words.textContent} ${note}`
      + (filler.done ? ` Of the square, ${Math.round(100 * shares[1])} percent is learned and ${Math.round(100 * shares[2])} percent lost.` : "");
    speak.say(text, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
    if (!filler.done) ask();
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    KINDS.forEach((kind, k) => {
      root.style.setProperty(`--sn-${kind}`, theme[kind]);
      swatches[k].style.background = `rgb(${blend(theme[kind], theme.paper, 0.72).join()})`;
    });
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["c", "offset", "start", "step_size"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
