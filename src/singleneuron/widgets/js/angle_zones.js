// "The angle decides": the half plane of weights in zones, the flow's path from one start, its angle in time.
import { capProbability } from "./beta.js";
import { blindForEver, flowCurve, lostRadius } from "./curve.js";
import { drawTarget, marker } from "./plane.js";
import { problem } from "./problem.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";

const DEGREE = 180 / Math.PI, ROUGH = 1e-7; // the quadrature along a path
const QUICK = { steps: 40 }, FULL = { steps: 400 }, REST = 250; // while dragging, and after that many milliseconds
const ALIVE = 0.95; // the target's bias is at least -ALIVE c

/** The problem of a ball with target weights of length 1. */
export function zonesOf({ dim, c, offset }, rtol = 1e-10) {
  return problem({ kind: "ball", dim, radius: c }, [1, 0, offset], rtol);
}

/** The flow's path from w = (p, q, b) and the fate that is proved of it. */
export function followFrom(state, w, { steps }) {
  const run = flowCurve(zonesOf(state, ROUGH), w, { steps, rtol: ROUGH }), { certificate } = run;
  const fate = certificate === "NONE" ? "undecided" : ["DEAD", "BLIND", "LOST_BALL"].includes(certificate) ? "lost" : "learned";
  return { ...run, fate };
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), { extent } = limits;
  const margin = { left: 40, right: 14, top: 24, bottom: 38 }, grab = { class: "sn-grab", tabindex: "0", role: "application" };
  const plane = new Plot({ margin, attributes: grab, label: "Half plane of weights, along the target and across. Arrow keys move the start." });
  const angles = new Plot({ margin, attributes: grab, label: "Angle to the target against time. Arrow keys move the mark along the path." });
  const sizes = new Plot({ margin, attributes: { role: "img" }, label: "Length of the weights and bias against time" });
  const speak = voice();
  let theme = inks(pageIsDark()), frame = 0, key = "", known = null, full = false, waiting = 0, note = "", limit = {};

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { note = ""; write(changes); };
  const inside = (name) => (Number.isFinite(get(name)) ? clamp(get(name), ...limits[name]) : limits[name][0]);
  const onPlane = (point) => {
    const [p, q] = [0, 1].map((i) => (Number.isFinite(point?.[i]) ? point[i] : 0));
    return [clamp(p, -extent, extent), clamp(q, 0, extent)];
  };
  const state = () => {
    const dim = limits.dims.includes(get("dim")) ? get("dim") : limits.dims[0], c = inside("c"), bias = inside("bias");
    return { dim, c, bias, offset: Math.max(inside("offset"), -ALIVE * c), start: onPlane(get("start")), time: inside("time") };
  };
  const move = (start) => byHand({ start: onPlane(start) });
  /** Turns the start to an angle, keeping its length where the plane allows it. */
  const turnTo = (angle, length) => {
    const { start } = state(), size = length ?? (Math.hypot(...start) || 1), [x, y] = [Math.cos(angle), Math.max(0, Math.sin(angle))];
    const room = Math.min(size, extent / Math.max(Math.abs(x), y));
    move([room * x, room * y]);
  };

  /** Everything about the state; the path is followed again only if it has to be. */
  function look() {
    const now = state(), w = [...now.start, now.bias], wanted = [now.dim, now.c, now.offset, ...w].join();
    if (wanted !== key || (full && !known.full)) {
      if (wanted !== key) full = false;
      const here = zonesOf(now), a = Math.hypot(w[0], w[1]), { beta } = here, theta = here.angle(w), dead = here.isDead(w);
      const alpha = a > 0 ? 2 * Math.atan2(Math.sqrt(Math.max(0, now.c * a + now.bias)), Math.sqrt(Math.max(0, now.c * a - now.bias))) : now.bias > 0 ? Math.PI : 0;
      const [own, cross] = here.moments([...now.start, 0]), rho = own > 0 ? (2 * cross * a) / own : 0;
      const z = [w[0], w[1], -now.c * a], low = here.height(w);
      known = {
        full, w, here, beta, theta, alpha, dead, rho, a, safe: here.safeRadius, lost: lostRadius(here, z), low,
        blind: here.isBlind(w), excess: here.excessLoss(w) / here.trivialLoss,
        always: capProbability(beta, now.dim), never: 1 - capProbability(Math.min(Math.PI, beta + Math.PI / 2), now.dim),
        run: followFrom(now, w, full ? FULL : QUICK),
      };
      key = wanted;
      clearTimeout(waiting);
      if (!full) waiting = setTimeout(() => { full = true; ask(); }, REST);
    }
    return { ...now, ...known };
  }

  /** The state of the path at a share of its time: [p, q, b] and log(1 + t). */
  function along({ points, times }, share) {
    const t = share * times[times.length - 1];
    let k = 1;
    while (k < times.length - 1 && times[k] < t) k += 1;
    if (times.length < 2) return { w: points[0], t: 0 };
    const s = times[k] > times[k - 1] ? clamp((t - times[k - 1]) / (times[k] - times[k - 1]), 0, 1) : 1;
    return { w: points[k].map((x, i) => points[k - 1][i] + s * (x - points[k - 1][i])), t };
  }

  // -------------------------------------------------------------- controls
  const dims = limits.dims.map((dim) => button(`d = ${dim}`, () => byHand({ dim }), { "data-dim": dim }));
  const offsets = slider({
    name: "target\u2019s bias", min: limits.offset[0], max: limits.offset[1], step: 0.05,
    onchange: (offset) => {
      const least = -ALIVE * state().c;
      byHand({ offset: Math.max(offset, least) });
      if (offset < least) note = "A target that is silent on all inputs teaches nothing: its bias stays above \u2212c.";
    },
  });
  const radii = slider({ name: "radius c", min: limits.c[0], max: limits.c[1], step: 0.05, onchange: (c) => byHand({ c }) });
  const biases = slider({ name: "start\u2019s bias", min: limits.bias[0], max: limits.bias[1], step: 0.05, onchange: (bias) => byHand({ bias }) });
  const clock = slider({ name: "along the path", min: 0, max: 1, step: 0.01, onchange: (time) => write({ time }) });
  const actions = [
    button("\u03b8 = \u03b2", () => turnTo(look().beta), { "data-action": "beta" }),
    button("\u03b8 = \u03b1 + \u03b2", () => { const { alpha, beta } = look(); turnTo(Math.min(Math.PI, alpha + beta)); }, { "data-action": "blind" }),
    button("length \u03c1*(\u03b8), bias 0", () => {
      const { theta, rho } = look();
      write({ bias: 0 });
      if (rho > 0) turnTo(theta, rho);
      if (!(rho > 0)) note = "In this direction no length is better than silence.";
      else if (rho > extent) note = "\u03c1* lies outside the picture.";
      ask();
    }, { "data-action": "limit" }),
    button("bias 0", () => byHand({ bias: 0 }), { "data-action": "flat" }),
  ];
  const noteBox = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), words = element("span"), code = element("code");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", code);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["theta", "\u03b8 at the start"], ["beta", "\u03b2"], ["alpha", "\u03b1 + \u03b2"], ["length", "length"], ["rho", "\u03c1*(\u03b8)"],
    ["excess", "F/F(0) \u2212 1"], ["always", "share below \u03b2"], ["never", "above \u03c0/2 + \u03b2"],
    ["safe", "safe ball"], ["lost", "lost ball"], ["low", "start above z by"], ["later", "\u03b8 at the mark"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const patch = (name) => element("span", { style: `width:18px;height:12px;opacity:0.35;background:var(--sn-${name})`, "aria-hidden": "true" });
  const rim = (style) => element("span", { style: `width:22px;border-top:${style}`, "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, patch("learned"), "\u03b8 < \u03b2"), element("li", {}, patch("lost"), "blind at this bias"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead"),
    element("li", {}, rim("2px solid var(--sn-ink)"), "\u03c1*, at bias 0"),
    element("li", {}, rim("3px dotted var(--sn-learned)"), "safe ball"), element("li", {}, rim("3px dotted var(--sn-lost)"), "lost ball about z, the dead neuron below the start"),
    element("li", {}, "balls: thick at this bias, thin their outline"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: the angle decides" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Number of inputs" }, ...dims),
    element("p", { class: "sn-hint" }, "Drag the start, or the mark in the picture of the angle; or use the arrow keys, with Shift for small moves. The star is the target."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, ...actions),
        element("div", { class: "sn-sliders" }, offsets.node, radii.node, biases.node, clock.node), noteBox),
      element("div", { class: "sn-second" }, angles.box, sizes.box)),
    readout, speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [{
    name: "start", label: "start: its weights along the target and across", get: () => state().start, set: move,
  }], { step: extent / 60 });
  const longest = () => Math.max(known?.run.times[known.run.times.length - 1] ?? 0, 1e-9);
  const mark = handles(angles, [{
    name: "mark", label: "mark: its place on the path",
    get: () => { const now = look(), here = along(now.run, now.time); return [here.t, now.here.angle(here.w) * DEGREE]; },
    set: ([t]) => write({ time: clamp(t / longest(), 0, 1) }),
  }], { step: 0.2 });

  // -------------------------------------------------------------- pictures
  /** The wedge of directions between two angles, as a path. */
  function wedge(pen, at, low, high) {
    const far = 4 * extent, count = 24;
    pen.beginPath();
    pen.lineTo(...at([0, 0]));
    for (let k = 0; k <= count; k += 1) {
      const angle = low + ((high - low) * k) / count;
      pen.lineTo(...at([far * Math.cos(angle), far * Math.sin(angle)]));
    }
    pen.closePath();
  }

  function circle(pen, [x, y], radius, colour, width) {
    Object.assign(pen, { strokeStyle: colour, lineWidth: width });
    pen.setLineDash(width > 2 ? [1, 6] : [2, 4]);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawPlane(now, here) {
    const { beta, bias, c, w, run, safe, lost, low } = now;
    const pen = plane.begin({ x: [-extent, extent], y: [0, extent] }, theme), at = ([p, q]) => [plane.x(p), plane.y(q)];
    const unit = plane.area.w / (2 * extent), colour = theme[run.fate], ray = (angle) => line(pen, [at([0, 0]), at([4 * extent * Math.cos(angle), 4 * extent * Math.sin(angle)])]);
    plane.clip(() => {
      pen.globalAlpha = 0.2;
      pen.fillStyle = theme.learned;
      wedge(pen, at, 0, beta);
      pen.fill();
      if (beta < Math.PI) { // blind: beyond beta, and beyond the line that the rim of the target's cap draws
        const [x, y] = [Math.cos(beta), Math.sin(beta)], foot = -bias / c, far = 6 * extent;
        pen.save();
        wedge(pen, at, beta, Math.PI);
        pen.clip();
        pen.fillStyle = blindForEver(now.here, bias) ? theme.lost : theme.undecided;
        pen.beginPath();
        for (const [s, t] of [[foot, -far], [foot, far], [foot - 2 * far, far], [foot - 2 * far, -far]]) pen.lineTo(...at([s * x - t * y, s * y + t * x]));
        pen.fill();
        pen.restore();
      }
      pen.globalAlpha = 1;
      if (bias < 0) drawDead(pen, at([0, 0]), (-bias / c) * unit);
      Object.assign(pen, { strokeStyle: theme.ink, lineWidth: 1.2 });
      pen.setLineDash([5, 4]);
      ray(beta);
      if (beta < Math.PI / 2) ray(beta + Math.PI / 2);
      pen.setLineDash([]);
      if (bias === 0) drawLimit(pen, now, at);
      const slice = safe ** 2 - (bias - now.offset) ** 2, other = lost ** 2 - low ** 2;
      for (const [middle, radius, cut, shade] of [[[1, 0], safe, slice, theme.learned], [w, lost, low < 0 ? 0 : other, theme.lost]]) {
        circle(pen, at(middle), radius * unit, shade, 1); // its outline, seen along the bias
        if (cut > 0) circle(pen, at(middle), Math.sqrt(cut) * unit, shade, 3);
      }
      Object.assign(pen, { strokeStyle: theme.paper, lineWidth: 5, globalAlpha: 0.8 });
      const path = run.points.map((point) => at([point[0], Math.abs(point[1])]));
      line(pen, path);
      Object.assign(pen, { strokeStyle: colour, lineWidth: 2.6, globalAlpha: 1 });
      line(pen, path);
    });
    plane.axes({ xTicks: ticks(-extent, extent, 8), yTicks: ticks(0, extent, 4), xName: "weight along the target", yName: `weight across, at bias ${format(bias)}` });
    drawTarget(pen, ...at([1, 0]), theme);
    const [x, y] = at(w);
    marker(pen, x, y, 7, colour, run.fate !== "undecided", theme);
    marker(pen, ...at([here.w[0], Math.abs(here.w[1])]), 4, theme.ink, true, theme);
    const right = x < plane.area.x + plane.area.w - 60;
    label(pen, "start", x + (right ? 12 : -12), Math.max(y - 9, plane.area.y + 14), theme, right ? "left" : "right");
    grip.place([`along ${format(w[0])}, across ${format(w[1])}; angle ${format(now.theta * DEGREE, 1)} degrees, length ${format(now.a)}`]);
  }

  function drawDead(pen, [x, y], radius) {
    const { area } = plane;
    pen.save();
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fillStyle = theme.paper;
    pen.fill();
    pen.clip();
    Object.assign(pen, { strokeStyle: theme.lost, lineWidth: 1.2, globalAlpha: 0.6 });
    for (let s = area.x - area.h; s < area.x + area.w; s += 9) line(pen, [[s, area.y + area.h], [s + area.h, area.y]]);
    pen.restore();
    Object.assign(pen, { strokeStyle: theme.lost, lineWidth: 1.6 });
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.stroke();
  }

  /** The longest weights with bias 0 that are better than silence, direction by direction. */
  function drawLimit(pen, { here, beta, dim, c, offset }, at) {
    const name = [dim, c, offset].join();
    if (limit.name !== name) {
      const last = Math.min(Math.PI, beta + Math.PI / 2), points = [];
      for (let k = 0; k <= 60; k += 1) {
        const angle = (last * k) / 60, u = [Math.cos(angle), Math.sin(angle)], [own, cross] = here.moments([...u, 0]);
        const length = Math.min((2 * cross) / own, 8 * extent);
        points.push([length * u[0], length * u[1]]);
      }
      limit = { name, points };
    }
    Object.assign(pen, { strokeStyle: theme.ink, lineWidth: 1.8 });
    line(pen, limit.points.map(at));
  }

  /** Ticks of log(1 + t): powers of ten, as few as fit. */
  function timeTicks(last) {
    const tens = Math.LN10, most = last / tens, step = [1, 2, 5, 10, 20, 50, 100].find((s) => most / s <= 5) ?? 100, marks = [[0, "0"]];
    if (most < 1) return [[0, "0"], ...[0.5, 1, 2, 5].filter((t) => Math.log1p(t) <= last).map((t) => [Math.log1p(t), String(t)])];
    const raised = (k) => [...String(k)].map((s) => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[+s]).join("");
    for (let k = step; k <= most; k += step) marks.push([Math.log1p(10 ** k), k < 4 ? String(10 ** k) : `10${raised(k)}`]);
    return marks;
  }

  function drawAngles(now, here) {
    const { run, beta } = now, last = longest(), pen = angles.begin({ x: [0, last], y: [0, 184] }, theme), at = (t, y) => [angles.x(t), angles.y(y)];
    const high = Math.min(Math.PI, beta + Math.PI / 2) * DEGREE;
    angles.clip(() => {
      pen.globalAlpha = 0.2;
      for (const [name, low, top] of [["learned", 0, beta * DEGREE], ["lost", high, 184]]) {
        pen.fillStyle = theme[name];
        if (low < 180) pen.fillRect(angles.area.x, angles.y(top), angles.area.w, angles.y(low) - angles.y(top));
      }
      Object.assign(pen, { globalAlpha: 1, strokeStyle: theme[run.fate], lineWidth: 3 });
      line(pen, run.points.map((point, k) => at(run.times[k], now.here.angle(point) * DEGREE)));
    });
    angles.axes({ xTicks: timeTicks(last), yTicks: [0, 45, 90, 135, 180].map((x) => [x, `${x}\u00b0`]), xName: "time t, as log(1 + t)", yName: "angle to the target" });
    label(pen, "\u03b2", angles.area.x + angles.area.w - 6, angles.y(beta * DEGREE) + 14, theme, "right");
    if (high < 175) label(pen, "\u03c0/2 + \u03b2", angles.area.x + angles.area.w - 6, angles.y(high) - 5, theme, "right");
    const k = Math.min(run.at, run.points.length - 1);
    marker(pen, ...at(run.times[k], now.here.angle(run.points[k]) * DEGREE), 5, theme[run.fate], run.fate !== "undecided", theme);
    marker(pen, ...at(here.t, now.here.angle(here.w) * DEGREE), 4, theme.ink, true, theme);
    mark.place([`angle ${format(now.here.angle(here.w) * DEGREE, 1)} degrees, length ${format(Math.hypot(here.w[0], here.w[1]))}, bias ${format(here.w[2])}`]);
  }

  function drawSizes({ run, offset }, here) {
    const lengths = run.points.map((point) => Math.hypot(point[0], point[1])), all = [...lengths, ...run.points.map((point) => point[2]), 0, offset];
    const pad = 0.08 * Math.max(1, Math.max(...all) - Math.min(...all)), low = Math.min(...all) - pad, high = Math.max(...all) + pad;
    const pen = sizes.begin({ x: [0, longest()], y: [low, high] }, theme), at = (t, y) => [sizes.x(t), sizes.y(y)];
    sizes.clip(() => {
      Object.assign(pen, { strokeStyle: theme.rule, lineWidth: 1 });
      line(pen, [at(0, 0), at(longest(), 0)]);
      line(pen, [at(here.t, low), at(here.t, high)]);
      Object.assign(pen, { strokeStyle: theme[run.fate], lineWidth: 3 });
      line(pen, lengths.map((y, k) => at(run.times[k], y)));
      pen.setLineDash([6, 4]);
      line(pen, run.points.map((point, k) => at(run.times[k], point[2])));
      pen.setLineDash([]);
    });
    sizes.axes({ xTicks: timeTicks(longest()), yTicks: ticks(low, high, 4), xName: "time t, as log(1 + t)", yName: "length (line) and bias (dashed)" });
  }

  function tell(now, here) {
    const { run, theta, beta, alpha, rho, a } = now, show = (name, value, text) => {
      numbers[name].value = Number.isFinite(value) ? String(value) : "";
      numbers[name].textContent = Number.isFinite(value) ? text ?? format(value, 3) : "\u2013";
    };
    const degrees = (x) => `${format(x * DEGREE, 1)}\u00b0`, later = now.here.angle(here.w);
    show("theta", a > 0 ? theta : NaN, degrees(theta));
    show("beta", beta, degrees(beta));
    show("alpha", alpha + beta, degrees(alpha + beta));
    show("length", a);
    show("rho", a > 0 ? rho : NaN);
    for (const name of ["excess", "always", "never", "safe", "lost"]) show(name, now[name]);
    show("low", Math.max(0, now.low));
    show("later", later, degrees(later));
    const zone = now.dead ? "dead" : a === 0 ? "no direction" : theta < beta ? "always" : now.blind ? "blind" : "between";
    const where = {
      dead: "The start answers to no input.",
      "no direction": "The weights are 0 and have no angle; the first move is along the target.",
      always: `The angle ${degrees(theta)} is below \u03b2 = ${degrees(beta)}: no length and no bias can spoil it.`,
      blind: `The angle ${degrees(theta)} is at least \u03b1 + \u03b2 = ${degrees(alpha + beta)}: the start is blind${blindForEver(now.here, now.bias) ? ", and remains so" : ", but with a positive bias and wide inputs it may yet escape"}.`,
      between: `The angle ${degrees(theta)} lies between \u03b2 = ${degrees(beta)} and \u03b1 + \u03b2 = ${degrees(alpha + beta)}: there the length and the bias decide.`,
    }[zone];
    const t = Math.expm1(run.times[Math.min(run.at, run.times.length - 1)]);
    const why = {
      ANGLE: run.at ? `At t = ${format(t)} the angle is below \u03b2.` : "", DEAD: run.at ? "It reaches the dead cone." : "",
      BLIND: run.at ? `At t = ${format(t)} it is blind for ever.` : "", LOST_BALL: "It is in the lost ball about z.",
      SAFE_BALL: `${run.at ? `At t = ${format(t)} it` : "It"} is in the safe ball.`,
      BELOW_TRIVIAL: `${run.at ? `At t = ${format(t)} the` : "The"} loss is below that of silence.`, NONE: "Nothing is proved within the figure\u2019s budget.",
    }[run.certificate];
    badge.textContent = { learned: "Learned.", lost: "Lost.", undecided: "Undecided." }[run.fate];
    words.textContent = [where, why].filter(Boolean).join(" ");
    code.textContent = run.certificate;
    verdictBox.classList.toggle("sn-certified", run.fate !== "undecided");
    Object.assign(root.dataset, { fate: run.fate, certificate: run.certificate, zone, full: String(now.full) });
    return `Dimension ${now.dim}, radius ${format(now.c)}, bias of the target ${format(now.offset)}. ${badge.textContent} ${words.textContent}`;
  }

  function draw() {
    const moved = plane.fit((plane.box.clientWidth - margin.left - margin.right) / 2 + margin.top + margin.bottom);
    const beside = angles.box.offsetLeft > plane.box.offsetLeft + 40, tall = beside ? Math.max(170, plane.height * 0.62) : 190;
    const others = [angles, sizes].map((plot) => plot.fit(tall)), plots = [plane, angles, sizes];
    if (plots.some((plot) => plot.width < 60)) return;
    if (moved || others.some(Boolean)) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = look(), here = along(now.run, now.time);
    drawPlane(now, here);
    drawAngles(now, here);
    drawSizes(now, here);
    const text = tell(now, here);
    for (const one of dims) one.setAttribute("aria-pressed", String(Number(one.dataset.dim) === now.dim));
    offsets.set(now.offset, format(now.offset));
    radii.set(now.c, format(now.c));
    biases.set(now.bias, format(now.bias));
    clock.set(now.time, `t = ${format(Math.expm1(here.t), here.t < 3 ? 1 : 0)}`);
    noteBox.textContent = note;
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

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["dim", "c", "offset", "start", "bias", "time"], ask, paint);
  return () => {
    clearTimeout(waiting);
    speak.stop();
    unhook();
  };
}

export default { render };
