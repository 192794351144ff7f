// "Planar flow": a neuron without bias in the plane of its weights, in norm and angle, and against time.
import { drawTarget, marker } from "./plane.js";
import { normThreshold, planarFlow, planarLoss, turningTime } from "./planar.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, prefersStill, slider,
  ticks, voice, keepDrawn,
} from "./ui.js";

const POINTS = 400; // of the path
const FIELD = [[2, 170], [1.9, 150], [2, 125], [2, 95], [2, 65], [2, 35], [2, 12], [0.8, 176], [0.35, 179.3], [0.12, 176]];

const polar = ([x, y]) => [Math.hypot(x, y), Math.atan2(y, x)];
const cartesian = ([norm, angle]) => [norm * Math.cos(angle), angle === Math.PI ? 0 : norm * Math.sin(angle)];

/** w / (1 - angle / pi), in which every path is straight; and back. */
export function stretch(w) {
  const share = 1 - polar(w)[1] / Math.PI;
  return w.map((x) => x / share);
}
export function unstretch(y) {
  const share = 1 - polar(y)[1] / Math.PI;
  return y.map((x) => share * x);
}

/** The threshold of the norm as Lemma 6.3 of YS20 prints it. */
export const printedThreshold = (angle) => Math.max(
  (Math.sin(angle) + Math.cos(angle)) / 2, (Math.sin(angle) * (1 + Math.cos(angle))) / 2);

export function render({ model, el }) {
  const get = (name) => model.get(name), { extent, time: longest } = get("limits");
  const margin = { left: 40, right: 14, top: 24, bottom: 38 };
  const draggable = { class: "sn-grab", tabindex: "0", role: "application" };
  const weights = new Plot({ margin, attributes: draggable, label: "Plane of the two weights. Arrow keys move the start; the target is at (1, 0)." });
  const phase = new Plot({ margin, attributes: draggable, label: "Angle across, norm up. Arrow keys move the start." });
  const angles = new Plot({ margin, attributes: { role: "img" }, label: "Angle to the target against time" });
  const norms = new Plot({ margin, attributes: { role: "img" }, label: "Norm and its threshold against time" });
  const speak = voice();
  let theme = inks(pageIsDark()), frame = 0, playing = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const state = () => {
    const [x, y] = [0, 1].map((k) => (Number.isFinite(get("start")?.[k]) ? get("start")[k] : 0));
    const start = [clamp(x, -extent, extent), clamp(y, 0, extent)], [norm, angle] = polar(start);
    const time = Number.isFinite(get("time")) ? clamp(get("time"), 0, longest) : 0;
    return { start, norm, angle, time, stretched: get("stretched") === true, printed: get("printed") === true };
  };
  const move = ([x, y]) => write({ start: [clamp(x, -extent, extent), clamp(y, 0, extent)] });
  const toPolar = (norm, angle) => move(cartesian([norm, angle]));
  const room = () => (state().stretched ? 2 * extent : extent);
  /** Where a point of the plane of weights is drawn. */
  const shown = (w) => (state().stretched ? stretch(w) : w);
  const shownStart = () => {
    const { start, angle } = state(), top = room();
    if (angle === Math.PI) return [Math.max(state().stretched ? -top : start[0], -top), 0];
    const y = shown(start); // beyond the picture: where its straight path comes in
    const share = Math.min(1, y[0] < -top ? (1 + top) / (1 - y[0]) : 1, y[1] > top ? top / y[1] : 1);
    return [1 + share * (y[0] - 1), share * y[1]];
  };
  const along = (now, t) => (now.norm > 0 ? planarFlow(now.norm, now.angle, t) : [0, NaN]);

  // -------------------------------------------------------------- controls
  const stop = () => { cancelAnimationFrame(playing); playing = 0; ask(); };
  const play = () => {
    if (playing) { stop(); return; }
    if (prefersStill()) { write({ time: longest }); return; }
    let before = null;
    const from = state().time >= longest ? 0 : state().time;
    write({ time: from });
    const step = (now) => {
      const time = state().time + (before === null ? 0 : Math.min(now - before, 100) / 400);
      before = now;
      write({ time: Math.min(time, longest) });
      if (time >= longest) stop(); else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  };
  const playButton = button("Play", play, { class: "sn-button sn-main", "data-action": "play" });
  const thresholdButton = button("On the exact threshold", () => {
    const { angle } = state();
    toPolar(normThreshold(angle), angle);
  }, { "data-action": "threshold" });
  const exampleButton = button("90\u00b0, norm 0.45", () => write({ start: [0, 0.45] }), { "data-action": "example" });
  const nearlyButton = button("179\u00b0, norm 1", () => toPolar(1, (179 / 180) * Math.PI), { "data-action": "nearly" });
  const oppositeButton = button("180\u00b0, norm 1", () => move([-1, 0]), { "data-action": "opposite" });
  const toggle = (name, text) => button(text, () => write({ [name]: !state()[name] }), { "data-action": name });
  const stretchButton = toggle("stretched", "Straighten the paths"), printedButton = toggle("printed", "Printed threshold");
  const clock = slider({ name: "time t", min: 0, max: longest, step: 0.05, onchange: (time) => { if (playing) stop(); write({ time }); } });

  const badge = element("strong", { class: "sn-fate" }), words = element("span"), code = element("code");
  const verdictBox = element("p", { class: "sn-verdict sn-certified" }, badge, " ", words, " ", code);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["angle", "angle at t"], ["norm", "norm at t"], ["distance", "|w \u2212 v| at t"], ["loss", "F / F(0) at t"],
    ["threshold", "threshold at start"], ["turn", "norm falls until"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatch = (style) => element("span", { style: `width:22px;${style}`, "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, swatch("height:12px;background:var(--sn-shade);border-top:2px solid var(--sn-ink)"), "the norm grows, up to its exact threshold"),
    element("li", {}, swatch("border-top:3px dashed var(--sn-lost)"), "threshold as printed, if asked for"),
    element("li", {}, swatch("border-top:2px dotted var(--sn-ink)"), "safe ball"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: the planar flow" },
    element("p", { class: "sn-hint" }, "Drag the start in either of the first two pictures, or use the arrow keys, with Shift for small moves. The star is the target."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, weights.box, phase.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, playButton, thresholdButton, exampleButton, nearlyButton, oppositeButton),
        element("div", { class: "sn-row" }, stretchButton, printedButton),
        element("div", { class: "sn-sliders" }, clock.node)),
      element("div", { class: "sn-second" }, angles.box, norms.box)),
    readout, speak.node);
  el.replaceChildren(root);

  const grip = handles(weights, [{
    name: "start", label: "start: its two weights", get: shownStart,
    set: ([x, y]) => move(state().stretched ? unstretch([x, Math.max(y, 0)]) : [x, y]),
  }], { step: extent / 60 });
  const DEGREE = 180 / Math.PI;
  const turned = handles(phase, [{
    name: "start", label: "start: its angle in degrees and its norm",
    get: () => { const { norm, angle } = state(); return [angle * DEGREE, Math.min(norm, extent)]; }, // a corner's norm is larger
    set: ([degrees, norm]) => toPolar(clamp(norm, 0.001, extent), degrees >= 180 ? Math.PI : Math.max(degrees, 0) / DEGREE),
  }], { step: 1 });

  // -------------------------------------------------------------- pictures
  /** A threshold as points (norm, angle), from angle 0 to just before pi. */
  const curve = (threshold) => Array.from({ length: 181 }, (_, k) => {
    const angle = Math.min((k * Math.PI) / 180, Math.PI - 1e-6);
    return [threshold(angle), angle];
  });
  const EXACT = curve(normThreshold), PRINTED = curve(printedThreshold);
  const path = (norm, angle) => Array.from({ length: POINTS + 1 }, (_, k) => planarFlow(norm, angle, longest * (k / POINTS) ** 2));
  const BACKGROUND = FIELD.map(([norm, degrees]) => path(norm, degrees / DEGREE));

  /** What both pictures on the left have in common; `place` maps (norm, angle) to pixels. */
  function drawFlow(plot, pen, now, here, place) {
    const colour = now.angle === Math.PI || now.norm === 0 ? theme.lost : theme.learned;
    pen.strokeStyle = theme.rule;
    pen.lineWidth = 1.3;
    for (const points of BACKGROUND) line(pen, points.map(place));
    pen.strokeStyle = theme.ink;
    pen.lineWidth = 2;
    line(pen, EXACT.map(place));
    if (now.printed) {
      pen.setLineDash([7, 5]);
      pen.strokeStyle = theme.lost;
      line(pen, PRINTED.map(place));
      pen.setLineDash([]);
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    if (now.norm > 0) line(pen, path(now.norm, now.angle).map(place));
    if (here) marker(pen, ...here, 4, colour, true, theme);
    return colour;
  }

  function fill(pen, points) {
    pen.fillStyle = theme.shade;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    pen.closePath();
    pen.fill();
  }

  function drawWeights(now, later) {
    const top = room(), pen = weights.begin({ x: [-top, top], y: [0, top] }, theme), far = 1e5;
    const at = ([x, y]) => [clamp(weights.x(x), -far, far), clamp(weights.y(y), -far, far)];
    const place = (point) => at(shown(cartesian(point)));
    let colour;
    weights.clip(() => {
      fill(pen, [...EXACT.map(place), at([0, 0])]);
      pen.strokeStyle = theme.rule;
      pen.lineWidth = 1;
      line(pen, [[weights.x(0), weights.area.y], [weights.x(0), weights.area.y + weights.area.h]]);
      pen.strokeStyle = theme.ink;
      pen.setLineDash([2, 4]);
      line(pen, Array.from({ length: 91 }, (_, k) => at(shown([1 + Math.cos((k * Math.PI) / 90), Math.sin((k * Math.PI) / 90)]))));
      pen.setLineDash([]);
      colour = drawFlow(weights, pen, now, now.norm > 0 && now.angle < Math.PI ? place(later) : null, place);
    });
    weights.axes({ xTicks: ticks(-top, top, 8), yTicks: ticks(0, top, 4), xName: now.stretched ? "along v, divided by 1 \u2212 \u03b8/\u03c0" : "weight along v",
      yName: now.stretched ? "across v, divided by 1 \u2212 \u03b8/\u03c0" : "weight across v" });
    drawTarget(pen, ...at([1, 0]), theme);
    const spot = at(shownStart());
    marker(pen, ...spot, 7, colour, true, theme);
    label(pen, "start", spot[0] + 12, spot[1] - 9, theme);
    grip.place([`angle ${format(now.angle * DEGREE, 1)} degrees, norm ${format(now.norm)}`]);
  }

  function drawPhase(now, later) {
    const pen = phase.begin({ x: [0, 180], y: [0, extent] }, theme), at = ([norm, angle]) => [phase.x(angle * DEGREE), phase.y(norm)];
    let colour;
    phase.clip(() => {
      fill(pen, [...EXACT.map(at), at([0, 0])]);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1;
      pen.setLineDash([2, 4]);
      line(pen, Array.from({ length: 91 }, (_, k) => at([2 * Math.cos((k * Math.PI) / 180), (k * Math.PI) / 180])));
      pen.setLineDash([]);
      colour = drawFlow(phase, pen, now, now.norm > 0 ? at(later) : null, at);
    });
    phase.axes({ xTicks: [0, 45, 90, 135, 180].map((x) => [x, `${x}\u00b0`]), yTicks: ticks(0, extent, 4), xName: "angle to the target", yName: "norm |w| / |v|" });
    drawTarget(pen, ...at([1, 0]), theme);
    marker(pen, ...at([Math.min(now.norm, extent), now.angle]), 7, colour, true, theme);
    turned.place([`angle ${format(now.angle * DEGREE, 1)} degrees, norm ${format(now.norm)}`]);
  }

  function drawTime(plot, now, top, yTicks, yName, values, dashed) {
    const pen = plot.begin({ x: [0, longest], y: [0, top] }, theme), at = ([t, y]) => [plot.x(t), plot.y(y)];
    plot.clip(() => {
      pen.strokeStyle = theme.rule;
      pen.lineWidth = 1;
      line(pen, [at([now.time, 0]), at([now.time, top])]);
      if (now.norm === 0) return;
      if (dashed) {
        pen.strokeStyle = theme.ink;
        pen.lineWidth = 1.8;
        line(pen, dashed.map(at));
      }
      const colour = pen.strokeStyle = now.angle === Math.PI ? theme.lost : theme.learned;
      pen.lineWidth = 3;
      line(pen, values.map(at));
      marker(pen, ...at([now.time, values.here]), 4, colour, true, theme);
    });
    plot.axes({ xTicks: ticks(0, longest, 4), yTicks, xName: "time t, in units of 1/s\u2082", yName });
  }

  function tell(now, later) {
    const turn = now.norm > 0 ? turningTime(now.norm, now.angle) : NaN, lost = now.norm === 0 || now.angle === Math.PI;
    const [norm, angle] = later, distance = now.norm > 0 ? Math.hypot(norm - 1, 2 * Math.sqrt(norm) * Math.sin(angle / 2)) : 1;
    const show = (name, value, text) => {
      numbers[name].value = Number.isFinite(value) ? String(value) : "";
      numbers[name].textContent = text ?? (Number.isFinite(value) ? format(value, 4) : "\u2013");
    };
    show("angle", angle * DEGREE, now.norm > 0 ? `${format(angle * DEGREE, 2)}\u00b0` : "\u2013");
    show("norm", norm);
    show("distance", distance);
    show("loss", now.norm > 0 ? 4 * planarLoss(norm, angle) : 1);
    show("threshold", now.norm > 0 ? normThreshold(now.angle) : NaN);
    show("turn", turn, Number.isFinite(turn) ? `t = ${format(turn)}` : now.norm > 0 ? "for ever" : "\u2013");
    badge.textContent = lost ? "Lost." : "Learned.";
    const safe = Math.hypot(now.start[0] - 1, now.start[1]) < 1;
    const why = now.norm === 0 ? "At the origin the flow rests, by convention."
      : lost ? "Exactly opposite to the target nothing turns the weights: they shrink to 0, and the loss tends to F(0)."
        : safe ? "Nearer to the target than the origin is, and never further from it." : "The angle is below 180\u00b0 and falls at every moment.";
    const sized = lost ? "" : turn === 0 ? " The norm grows from the start." : Number.isFinite(turn)
      ? ` The norm falls until t = ${format(turn)}, then grows.` : " The norm falls for ever, towards 1.";
    words.textContent = why + sized;
    code.textContent = lost ? "" : safe ? "SAFE_BALL" : "angle < 180\u00b0";
    Object.assign(root.dataset, { fate: lost ? "lost" : "learned", turn: String(turn) });
    return `Start: angle ${format(now.angle * DEGREE, 1)} degrees, norm ${format(now.norm)}. ${badge.textContent} ${words.textContent}`;
  }

  function draw() {
    const half = (weights.box.clientWidth - 54) / 2 + 62, moved = weights.fit(half), also = phase.fit(Math.max(190, 0.75 * half));
    const beside = angles.box.offsetLeft > weights.box.offsetLeft + 40, tall = beside ? (weights.height + phase.height) / 2 : 190;
    const wide = [angles, norms].map((plot) => plot.fit(tall)), plots = [weights, phase, angles, norms];
    if (plots.some((plot) => plot.width < 40)) return;
    if (moved || also || wide.some(Boolean)) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = state(), later = along(now, now.time);
    const times = Array.from({ length: 161 }, (_, k) => (longest * k) / 160), run = times.map((t) => along(now, t));
    drawWeights(now, later);
    drawPhase(now, later);
    const over = (pick) => Object.assign(times.map((t, k) => [t, pick(run[k])]), { here: pick(later) });
    drawTime(angles, now, 185, [0, 45, 90, 135, 180].map((x) => [x, `${x}\u00b0`]), "angle", over(([, angle]) => angle * DEGREE));
    const top = Math.max(1.15, 1.05 * now.norm);
    drawTime(norms, now, top, ticks(0, top, 4), "norm (thick) and its threshold", over(([norm]) => norm), over(([, angle]) => (angle >= 0 ? normThreshold(angle) : 0)));
    const text = tell(now, later);
    clock.set(now.time, format(now.time));
    thresholdButton.disabled = now.norm === 0 || now.angle === Math.PI; // no angle; the threshold is 0
    playButton.textContent = playing ? "Pause" : "Play";
    stretchButton.setAttribute("aria-pressed", String(now.stretched));
    printedButton.setAttribute("aria-pressed", String(now.printed));
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

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["start", "time", "stretched", "printed"], ask, paint);
  return () => {
    cancelAnimationFrame(playing);
    speak.stop();
    unhook();
  };
}

export default { render };
