// "Two fates": the plane of one neuron with a bias in one dimension, its excess loss, and where descent ends.
import { descend, endValues, safeRadius, smoothness, trivialLoss, uniform } from "./engine.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, prefersStill, slider,
  ticks, voice, watchTheme,
} from "./ui.js";
import { HeatMap, drawGround, drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";

const SPACE = { left: 34, right: 8, top: 24, bottom: 38 };
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

const FATES = { learned: "Learned", lost: "Lost", undecided: "Undecided" };

// Linear below zero, logarithmic above: the interesting part, [-1, 0], keeps its room.
const squash = (e) => (e < 0 ? e : Math.log1p(e) / Math.LN10);
// Time from 0 on a logarithmic scale.
const timeScale = (t) => Math.log10(1 + t);

export function render({ model, el }) {
  const get = (name) => model.get(name);
  const limits = get("limits"), extent = limits.extent;
  const plane = new Plot({
    margin: SPACE,
    label: "Plane of weight and bias. Arrow keys move the start or the target, whichever was held last; Tab reaches each.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const neurons = new Plot({
    margin: SPACE, attributes: { role: "img" },
    label: "The outputs of the learned and of the target neuron over the inputs",
  });
  const history = new Plot({
    margin: SPACE, attributes: { role: "img" },
    label: "Excess loss, as a multiple of the trivial loss, against the step",
  });
  const plots = [plane, neurons, history];
  const heat = new HeatMap(), speak = voice();
  let theme = inks(pageIsDark()), run = null, runKey = "", mapKey = "", table = null, level = [], note = "", frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { stop(); write({ preset: "", shown: -1, ...changes }); };
  const inside = (point) => point.map((x) => (Number.isFinite(x) ? clamp(x, -extent, extent) : 0));
  const state = () => {
    const c = clamp(get("c"), ...limits.c), step = clamp(get("step_size"), ...limits.step_size);
    return { c, step, start: inside(get("start")), target: aliveTarget(inside(get("target")), c, extent) };
  };
  const update = () => {
    const now = state(), key = JSON.stringify(now);
    if (key !== runKey) {
      run = descend(now.start, now.target, now.c, now.step, get("max_steps"));
      runKey = key;
    }
    const shown = get("shown");
    return { ...now, shown: shown < 0 ? run.steps : Math.min(shown, run.steps), trivial: trivialLoss(now.target, now.c) };
  };

  // -------------------------------------------------------------- running
  let timer = 0;
  function stop() {
    cancelAnimationFrame(timer);
    timer = 0;
    if (get("playing")) write({ playing: false });
  }
  function play() {
    cancelAnimationFrame(timer);
    const { shown } = update();
    const from = shown >= run.steps ? 0 : shown, end = run.steps;
    if (prefersStill() || end === 0) { write({ shown: end, playing: false }); return; }
    const length = 900 + 700 * timeScale(end - from), begun = performance.now();
    const advance = (now) => {
      const share = Math.min(1, Math.max(0, now - begun) / length);
      const reached = share === 1 ? end : Math.round((1 + from) * ((1 + end) / (1 + from)) ** share - 1);
      if (share === 1) { timer = 0; write({ shown: end, playing: false }); return; }
      write({ shown: reached });
      timer = requestAnimationFrame(advance);
    };
    write({ shown: from });
    timer = requestAnimationFrame(advance);
  }

  // -------------------------------------------------------------- controls
  const presets = Object.entries(get("presets")).map(([name, values]) => button(name, () => {
    stop();
    note = "";
    write({ ...values, preset: name, shown: -1 });
  }, { "data-preset": name }));
  const range = slider({
    name: "input range c", min: limits.c[0], max: limits.c[1], step: 0.05, onchange: (c) => byHand({ c }),
  });
  const steps = slider({
    name: "step size \u03b7", min: limits.step_size[0], max: limits.step_size[1], step: 0.05,
    onchange: (step_size) => byHand({ step_size }), mark: { at: 2, text: "2/L" },
  });
  const runButton = button("Run", () => (get("playing") ? stop() : write({ playing: true })), { class: "sn-button sn-main", "data-action": "run" });
  const stepButton = button("Step", () => {
    stop();
    const { shown } = update();
    write({ shown: shown >= run.steps ? Math.min(1, run.steps) : shown + 1 });
  }, { "data-action": "step" });
  const resetButton = button("Reset", () => { stop(); write({ shown: 0 }); }, { "data-action": "reset" });
  const edgeButton = button("Start on the cone\u2019s edge", () => {
    const { start, c } = state();
    byHand({ start: coneEdge(start, c, extent) });
  }, { "data-action": "edge" });
  const stepNote = element("p", { class: "sn-note" });

  const badge = element("strong", { class: "sn-fate" }), proof = element("code"), words = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", proof);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["step", "step"], ["weight", "weight"], ["bias", "bias"], ["loss", "F(w)"], ["excess", "F(w) \u2212 F(0)"],
    ["overlap", "overlap"], ["gradient", "|gradient|"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const scale = element("span", { class: "sn-scale", "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, scale, "excess loss: below, at, above F(0)"),
    element("li", {}, element("span", { class: "sn-level", "aria-hidden": "true" }), "F(w) = F(0)"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead cone"),
    element("li", {}, element("span", { class: "sn-dot sn-full", "aria-hidden": "true" }), "proved"),
    element("li", {}, element("span", { class: "sn-dot", "aria-hidden": "true" }), "not proved"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: two fates" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Presets" }, ...presets),
    element("p", { class: "sn-hint" }, "Drag the start or the target: the nearer one follows. Or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, runButton, stepButton, resetButton, edgeButton),
        element("div", { class: "sn-sliders" }, range.node, steps.node), stepNote),
      element("div", { class: "sn-second" }, neurons.box, history.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [
    { name: "start", get: () => state().start, set: (w) => { note = ""; byHand({ start: inside(w) }); } },
    {
      name: "target", get: () => state().target, set: (w) => {
        const wanted = inside(w), target = aliveTarget(wanted, state().c, extent);
        note = target[0] === wanted[0] && target[1] === wanted[1] ? "" : "A dead target teaches nothing: it stays outside the cone.";
        byHand({ target });
      },
    },
  ], { step: extent / 60, onhold: () => ask() });

  // -------------------------------------------------------------- pictures
  function drawPlane(now, said) {
    const { c, start, target, shown, trivial } = now, span = [-extent, extent];
    plane.begin({ x: span, y: span }, theme);
    const size = Math.round(Math.min(plane.area.w, 560)), key = [target, c, size, theme.dark].join();
    if (key !== mapKey) {
      table = rays((u) => uniform(u, target, c));
      heat.draw(size, extent, table, trivial, theme);
      level = levelLine(table, extent);
      mapKey = key;
    }
    plane.clip((pen) => {
      drawGround(pen, plane, heat, [-c, c], extent, theme);
      drawLevel(pen, plane, level, theme);
      drawPath(pen, shown, ([p, b]) => [plane.x(p), plane.y(b)]);
      label(pen, "dead cone", plane.x(0), plane.y(-0.88 * extent), theme, "center");
    });
    plane.axes({ xTicks: ticks(-extent, extent, 6), yTicks: ticks(-extent, extent, 6), xName: "weight", yName: "bias" });
    const { context: pen, area } = plane, at = ([p, b]) => [plane.x(p), plane.y(b)], [tx, ty] = at(target);
    drawTarget(pen, tx, ty, theme);
    marker(pen, ...at(start), 8.5, theme[said.fate], said.certified, theme);
    const side = (x) => (x > area.x + area.w - 70 ? [-15, "right"] : [15, "left"]);
    const sx = plane.x(start[0]), sy = plane.y(start[1]), [dx, align] = side(sx), [ex, other] = side(tx);
    const near = Math.hypot(sx - tx, sy - ty) < 24;
    label(pen, "start", sx + dx, clamp(sy + (near ? 18 : 5), area.y + 14, area.y + area.h - 6), theme, align);
    label(pen, "target", tx + ex, clamp(ty + (near ? -10 : 5), area.y + 14, area.y + area.h - 6), theme, other);
    grip.place([start, target].map(([p, b]) => `weight ${format(p)}, bias ${format(b)}`));
  }

  function drawPath(pen, shown, toPixels) {
    const { points } = run, path = [toPixels(points)];
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

  function drawNeurons(now, said) {
    const { c, target, shown } = now, half = Math.max(2, 1.25 * c);
    const w = [run.points[2 * shown], run.points[2 * shown + 1]];
    const highest = Math.max(0.4, ...endValues(target, c), ...endValues(w, c).filter((y) => y < 50));
    const power = 10 ** Math.floor(Math.log10(highest)), top = power * [1, 1.5, 2, 3, 4, 6, 8, 10].find((m) => m * power >= highest * 0.999);
    neurons.begin({ x: [-half, half], y: [-0.4 * top, 1.15 * top] }, theme);
    neurons.clip((pen) => {
      const { area } = neurons;
      pen.fillStyle = theme.shade;
      pen.fillRect(neurons.x(-c), area.y, neurons.x(c) - neurons.x(-c), area.h);
      pen.fillStyle = theme.quiet;
      pen.textAlign = "center";
      pen.fillText("inputs", neurons.x(0), area.y + 15);
      pen.strokeStyle = theme.rule;
      pen.lineWidth = 1;
      line(pen, [[area.x, neurons.y(0)], [area.x + area.w, neurons.y(0)]]);
      const kinked = ([p, b], relu) => {
        const xs = [-half, half], root = -b / p;
        if (Math.abs(root) < half) xs.splice(1, 0, root);
        return xs.map((x) => [neurons.x(x), clamp(neurons.y(relu ? Math.max(0, p * x + b) : p * x + b), -1e4, 1e4)]);
      };
      const curve = (u, colour, width, rim) => {
        pen.setLineDash([2, 5]);
        pen.strokeStyle = colour;
        pen.lineWidth = 1.6;
        line(pen, kinked(u, false));
        pen.setLineDash([]);
        if (rim) { pen.strokeStyle = theme.ink; pen.lineWidth = width + 2; line(pen, kinked(u, true)); }
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        line(pen, kinked(u, true));
      };
      curve(target, theme.target, 4.5, true);
      curve(w, theme[said.fate], 3, false);
    });
    neurons.axes({ xTicks: ticks(-half, half, 4), yTicks: ticks(-0.4 * top, 1.15 * top, 4), xName: "input x", yName: "" });
    key(neurons, [["target", theme.target, 4.5, true], [shown ? `neuron after ${shown} step${shown === 1 ? "" : "s"}` : "neuron at the start", theme[said.fate], 3, false]]);
  }

  function key(plot, entries) {
    const pen = plot.context;
    let x = 2;
    for (const [text, colour, width, rim] of entries) {
      const strokes = rim ? [[theme.ink, width + 2], [colour, width]] : [[colour, width]];
      for (const [style, wide] of strokes) { pen.strokeStyle = style; pen.lineWidth = wide; line(pen, [[x + 4, 11], [x + 20, 11]]); }
      pen.fillStyle = theme.ink;
      pen.textAlign = "left";
      pen.fillText(text, x + 28, 15.5);
      x += 28 + pen.measureText(text).width + 16;
    }
  }

  function drawHistory(now, said) {
    const { shown, trivial } = now, relative = (t) => run.excess[t] / trivial;
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

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - SPACE.left - SPACE.right + SPACE.top + SPACE.bottom); // a square between the margins
    const beside = neurons.box.offsetLeft > plane.box.offsetLeft + 40;
    const height = beside ? (plane.height - 6) / 2 : Math.max(190, 0.55 * neurons.box.clientWidth);
    const resized = [moved, neurons.fit(height), history.fit(height)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), said = verdict(run, now.shown, now), { shown, target, c, step } = now;
    drawPlane(now, said);
    drawNeurons(now, said);
    drawHistory(now, said);
    const w = [run.points[2 * shown], run.points[2 * shown + 1]], here = uniform(w, target, c);
    const show = (name, value, digits) => { numbers[name].value = String(value); numbers[name].textContent = digits === 0 ? String(value) : format(value, digits); };
    show("step", shown, 0);
    show("weight", w[0], 3);
    show("bias", w[1], 3);
    show("loss", here.loss, 4);
    show("excess", here.excess, 4);
    show("overlap", here.overlap, 3);
    show("gradient", Math.hypot(...here.gradient), 4);
    badge.textContent = said.certified || said.fate === "undecided" ? `${FATES[said.fate]}.` : `${FATES[said.fate]} (seen).`;
    words.textContent = said.words;
    proof.textContent = said.certified ? said.name : "no certificate";
    Object.assign(root.dataset, { fate: said.fate, certified: said.certified, certificate: said.name, ending: run.ending, steps: run.steps });
    verdictBox.classList.toggle("sn-certified", said.certified);
    range.set(c, format(c));
    steps.set(step, `${format(step)}/L`);
    stepNote.textContent = note || (step < 2 ? `L = ${format(smoothness(c))}. Below 2/L the loss never rises.`
      : `L = ${format(smoothness(c))}. From 2/L on, the loss may rise and a step may jump into the dead cone.`);
    for (const one of presets) {
      const values = Object.entries(get("presets")[one.dataset.preset]);
      one.setAttribute("aria-pressed", String(values.every(([name, value]) => String(get(name)) === String(value))));
    }
    runButton.textContent = get("playing") ? "Pause" : "Run";
    const text = `Start: weight ${format(now.start[0])}, bias ${format(now.start[1])}. Target: weight ${format(target[0])}, bias ${format(target[1])}. `
      + `Inputs from ${format(-c)} to ${format(c)}, step size ${format(step)} over L. ${badge.textContent} ${words.textContent} ${note}`;
    speak.say(text, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    root.style.setProperty("--sn-learned", theme.learned);
    root.style.setProperty("--sn-lost", theme.lost);
    root.style.setProperty("--sn-undecided", theme.undecided);
    const css = (rgb) => `rgb(${rgb.join()})`;
    scale.style.background = `linear-gradient(90deg, ${css(theme.below)}, ${css(theme.middle)}, ${css(theme.above)})`;
    ask();
  }

  const ask = onceAFrame(draw);
  const onPlaying = () => { if (get("playing") && !timer) play(); else if (!get("playing")) { cancelAnimationFrame(timer); timer = 0; } ask(); };
  const onTarget = () => ask();
  for (const name of ["c", "start", "target", "step_size", "shown", "preset", "max_steps"]) model.on(`change:${name}`, onTarget);
  model.on("change:playing", onPlaying);
  const unwatch = watchTheme(paint), sizes = new ResizeObserver(() => ask());
  sizes.observe(root);
  window.addEventListener("resize", ask);
  paint();
  if (get("playing")) play();
  return () => {
    ask.cancel();
    cancelAnimationFrame(timer);
    speak.stop();
    unwatch();
    sizes.disconnect();
    window.removeEventListener("resize", ask);
    for (const name of ["c", "start", "target", "step_size", "shown", "preset", "max_steps"]) model.off(`change:${name}`, onTarget);
    model.off("change:playing", onPlaying);
  };
}

export default { render };
