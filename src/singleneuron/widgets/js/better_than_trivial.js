// "Better than trivial": where a start is below the trivial loss, what it is promised, and how fast it really is.
import {
  ballDensity, curvatureBound, leastOverlap, localEigenvalues, overlapCurvature,
} from "./overlaps.js";
import { problem } from "./problem.js";
import { HeatMap, drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";
import { drawPath } from "./runs.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";

const LOWEST = 1e-4, HUNDREDTH = 0.01; // of the squared distance: where curves end, where steps are counted
const LONGEST = 8000, MOST_TIME = 7; // steps of a run; milliseconds of work in a frame
const TURNS = 180; // angles at which the map is computed; between them it is interpolated
const SHOWN_STEPS = [0, 14], SHOWN_CURVATURES = [-18, 0]; // powers of ten

/** How many steps take the squared distance to a hundredth, if each takes off this share. */
export const stepsTo = (share) => (share > 0 ? Math.log(HUNDREDTH) / Math.log1p(-share) : Infinity);

/** A run of descent that is computed a little at a time: shares of |w_0 - v|^2, and what its own overlaps allow. */
export function slowRun(here, start, step) {
  const eta = step / here.smoothness, v = here.target, gap = (w) => w.reduce((sum, x, i) => sum + (x - v[i]) ** 2, 0);
  const first = gap(start), run = { points: [start[0], start[1]], shares: [1], own: [0], steps: 0, done: first === 0 };
  let w = [...start];
  run.advance = (milliseconds) => {
    const until = performance.now() + milliseconds;
    while (!run.done && performance.now() < until) {
      const lost = eta * (2 - step) * overlapCurvature(here, w), g = here.gradient(w);
      w = w.map((x, i) => x - eta * g[i]);
      run.steps += 1;
      run.points.push(w[0], w[1]);
      run.shares.push(gap(w) / first);
      run.own.push(run.own[run.steps - 1] + Math.log1p(-lost));
      const still = g.every((x) => x === 0), far = !(run.shares[run.steps] < 1e6);
      run.done = still || far || run.steps >= LONGEST
        || (run.shares[run.steps] < LOWEST && (step >= 2 || run.own[run.steps] < Math.log(LOWEST)));
    }
  };
  return run;
}

/** The first step at which the squared distance is a hundredth, or null. */
export const seenSteps = ({ shares }) => { const k = shares.findIndex((x) => x <= HUNDREDTH); return k < 0 ? null : k; };

/** All that is promised at the start: loss, masses, curvatures, shares of |w - v|^2 that a step takes off. */
export function promise(here, start, step) {
  const excess = here.excessLoss(start), trivial = here.trivialLoss, [own, cross2] = here.moments(start);
  const density = ballDensity(here.dim, here.supportRadius), bound = (p) => curvatureBound(here.supportRadius, density, p);
  const delta = Math.max(0, -excess), [size, , offset] = here.reduce(here.target), top = here.supportRadius * size + offset;
  const plainMass = Math.min(1, (2 * delta) / top ** 2), levelMass = delta > 0 ? leastOverlap(here, delta) : 0;
  const overlap = here.overlap(start), share = (lambda) => (step < 2 ? (step * (2 - step) * lambda) / here.smoothness : 0);
  return {
    below: excess < 0, ratio: 1 + excess / trivial, scale: own > 0 ? (2 * cross2) / own : 0,
    overlap, levelMass, plainMass, curvature: overlapCurvature(here, start), overlapBound: bound(overlap),
    level: bound(levelMass), plain: bound(plainMass), levelSteps: stepsTo(share(bound(levelMass))),
    plainSteps: stepsTo(share(bound(plainMass))), share,
  };
}

export function render({ model, el }) {
  const get = (name) => model.get(name), { extent, dims, offset: offsets, step_size: sizes } = get("limits");
  const margin = { left: 34, right: 8, top: 24, bottom: 38 };
  const plane = new Plot({
    margin, attributes: { class: "sn-grab", tabindex: "0", role: "application" },
    label: "Plane of weights, along the target and across it, bias zero. Arrow keys move the start.",
  });
  const curves = new Plot({
    margin: { ...margin, left: 44, right: 14 }, attributes: { role: "img" },
    label: "Squared distance to the target against the step, both logarithmic: measured and promised",
  });
  const bars = new Plot({
    margin: { ...margin, left: 8 }, attributes: { role: "img" }, label: "Curvature at the start: the actual one and three bounds on it, logarithmic",
  });
  const heat = new HeatMap(), speak = voice();
  let theme = inks(pageIsDark()), frame = 0, mapKey = "", paintKey = "", runKey = "", table = null, edge = [], run = null, told = null, here = null;
  let eigenvalues = null;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const number = (x, [low, high], usual) => (typeof x === "number" && Number.isFinite(x) ? clamp(x, low, high) : usual);
  const state = () => {
    const dim = dims.includes(get("dim")) ? get("dim") : dims[0], offset = number(get("offset"), offsets, 0);
    const start = [0, 1].map((k) => number(get("start")?.[k], [-extent, extent], 0));
    return { dim, offset, start, step: number(get("step_size"), sizes, 1) };
  };
  const update = () => {
    const now = state(), task = JSON.stringify([now.dim, now.offset]);
    if (task !== mapKey) {
      mapKey = task;
      here = problem({ kind: "ball", dim: now.dim, radius: 1 }, [1, 0, now.offset]);
      const around = Array.from({ length: TURNS + 1 }, (_, k) => {
        const angle = (k * Math.PI) / TURNS;
        return here.moments([Math.cos(angle), Math.sin(angle), 0]);
      });
      table = rays(([x, y]) => {
        const place = (Math.abs(Math.atan2(y, x)) / Math.PI) * TURNS, k = Math.min(TURNS - 1, Math.floor(place)), t = place - k;
        const [ww, wv] = [0, 1].map((i) => around[k][i] + t * (around[k + 1][i] - around[k][i]));
        return { ww, wv };
      });
      edge = levelLine(table, extent);
      eigenvalues = localEigenvalues(here);
    }
    const key = JSON.stringify(now);
    if (key !== runKey) {
      runKey = key;
      run = slowRun(here, [...now.start, 0], now.step);
      told = promise(here, [...now.start, 0], now.step);
    }
    return now;
  };
  const move = ([x, y]) => write({ start: [clamp(x, -extent, extent), clamp(y, -extent, extent)] });

  // -------------------------------------------------------------- controls
  const choices = dims.map((dim) => button(`d = ${dim}`, () => write({ dim }), { "data-dim": dim }));
  const stepSlider = slider({
    name: "step size \u03b7", min: sizes[0], max: sizes[1], step: 0.05, onchange: (step_size) => write({ step_size }), mark: { at: 2, text: "2/L" },
  });
  const offsetSlider = slider({ name: "bias of v", min: offsets[0], max: offsets[1], step: 0.01, onchange: (offset) => write({ offset }) });
  const theoryButton = button("Theory\u2019s step, 1/L", () => write({ step_size: 1 }), { "data-action": "theory" });
  const fastButton = button("Fastest near v", () => {
    update();
    write({ step_size: clamp((2 * here.smoothness) / (eigenvalues[0] + eigenvalues[1]), ...sizes) });
  }, { "data-action": "fastest" });
  const scaled = (share) => () => {
    const { start } = update(), factor = told.scale * share, reach = Math.max(...start.map(Math.abs)) * factor;
    if (factor > 0 && Number.isFinite(factor)) move(start.map((x) => (x * factor) / Math.max(1, reach / extent)));
  };
  const bestButton = button("Least loss on its ray", scaled(0.5), { "data-action": "best" });
  const edgeButton = button("Just below F(0)", scaled(0.999), { "data-action": "edge" });

  const badge = element("strong", { class: "sn-fate" }), words = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["ratio", "F(w\u2080) / F(0)"], ["overlap", "P(A)"], ["levelMass", "p by level sets"], ["plainMass", "2\u03b4/M\u00b2"],
    ["curvature", "\u03bb_min at start"], ["level", "\u03bb(p)"], ["plain", "\u03bb(2\u03b4/M\u00b2)"], ["local", "\u03bc\u2081"],
    ["seen", "steps to 1/100"], ["levelSteps", "promised"], ["plainSteps", "by 2\u03b4/M\u00b2"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatch = (style) => element("span", { style: `width:26px;border-top:3px ${style}`, "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, swatch("solid var(--sn-learned)"), "measured"),
    element("li", {}, swatch("dashed var(--sn-ink)"), "its own overlaps"),
    element("li", {}, swatch("solid var(--sn-target)"), "promised by level sets"),
    element("li", {}, swatch("dotted var(--sn-quiet-ink)"), "promised by 2\u03b4/M\u00b2"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: better than trivial" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Dimension" }, ...choices),
    element("p", { class: "sn-hint" }, "Drag the start, or use the arrow keys, with Shift for small moves. Blue: the loss is below F(0); the dashed curve is F(w) = F(0)."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, theoryButton, fastButton, bestButton, edgeButton),
        element("div", { class: "sn-sliders" }, stepSlider.node, offsetSlider.node)),
      element("div", { class: "sn-second" }, curves.box, legend, bars.box)),
    readout, speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [{
    name: "start", label: "start: weights along and across the target", get: () => state().start, set: move,
  }], { step: extent / 60 });

  // -------------------------------------------------------------- pictures
  function drawPlane({ start }, fate) {
    const span = [-extent, extent], pen = plane.begin({ x: span, y: span }, theme), at = ([x, y]) => [plane.x(x), plane.y(y)];
    const size = Math.round(Math.min(plane.area.w, 480)), key = [mapKey, size, theme.dark].join();
    if (key !== paintKey) {
      heat.draw(size, extent, table, here.trivialLoss, theme);
      paintKey = key;
    }
    plane.clip(() => {
      const { area } = plane;
      pen.imageSmoothingQuality = "high";
      pen.drawImage(heat.canvas, area.x, area.y, area.w, area.h);
      pen.strokeStyle = theme.rule;
      pen.lineWidth = 0.8;
      line(pen, [[area.x, plane.y(0)], [area.x + area.w, plane.y(0)]]);
      line(pen, [[plane.x(0), area.y], [plane.x(0), area.y + area.h]]);
      drawLevel(pen, plane, edge, theme);
      drawPath(pen, run, run.steps, at, theme);
    });
    plane.axes({ xTicks: ticks(...span, 4), yTicks: ticks(...span, 4), xName: "weight along v", yName: "weight across v" });
    drawTarget(pen, ...at([1, 0]), theme);
    const [x, y] = at(start), right = x > plane.area.x + plane.area.w - 70;
    marker(pen, x, y, 8.5, theme[fate], told.below, theme);
    label(pen, "start", x + (right ? -15 : 15), y + 5, theme, right ? "right" : "left");
    grip.place([`weight along the target ${format(start[0])}, across it ${format(start[1])}`]);
  }

  const powerText = (k) => `10${[...String(k)].map((s) => (s === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[+s])).join("")}`;

  function drawCurves({ step }, fate) {
    const low = Math.log10(LOWEST), pen = curves.begin({ x: SHOWN_STEPS, y: [low, 0.3] }, theme);
    const place = (logStep, logShare) => [curves.x(logStep), curves.y(clamp(logShare, low - 1, 3))];
    const decay = (power) => [place(SHOWN_STEPS[0], 0), ...Array.from({ length: 121 }, (_, k) => { // log share = power * step
      const logStep = clamp(Math.log10((1e-3 * (-low * Math.LN10 * 1.2e3) ** (k / 120)) / -power), SHOWN_STEPS[0], 40);
      return place(logStep, (power * 10 ** logStep) / Math.LN10);
    })];
    const stroke = (points, colour, width, dash) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      line(pen, points);
      pen.setLineDash([]);
    };
    const sampled = (value) => { // of the run's steps those that are apart on a logarithmic axis
      const points = [];
      for (let t = 1; t <= run.steps; t = t < 60 ? t + 1 : Math.min(Math.ceil(t * 1.02), Math.max(t + 1, run.steps))) points.push(place(Math.log10(t), value(t)));
      return points;
    };
    curves.clip(() => {
      stroke([place(SHOWN_STEPS[0], Math.log10(HUNDREDTH)), place(SHOWN_STEPS[1], Math.log10(HUNDREDTH))], theme.rule, 1, [3, 3]);
      for (const [lambda, colour, width, dash] of [[told.plain, theme.quiet, 2.2, [2, 5]], [told.level, theme.target, 2.6, []]]) {
        const share = told.share(lambda);
        if (told.below && share > 0) stroke(decay(Math.log1p(-share)), colour, width, dash);
      }
      if (step < 2) stroke(sampled((t) => run.own[t] / Math.LN10), theme.ink, 2, [8, 5]);
      stroke(sampled((t) => Math.log10(Math.max(run.shares[t], 1e-9))), theme[fate], 3, []);
    });
    label(pen, "a hundredth", curves.area.x + curves.area.w - 6, curves.y(-2) - 5, theme, "right");
    curves.axes({
      xTicks: [0, 3, 6, 9, 12].map((k) => [k, powerText(k)]), yTicks: [0, -1, -2, -3, -4].map((k) => [k, k ? powerText(k) : "1"]),
      xName: "step", yName: "|w \u2212 v|\u00b2, share of the start",
    });
  }

  function drawBars() {
    const pen = bars.begin({ x: SHOWN_CURVATURES, y: [4, 0] }, theme), { area } = bars;
    const rowsOf = [["actual \u03bb_min", told.curvature, theme.ink], ["\u03bb(P(A))", told.overlapBound, theme.ink]];
    if (told.below) rowsOf.push(["\u03bb(p), level sets", told.level, theme.target], ["\u03bb(2\u03b4/M\u00b2)", told.plain, theme.quiet]);
    rowsOf.forEach(([text, value, colour], k) => {
      const y = area.y + ((k + 0.5) * area.h) / 4, end = bars.x(clamp(Math.log10(Math.max(value, 1e-300)), ...SHOWN_CURVATURES));
      pen.fillStyle = colour;
      pen.globalAlpha = 0.85;
      if (value > 0) pen.fillRect(area.x, y + 3, Math.max(2, end - area.x), 8);
      pen.globalAlpha = 1;
      label(pen, `${text}: ${value > 0 ? format(value, 4) : "0"}`, area.x + 6, y - 1, theme);
    });
    bars.axes({ xTicks: [-16, -12, -8, -4, 0].map((k) => [k, k ? powerText(k) : "1"]), yTicks: [], xName: "", yName: "curvature at the start" });
  }

  const whole = (x) => (x < 1e5 ? String(Math.ceil(x)) : format(x));
  function judge({ start, step }) {
    const seen = seenSteps(run), took = seen === null
      ? (run.done ? `after ${run.steps} steps |w \u2212 v|\u00b2 is still ${format(run.shares[run.steps])} of the start` : "the run is still being computed")
      : `the run needs ${seen}`;
    if (start[0] === 1 && start[1] === 0 && here.target[2] === 0) return ["rests", "learned", "The start is the target.", "Nothing is left to promise."];
    if (!told.below) {
      const advice = told.scale > 0 ? `Multiply it by less than ${format(told.scale, 3)}` : start.some((x) => x !== 0)
        ? "No multiple is below: it is blind. Turn it towards the target" : "It is the zero neuron. Move it";
      return ["above", "undecided", "No promise.", `F(w\u2080) = ${format(told.ratio, 3)} F(0) is not below F(0). ${advice}. Seen: ${took}.`];
    }
    if (step >= 2) return ["beyond", "undecided", "No promise.", `The start is below F(0), but a step of ${format(step)}/L is not below 2/L. Seen: ${took}.`];
    return ["promised", "learned", "Learned, promised.", `F(w\u2080) = ${format(told.ratio, 3)} F(0). A hundredth of |w\u2080 \u2212 v|\u00b2 within `
      + `${whole(told.levelSteps)} steps (by 2\u03b4/M\u00b2: ${whole(told.plainSteps)}); ${took}.`];
  }

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - margin.left - margin.right + margin.top + margin.bottom);
    const resized = [moved, curves.fit(Math.max(190, Math.min(250, 0.75 * curves.box.clientWidth))), bars.fit(190)].some(Boolean);
    if ([plane, curves, bars].some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of [plane, curves, bars]) plot.font = getComputedStyle(root).fontFamily;
    const now = update();
    run.advance(MOST_TIME);
    const [outcome, fate, title, text] = judge(now), seen = seenSteps(run);
    drawPlane(now, fate);
    drawCurves(now, fate);
    drawBars();
    const show = (name, value, digits) => {
      const there = value !== null && Number.isFinite(value);
      numbers[name].value = there ? String(value) : "";
      numbers[name].textContent = there ? (digits === 0 ? whole(value) : format(value, digits)) : "none";
    };
    for (const [name, digits] of [["ratio", 3], ["overlap", 3], ["levelMass", 4], ["plainMass", 4], ["curvature", 4], ["level", 4], ["plain", 4]]) show(name, told[name], digits);
    show("local", eigenvalues[0], 4);
    show("seen", seen, 0);
    show("levelSteps", told.below ? told.levelSteps : null, 0);
    show("plainSteps", told.below ? told.plainSteps : null, 0);
    badge.textContent = title;
    words.textContent = text;
    Object.assign(root.dataset, { outcome, fate, done: run.done, steps: run.steps });
    verdictBox.classList.toggle("sn-certified", outcome === "promised");
    stepSlider.set(now.step, `${format(now.step)}/L`);
    offsetSlider.set(now.offset, format(now.offset));
    for (const one of choices) one.setAttribute("aria-pressed", String(Number(one.dataset.dim) === now.dim));
    for (const one of [bestButton, edgeButton]) one.disabled = !(told.scale > 0);
    speak.say(`Dimension ${now.dim}, start ${format(now.start[0])} along and ${format(now.start[1])} across, step ${format(now.step)} over L. ${title} ${text}`, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
    if (!run.done) ask();
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of ["learned", "lost", "undecided", "target"]) root.style.setProperty(`--sn-${name}`, theme[name]);
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["dim", "start", "offset", "step_size"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
