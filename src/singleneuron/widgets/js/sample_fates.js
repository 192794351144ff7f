// "Sample and law": a few inputs that can be dragged, and the fates of one start on them and on the law they come from.
import { descend, excessLoss, trivialLoss, uniform } from "./engine.js";
import { HeatMap, drawGround, drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";
import { FATES, aliveTarget, drawHistory, drawPath } from "./runs.js";
import { answers, descendOn, drawn, lonelyRays, sampleOf } from "./samples.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";

const ROOM = { left: 34, right: 8, top: 24, bottom: 38 };
const NAMES = { ...FATES, spurious: "Spurious" };
const HALF = 1.15; // the inputs are shown between -HALF and HALF

/** Words for the fate of the run on the sample. */
export function sampleWords(sample, run, law) {
  const at = run.decidedAt === 0 ? "At the start" : `After ${run.decidedAt} step${run.decidedAt === 1 ? "" : "s"}`;
  const point = (t) => [run.points[2 * t], run.points[2 * t + 1]], positive = sample.theirs.filter((y) => y > 0).length;
  if (run.certificate === "none") {
    return run.ending === "arrived" ? "The neuron has arrived at the target, but that is seen, not proved: "
      + "fewer than two different inputs with a positive label do not determine it." : "No certificate held before the figure stopped.";
  }
  if (run.certificate === "dead") {
    const mass = uniform(point(run.decidedAt), sample.v, 1).active;
    return `${at} no input of the sample makes the neuron positive${mass > 0 ? `, though a share ${format(mass, 3)} of all inputs would` : ""}: it never moves again.`;
  }
  if (run.certificate === "blind") return `${at} no input of the sample makes both the neuron and the target positive, and none ever will.`;
  if (run.certificate === "sample_fit") {
    return `${at} the loss on the sample is below ${format(sample.fit, 4)}; a neuron that fits one input only has at least that.`;
  }
  const fitted = answers(sample, point(run.decidedAt)).map((i) => sample.xs[i]), missed = positive - fitted.length;
  return `${at} the neuron answers to the input ${format(fitted[0] ?? 0)} only, and from there its map is linear: it fits this one exactly and is silent on the others. `
    + (missed > 0 ? `${missed} input${missed === 1 ? "" : "s"} with a positive label ${missed === 1 ? "is" : "are"} missed.`
      : "No other label is positive: the loss on the sample is zero, and yet this is not the target.")
    + (law.fate === "learned" ? " On the law the same start is learned." : "");
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), extent = limits.extent, most = limits.n[1];
  const plane = new Plot({
    margin: ROOM, attributes: { class: "sn-grab", tabindex: "0", role: "application" },
    label: "Plane of weight and bias. Arrow keys move the start or the target, whichever was held last; Tab reaches each.",
  });
  const inputs = new Plot({
    margin: ROOM, attributes: { class: "sn-grab", tabindex: "0", role: "application" },
    label: "The sample: inputs and their labels. Left and right arrow keys move the input held last; Tab reaches each.",
  });
  const history = new Plot({
    margin: ROOM, attributes: { role: "img" }, label: "Excess loss on the sample, as a multiple of its trivial loss, against the step",
  });
  const plots = [plane, inputs, history], heat = new HeatMap(), speak = voice();
  let theme = inks(pageIsDark()), known = null, knownKey = "", mapKey = "", level = [], note = "", frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { note = ""; write({ preset: "", ...changes }); };
  const inside = (point) => [0, 1].map((i) => (Number.isFinite(point?.[i]) ? clamp(point[i], -extent, extent) : 0));
  const place = (x) => (Number.isFinite(x) ? Math.round(clamp(x, -1, 1) * 1e4) / 1e4 : 0);
  const state = () => {
    const size = get("step_size"), given = get("points"), list = Array.isArray(given) ? given.slice(0, most).map(place) : [];
    return {
      xs: list.length ? list : drawn(limits.n[0], 0), step: Number.isFinite(size) ? clamp(size, ...limits.step_size) : 1,
      start: inside(get("start")), target: aliveTarget(inside(get("target")), 1, extent),
    };
  };
  /** The first n inputs: those there are, then the next of the seed's. */
  const resized = (n) => {
    const { xs } = state();
    return [...xs.slice(0, n), ...drawn(n, get("seed")).slice(Math.min(xs.length, n))];
  };
  const update = () => {
    const now = state(), key = JSON.stringify(now);
    if (key !== knownKey) {
      const { xs, start, target, step } = now, sample = sampleOf(xs, target), law = descend(start, target, 1, step, limits.steps);
      const run = descendOn(sample, start, step, limits.steps);
      known = { sample, law, run, end: run.points.slice(-2), silent: !(sample.trivial > 0) };
      knownKey = key;
    }
    return { ...now, ...known };
  };

  // -------------------------------------------------------------- controls
  const presets = Object.entries(get("presets")).map(([name, values]) => button(name, () => {
    note = "";
    write({ ...values, preset: name });
  }, { "data-preset": name }));
  const count = slider({ name: "inputs n", min: limits.n[0], max: most, step: 1, onchange: (n) => byHand({ points: resized(n) }) });
  const steps = slider({
    name: "step size \u03b7", min: limits.step_size[0], max: limits.step_size[1], step: 0.05, onchange: (step_size) => byHand({ step_size }),
  });
  const again = button("Draw again", () => {
    const seed = (Math.trunc(Number(get("seed")) || 0) + 1) % 10000;
    byHand({ seed, points: drawn(state().xs.length, seed) });
  }, { class: "sn-button sn-main", "data-action": "draw" });
  const theory = button("n where the guarantee begins", () => {
    const { start, target } = state(), delta = -excessLoss(start, target, 1), top = Math.abs(target[0]) + target[1];
    const needed = Math.floor((top * top) / (2 * delta)) + 1;
    if (!(delta > 0) || !Number.isFinite(needed)) {
      note = "On the law this start is not below the trivial loss: the theorem on samples says nothing of it.";
      ask();
      return;
    }
    byHand({ points: resized(clamp(needed, ...limits.n)) });
    note = needed > most ? `The guarantee begins at n = ${needed}; the figure ends at ${most}.`
      : `M\u00b2/(2\u03b4) = ${format((top * top) / (2 * delta))}: from n = ${needed} on the chance proved is positive; it tends to 1.`;
  }, { "data-action": "theory" });
  const noteLine = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), proof = element("code"), words = element("span"), onLaw = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, "On the sample: ", badge, " ", words, " ", proof, element("br"), onLaw);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["n", "n"], ["steps", "steps"], ["loss", "loss, sample"], ["lawLoss", "loss, law"], ["distance", "|w \u2212 v|"],
    ["cone", "dead cone (\u00b0)"], ["smoothness", "L of the sample"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const scale = element("span", { class: "sn-scale", "aria-hidden": "true" }), lawCone = element("span", { class: "sn-scale", "aria-hidden": "true" });
  const ray = element("span", { class: "sn-level", "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, scale, "excess loss on the sample"),
    element("li", {}, element("span", { class: "sn-level", "aria-hidden": "true" }), "at F(0)"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead for the sample"),
    element("li", {}, lawCone, "dead for the law"),
    element("li", {}, ray, "one input fitted, the others silent"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: sample and law" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Presets" }, ...presets),
    element("p", { class: "sn-hint" }, "Drag the start, the target or an input of the sample: the nearest one follows. Or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, again, theory),
        element("div", { class: "sn-sliders" }, count.node, steps.node), noteLine),
      element("div", { class: "sn-second" }, inputs.box, history.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [
    { name: "start", get: () => state().start, set: (w) => byHand({ start: inside(w) }) },
    {
      name: "target", get: () => state().target, set: (point) => {
        const wanted = inside(point), target = aliveTarget(wanted, 1, extent);
        byHand({ target });
        if (target[0] !== wanted[0] || target[1] !== wanted[1]) note = "A target that is dead for the law teaches nothing: it stays outside the cone.";
      },
    },
  ], { step: extent / 60, onhold: () => ask() });
  const heightAt = (x) => { const { target } = state(); return Math.max(0, target[0] * x + target[1]); };
  const beads = handles(inputs, Array.from({ length: most }, (_, k) => ({
    name: `input ${k + 1}`, label: `input ${k + 1}: its value`,
    get: () => { const { xs } = state(); return k < xs.length ? [xs[k], heightAt(xs[k])] : [1e6, 1e6]; },
    set: ([x]) => {
      const { xs } = state();
      if (k < xs.length) byHand({ points: xs.map((old, i) => (i === k ? place(x) : old)) });
    },
  })), { step: 0.05, onhold: () => ask() });
  const beadNodes = [...inputs.box.querySelectorAll(".sn-handle")];

  // -------------------------------------------------------------- pictures
  function drawPlane(now, said) {
    const { sample, start, target, law, run } = now, span = [-extent, extent], trivial = trivialLoss(target, 1);
    plane.begin({ x: span, y: span }, theme);
    const size = Math.round(Math.min(plane.area.w, 560)), key = [sample.xs, target, size, theme.dark].join();
    if (key !== mapKey) {
      const table = rays(sample.moments);
      heat.draw(size, extent, table, now.silent ? trivial : sample.trivial, theme);
      level = levelLine(table, extent);
      mapKey = key;
    }
    const at = ([p, b]) => [plane.x(p), plane.y(b)], far = 4 * extent;
    plane.clip((pen) => {
      drawGround(pen, plane, heat, sample.ends, extent, theme);
      pen.fillStyle = theme.lost;
      pen.globalAlpha = 0.25;
      pen.beginPath();
      for (const corner of [[0, 0], [far, -far], [-far, -far]]) pen.lineTo(...at(corner));
      pen.fill();
      pen.globalAlpha = 1;
      drawLevel(pen, plane, level, theme);
      for (const { from, way } of lonelyRays(sample)) {
        const points = [at(from), at([from[0] + far * way[0], from[1] + far * way[1]])];
        for (const [colour, width] of [[theme.paper, 6], [theme.spurious, 3.5]]) { pen.strokeStyle = colour; pen.lineWidth = width; line(pen, points); }
      }
      pen.strokeStyle = theme[law.fate];
      pen.lineWidth = 2.4;
      pen.setLineDash([3, 5]);
      const there = [];
      for (let t = 0; t <= law.steps; t += 1) there.push(at([law.points[2 * t], law.points[2 * t + 1]]).map((x) => clamp(x, -1e5, 1e5)));
      line(pen, there);
      pen.setLineDash([]);
      drawPath(pen, run, run.steps, at, theme);
    });
    plane.axes({ xTicks: ticks(-extent, extent, 6), yTicks: ticks(-extent, extent, 6), xName: "weight", yName: "bias" });
    const pen = plane.context, { area } = plane, [sx, sy] = at(start), [tx, ty] = at(target);
    drawTarget(pen, tx, ty, theme);
    marker(pen, sx, sy, 8.5, theme[said.fate], said.certified, theme);
    const side = (x) => (x > area.x + area.w - 70 ? [-15, "right"] : [15, "left"]), near = Math.hypot(sx - tx, sy - ty) < 24;
    const [dx, align] = side(sx), [ex, other] = side(tx);
    label(pen, "start", sx + dx, clamp(sy + (near ? 18 : 5), area.y + 14, area.y + area.h - 6), theme, align);
    label(pen, "target", tx + ex, clamp(ty + (near ? -10 : 5), area.y + 14, area.y + area.h - 6), theme, other);
    grip.place([start, target].map(([p, b]) => `weight ${format(p)}, bias ${format(b)}`));
  }

  function drawInputs(now, said) {
    const { sample, xs, target, end } = now;
    const highest = Math.max(0.3, ...[-1, 1].flatMap((x) => [target, end].map(([p, b]) => p * x + b)).filter((y) => y < 8));
    inputs.begin({ x: [-HALF, HALF], y: [-0.22 * highest, 1.12 * highest] }, theme);
    const on = answers(sample, end);
    inputs.clip((pen) => {
      const { area } = inputs;
      pen.fillStyle = theme.shade;
      pen.fillRect(inputs.x(-1), area.y, inputs.x(1) - inputs.x(-1), area.h);
      for (const [[p, b], colour, width] of [[target, theme.ink, 6], [target, theme.target, 4], [end, theme[said.fate], 3]]) {
        const cuts = [-HALF, HALF], root = -b / p;
        if (Math.abs(root) < HALF) cuts.splice(1, 0, root);
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        line(pen, cuts.map((x) => [inputs.x(x), clamp(inputs.y(Math.max(0, p * x + b)), -1e4, 1e4)]));
      }
    });
    inputs.axes({
      xTicks: ticks(-1, 1, 4), yTicks: ticks(-0.22 * highest, 1.12 * highest, 4).filter(([y]) => y >= 0), xName: "input x",
      yName: "labels, target (gold), neuron at the end",
    });
    xs.forEach((x, i) => marker(inputs.context, inputs.x(x), inputs.y(heightAt(x)), 5, theme.ink, on.includes(i), theme));
    beads.place(beadNodes.map((_, k) => (k < xs.length ? `${format(xs[k], 4)}, label ${format(heightAt(xs[k]), 3)}` : "not used")));
    beadNodes.forEach((node, k) => { node.hidden = k >= xs.length; node.style.display = k < xs.length ? "" : "none"; });
  }

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - ROOM.left - ROOM.right + ROOM.top + ROOM.bottom); // a square between the margins
    const beside = inputs.box.offsetLeft > plane.box.offsetLeft + 40;
    const height = beside ? (plane.height - 6) / 2 : Math.max(190, 0.55 * inputs.box.clientWidth);
    const refit = [moved, inputs.fit(height), history.fit(height)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (refit) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), { sample, law, run, end, silent, target, xs, step, start } = now;
    const fate = silent ? "undecided" : run.fate === "undecided" && run.ending === "arrived" ? "learned" : run.fate;
    const said = { fate, certified: !silent && run.certificate !== "none" };
    drawPlane(now, said);
    drawInputs(now, said);
    drawHistory(history, run, { shown: run.steps, trivial: silent ? trivialLoss(target, 1) : sample.trivial }, said, theme);
    const show = (name, value, digits) => { numbers[name].value = String(value); numbers[name].textContent = digits === 0 ? String(value) : format(value, digits); };
    show("n", xs.length, 0);
    show("steps", run.steps, 0);
    show("loss", sample.here(end).loss, 4);
    show("lawLoss", uniform(end, target, 1).loss, 4);
    show("distance", Math.hypot(end[0] - target[0], end[1] - target[1]), 4);
    show("cone", ((Math.PI - Math.atan(sample.ends[1]) + Math.atan(sample.ends[0])) * 180) / Math.PI, 1);
    show("smoothness", sample.smoothness, 3);
    badge.textContent = silent ? "Nothing to learn." : said.certified || fate === "undecided" ? `${NAMES[fate]}.` : `${NAMES[fate]} (seen).`;
    words.textContent = silent ? "The target is silent on every input of this sample. Draw again, or add inputs." : sampleWords(sample, run, law);
    proof.textContent = said.certified ? run.certificate.toUpperCase() : "no certificate";
    const when = law.decidedAt === 1 ? "1 step" : `${law.decidedAt} steps`;
    onLaw.textContent = `On the law, uniform on [\u22121, 1]: ${NAMES[law.fate].toLowerCase()}${law.certificate === "none" ? ", no certificate within the figure\u2019s steps" : ` (${law.certificate.toUpperCase()} after ${when})`}.`;
    Object.assign(root.dataset, {
      fate, certified: said.certified, certificate: silent ? "none" : run.certificate, decided: run.decidedAt, ending: run.ending,
      lawFate: law.fate, lawCertificate: law.certificate, lawDecided: law.decidedAt,
    });
    verdictBox.classList.toggle("sn-certified", said.certified);
    count.set(xs.length, String(xs.length));
    steps.set(step, `${format(step)}/L`);
    noteLine.textContent = note || "Path and dots: descent on the sample. Dotted: the same start on the law. Full dots: inputs that the neuron answers to at the end.";
    for (const one of presets) {
      const values = Object.entries(get("presets")[one.dataset.preset]);
      one.setAttribute("aria-pressed", String(values.every(([name, value]) => String(get(name)) === String(value))));
    }
    const text = `${xs.length} inputs. Start: weight ${format(start[0])}, bias ${format(start[1])}. Target: weight ${format(target[0])}, bias ${format(target[1])}. `
      + `Step size ${format(step)} over L. On the sample: ${badge.textContent} ${words.textContent} ${onLaw.textContent} ${note}`;
    speak.say(text, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of Object.keys(NAMES)) root.style.setProperty(`--sn-${name}`, theme[name]);
    const css = (rgb) => `rgb(${rgb.join()})`;
    scale.style.background = `linear-gradient(90deg, ${css(theme.below)}, ${css(theme.middle)}, ${css(theme.above)})`;
    lawCone.style.background = `color-mix(in srgb, ${theme.lost} 25%, transparent)`;
    ray.style.borderTop = `4px solid ${theme.spurious}`;
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["points", "seed", "start", "target", "step_size", "preset"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
