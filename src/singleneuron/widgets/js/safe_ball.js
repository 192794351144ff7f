// "The safe ball": a target, its projections on the data cone and the dead cone, and runs that start about it.
import { descend, endValues, isBlind, isDead, safeRadius, smoothness } from "./engine.js";
import { splitByCones } from "./cones.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";
import { drawGround, drawTarget, marker } from "./plane.js";
import { aliveTarget, timeScale } from "./runs.js";

const SPACE = { left: 34, right: 8, top: 24, bottom: 38 };
const RUNS = 16, STEPS = { descent: 250, SGD: 1000 };
const TINY = 4 * Number.EPSILON;

/** Random numbers in [0, 1), the same for the same seed (mulberry32). */
export function draws(seed) {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** P_C v and P_D v for inputs in [-c, c], the safe radius, and whether v is in the data cone. */
export function moreau(v, c) {
  const { data, dead } = splitByCones({ kind: "round", size: c }, v);
  return { data, dead, delta: safeRadius(v, c), inside: Math.abs(v[0]) <= c * v[1] };
}

/**
 * Starts at `reach` safe radii from the target. The first is P_D v, lowered to that distance, if reach >= 1, and else
 * on the way to it; the others follow round the circle.
 */
export function startsAbout(v, c, reach) {
  const { data, dead, delta } = moreau(v, c), far = reach * delta;
  let first = [v[0] - reach * data[0], v[1] - reach * data[1]];
  if (reach >= 1) {
    const lower = Math.sqrt(data[1] ** 2 + (reach ** 2 - 1) * delta ** 2) - data[1];
    first = [dead[0], dead[1] - lower];
    if (!isDead(first, c)) first[1] = Math.min(first[1], -c * Math.abs(first[0])) - TINY * (Math.abs(first[0]) + Math.abs(first[1]));
  }
  const turn = Math.atan2(first[1] - v[1], first[0] - v[0]);
  return Array.from({ length: RUNS }, (_, k) => {
    const angle = turn + (2 * Math.PI * k) / RUNS;
    return k ? [v[0] + far * Math.cos(angle), v[1] + far * Math.sin(angle)] : first;
  });
}

/** What is proved at w about SGD with step s / R^2: dead; blind for good if c <= 1; in the safe ball, with s < 2. */
export function certificateOfSgd(w, v, c, step) {
  if (isDead(w, c)) return "dead";
  if (c <= 1 && isBlind(w, v, c)) return "blind";
  return step < 2 && Math.hypot(w[0] - v[0], w[1] - v[1]) < safeRadius(v, c) ? "safe_ball" : "none";
}

/** One step of SGD on the input x, of size eta. */
export function sgdStep(w, v, x, eta) {
  const own = w[0] * x + w[1];
  if (!(own > 0)) return w;
  const rho = own - Math.max(v[0] * x + v[1], 0);
  return [w[0] - eta * rho * x, w[1] - eta * rho];
}

const ENDS = { dead: "lost", blind: "lost", below_trivial: "learned", safe_ball: "learned", none: "undecided" };

/** A run of SGD, as `descend` gives one of descent. */
export function sgdRun(start, v, c, step, steps, random) {
  const eta = step / (1 + c * c), points = [...start];
  let w = start, proof = certificateOfSgd(w, v, c, step);
  for (let t = 0; t < steps; t += 1) {
    w = sgdStep(w, v, c * (2 * random() - 1), eta);
    if (!(Math.hypot(...w) < 1e9)) break;
    points.push(...w);
    if (proof === "none") proof = certificateOfSgd(w, v, c, step);
  }
  return { points, certificate: proof, fate: ENDS[proof] };
}

/** All runs: each with its points, distances to the target in safe radii, certificate and fate. */
export function runsAbout({ target: v, c, reach, dynamics, step, seed }) {
  const random = draws(seed + 1), { delta } = moreau(v, c);
  return startsAbout(v, c, reach).map((start) => {
    const run = dynamics === "SGD" ? sgdRun(start, v, c, step, STEPS.SGD, random) : descend(start, v, c, step, STEPS.descent);
    const inBall = step < 2 && Math.hypot(start[0] - v[0], start[1] - v[1]) < delta;
    const proof = inBall ? "safe_ball" : run.certificate, far = [];
    for (let t = 0; 2 * t < run.points.length; t += 1) {
      far.push(Math.hypot(run.points[2 * t] - v[0], run.points[2 * t + 1] - v[1]) / delta);
    }
    return { start, points: run.points, far, certificate: proof, fate: ENDS[proof] };
  });
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), extent = limits.extent;
  const plane = new Plot({
    margin: SPACE,
    label: "Plane of weight and bias. Arrow keys move the target.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const distances = new Plot({ margin: SPACE, attributes: { role: "img" }, label: "Distance to the target against the step, sixteen runs" });
  const radii = new Plot({ margin: SPACE, attributes: { role: "img" }, label: "Safe radius over the length of the target, against the target's direction" });
  const plots = [plane, distances, radii], blank = { canvas: element("canvas", { width: 1, height: 1 }) }, speak = voice();
  let theme = inks(pageIsDark()), runs = [], runKey = "", note = "", frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { note = ""; write(changes); };
  const inside = (point) => [0, 1].map((i) => (Number.isFinite(point?.[i]) ? clamp(point[i], -extent, extent) : 0));
  const within = (name, usual) => (Number.isFinite(get(name)) ? clamp(get(name), ...limits[name]) : usual);
  const state = () => {
    const c = within("c", 1), dynamics = get("dynamics") === "SGD" ? "SGD" : "descent";
    return {
      c, dynamics, reach: within("reach", 1), step: within("step_size", 1), seed: Math.round(within("seed", 1)),
      target: aliveTarget(inside(get("target")), c, extent),
    };
  };
  const update = () => {
    const now = state(), key = JSON.stringify(now);
    if (key !== runKey) {
      runs = runsAbout(now);
      runKey = key;
    }
    return { ...now, ...moreau(now.target, now.c) };
  };

  // -------------------------------------------------------------- controls
  const choices = ["descent", "SGD"].map((name) => button(name, () => byHand({ dynamics: name }), { "data-dynamics": name }));
  const again = button("Other inputs", () => byHand({ seed: (state().seed + 1) % 1000 }), { "data-action": "again" });
  const toCone = () => { // the bias at which the target enters the data cone, or the weight if that is too high
    const { target: [p], c } = state(), size = Math.min(Math.abs(p) || 1, c * extent);
    byHand({ target: [p < 0 ? -size : size, size / c] });
  };
  const actions = [
    button("Just inside, 0.99 \u0394", () => byHand({ reach: 0.99 }), { "data-action": "inside" }),
    button("Just outside, 1.01 \u0394", () => byHand({ reach: 1.01 }), { "data-action": "outside" }),
    button("Target to the data cone\u2019s edge, b = |w|/c", toCone, { "data-action": "cone" }),
  ];
  const sliders = {
    c: slider({ name: "half-width c", min: limits.c[0], max: limits.c[1], step: 0.05, onchange: (c) => byHand({ c }) }),
    reach: slider({
      name: "starts at", min: limits.reach[0], max: limits.reach[1], step: 0.01,
      onchange: (reach) => byHand({ reach }), mark: { at: 1, text: "\u0394" },
    }),
    step: slider({
      name: "step size \u03b7", min: limits.step_size[0], max: limits.step_size[1], step: 0.05,
      onchange: (step_size) => byHand({ step_size }), mark: { at: 2, text: "limit" },
    }),
  };
  const noteLine = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), words = element("span"), proof = element("code");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", proof);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["weight", "target, weight"], ["bias", "target, bias"], ["delta", "\u0394"], ["length", "|v|"], ["data_w", "on C, weight"],
    ["data_b", "on C, bias"], ["dead_w", "on D, weight"], ["dead_b", "on D, bias"], ["learned", "learned"], ["lost", "lost"],
    ["undecided", "undecided"], ["growth", "largest growth"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatch = (style) => element("span", { class: "sn-scale", style, "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, swatch("background: var(--sn-shade); width: 18px"), "data cone"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead cone"),
    element("li", {}, swatch("background: none; width: 14px; height: 14px; border-radius: 50%; border: 2px solid var(--sn-ink)"), "safe ball, radius \u0394"),
    element("li", {}, element("span", { class: "sn-dot sn-full", "aria-hidden": "true" }), "start, fate proved"),
    element("li", {}, element("span", { class: "sn-dot", "aria-hidden": "true" }), "not proved"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: the safe ball" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Dynamics" }, ...choices, again),
    element("p", { class: "sn-hint" }, "Drag the target, or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, ...actions),
        element("div", { class: "sn-sliders" }, sliders.c.node, sliders.reach.node, sliders.step.node), noteLine),
      element("div", { class: "sn-second" }, distances.box, radii.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [{
    name: "target", get: () => state().target, set: (point) => {
      const wanted = inside(point), target = aliveTarget(wanted, state().c, extent);
      byHand({ target });
      if (target[0] !== wanted[0] || target[1] !== wanted[1]) note = "A dead target teaches nothing: it stays outside the cone.";
    },
  }], { step: extent / 60, onhold: () => ask() });

  // -------------------------------------------------------------- pictures
  const path = (pen, points) => {
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(clamp(x, -1e5, 1e5), clamp(y, -1e5, 1e5));
    pen.stroke();
  };

  function drawPlane(now) {
    const { c, target, data, dead, delta, reach } = now, span = [-extent, extent];
    plane.begin({ x: span, y: span }, theme);
    const at = ([p, b]) => [plane.x(p), plane.y(b)], unit = plane.area.w / (2 * extent), far = 4 * extent;
    const zero = at([0, 0]), [tx, ty] = at(target), [cx, cy] = at(data), [dx, dy] = at(dead);
    plane.clip((pen) => {
      pen.fillStyle = theme.shade;
      pen.beginPath();
      for (const corner of [[0, 0], [c * far, far], [-c * far, far]]) pen.lineTo(...at(corner));
      pen.fill();
      drawGround(pen, plane, blank, [-c, c], extent, theme);
      pen.strokeStyle = theme.quiet;
      pen.lineWidth = 1;
      for (const side of [-c, c]) line(pen, [zero, at([side * far, far])]);
      pen.globalAlpha = 0.12;
      pen.fillStyle = theme.learned;
      pen.beginPath();
      pen.arc(tx, ty, delta * unit, 0, 7);
      pen.fill();
      pen.globalAlpha = 1;
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 2;
      pen.stroke();
      for (const run of runs) {
        pen.strokeStyle = theme[run.fate];
        pen.lineWidth = 1.3;
        const shown = [];
        let last = [NaN, NaN];
        for (let t = 0; 2 * t < run.points.length; t += 1) {
          const point = at([run.points[2 * t], run.points[2 * t + 1]]);
          if (!(Math.hypot(point[0] - last[0], point[1] - last[1]) < 1)) { shown.push(point); last = point; }
        }
        path(pen, shown);
      }
      pen.strokeStyle = theme.quiet;
      pen.lineWidth = 1.2;
      line(pen, [[cx, cy], [tx, ty]]);
      pen.strokeStyle = theme.ink;
      pen.setLineDash([5, 4]);
      line(pen, [[dx, dy], [tx, ty]]);
      pen.setLineDash([]);
      arrow(pen, zero, [cx, cy]);
      arrow(pen, zero, [dx, dy]);
      for (const run of runs) marker(pen, ...at(run.start), 4.2, theme[run.fate], run.certificate !== "none", theme);
      pen.fillStyle = theme.ink;
      pen.beginPath();
      pen.arc(dx, dy, 4, 0, 7);
      pen.fill();
      label(pen, "dead cone", plane.x(0), plane.y(-0.9 * extent), theme, "center");
      label(pen, "data cone", plane.x(0), plane.y(0.9 * extent), theme, "center");
      if (Math.hypot(cx - tx, cy - ty) > 14) part(pen, "C", cx - 34, cy - 8);
      if (Math.hypot(dx - zero[0], dy - zero[1]) > 14) part(pen, "D", dx - 36, dy + 17);
    });
    plane.axes({ xTicks: ticks(-extent, extent, 6), yTicks: ticks(-extent, extent, 6), xName: "weight", yName: "bias" });
    const { area } = plane, right = tx > area.x + area.w - 70;
    drawTarget(plane.context, tx, ty, theme);
    label(plane.context, "v", tx + (right ? -14 : 14), clamp(ty - 8, area.y + 14, area.y + area.h - 6), theme, right ? "right" : "left");
    grip.place([`weight ${format(target[0])}, bias ${format(target[1])}`]);
    plane.canvas.dataset.reach = reach;
  }

  /** The name of a projection, with its index lowered. */
  function part(pen, cone, x, y) {
    const usual = pen.font;
    label(pen, "P", x, y, theme);
    label(pen, "v", x + 17, y, theme);
    pen.font = usual.replace("13px", "10px");
    label(pen, cone, x + 8, y + 4, theme);
    pen.font = usual;
  }

  function arrow(pen, from, to) {
    const size = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (size < 3) return;
    const [ux, uy] = [(to[0] - from[0]) / size, (to[1] - from[1]) / size];
    pen.strokeStyle = pen.fillStyle = theme.ink;
    pen.lineWidth = 2.6;
    line(pen, [from, [to[0] - 6 * ux, to[1] - 6 * uy]]);
    pen.beginPath();
    for (const [a, b] of [[0, 0], [-11, 5], [-11, -5]]) pen.lineTo(to[0] + a * ux - b * uy, to[1] + a * uy + b * ux);
    pen.closePath();
    pen.fill();
  }

  function drawDistances({ dynamics, reach }) {
    const last = STEPS[dynamics], top = clamp(Math.max(...runs.map((run) => Math.max(...run.far))), 1, 3) * 1.1;
    distances.begin({ x: [0, timeScale(last)], y: [0, top] }, theme);
    const { area } = distances;
    distances.clip((pen) => {
      pen.fillStyle = theme.shade;
      pen.fillRect(area.x, area.y, area.w, Math.max(0, distances.y(1) - area.y));
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1.4;
      pen.setLineDash([7, 4]);
      line(pen, [[area.x, distances.y(1)], [area.x + area.w, distances.y(1)]]);
      pen.setLineDash([]);
      for (const run of runs) {
        pen.strokeStyle = theme[run.fate];
        pen.lineWidth = 1.4;
        const shown = [];
        let before = -9;
        run.far.forEach((value, t) => {
          const x = distances.x(timeScale(t));
          if (x - before > 0.7 || t === run.far.length - 1) { shown.push([x, distances.y(value)]); before = x; }
        });
        path(pen, shown);
      }
    });
    const marks = [0, 1, 10, 100, 1000].filter((t) => t <= last).map((t) => [timeScale(t), String(t)]);
    distances.axes({ xTicks: marks, yTicks: ticks(0, top, 4), xName: "step", yName: `|w \u2212 v| / \u0394, from ${format(reach)}` });
  }

  function drawRadii({ c, target }) {
    const turned = Math.atan2(target[0], target[1]), ratio = (angle) => {
      const v = [Math.sin(angle), Math.cos(angle)];
      return Math.max(...endValues(v, c)) > 0 ? safeRadius(v, c) : 0;
    };
    radii.begin({ x: [-180, 180], y: [0, 1.12] }, theme);
    const { area } = radii, edge = (Math.atan(c) * 180) / Math.PI;
    radii.clip((pen) => {
      pen.fillStyle = theme.shade;
      pen.fillRect(radii.x(-edge), area.y, radii.x(edge) - radii.x(-edge), area.h);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 2.4;
      line(pen, Array.from({ length: 181 }, (_, k) => [radii.x(2 * k - 180), radii.y(ratio(((k - 90) * Math.PI) / 90))]));
    });
    radii.axes({ xTicks: [[-135, "\u2212135\u00b0"], [-45, "\u221245\u00b0"], [45, "45\u00b0"], [135, "135\u00b0"]], yTicks: ticks(0, 1, 2), xName: "target\u2019s direction, from straight up", yName: "\u0394 / |v|" });
    drawTarget(radii.context, radii.x((turned * 180) / Math.PI), radii.y(safeRadius(target, c) / Math.hypot(...target)), theme);
  }

  /** The fates counted, and the words for them. */
  function judge({ dynamics, reach, step, dead, delta, inside: inCone, target }) {
    const count = { learned: 0, lost: 0, undecided: 0 };
    for (const run of runs) count[run.fate] += 1;
    const growth = Math.max(...runs.map((run) => run.far.reduce((most, value, t) => (t ? Math.max(most, value - run.far[t - 1]) : most), 0)));
    const limit = dynamics === "SGD" ? "2/R\u00b2" : "2/L", sure = dynamics === "SGD" ? " with probability 1" : "";
    const where = inCone
      ? `The target lies in the data cone: no dead neuron is nearer than 0, and \u0394 = |v| = ${format(delta, 3)}.`
      : `The nearest dead neuron is (${format(dead[0])}, ${format(dead[1])}), at \u0394 = ${format(delta, 3)}, ${format(delta / Math.hypot(...target), 3)} of |v|.`;
    const fate = step >= 2 && count.lost === 0 ? "undecided" : count.lost ? "lost" : count.undecided ? "undecided" : "learned";
    const out = [];
    if (reach < 1 && step < 2) return { fate, count, growth, name: "SAFE_BALL", badge: "All learned.", words: `${where} All ${RUNS} starts are nearer than \u0394: each is learned${sure}.` };
    if (count.lost) out.push(`${count.lost} lost`);
    if (count.learned) out.push(`${count.learned} learned${sure}`);
    if (count.undecided) out.push(`${count.undecided} without a proof`);
    const why = step >= 2 ? `From ${limit} on no theorem vouches for a run.` : reach === 1 ? "At exactly \u0394 one start is dead." : "Beyond \u0394 nothing is promised, and one start is dead.";
    const name = [...new Set(runs.map((run) => run.certificate))].filter((one) => one !== "none").map((one) => one.toUpperCase()).join(", ");
    const said = { lost: "Not all are learned.", undecided: "Not all is proved.", learned: "All learned." }[fate];
    return { fate, count, growth, name: name || "no certificate", badge: said, words: `${where} Of ${RUNS} starts at ${format(reach)} \u0394: ${out.join(", ")}. ${why}` };
  }

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - SPACE.left - SPACE.right + SPACE.top + SPACE.bottom); // a square between the margins
    const beside = distances.box.offsetLeft > plane.box.offsetLeft + 40;
    const height = beside ? (plane.height - 6) / 2 : Math.max(180, 0.5 * distances.box.clientWidth);
    const resized = [moved, distances.fit(height), radii.fit(height)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), said = judge(now), { c, target, data, dead, delta, dynamics, reach, step } = now;
    drawPlane(now);
    drawDistances(now);
    drawRadii(now);
    const shown = {
      weight: target[0], bias: target[1], delta, length: Math.hypot(...target), data_w: data[0], data_b: data[1], dead_w: dead[0],
      dead_b: dead[1], ...said.count, growth: said.growth,
    };
    for (const [name, node] of Object.entries(numbers)) {
      node.value = String(shown[name]);
      node.textContent = Number.isInteger(shown[name]) ? String(shown[name]).replace("-", "\u2212") : format(shown[name], 3);
    }
    badge.textContent = said.badge;
    words.textContent = said.words;
    proof.textContent = said.name;
    Object.assign(root.dataset, { fate: said.fate, certified: said.count.undecided === 0, inside: now.inside, dynamics });
    root.runs = runs;
    verdictBox.classList.toggle("sn-certified", said.count.undecided === 0);
    sliders.c.set(c, format(c));
    sliders.reach.set(reach, `${format(reach)} \u0394`);
    const most = dynamics === "SGD" ? "R\u00b2" : "L";
    sliders.step.set(step, `${format(step)}/${most}`);
    const size = dynamics === "SGD" ? 1 + c * c : smoothness(c);
    noteLine.textContent = note || `${most} = ${format(size)}. ${step < 2 ? `Below 2/${most} no distance ever grows.` : `From 2/${most} on distances may grow.`}`;
    for (const one of choices) one.setAttribute("aria-pressed", String(one.dataset.dynamics === dynamics));
    again.hidden = dynamics !== "SGD";
    speak.say(`Target: weight ${format(target[0])}, bias ${format(target[1])}. Inputs from ${format(-c)} to ${format(c)}. ${said.badge} ${said.words} ${note}`, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of ["learned", "lost", "undecided"]) root.style.setProperty(`--sn-${name}`, theme[name]);
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["c", "target", "reach", "dynamics", "step_size", "seed"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
