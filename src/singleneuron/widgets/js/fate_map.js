// "The fate map": fates of the flow from bias 0 over angle and norm, the proved bracket, one start's path.
import { capProbability } from "./beta.js";
import { flowCurve } from "./curve.js";
import { marker } from "./plane.js";
import { problem } from "./problem.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";

const TURN = 180 / Math.PI, ASKED = 1e-7; // the quadrature along a path
const COLUMNS = 60, ROWS = 36, SPREAD = 20; // cells; a decade of norms is as long as 20 degrees
const BRIEF = 40, WHOLE = 400, PAUSE = 250; // steps of a path while dragging, and after that many milliseconds
const LOST = ["DEAD", "BLIND", "LOST_BALL"], HALVES = 18;

/** The problem of a ball of radius 1, or sqrt(dim), with target weights of length 1. */
export function mapProblem({ dim, wide, offset }, rtol = 1e-10) {
  return problem({ kind: "ball", dim, radius: wide ? Math.sqrt(dim) : 1 }, [1, 0, offset], rtol);
}

/** The start (p, q, b) of an angle in radians and a norm, at bias 0. */
export const startAt = (angle, norm) => [norm * Math.cos(angle), norm * Math.max(0, Math.sin(angle)), 0];

const fateOf = (certificate) => (certificate === "NONE" ? "undecided" : LOST.includes(certificate) ? "lost" : "learned");

/** The flow's path from a start and the fate that is proved of it; with `stop` only up to the proof. */
export function fateFrom(rough, angle, norm, steps, stop = false) {
  const run = flowCurve(rough, startAt(angle, norm), { steps, rtol: ASKED, stop });
  return { ...run, fate: fateOf(run.certificate) };
}

/** rho*(angle): starts of smaller norm are better than silence. */
export function normLimit(here, angle) {
  if (angle >= here.beta + Math.PI / 2) return 0;
  const [own, cross] = here.moments(startAt(angle, 1));
  return Math.max(0, (2 * cross) / own);
}

/** P(the angle of a random direction is at least this). */
export const beyondAngle = (angle, dim) => capProbability(Math.PI - Math.min(angle, Math.PI), dim);

/** The angles between which a fate at this norm is not known beforehand. */
export function bracketOf(here, norm) {
  const high = Math.min(Math.PI, here.beta + Math.PI / 2);
  let low = 0, top = high;
  for (let k = 0; k < 50 && here.beta < high; k += 1) {
    const middle = (low + top) / 2;
    if (norm < normLimit(here, middle)) low = middle; else top = middle;
  }
  return [Math.min(high, Math.max(low, here.beta)), high];
}

/** The angle at which the fate changes at this norm, by halving the bracket, or NaN. */
export function thresholdOf(here, rough, norm) {
  let [low, high] = bracketOf(here, norm);
  if (high === Math.PI && fateFrom(rough, Math.PI, norm, WHOLE, true).fate === "learned") return Math.PI;
  for (let k = 0; k < HALVES; k += 1) {
    const middle = (low + high) / 2, { fate } = fateFrom(rough, middle, norm, WHOLE, true);
    if (fate === "learned") low = middle; else if (fate === "lost") high = middle; else return NaN;
  }
  return (low + high) / 2;
}

/** Decides the cells of the map a few milliseconds at a time: 0 not yet, 1 learned, 2 lost, 3 undecided. */
class MapFiller {
  constructor([least, most]) {
    this.least = least;
    this.decade = (most - least) / ROWS;
    this.codes = new Uint8Array(COLUMNS * ROWS); // rows from the smallest norm up
    this.canvas = element("canvas", { width: COLUMNS, height: ROWS });
    const rank = (k) => { const r = Math.floor(k / COLUMNS), s = k % COLUMNS; return r % 4 || s % 4 ? (r % 2 || s % 2 ? 2 : 1) : 0; };
    this.order = Array.from(this.codes, (_, k) => k).sort((i, j) => rank(i) - rank(j) || i - j);
  }

  angle(column) { return ((column + 0.5) * Math.PI) / COLUMNS; }

  power(row) { return this.least + (row + 0.5) * this.decade; }

  begin(here, rough) {
    this.rough = rough;
    this.codes.fill(0);
    for (let column = 0; column < COLUMNS; column += 1) {
      const angle = this.angle(column), limit = normLimit(here, angle);
      for (let row = 0; row < ROWS; row += 1) {
        const known = angle < here.beta || 10 ** this.power(row) < limit * (1 - 1e-9) ? 1 : angle >= here.beta + Math.PI / 2 ? 2 : 0;
        this.codes[row * COLUMNS + column] = known;
      }
    }
    this.free = this.codes.reduce((sum, code) => sum + (code > 0), 0);
    this.todo = this.order.filter((k) => !this.codes[k]);
    this.at = 0;
  }

  get done() { return this.at >= this.todo.length; }

  work(milliseconds) {
    const stop = performance.now() + milliseconds;
    for (; !this.done && performance.now() < stop; this.at += 1) {
      const k = this.todo[this.at], row = Math.floor(k / COLUMNS);
      const { fate } = fateFrom(this.rough, this.angle(k % COLUMNS), 10 ** this.power(row), WHOLE, true);
      this.codes[k] = { learned: 1, lost: 2, undecided: 3 }[fate];
    }
  }

  paint(colours) {
    const image = new ImageData(COLUMNS, ROWS), pixels = new Uint32Array(image.data.buffer);
    const packed = colours.map(([r, g, b, a]) => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0);
    for (let row = 0; row < ROWS; row += 1) {
      for (let k = 0; k < COLUMNS; k += 1) pixels[(ROWS - 1 - row) * COLUMNS + k] = packed[this.codes[row * COLUMNS + k]];
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** The last learned and the first lost angle of a row that is done, and whether all learned come first. */
  border(row) {
    const cells = this.codes.subarray(row * COLUMNS, (row + 1) * COLUMNS);
    if (cells.some((code) => code === 0 || code === 3)) return null;
    const last = cells.lastIndexOf(1), first = cells.indexOf(2);
    return { ordered: first < 0 || last < first, low: last < 0 ? 0 : this.angle(last), high: first < 0 ? Math.PI : this.angle(first) };
  }
}

const channels = (colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), [least, most] = limits.power;
  const margin = { left: 44, right: 12, top: 24, bottom: 38 };
  const map = new Plot({ margin, attributes: { class: "sn-grab", tabindex: "0", role: "application" }, label: "Map of fates over angle and norm of the start. Arrow keys move the start." });
  const history = new Plot({ margin, attributes: { role: "img" }, label: "The three reduced coordinates of the shown start against time" });
  const chances = new Plot({ margin, attributes: { role: "img" }, label: "Probability of failure against the norm of the start" });
  const filler = new MapFiller(limits.power), speak = voice();
  let theme = inks(pageIsDark()), frame = 0, note = "", ghost = null, key = "", wanted = "", known = null, told = "", path = null, whole = false, waiting = 0, exact = null;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { note = ""; write(changes); };
  const onMap = (point) => limits.angle && [limits.angle, limits.power].map(([low, high], k) => (Number.isFinite(point?.[k]) ? clamp(point[k], low, high) : low));
  const state = () => {
    const offset = get("offset"), [low, high] = limits.offset;
    return {
      dim: limits.dims.includes(get("dim")) ? get("dim") : limits.dims[0], wide: get("wide") === true,
      offset: Number.isFinite(offset) ? clamp(offset, low, high) : low, start: onMap(get("start")),
    };
  };
  const move = (start) => byHand({ start: onMap(start) });

  /** Everything about the state; what did not change is kept. True in `fresh` if a path was followed. */
  function look() {
    const now = state(), setting = [now.dim, now.wide, now.offset].join();
    let fresh = false;
    if (setting !== key) {
      const here = mapProblem(now), rough = mapProblem(now, ASKED), { beta } = here, high = Math.min(Math.PI, beta + Math.PI / 2), limit = [];
      for (let k = 0; k <= 90; k += 1) {
        const angle = (high * (1 - (1 - k / 90) ** 2)), value = normLimit(here, angle);
        limit.push([angle, value > 0 ? Math.log10(value) : -400]);
      }
      known = { here, rough, beta, high, limit, small: beta < Math.PI / 2 ? beyondAngle(high, now.dim) : 0, large: beyondAngle(beta, now.dim) };
      key = setting;
      filler.begin(here, rough);
    }
    const shown = ghost ?? now.start, place = [key, shown].join();
    if (place !== wanted || (whole && !path.whole)) {
      if (place !== wanted) whole = false;
      const angle = shown[0] / TURN, norm = 10 ** shown[1];
      path = { whole, ...fateFrom(known.rough, angle, norm, whole ? WHOLE : BRIEF) };
      wanted = place;
      fresh = true;
    }
    const angle = now.start[0] / TURN, norm = 10 ** now.start[1], spot = [key, now.start].join();
    if (!exact || exact.spot !== spot) {
      const [low] = bracketOf(known.here, norm), w = startAt(angle, norm), same = exact?.row === [key, now.start[1]].join();
      exact = {
        spot, row: [key, now.start[1]].join(), upper: beyondAngle(low, now.dim), excess: known.here.excessLoss(w) / known.here.trivialLoss,
        rho: normLimit(known.here, angle), own: fateFrom(known.rough, angle, norm, BRIEF, true), threshold: same ? exact.threshold : null,
      };
      fresh = true;
      clearTimeout(waiting);
      waiting = setTimeout(rest, PAUSE);
    }
    return { ...now, ...known, ...exact, angle, norm, path, shown, fresh };
  }

  /** Once at rest: the whole path, the start's fate with the whole budget, the threshold at its norm. */
  function rest() {
    const { start } = state();
    whole = true;
    if (exact.own.fate === "undecided") exact.own = fateFrom(known.rough, start[0] / TURN, 10 ** start[1], WHOLE, true);
    exact.threshold ??= thresholdOf(known.here, known.rough, 10 ** start[1]);
    ask();
  }

  // -------------------------------------------------------------- controls
  const dims = limits.dims.map((dim) => button(`d = ${dim}`, () => byHand({ dim }), { "data-dim": dim }));
  const radii = [[false, "radius 1"], [true, "radius \u221ad"]].map(([wide, text]) => button(text, () => byHand({ wide }), { "data-wide": String(wide) }));
  const offsets = slider({ name: "target\u2019s bias", min: limits.offset[0], max: limits.offset[1], step: 0.05, onchange: (offset) => byHand({ offset }) });
  const toAngle = (angle) => move([clamp(angle * TURN, 0, 180), state().start[1]]);
  const actions = [
    button("\u03b8 = \u03b2", () => toAngle(look().beta), { "data-action": "beta" }),
    button("\u03b8 = \u03c0/2 + \u03b2", () => {
      toAngle(look().high);
      if (look().beta > Math.PI / 2) note = "With a positive target bias no direction is blind: this is the one opposite to the target.";
      ask();
    }, { "data-action": "blind" }),
    button("norm \u03c1*(\u03b8)", () => {
      const { rho, start } = look();
      if (rho > 0) move([start[0], Math.log10(rho)]);
      if (!(rho > 0)) note = "In this direction no norm is better than silence.";
      else if (rho < 10 ** least || rho > 10 ** most) note = "\u03c1* lies outside the map.";
      ask();
    }, { "data-action": "limit" }),
    button("to the border", () => {
      const { here, rough, norm } = look(), threshold = exact.threshold ?? thresholdOf(here, rough, norm);
      exact.threshold = threshold;
      if (Number.isFinite(threshold)) toAngle(threshold); else note = "The border is not decided here.";
      ask();
    }, { "data-action": "border" }),
  ];
  const noteBox = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), words = element("span"), code = element("code");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", code);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["theta", "\u03b8"], ["norm", "norm \u03c1"], ["beta", "\u03b2"], ["rho", "\u03c1*(\u03b8)"], ["excess", "F/F(0) \u2212 1"],
    ["threshold", "border"], ["chance", "P(lost)"], ["upper", "P at most"], ["small", "P at least"], ["large", "P, \u03c1 \u2192 \u221e"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const patch = (name) => element("span", { style: `width:18px;height:12px;opacity:0.72;background:var(--sn-${name})`, "aria-hidden": "true" });
  const rim = (style) => element("span", { style: `width:22px;border-top:${style}`, "aria-hidden": "true" });
  const limitName = element("span", {}, "\u03c1*(\u03b8)");
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, patch("learned"), "learned"), element("li", {}, patch("lost"), "lost"), element("li", {}, patch("undecided"), "undecided"),
    element("li", {}, rim("2px dashed var(--sn-ink)"), "\u03b2 and \u03c0/2 + \u03b2"), element("li", {}, rim("2px solid var(--sn-ink)"), limitName));
  const key2 = element("ul", { class: "sn-legend" },
    element("li", {}, rim("2px solid var(--sn-ink)"), "proved bounds"), element("li", {}, rim("4px solid var(--sn-lost)"), "P(lost), from the cells"));
  const key1 = element("ul", { class: "sn-legend" },
    element("li", {}, rim("3px solid var(--sn-ink)"), "p"), element("li", {}, rim("3px dashed var(--sn-ink)"), "q"), element("li", {}, rim("3px dotted var(--sn-ink)"), "b"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: the fate map" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Number of inputs" }, ...dims),
    element("div", { class: "sn-row", role: "group", "aria-label": "Radius of the inputs" }, ...radii),
    element("p", { class: "sn-hint" }, "Move over the map to see the path of that start; press, or use the arrow keys (with Shift for small moves), to place the start."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, map.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" }, element("div", { class: "sn-row" }, ...actions), element("div", { class: "sn-sliders" }, offsets.node), noteBox),
      element("div", { class: "sn-second" }, history.box, key1, chances.box, key2)),
    readout, speak.node);
  el.replaceChildren(root);

  const grip = handles(map, [{
    name: "start", label: "start: angle to the target and norm",
    get: () => { const [angle, power] = state().start; return [angle, SPREAD * power]; },
    set: ([angle, y]) => { ghost = null; move([angle, y / SPREAD]); },
  }], { step: 2 });
  map.canvas.addEventListener("pointermove", (event) => {
    const [angle, y] = map.locate(event), here = [angle, y / SPREAD], [x, z] = onMap(here);
    ghost = event.buttons === 0 && event.pointerType === "mouse" && x === here[0] && z === here[1] ? here : null;
    ask();
  });
  map.canvas.addEventListener("pointerleave", () => { ghost = null; ask(); });

  // -------------------------------------------------------------- pictures
  const raised = (k) => [...String(k)].map((s) => (s === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[+s])).join("");
  const tens = (scale) => Array.from({ length: Math.round((most - least) / 3) + 1 }, (_, k) => [scale * (least + 3 * k), `10${raised(least + 3 * k)}`]);

  function drawMap({ beta, limit, start, own, shown }) {
    const pen = map.begin({ x: [0, 180], y: [SPREAD * least, SPREAD * most] }, theme), at = ([angle, power]) => [map.x(angle * TURN), map.y(SPREAD * power)];
    filler.paint([[0, 0, 0, 0], ...["learned", "lost", "undecided"].map((name) => [...channels(theme[name]), 184])]);
    map.clip(() => {
      pen.imageSmoothingEnabled = false;
      pen.drawImage(filler.canvas, map.area.x, map.area.y, map.area.w, map.area.h);
      for (const [colour, width] of [[theme.paper, 4.5], [theme.ink, 2]]) {
        Object.assign(pen, { strokeStyle: colour, lineWidth: width });
        line(pen, limit.map(at));
        pen.setLineDash(colour === theme.ink ? [6, 4] : []);
        for (const angle of [beta, beta + Math.PI / 2]) line(pen, [at([angle, least]), at([angle, most])]);
        pen.setLineDash([]);
      }
    });
    map.axes({ xTicks: [0, 45, 90, 135, 180].map((x) => [x, `${x}\u00b0`]), yTicks: tens(SPREAD), xName: "angle to the target", yName: "norm of the start, bias 0" });
    const [x, y] = at([start[0] / TURN, start[1]]), right = x > map.area.x + map.area.w - 60;
    if (ghost) marker(pen, ...at([shown[0] / TURN, shown[1]]), 4, theme.ink, true, theme);
    marker(pen, x, y, 8, theme[own.fate], own.fate !== "undecided", theme);
    label(pen, "start", x + (right ? -13 : 13), clamp(y + 5, map.area.y + 14, map.area.y + map.area.h - 6), theme, right ? "right" : "left");
    grip.place([`angle ${format(start[0], 1)} degrees, norm ${format(10 ** start[1], 3)}`]);
  }

  function drawHistory2({ path: run, offset }) {
    const last = Math.max(run.times[run.times.length - 1], 1e-9), all = run.points.flat(), pad = 0.06 * Math.max(1e-12, Math.max(...all) - Math.min(...all));
    const low = Math.min(...all) - pad, high = Math.max(...all, low + 1e-9) + pad;
    const pen = history.begin({ x: [0, last], y: [low, high] }, theme), at = (t, y) => [history.x(t), history.y(y)];
    history.clip(() => {
      Object.assign(pen, { strokeStyle: theme.rule, lineWidth: 1 });
      line(pen, [at(0, 0), at(last, 0)]);
      Object.assign(pen, { strokeStyle: theme[run.fate], lineWidth: 2.8 });
      [[], [8, 6], [1, 6]].forEach((dash, i) => {
        pen.setLineDash(dash);
        line(pen, run.points.map((point, k) => at(run.times[k], i === 1 ? Math.abs(point[1]) : point[i])));
      });
      pen.setLineDash([]);
      const k = Math.min(run.at, run.points.length - 1);
      if (run.fate !== "undecided") line(pen, [at(run.times[k], low), at(run.times[k], high)]);
    });
    const exponent = last / Math.LN10, marks = [[0, "0"]];
    for (let k = Math.max(1, Math.ceil(exponent / 5)), step = k; k <= exponent; k += step) marks.push([Math.log1p(10 ** k), `10${raised(k)}`]);
    const small = Math.max(Math.abs(low), Math.abs(high)) < 0.01, shades = small ? [[0, "0"], [high - pad, format(high - pad, 2)]] : ticks(low, high, 4);
    history.axes({ xTicks: marks, yTicks: shades, xName: "time, as log(1 + t)", yName: ghost ? "p, q, b under the pointer" : "p, q, b of the start" });
  }

  function drawChances({ dim, beta, limit, small, large, start, threshold }) {
    const pen = chances.begin({ x: [least, most], y: [0, 1.02] }, theme), at = (power, y) => [chances.x(power), chances.y(y)];
    chances.clip(() => {
      Object.assign(pen, { strokeStyle: theme.rule, lineWidth: 1 });
      line(pen, [at(start[1], 0), at(start[1], 1.02)]);
      Object.assign(pen, { strokeStyle: theme.ink, lineWidth: 1.8 });
      line(pen, [at(least, small), at(most, small)]);
      const upper = [[-400, small]];
      for (let k = limit.length - 1; k >= 0; k -= 1) upper.push([limit[k][1], beyondAngle(Math.max(limit[k][0], beta), dim)]);
      upper.push([most, large]);
      line(pen, upper.map(([power, y]) => at(Math.max(power, least - 1), Math.min(y, large))));
      Object.assign(pen, { strokeStyle: theme.lost, lineWidth: 4 });
      for (let row = 0; row < ROWS; row += 1) {
        const found = filler.border(row);
        if (found) line(pen, [at(filler.power(row), Math.min(large, beyondAngle(found.low, dim))), at(filler.power(row), Math.max(small, beyondAngle(found.high, dim)))]);
      }
    });
    chances.axes({ xTicks: tens(1), yTicks: [0, 0.25, 0.5, 0.75, 1].map((y) => [y, String(y)]), xName: "norm of the start", yName: "P(lost)" });
    if (Number.isFinite(threshold)) marker(pen, ...at(start[1], beyondAngle(threshold, dim)), 6, theme.lost, true, theme);
  }

  function tell(now) {
    const { own, angle, norm, beta, high, rho, dim, threshold } = now, show = (name, value, text) => {
      numbers[name].value = Number.isFinite(value) ? String(value) : "";
      numbers[name].textContent = Number.isFinite(value) ? text ?? format(value, 4) : "\u2013";
    };
    const degrees = (x) => `${format(x * TURN, 2)}\u00b0`, chance = threshold === null ? NaN : beyondAngle(threshold, dim);
    show("theta", angle, degrees(angle));
    show("beta", beta, degrees(beta));
    show("threshold", threshold ?? NaN, degrees(threshold ?? 0));
    show("chance", chance);
    for (const name of ["norm", "rho", "excess", "upper", "small", "large"]) show(name, now[name]);
    const zone = angle < beta ? "always" : angle >= high && beta <= Math.PI / 2 ? "blind" : norm < rho ? "short" : "between";
    const where = {
      always: "The angle is below \u03b2: no norm can spoil it.", blind: "The angle is at least \u03c0/2 + \u03b2: blind, and lost at every norm.",
      short: `The norm is below \u03c1* = ${format(rho, 4)}: better than silence.`,
      between: "Inside the bracket: no formula tells, the run does.",
    }[zone];
    const t = Math.expm1(own.times[Math.min(own.at, own.times.length - 1)]), when = own.at ? `At t = ${format(t)} ` : "At once ";
    const why = {
      ANGLE: `${when}the angle is below \u03b2.`, BLIND: `${when}it is blind for ever.`, LOST_BALL: `${when}it is in a lost ball.`, DEAD: `${when}it is dead.`,
      SAFE_BALL: `${when}it is in the safe ball.`, BELOW_TRIVIAL: `${when}the loss is below that of silence.`, NONE: "Nothing is proved yet.",
    }[own.certificate];
    badge.textContent = { learned: "Learned.", lost: "Lost.", undecided: "Undecided." }[own.fate];
    words.textContent = zone === "between" ? `${where} ${why}` : where;
    code.textContent = own.certificate;
    verdictBox.classList.toggle("sn-certified", own.fate !== "undecided");
    Object.assign(root.dataset, { fate: own.fate, certificate: own.certificate, zone, filled: String(filler.done), ready: String(threshold !== null), ghost: String(ghost !== null) });
    return `Dimension ${dim}, ${now.wide ? "radius root d" : "radius 1"}, bias of the target ${format(now.offset)}. Start at ${format(angle * TURN, 1)} degrees, norm ${format(norm, 3)}. ${badge.textContent} ${words.textContent}`
      + (Number.isFinite(chance) ? ` At this norm ${format(100 * chance, 1)} percent of all directions are lost.` : "");
  }

  function draw() {
    const beside = history.box.offsetLeft > map.box.offsetLeft + 40, tall = Math.max(230, 0.8 * map.box.clientWidth);
    const resized = [map.fit(tall), history.fit(beside ? Math.max(150, tall / 2 - 30) : 180), chances.fit(beside ? Math.max(150, tall / 2 - 30) : 180)].some(Boolean);
    const plots = [map, history, chances];
    if (plots.some((plot) => plot.width < 60)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = look();
    if (!now.fresh) filler.work(7);
    drawMap(now);
    drawHistory2(now);
    drawChances(now);
    const text = tell(now);
    root.map = { codes: filler.codes, columns: COLUMNS, rows: ROWS, free: filler.free };
    for (const one of dims) one.setAttribute("aria-pressed", String(Number(one.dataset.dim) === now.dim));
    for (const one of radii) one.setAttribute("aria-pressed", String(one.dataset.wide === String(now.wide)));
    limitName.textContent = now.limit.some(([, power]) => power > least) ? "\u03c1*(\u03b8)" : "\u03c1*(\u03b8), below the map";
    offsets.set(now.offset, format(now.offset));
    noteBox.textContent = note;
    if (text !== told) speak.say(text, frame === 0); // each word anew would keep it waiting for the whole map
    told = text;
    frame += 1;
    root.dataset.frames = frame;
    if (!filler.done) ask();
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const fate of ["learned", "lost", "spurious", "undecided"]) root.style.setProperty(`--sn-${fate}`, theme[fate]);
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["dim", "wide", "offset", "start"], ask, paint);
  return () => {
    clearTimeout(waiting);
    speak.stop();
    unhook();
  };
}

export default { render };
