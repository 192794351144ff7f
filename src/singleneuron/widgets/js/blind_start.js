// "Blind, then never": two caps on a ball of inputs, the shadow of the dead cone, and how many directions are blind.
import { capProbability } from "./beta.js";
import { marker, drawTarget } from "./plane.js";
import { problem } from "./problem.js";
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, prefersStill, slider,
  voice, keepDrawn,
} from "./ui.js";

const FAR = 1.2; // where the handle of a direction is, in units of the radius
const NAMES = ["dim", "radius", "angle", "offset", "bias", "steps"];
const CUTS = 80; // of the golden section: as in cones/blind.py

/** A run of descent from w with step size 1/L; `at(t)` computes no more of it than it is asked for. */
export function lazyRun(task, w) {
  const points = [w], eta = 1 / task.smoothness;
  return (t) => {
    while (points.length <= t) {
      const last = points[points.length - 1], g = task.gradient(last);
      points.push(last.map((x, i) => x - eta * g[i]));
    }
    return points[t];
  };
}

/**
 * The bias b/a from which a blind neuron sees again, c for the radius: where mu = k nu (Infinity: it never does).
 * mu and nu are the gradient of a neuron that looks away from a target which answers to next to nothing.
 */
export function turningBias(dim, radius) {
  if (radius * radius <= dim + 2) return Infinity;
  const end = radius * (1 - 1e-9), away = problem({ kind: "ball", dim, radius }, [1, 0, -end]), g = [0, 0, 0];
  let low = 0, high = end;
  for (let cut = 0; cut < 44; cut += 1) {
    const k = (low + high) / 2;
    away.gradient([-1, 0, k], g);
    if (-k * g[0] > g[2]) high = k; else low = k;
  }
  return high;
}

/** The least height max w.x on the segment between w and v, scaled to length one, and where: { height, share }. */
export function leastOnSegment(w, v, radius) {
  const unit = (u) => { const size = Math.hypot(...u) || 1; return u.map((x) => x / size); };
  const a = unit(w), b = unit(v), ratio = (Math.sqrt(5) - 1) / 2;
  const height = (s) => {
    const [p, q, lift] = a.map((x, i) => (1 - s) * x + s * b[i]);
    return radius * Math.hypot(p, q) + lift;
  };
  let best = [height(0), 0];
  const note = (s) => { const here = height(s); if (here < best[0]) best = [here, s]; return here; };
  note(1);
  let low = 0, high = 1, left = 1 - ratio, right = ratio, atLeft = note(left), atRight = note(right);
  for (let cut = 0; cut < CUTS; cut += 1) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - ratio * (high - low);
      atLeft = note(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + ratio * (high - low);
      atRight = note(right);
    }
  }
  return { height: best[0], share: best[1] };
}

/**
 * The plane through 0, w and v with the bias axis upwards: { w, v, at(u), half } in its coordinates. half: the half
 * angle of its wedge of dead neurons about straight down, null where it meets the dead cone in 0 only.
 */
export function shadowPlane(w, v, radius) {
  const dot = (x, y) => x[0] * y[0] + x[1] * y[1] + x[2] * y[2], size = Math.hypot(...v);
  const one = v.map((x) => x / size);
  const across = (u) => { const t = dot(u, one); return u.map((x, i) => x - t * one[i]); };
  let other = across(w);
  if (Math.hypot(...other) < 1e-9 * Math.hypot(...w)) other = across([0, 0, 1]);
  const length = Math.hypot(...other), two = other.map((x) => x / length), tilt = Math.hypot(one[2], two[2]);
  const up = tilt > 1e-12 ? [one[2] / tilt, two[2] / tilt] : [0, 1], side = up[1] < 0 ? [-up[1], up[0]] : [up[1], -up[0]];
  const at = (u) => { const x = dot(u, one), y = dot(u, two); return [side[0] * x + side[1] * y, up[0] * x + up[1] * y]; };
  const cosine = radius / (Math.hypot(1, radius) * tilt);
  return { at, half: cosine <= 1 ? Math.acos(cosine) : null };
}

/** alpha, the angle of the cap that w answers to; from the gap, so that small caps keep their digits. */
function capOf(task, w) {
  if (w[0] === 0 && w[1] === 0) return w[2] > 0 ? Math.PI : 0;
  return 2 * Math.asin(Math.sqrt(clamp(task.gap(w) / 2, 0, 1)));
}

/** What is known of the point w that a run is at, and why. */
export function judge(task, w, radius, border) {
  if (task.isDead(w)) return { kind: "dead", fate: "lost", name: "DEAD" };
  if (task.isBlind(w)) {
    const a = Math.hypot(w[0], w[1]), lasts = radius <= 1 || w[2] <= border * a;
    return lasts ? { kind: "blind", fate: "lost", name: "BLIND" } : { kind: "growing", fate: "undecided", name: "NONE" };
  }
  return task.excessMantissa(w)[0] < 0 ? { kind: "below", fate: "learned", name: "BELOW_TRIVIAL" }
    : { kind: "open", fate: "undecided", name: "NONE" };
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), speak = voice();
  const margin = { left: 8, right: 8, top: 24, bottom: 8 };
  const disc = new Plot({
    margin, label: "The disc of inputs spanned by target and neuron, with their caps. Arrow keys move what was held last; Tab reaches each.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const cone = new Plot({ margin, attributes: { role: "img" }, label: "The plane of parameters through zero, w and v: dead cone, shadow, and the segment from w to v" });
  const share = new Plot({ margin: { left: 8, right: 8, top: 24, bottom: 24 }, attributes: { role: "img" }, label: "Distribution of the angle to the target over random directions, blind ones shaded" });
  const plots = [disc, cone, share];
  let theme = inks(pageIsDark()), frame = 0, playing = false, note = "", taskKey = "", task = null, border = Infinity, runKey = "", run = null;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { playing = false; note = ""; write({ steps: 0, ...changes }); };
  const within = (name) => {
    const [low, high] = limits[name], value = get(name);
    const given = Number.isFinite(value) ? clamp(value, low, high) : name === "radius" ? 1 : low;
    return name === "dim" || name === "steps" ? Math.round(given) : given;
  };
  const state = () => Object.fromEntries(NAMES.map((name) => [name, within(name)]));
  const update = () => {
    const now = state(), { dim, radius, angle, offset, bias, steps } = now;
    const v = [1, 0, radius * offset], start = [Math.cos(angle), Math.sin(angle), radius * bias];
    if (`${[dim, radius, offset]}` !== taskKey) {
      taskKey = `${[dim, radius, offset]}`;
      task = problem({ kind: "ball", dim, radius }, v);
      border = turningBias(dim, radius);
      runKey = "";
    }
    if (`${start}` !== runKey) {
      runKey = `${start}`;
      run = lazyRun(task, start);
    }
    const w = run(steps), said = judge(task, w, radius, border);
    return { ...now, v, w, theta: task.angle(w), alpha: capOf(task, w), first: capOf(task, start), beta: task.beta, said };
  };

  // -------------------------------------------------------------- controls
  const [least, most] = limits.dim, dimAt = (k) => Math.round(least * (most / least) ** (k / 120));
  const placeOfDim = (dim) => (120 * Math.log(dim / least)) / Math.log(most / least);
  const stepAt = (k) => (k <= 10 ? k : Math.round(10 * 10 ** ((k - 10) / 20))), placeOf = (t) => (t <= 10 ? t : 10 + 20 * Math.log10(t / 10));
  const sliders = {
    dim: slider({ name: "dimension d", min: 0, max: 120, step: 1, onchange: (k) => byHand({ dim: dimAt(k) }) }),
    radius: slider({ name: "radius c", min: limits.radius[0], max: limits.radius[1], step: 0.05, onchange: (radius) => byHand({ radius }), mark: { at: 1, text: "1" } }),
    steps: slider({ name: "step", min: 0, max: 50, step: 1, onchange: (k) => { playing = false; write({ steps: stepAt(k) }); } }),
  };
  const playButton = button("Run descent", () => {
    if (playing) { playing = false; ask(); return; }
    if (prefersStill()) { write({ steps: limits.steps[1] }); return; }
    playing = true;
    write({ steps: 0 });
    ask();
  }, { class: "sn-button sn-main", "data-action": "run" });
  const actions = [
    playButton,
    button("Back to the start", () => byHand({}), { "data-action": "back" }),
    button("To the edge, \u03b8 = \u03b1 + \u03b2", () => {
      const { first, beta } = update(), edge = first + beta;
      byHand({ angle: Math.min(Math.PI, edge + 1e-9) }); // on the dark side of the rounding
      note = edge > Math.PI ? "\u03b1 + \u03b2 is more than half a turn: no direction is blind."
        : "A billionth beyond \u03b1 + \u03b2: the caps, and the segment and the cone, all but touch.";
    }, { "data-action": "edge" }),
    button("The target of the limit one half", () => {
      const { dim } = state();
      byHand({ offset: Math.max(limits.offset[0], -1 + 0.5 / dim ** 2), bias: 0 });
      note = "b\u1d65 = \u2212(1 \u2212 1/(2d\u00b2)) c|v\u0303|: change d and press again.";
    }, { "data-action": "half" }),
  ];
  const presets = Object.entries(get("presets")).map(([name, values]) => button(name, () => byHand(values), { "data-preset": name }));
  const noteLine = element("p", { class: "sn-note" });
  const badge = element("strong", { class: "sn-fate" }), words = element("span"), proof = element("code");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words, " ", proof);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["theta", "\u03b8"], ["alpha", "\u03b1"], ["beta", "\u03b2"], ["chance", "P(blind start)"], ["overlap", "overlap"], ["active", "P(w answers)"],
    ["excess", "F(w) \u2212 F(0)"], ["ratio", "k = b/a"], ["border", "border k*"], ["height", "least height"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const swatch = (name) => element("span", { class: "sn-scale", "data-swatch": name, "aria-hidden": "true" });
  const swatches = [swatch("target"), swatch("neuron")];
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, swatches[0], "the target answers"),
    element("li", {}, swatches[1], "the neuron answers"),
    element("li", {}, element("span", { class: "sn-level", "aria-hidden": "true" }), "its edge at the start"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead cone"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: blind starts" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Presets" }, ...presets),
    element("p", { class: "sn-hint" }, "Drag the direction of w, its edge, or the target\u2019s edge; or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, disc.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, ...actions),
        element("div", { class: "sn-sliders" }, ...Object.values(sliders).map(({ node }) => node)), noteLine),
      element("div", { class: "sn-second" }, cone.box, share.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const unitOf = ({ angle }) => [Math.cos(angle), Math.sin(angle)];
  const grip = handles(disc, [
    {
      name: "direction", label: "direction of w: angle to the target", get: () => unitOf(state()).map((x) => FAR * x),
      set: ([x, y]) => byHand({ angle: clamp(Math.atan2(Math.abs(y), x), ...limits.angle) }),
    },
    {
      name: "edge of w", label: "edge of w: its bias", get: () => { const now = state(); return unitOf(now).map((x) => -now.bias * x); },
      set: ([x, y]) => { const [cosine, sine] = unitOf(state()); byHand({ bias: clamp(-(x * cosine + y * sine), ...limits.bias) }); },
    },
    {
      name: "edge of the target", label: "edge of the target: its bias", get: () => [-state().offset, 0],
      set: ([x]) => byHand({ offset: clamp(-x, ...limits.offset) }),
    },
  ], { step: 1 / 40, onhold: () => ask() });

  // -------------------------------------------------------------- pictures
  /** The path of the cap of half angle `half` about the direction `turn`, on the disc. */
  function cap(pen, turn, half) {
    const count = 96;
    pen.beginPath();
    for (let k = 0; k <= count; k += 1) {
      const angle = turn + half * ((2 * k) / count - 1);
      pen.lineTo(disc.x(Math.cos(angle)), disc.y(Math.sin(angle)));
    }
    pen.closePath();
  }

  function shade(pen, colour, opacity) {
    pen.fillStyle = colour;
    pen.globalAlpha = opacity;
    pen.fill();
    pen.globalAlpha = 1;
  }

  function hatch(pen, { x, y, w, h }, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3;
    pen.globalAlpha = 0.6;
    for (let at = x - h; at < x + w; at += 9) line(pen, [[at, y + h], [at + h, y]]);
    pen.globalAlpha = 1;
  }

  function drawDisc(now) {
    const { theta, alpha, first, beta, angle, said, steps, bias, offset } = now, span = [-1.34, 1.34], colour = theme[said.fate];
    const pen = disc.begin({ x: span, y: span }, theme);
    cap(pen, 0, Math.PI);
    pen.strokeStyle = theme.quiet;
    pen.lineWidth = 1.4;
    pen.stroke();
    cap(pen, 0, beta);
    shade(pen, theme.target, 0.6);
    pen.strokeStyle = theme.ink;
    pen.stroke();
    if (alpha > 0) {
      cap(pen, theta, alpha);
      shade(pen, colour, 0.45);
      pen.strokeStyle = colour;
      pen.lineWidth = 2.2;
      pen.stroke();
      if (said.kind === "below" || said.kind === "open") { // what both answer to
        pen.save();
        cap(pen, theta, alpha);
        pen.clip();
        cap(pen, 0, beta);
        pen.clip();
        hatch(pen, disc.area, theme.ink);
        pen.restore();
      }
    }
    if (steps > 0) {
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1.6;
      pen.setLineDash([7, 4]);
      line(pen, [angle - first, angle + first].map((t) => [disc.x(Math.cos(t)), disc.y(Math.sin(t))]));
      pen.setLineDash([]);
    }
    const centre = [disc.x(0), disc.y(0)], along = (t, r) => [disc.x(r * Math.cos(t)), disc.y(r * Math.sin(t))];
    pen.strokeStyle = theme.ink;
    pen.lineWidth = 1.6;
    line(pen, [centre, along(0, FAR)]);
    line(pen, [centre, along(theta, steps > 0 ? 1.08 : FAR)]);
    drawTarget(pen, ...along(0, FAR), theme);
    marker(pen, ...along(angle, FAR), 7, colour, said.name !== "NONE", theme);
    marker(pen, ...along(angle, -bias), 4.5, theme.ink, false, theme);
    marker(pen, disc.x(-offset), disc.y(0), 4.5, theme.ink, true, theme);
    label(pen, "v\u0303", disc.x(FAR), disc.y(0) - 16, theme, "center");
    label(pen, "w\u0303", ...along(angle, FAR + 0.12).map((x, i) => x + (i ? 4 : 0)), theme, "center");
    pen.fillStyle = theme.ink;
    pen.textAlign = "left";
    pen.fillText(`Inputs, d = ${now.dim}, c = ${format(now.radius)}`, 2, 15);
    grip.place([
      `${(180 * angle / Math.PI).toFixed(1)} degrees`, `bias over c a ${format(bias, 3)}`, `bias over c times length of v ${format(offset, 3)}`,
    ]);
  }

  function drawCone(now, lowest) {
    const { w, v, radius, said } = now, span = [-1.3, 1.3], { at, half } = shadowPlane(w, v, radius);
    const unit = (u) => { const size = Math.hypot(...u) || 1; return u.map((x) => x / size); };
    const ends = [w, v].map((u) => at(unit(u))), [there, lamp] = ends, down = Math.atan2(-lamp[0], lamp[1]);
    cone.begin({ x: span, y: span }, theme);
    const wedge = (pen, low, high) => {
      pen.beginPath();
      pen.moveTo(cone.x(0), cone.y(0));
      for (let k = 0; k <= 24; k += 1) {
        const turn = low + ((high - low) * k) / 24;
        pen.lineTo(cone.x(9 * Math.sin(turn)), cone.y(-9 * Math.cos(turn)));
      }
      pen.closePath();
    };
    cone.clip((pen) => {
      if (half !== null) {
        wedge(pen, Math.min(-half, down), Math.max(half, down));
        shade(pen, theme.lost, 0.22);
        wedge(pen, -half, half);
        shade(pen, theme.lost, 0.3);
        pen.save();
        pen.clip();
        hatch(pen, cone.area, theme.lost);
        pen.restore();
        wedge(pen, -half, half);
        pen.strokeStyle = theme.lost;
        pen.lineWidth = 2;
        pen.stroke();
      }
      pen.strokeStyle = theme.quiet;
      pen.lineWidth = 1;
      pen.setLineDash([2, 4]);
      line(pen, [[cone.x(0), cone.y(0)], [cone.x(-9 * lamp[0]), cone.y(-9 * lamp[1])]]); // the shadow of 0
      pen.setLineDash([]);
      pen.strokeStyle = theme[said.fate];
      pen.lineWidth = 2.2;
      if (lowest.height <= 0) pen.setLineDash([6, 4]);
      line(pen, ends.map(([x, y]) => [cone.x(x), cone.y(y)]));
      pen.setLineDash([]);
    });
    const pen = cone.context, { area } = cone;
    pen.strokeStyle = theme.rule;
    pen.lineWidth = 1;
    pen.strokeRect(area.x + 0.5, area.y + 0.5, area.w - 1, area.h - 1);
    const [x, y] = there.map((s, i) => s + lowest.share * (lamp[i] - s));
    if (lowest.height <= 0) marker(pen, cone.x(x), cone.y(y), 3, theme.ink, true, theme);
    drawTarget(pen, cone.x(lamp[0]), cone.y(lamp[1]), theme);
    marker(pen, cone.x(there[0]), cone.y(there[1]), 6.5, theme[said.fate], said.name !== "NONE", theme);
    label(pen, "w", cone.x(there[0]), cone.y(there[1]) - 13, theme, "center");
    label(pen, "v, the lamp", clamp(cone.x(lamp[0]), area.x + 44, area.x + area.w - 44), cone.y(lamp[1]) + (lamp[1] < -0.4 ? 24 : -16), theme, "center");
    if (half !== null && half > 0.12) label(pen, "dead", cone.x(0), cone.y(-1.12), theme, "center");
    pen.fillStyle = theme.ink;
    pen.textAlign = "left";
    pen.fillText("Plane of 0, w and v, bias upwards", 2, 15);
  }

  function drawShare({ angle, first, beta, dim, chance }) {
    const middle = Math.PI / 2, room = Math.min(middle, 6 / Math.sqrt(dim)), ends = [middle - room, middle + room]; // where the directions are
    const pen = share.begin({ x: ends, y: [0, 1.12] }, theme), { area } = share, count = 240, meet = Math.max(ends[0], first + beta);
    const height = (t) => (dim === 2 ? 0.8 : Math.exp((dim - 2) * Math.log(Math.max(Math.sin(t), 1e-12))));
    const curve = (low, high) => Array.from({ length: count + 1 }, (_, k) => {
      const t = low + ((high - low) * k) / count;
      return [share.x(t), share.y(height(t))];
    });
    if (meet < ends[1]) {
      pen.beginPath();
      for (const point of [[share.x(meet), share.y(0)], ...curve(meet, ends[1]), [share.x(ends[1]), share.y(0)]]) pen.lineTo(...point);
      pen.closePath();
      shade(pen, theme.lost, 0.5);
      pen.strokeStyle = theme.lost;
      pen.lineWidth = 1.5;
      line(pen, [[share.x(meet), share.y(0)], [share.x(meet), share.y(1.05)]]);
    }
    pen.strokeStyle = theme.ink;
    pen.lineWidth = 2;
    line(pen, curve(...ends));
    pen.lineWidth = 1;
    pen.strokeStyle = theme.rule;
    line(pen, [[area.x, share.y(0)], [area.x + area.w, share.y(0)]]);
    const inside = clamp(angle, ...ends);
    marker(pen, share.x(inside), share.y(0), 5, theme.ink, inside === angle, theme); // hollow: further out
    pen.fillStyle = theme.quiet;
    for (const [t, align] of [[ends[0], "left"], [middle, "center"], [ends[1], "right"]]) {
      pen.textAlign = align;
      pen.fillText(`${Math.round((180 * t) / Math.PI)}\u00b0`, share.x(t), area.y + area.h + 16);
    }
    pen.fillStyle = theme.ink;
    pen.textAlign = "left";
    pen.fillText(`Random directions: blind ${format(chance, 4)}`, 2, 15);
  }

  /** The verdict: a badge and a sentence. */
  function sentence({ said, steps, radius, w, alpha, beta, theta }) {
    const when = steps === 0 ? "At the start" : steps === 1 ? "After one step" : `After ${steps} steps`, turn = (x) => `${(180 * x / Math.PI).toFixed(1)}\u00b0`;
    const apart = `\u03b8 = ${turn(theta)} is at least \u03b1 + \u03b2 = ${turn(alpha + beta)}: no input in common.`;
    const why = radius <= 1 ? "All inputs have length 1 or less: under any dynamics of the table it stays blind."
      : w[2] <= 0 ? "The bias is not positive: under the flow, and descent with \u03b7 \u2264 2/s\u2082, it stays blind."
        : `k = b/a = ${format(w[2] / Math.hypot(w[0], w[1]), 3)} is ${Number.isFinite(border) ? `at most k* = ${format(border, 3)}` : "below every border, as s\u2082 \u2264 1"}: under the flow, and descent with \u03b7 \u2264 1/s\u2082, it stays blind.`;
    return {
      dead: ["Lost.", `${when} no input makes the neuron positive.`],
      blind: ["Lost: blind for ever.", `${when} ${apart} ${why}`],
      growing: ["Blind, not for ever.", `${when} ${apart} But k = b/a = ${format(w[2] / Math.hypot(w[0], w[1]), 3)} is above k* = ${format(border, 3)}: its cap grows. Run descent.`],
      below: ["Learned.", `${when} the loss is below F(0): from here descent and flow reach the target.`],
      open: ["Not blind.", `${when} some inputs activate both, but F(w) \u2265 F(0): nothing is proved yet. Run descent.`],
    }[said.kind];
  }

  function draw() {
    if (playing) advance();
    const moved = disc.fit(disc.box.clientWidth - 16 + 32), beside = cone.box.offsetLeft > disc.box.offsetLeft + 40;
    const square = beside ? cone.box.clientWidth + 16 : Math.min(cone.box.clientWidth, 340) + 16;
    const resized = [moved, cone.fit(square), share.fit(beside ? Math.max(120, disc.height - square) : 150)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), { w, v, radius, said, steps } = now, lowest = leastOnSegment(w, v, radius);
    now.chance = now.first <= 0 ? 1 : capProbability(Math.PI - now.first - now.beta, now.dim);
    drawDisc(now);
    drawCone(now, lowest);
    drawShare(now);
    const a = Math.hypot(w[0], w[1]), degrees = (x) => (180 * x) / Math.PI;
    const show = (name, value, text = format(value, 3)) => { numbers[name].value = Number.isFinite(value) ? String(value) : ""; numbers[name].textContent = text; };
    for (const name of ["theta", "alpha", "beta"]) show(name, now[name], `${degrees(now[name]).toFixed(1)}\u00b0`);
    show("chance", now.chance, format(now.chance, 4));
    show("overlap", task.overlap(w));
    show("active", task.activeMass(w));
    show("excess", task.excessLoss(w));
    show("ratio", a > 0 ? w[2] / a : Infinity, a > 0 ? format(w[2] / a, 3) : "\u2013");
    show("border", border, Number.isFinite(border) ? format(border, 3) : "none");
    show("height", lowest.height);
    const [title, text] = sentence(now);
    badge.textContent = title;
    words.textContent = text;
    proof.textContent = said.name === "NONE" ? "no certificate" : said.name;
    verdictBox.classList.toggle("sn-certified", said.name !== "NONE");
    Object.assign(root.dataset, { fate: said.fate, kind: said.kind, certificate: said.name, playing });
    sliders.dim.set(Math.round(placeOfDim(now.dim)), String(now.dim));
    sliders.radius.set(radius, format(radius));
    sliders.steps.set(Math.round(placeOf(steps)), String(steps));
    playButton.textContent = playing ? "Stop" : "Run descent";
    noteLine.textContent = note || "Descent with step size 1/L, weights of length 1 at the start.";
    swatches[1].style.background = theme[said.fate];
    for (const one of presets) {
      const values = Object.entries(get("presets")[one.dataset.preset]);
      one.setAttribute("aria-pressed", String(values.every(([name, value]) => get(name) === value)));
    }
    if (!playing) {
      speak.say(`Dimension ${now.dim}, radius ${format(radius)}. Angle to the target ${degrees(now.theta).toFixed(1)} degrees, cap of the neuron ${degrees(now.alpha).toFixed(1)}, `
        + `of the target ${degrees(now.beta).toFixed(1)} degrees. ${title} ${text} A random direction is blind with probability ${format(now.chance, 4)}. ${note}`, frame === 0);
    }
    frame += 1;
    root.dataset.frames = frame;
    if (playing) ask();
  }

  /** The next picture of a run: one step, later more at a time. */
  function advance() {
    const { steps: t, said } = update(), end = limits.steps[1];
    if (t >= end || said.kind === "dead" || (said.kind === "below" && t > 300)) { playing = false; return; }
    write({ steps: Math.min(end, Math.max(t + 1, Math.round(1.04 * t))) });
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of ["learned", "lost", "undecided"]) root.style.setProperty(`--sn-${name}`, theme[name]);
    swatches[0].style.background = theme.target;
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, NAMES, ask, paint);
  return () => {
    playing = false;
    speak.stop();
    unhook();
  };
}

export default { render };
