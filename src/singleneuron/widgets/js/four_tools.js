// "Four tools": one step of descent in the plane of weight and bias, and the bounds that no step breaks.
import {
  Plot, button, clamp, element, format, handles, inks, label, line, onceAFrame, pageIsDark, slider, ticks, voice,
  keepDrawn,
} from "./ui.js";
import { HeatMap, drawGround, drawLevel, drawTarget, levelLine, marker, rays } from "./plane.js";
import { lineLaw, tools } from "./tools.js";

const ROOM = { left: 34, right: 8, top: 24, bottom: 38 };
const AWAKE = 0.05; // a target's largest value on the inputs is kept above this
const TIGHT = { law: "interval [\u22121, 1]", target: [0.1, 2], w: [0.1, 2.5], step_size: 2 };

/** A target that is silent on all inputs between `ends` gets more bias, and if need be less weight. */
export function awakeTarget([p, b], ends, extent) {
  const top = Math.max(p * ends[0], p * ends[1]);
  if (top + b >= AWAKE) return [p, b];
  if (AWAKE - top <= extent) return [p, AWAKE - top];
  return [p * ((extent - AWAKE) / -top), extent];
}

/** What one step did: "nearer", "same", "further" or "rests", and the words for it. */
export function outcome(now, step) {
  const { gradient, distance, distanceAfter, loss, lossAfter, inner } = now;
  const far = format(distance, 3), after = format(distanceAfter, 3);
  if (gradient[0] === 0 && gradient[1] === 0) {
    const why = distance === 0 ? "w is the target." : now.residual === 0 && loss > 0
      ? "Every input that w answers to is fitted, or there is none: g(w) = 0." : "g(w) = 0.";
    return { kind: "rests", badge: "At rest.", words: why };
  }
  const change = distanceAfter - distance, tiny = 1e-12 * (distance + Math.abs(inner));
  const kind = Math.abs(change) <= tiny ? "same" : change < 0 ? "nearer" : "further";
  const badge = { nearer: "Nearer.", same: "As far as before.", further: "Further away." }[kind];
  const limit = step <= 2
    ? "The step is at most 2/L, where no step leads further away."
    : kind === "further" ? "You found one, with a step longer than 2/L." : "Beyond 2/L nothing is promised; it went well here.";
  const risen = lossAfter - loss > 1e-12 * (loss + lossAfter) ? `The loss rises from ${format(loss, 3)} to ${format(lossAfter, 3)}.`
    : `The loss goes from ${format(loss, 3)} to ${format(lossAfter, 3)}.`;
  return { kind, badge, words: `Distance to the target ${far}, after the step ${after}. ${limit} ${risen}` };
}

export function render({ model, el }) {
  const get = (name) => model.get(name), limits = get("limits"), extent = limits.extent, laws = get("laws");
  const names = Object.keys(laws), prepared = Object.fromEntries(names.map((name) => [name, lineLaw(laws[name])]));
  const plane = new Plot({
    margin: ROOM,
    label: "Plane of weight and bias. Arrow keys move w or the target, whichever was held last; Tab reaches each.",
    attributes: { class: "sn-grab", tabindex: "0", role: "application" },
  });
  const bars = new Plot({ margin: { left: 4, right: 4, top: 20, bottom: 4 }, attributes: { role: "img" }, label: "The four quantities of tool 2 as bars" });
  const descent = new Plot({ margin: ROOM, attributes: { role: "img" }, label: "Loss after a step against the step size, and its quadratic bound" });
  const distance = new Plot({ margin: ROOM, attributes: { role: "img" }, label: "Squared distance to the target after a step against the step size, and its bound" });
  const plots = [plane, bars, descent, distance], heat = new HeatMap(), speak = voice();
  let theme = inks(pageIsDark()), mapKey = "", level = [], hereKey = "", here = null, trivial = 1, note = "", frame = 0;

  // -------------------------------------------------------------- state
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const byHand = (changes) => { note = ""; write(changes); };
  const inside = (point) => [0, 1].map((i) => (Number.isFinite(point?.[i]) ? clamp(point[i], -extent, extent) : 0));
  const state = () => {
    const name = names.includes(get("law")) ? get("law") : names[0], law = prepared[name];
    const size = get("step_size"), step = Number.isFinite(size) ? clamp(size, ...limits.step_size) : 1;
    return { name, law, step, w: inside(get("w")), v: awakeTarget(inside(get("target")), law.ends, extent) };
  };
  const update = () => {
    const now = state(), key = [now.name, ...now.v].join();
    if (key !== hereKey) {
      hereKey = key;
      here = now.law.towards(now.v);
      trivial = here(now.v).ww / 2;
    }
    return { ...now, ...tools(here, now.w, now.v, now.law.smoothness, now.step) };
  };

  // -------------------------------------------------------------- controls
  const choices = names.map((name) => button(name, () => byHand({ law: name }), { "data-law": name }));
  const steps = slider({
    name: "step size \u03b7", min: limits.step_size[0], max: limits.step_size[1], step: 0.05,
    onchange: (step_size) => byHand({ step_size }), mark: { at: 2, text: "2/L" },
  });
  const actions = [
    button("Take the step", () => {
      const { next } = update(), to = inside(next);
      note = to[0] === next[0] && to[1] === next[1] ? "" : "The step leaves the picture: w stops at its edge.";
      write({ w: to });
    }, { class: "sn-button sn-main", "data-action": "step" }),
    button("\u03b7 = 1/L", () => byHand({ step_size: 1 }), { "data-action": "one" }),
    button("\u03b7 = 2/L, the theory\u2019s limit", () => byHand({ step_size: 2 }), { "data-action": "two" }),
    button("A tight case", () => byHand(TIGHT), { "data-action": "tight" }),
  ];
  const noteLine = element("p", { class: "sn-note" });
  const badge = element("strong", {}), words = element("span");
  const verdictBox = element("p", { class: "sn-verdict" }, badge, " ", words);
  const numbers = {};
  const readout = element("dl", { class: "sn-numbers" }, ...[
    ["weight", "weight"], ["bias", "bias"], ["g1", "g, weight"], ["g2", "g, bias"], ["loss", "F(w)"], ["lossAfter", "F after"],
    ["distance", "|w \u2212 v|"], ["distanceAfter", "after"], ["inner", "\u27e8g, w \u2212 v\u27e9"], ["residual", "E r\u00b2"],
    ["steep", "|g|\u00b2/L"], ["shared", "on overlap"],
  ].map(([name, text]) => {
    numbers[name] = element("data", { "data-name": name });
    return element("div", {}, element("dt", {}, text), element("dd", {}, numbers[name]));
  }));
  const sample = (style) => element("span", { class: "sn-level", style, "aria-hidden": "true" });
  const scale = element("span", { class: "sn-scale", "aria-hidden": "true" });
  const legend = element("ul", { class: "sn-legend" },
    element("li", {}, scale, "excess loss: below, at, above F(0)"),
    element("li", {}, sample("border-top-style: solid"), "rim: the ends of steps up to 2/L lie inside"),
    element("li", {}, sample("border-top-style: dotted"), "rim: the ends of steps up to 1/L lie inside"),
    element("li", {}, "veiled: \u2212g(w) never points there"),
    element("li", {}, sample(""), "F(w) = F(0)"),
    element("li", {}, element("span", { class: "sn-hatch", "aria-hidden": "true" }), "dead cone"));
  const root = element("div", { class: "sn-figure", role: "group", "aria-label": "Live figure: four tools" },
    element("div", { class: "sn-row", role: "group", "aria-label": "Law of the inputs" }, ...choices),
    element("p", { class: "sn-hint" }, "Drag w or the target: the nearer one follows. Or use the arrow keys, with Shift for small moves."),
    element("div", { class: "sn-views" },
      element("div", { class: "sn-first" }, plane.box, legend),
      verdictBox,
      element("div", { class: "sn-controls" },
        element("div", { class: "sn-row" }, ...actions),
        element("div", { class: "sn-sliders" }, steps.node), noteLine),
      element("div", { class: "sn-second" }, bars.box, descent.box, distance.box)),
    readout,
    speak.node);
  el.replaceChildren(root);

  const grip = handles(plane, [
    { name: "w", get: () => state().w, set: (w) => byHand({ w: inside(w) }) },
    {
      name: "target", get: () => state().v, set: (point) => {
        const wanted = inside(point), v = awakeTarget(wanted, state().law.ends, extent);
        byHand({ target: v });
        if (v[0] !== wanted[0] || v[1] !== wanted[1]) note = "A target that is silent on all inputs teaches nothing: its bias is raised.";
      },
    },
  ], { step: extent / 60, onhold: () => ask() });

  // -------------------------------------------------------------- pictures
  function drawPlane(now) {
    const { name, law, w, v, next } = now, span = [-extent, extent];
    plane.begin({ x: span, y: span }, theme);
    const size = Math.round(Math.min(plane.area.w, 560)), key = [hereKey, size, theme.dark].join();
    if (key !== mapKey) {
      const table = rays(here);
      heat.draw(size, extent, table, trivial, theme);
      level = levelLine(table, extent);
      mapKey = key;
    }
    const at = ([p, b]) => [plane.x(p), plane.y(b)], unit = plane.area.w / (2 * extent);
    const [wx, wy] = at(w), [vx, vy] = at(v), [ex, ey] = at(next);
    plane.clip((pen) => {
      drawGround(pen, plane, heat, law.ends, extent, theme);
      drawLevel(pen, plane, level, theme);
      drawHalf(pen, [wx, wy], [vx, vy]);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1.8;
      pen.beginPath();
      pen.arc(vx, vy, now.distance * unit, 0, 7);
      pen.stroke();
      pen.lineWidth = 2.2;
      pen.setLineDash([1, 5]);
      pen.beginPath();
      pen.arc((wx + vx) / 2, (wy + vy) / 2, (now.distance * unit) / 2, 0, 7);
      pen.stroke();
      pen.setLineDash([]);
      arrow(pen, [wx, wy], [ex, ey], now.gradient);
    });
    plane.axes({ xTicks: ticks(-extent, extent, 6), yTicks: ticks(-extent, extent, 6), xName: "weight", yName: "bias" });
    const pen = plane.context, { area } = plane;
    drawTarget(pen, vx, vy, theme);
    marker(pen, wx, wy, 8, theme.ink, true, theme);
    const side = (x) => (x > area.x + area.w - 70 ? [-15, "right"] : [15, "left"]);
    const close = Math.hypot(wx - vx, wy - vy) < 24, [dx, align] = side(wx), [tx, other] = side(vx);
    label(pen, "w", wx + dx, clamp(wy + (close ? 18 : 5), area.y + 14, area.y + area.h - 6), theme, align);
    label(pen, "target v", vx + tx, clamp(vy + (close ? -10 : 5), area.y + 14, area.y + area.h - 6), theme, other);
    grip.place([w, v].map(([p, b]) => `weight ${format(p)}, bias ${format(b)}`));
    plane.canvas.dataset.law = name;
  }

  /** Veils the half-plane on the far side of w, seen from v: -g(w) never points into it. */
  function drawHalf(pen, [wx, wy], [vx, vy]) {
    const far = 4000, size = Math.hypot(vx - wx, vy - wy);
    if (size < 1) return;
    const [nx, ny] = [(vx - wx) / size, (vy - wy) / size];
    const corner = (s, t) => [wx - s * ny * far - t * nx * far, wy + s * nx * far - t * ny * far];
    pen.beginPath();
    for (const point of [corner(1, 0), corner(-1, 0), corner(-1, 1), corner(1, 1)]) pen.lineTo(...point);
    pen.closePath();
    pen.fillStyle = theme.paper;
    pen.globalAlpha = 0.55;
    pen.fill();
    pen.globalAlpha = 1;
  }

  /** The step, with a head; where it is short, a thin line shows its direction. */
  function arrow(pen, from, to, g) {
    const size = Math.hypot(...g);
    if (!(size > 0)) return;
    const [ux, uy] = [-g[0] / size, g[1] / size], length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const end = length > 1e4 ? [from[0] + 1e4 * ux, from[1] + 1e4 * uy] : to, tip = Math.max(length, 44);
    for (const [colour, extra] of [[theme.paper, 4], [theme.ink, 0]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = 1.4 + extra;
      line(pen, [from, [from[0] + ux * Math.min(tip, 1e4), from[1] + uy * Math.min(tip, 1e4)]]);
      pen.lineWidth = 3.2 + extra;
      line(pen, [from, end]);
    }
    const [x, y] = [from[0] + ux * Math.min(tip, 1e4), from[1] + uy * Math.min(tip, 1e4)];
    pen.fillStyle = theme.ink;
    pen.beginPath();
    for (const [a, b] of [[4, 0], [-9, 5.5], [-9, -5.5]]) pen.lineTo(x + a * ux - b * uy, y + a * uy + b * ux);
    pen.closePath();
    pen.fill();
    marker(pen, ...end, 3.5, theme.ink, false, theme);
  }

  function drawBars(now) {
    const rows = [
      ["\u27e8g, w \u2212 v\u27e9", now.inner], ["E r\u00b2", now.residual], ["|g|\u00b2/L", now.steep],
      ["(w \u2212 v)\u1d40 E[xx\u1d40 1\u2090] (w \u2212 v)", now.shared],
    ];
    bars.begin({ x: [0, Math.max(1e-300, ...rows.map(([, value]) => value))], y: [0, 1] }, theme);
    const pen = bars.context, { area } = bars, tall = area.h / rows.length;
    pen.fillStyle = theme.ink;
    pen.textAlign = "left";
    pen.fillText("Tool 2: the first is the largest", 2, 13);
    rows.forEach(([text, value], k) => {
      const y = area.y + k * tall;
      pen.fillStyle = theme.quiet;
      pen.fillText(text, 4, y + 15);
      pen.textAlign = "right";
      pen.fillText(format(value, 3), area.x + area.w, y + 15);
      pen.textAlign = "left";
      pen.fillStyle = theme.shade;
      pen.fillRect(area.x, y + 20, area.w, 9);
      pen.fillStyle = k ? theme.undecided : theme.ink;
      pen.fillRect(area.x, y + 20, clamp(bars.x(Math.max(0, value)) - area.x, 0, area.w), 9);
    });
  }

  /** A quantity after the step against the step size (solid), its bound (dashed), and the step that is set. */
  function drawAlong(plot, now, curve, bound, title) {
    const longest = limits.step_size[1], count = 120, values = [], bounds = [];
    for (let k = 0; k <= count; k += 1) {
      const s = (longest * k) / count;
      values.push(curve(s));
      bounds.push(bound(s));
    }
    let low = Math.min(...values, ...bounds), high = Math.max(...values, ...bounds);
    if (!(high - low > 1e-12 * Math.abs(high))) { low -= 0.5 * (Math.abs(low) || 1); high += 0.5 * (Math.abs(high) || 1); }
    const pad = 0.08 * (high - low);
    plot.begin({ x: [0, longest], y: [low - pad, high + pad] }, theme);
    const points = (list) => list.map((y, k) => [plot.x((longest * k) / count), plot.y(y)]);
    plot.clip((pen) => {
      const { area } = plot;
      pen.fillStyle = theme.shade;
      pen.fillRect(plot.x(2), area.y, area.w, area.h);
      pen.strokeStyle = theme.quiet;
      pen.lineWidth = 1;
      line(pen, [[area.x, plot.y(values[0])], [area.x + area.w, plot.y(values[0])]]);
      line(pen, [[plot.x(2), area.y], [plot.x(2), area.y + area.h]]);
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1.8;
      pen.setLineDash([6, 4]);
      line(pen, points(bounds));
      pen.setLineDash([]);
      pen.lineWidth = 2.8;
      line(pen, points(values));
    });
    plot.axes({ xTicks: [[0, "0"], [1, "1/L"], [2, "2/L"], [3, "3/L"]], yTicks: small(low - pad, high + pad), xName: "step size \u03b7", yName: title });
    marker(plot.context, plot.x(now.step), plot.y(curve(now.step)), 5, theme.ink, true, theme);
  }

  /** Ticks that a margin of 30 pixels holds. */
  const small = (low, high) => ticks(low, high, 3).filter(([, text]) => text.length <= 5);

  function draw() {
    const moved = plane.fit(plane.box.clientWidth - ROOM.left - ROOM.right + ROOM.top + ROOM.bottom); // a square between the margins
    const beside = bars.box.offsetLeft > plane.box.offsetLeft + 40;
    const height = beside ? Math.max(150, (plane.height - 160) / 2) : Math.max(170, 0.5 * bars.box.clientWidth);
    const resized = [moved, bars.fit(160), descent.fit(height), distance.fit(height)].some(Boolean);
    if (plots.some((plot) => plot.width < 40)) return;
    if (resized) for (const plot of plots) plot.font = getComputedStyle(root).fontFamily;
    const now = update(), said = outcome(now, now.step), { w, v, gradient: g, law, step } = now, L = law.smoothness;
    const along = (s) => tools(here, w, v, L, s);
    drawPlane(now);
    drawBars(now);
    drawAlong(descent, now, (s) => along(s).lossAfter, (s) => along(s).lossBound, "Tool 1: loss after the step, bound dashed");
    drawAlong(distance, now, (s) => along(s).distanceAfter ** 2, (s) => along(s).squareBound, "Tool 3: distance\u00b2 after it, bound dashed");
    const shown = { ...now, weight: w[0], bias: w[1], g1: g[0], g2: g[1] };
    for (const [name, node] of Object.entries(numbers)) {
      node.value = String(shown[name]);
      node.textContent = format(shown[name], 3);
    }
    badge.textContent = said.badge;
    words.textContent = said.words;
    Object.assign(root.dataset, { outcome: said.kind, law: now.name });
    steps.set(step, `${format(step)}/L`);
    noteLine.textContent = note || `L = ${format(L, 3)}.`;
    for (const one of choices) one.setAttribute("aria-pressed", String(one.dataset.law === now.name));
    const text = `Inputs: ${now.name}. w: weight ${format(w[0])}, bias ${format(w[1])}. Target: weight ${format(v[0])}, bias ${format(v[1])}. `
      + `Step size ${format(step)} over L. ${said.badge} ${said.words} Inner product of g and w minus v ${format(now.inner, 3)}, `
      + `mean square of r ${format(now.residual, 3)}, square of g over L ${format(now.steep, 3)}, on the overlap ${format(now.shared, 3)}. ${note}`;
    speak.say(text, frame === 0);
    frame += 1;
    root.dataset.frames = frame;
  }

  function paint() {
    theme = inks(pageIsDark());
    root.classList.toggle("sn-dark", theme.dark);
    for (const name of ["learned", "lost", "undecided"]) root.style.setProperty(`--sn-${name}`, theme[name]);
    const css = (rgb) => `rgb(${rgb.join()})`;
    scale.style.background = `linear-gradient(90deg, ${css(theme.below)}, ${css(theme.middle)}, ${css(theme.above)})`;
    ask();
  }

  const ask = onceAFrame(draw), unhook = keepDrawn(model, root, ["law", "w", "target", "step_size"], ask, paint);
  return () => {
    speak.stop();
    unhook();
  };
}

export default { render };
