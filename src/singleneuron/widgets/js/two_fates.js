// "Two fates": the plane of one neuron with a bias in one dimension, its excess loss, and where descent ends.
import { descend, endValues, smoothness, trivialLoss, uniform } from "./engine.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, prefersStill, slider,
  ticks, voice, watchTheme,
} from "./ui.js";
import { HeatMap, drawGround, drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";
import { FATES, aliveTarget, coneEdge, drawHistory, drawPath, timeScale, verdict } from "./runs.js";

const SPACE = { left: 34, right: 8, top: 24, bottom: 38 };

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
      drawPath(pen, run, shown, ([p, b]) => [plane.x(p), plane.y(b)], theme);
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
      pen.fillText(text, x + 28, 15.5, plot.width - x - 28); // set narrower rather than cut
      x += 28 + pen.measureText(text).width + 16;
    }
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
    drawHistory(history, run, now, said, theme);
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
