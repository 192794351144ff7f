// Parts that every live figure shares: elements, theme, canvases that are sharp and fit their box, axes,
// controls, 2-D handles that answer to mouse, touch and keyboard, and a quiet voice for screen readers.
import { PALETTE } from "./palette.js";

/** element("p", {class: "x", onclick: f}, "text", child, ...) */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/** A number for the eye, with a true minus sign; very large and very small ones as powers of ten. */
export function format(x, digits = 2) {
  if (!Number.isFinite(x)) return "beyond all bounds";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e5 || size < 0.5 * 10 ** -digits) {
    const power = Math.floor(Math.log10(size));
    const mantissa = (x / 10 ** power).toFixed(1).replace("-", "\u2212");
    const raised = [...String(power)].map((s) => (s === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[+s])).join("");
    return Number.isFinite(x / 10 ** power) ? `${mantissa}\u00b710${raised}` : "0";
  }
  return x.toFixed(digits).replace("-", "\u2212");
}

// ---------------------------------------------------------------- theme

/** Is the page dark? Asks the book's theme, then JupyterLab, then VS Code, then the system. */
export function pageIsDark() {
  const { documentElement: html, body } = document;
  if (html.dataset.theme) return html.dataset.theme === "dark";
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (/vscode-(dark|light)/.test(body.className)) return body.className.includes("vscode-dark");
  return false;
}

/** The colours of the marks, for a light or a dark page. */
export function inks(dark) {
  const common = { target: PALETTE.target, ...(dark ? PALETTE.dark : PALETTE.light) };
  return dark
    ? { ...common, dark, ink: "#e8e6e3", quiet: "#a9adb3", rule: "#4a4f57", paper: "#16181c", shade: "#22262c",
        below: [42, 118, 168], middle: [33, 36, 41], above: [128, 106, 74] }
    : { ...common, dark, ink: "#1b1d21", quiet: "#585d66", rule: "#c9cdd3", paper: "#ffffff", shade: "#f0f1f3",
        below: [92, 165, 212], middle: [250, 250, 248], above: [216, 189, 148] };
}

/** Calls `redraw` whenever the page changes between light and dark; returns the function that stops it. */
export function watchTheme(redraw) {
  const watcher = new MutationObserver(redraw);
  for (const node of [document.documentElement, document.body]) {
    watcher.observe(node, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class"] });
  }
  return () => watcher.disconnect();
}

export const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** One call of `draw` a frame, however often it is asked for. */
export function onceAFrame(draw) {
  let asked = 0;
  const ask = () => { if (!asked) asked = requestAnimationFrame((now) => { asked = 0; draw(now); }); };
  ask.cancel = () => { cancelAnimationFrame(asked); asked = 0; };
  return ask;
}

/** Paints now and with each theme, and asks for a drawing at each new size or value of a trait; returns what ends that. */
export function keepDrawn(model, root, traits, ask, paint) {
  const onChange = () => ask(), unwatch = watchTheme(paint), sizes = new ResizeObserver(onChange);
  for (const name of traits) model.on(`change:${name}`, onChange);
  sizes.observe(root);
  window.addEventListener("resize", onChange);
  paint();
  return () => {
    ask.cancel();
    unwatch();
    sizes.disconnect();
    window.removeEventListener("resize", onChange);
    for (const name of traits) model.off(`change:${name}`, onChange);
  };
}

// ---------------------------------------------------------------- canvas and axes

/** A canvas as wide as its box, sharp on every screen. */
export class Plot {
  constructor({ margin, label, attributes = {} }) {
    this.margin = margin;
    this.canvas = element("canvas", { ...attributes, "aria-label": label });
    this.box = element("div", { class: "sn-plot" }, this.canvas);
    this.context = this.canvas.getContext("2d");
    this.width = this.height = 0;
  }

  /** Fits the canvas to the width of its box and to a height; true if anything changed. */
  fit(tall) {
    const width = Math.round(this.box.clientWidth), scale = window.devicePixelRatio || 1, height = Math.round(tall);
    if (width === this.width && height === this.height && scale === this.scale) return false;
    Object.assign(this, { width, height, scale });
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    this.canvas.style.height = `${height}px`;
    return true;
  }

  /** Starts a picture: clears, sets the ranges, puts (0, 0) at the top left corner. */
  begin(ranges, theme) {
    const { left, right, top, bottom } = this.margin;
    this.area = { x: left, y: top, w: Math.max(1, this.width - left - right), h: Math.max(1, this.height - top - bottom) };
    this.ranges = ranges;
    this.theme = theme;
    const pen = this.context;
    pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.font = `13px ${this.font || "system-ui, sans-serif"}`;
    pen.lineJoin = pen.lineCap = "round";
    pen.textBaseline = "alphabetic";
    return pen;
  }

  x(value) { const [low, high] = this.ranges.x; return this.area.x + ((value - low) / (high - low)) * this.area.w; }
  y(value) { const [low, high] = this.ranges.y; return this.area.y + ((high - value) / (high - low)) * this.area.h; }

  /** The data coordinates of a pointer event. */
  locate(event) {
    const rectangle = this.canvas.getBoundingClientRect(), { x, y } = this.ranges, { area } = this;
    const across = (event.clientX - rectangle.left - area.x) / area.w;
    const down = (event.clientY - rectangle.top - area.y) / area.h;
    return [x[0] + across * (x[1] - x[0]), y[1] - down * (y[1] - y[0])];
  }

  clip(draw) {
    const pen = this.context, { area } = this;
    pen.save();
    pen.beginPath();
    pen.rect(area.x, area.y, area.w, area.h);
    pen.clip();
    draw(pen);
    pen.restore();
  }

  /** Ticks and axis names: marks are [value, text] pairs. */
  axes({ xTicks, yTicks, xName, yName }) {
    const pen = this.context, { area, theme } = this;
    pen.fillStyle = theme.quiet;
    pen.strokeStyle = theme.rule;
    pen.lineWidth = 1;
    pen.strokeRect(area.x + 0.5, area.y + 0.5, area.w - 1, area.h - 1);
    pen.textAlign = "center";
    let placed = []; // a tick that would crowd an earlier one is left out
    for (const [value, text] of xTicks) {
      const x = this.x(value), half = pen.measureText(text).width / 2;
      const at = Math.min(clamp(x, area.x + 4, area.x + area.w - 4), this.width - half);
      if (x < area.x - 1 || x > area.x + area.w + 1 || placed.some(([other, w]) => Math.abs(other - x) < Math.max(22, half + w + 6))) continue;
      placed.push([x, half]);
      pen.fillText(text, at, area.y + area.h + 16);
      line(pen, [[x, area.y + area.h], [x, area.y + area.h + 4]]);
    }
    pen.textAlign = "right";
    placed = [];
    for (const [value, text] of yTicks) {
      const y = this.y(value);
      if (y < area.y - 1 || y > area.y + area.h + 1 || placed.some((other) => Math.abs(other - y) < 15)) continue;
      placed.push(y);
      pen.fillText(text, area.x - 7, y + 4.5);
      line(pen, [[area.x - 4, y], [area.x, y]]);
    }
    pen.fillStyle = theme.ink;
    pen.textAlign = "right";
    pen.fillText(xName, area.x + area.w, area.y + area.h + 32);
    pen.textAlign = "left";
    pen.fillText(yName, 2, area.y - 9, this.width - 4); // set narrower rather than cut
  }
}

export function line(pen, points) {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.stroke();
}

/** Text with a rim of paper colour, readable on any ground. */
export function label(pen, text, x, y, theme, align = "left") {
  pen.save();
  pen.textAlign = align;
  pen.lineWidth = 4;
  pen.strokeStyle = theme.paper;
  pen.globalAlpha = 0.85;
  pen.strokeText(text, x, y);
  pen.globalAlpha = 1;
  pen.fillStyle = theme.ink;
  pen.fillText(text, x, y);
  pen.restore();
}

/** Round numbers from low to high, about `count` of them, as [value, text]. */
export function ticks(low, high, count = 5) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((m) => m * power >= raw) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    out.push([k * step, (k * step).toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "\u2212")]);
  }
  return out;
}

// ---------------------------------------------------------------- controls

export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", class: "sn-button", onclick, ...attributes }, text);
}

/** A labelled slider; `set(value, text)` shows a value without calling back. */
export function slider({ name, min, max, step, onchange, mark }) {
  const output = element("output", { class: "sn-value" });
  const input = element("input", { type: "range", min, max, step, "aria-label": name });
  input.addEventListener("input", () => onchange(Number(input.value)));
  const track = element("span", { class: "sn-track" }, input);
  if (mark !== undefined) {
    const share = (mark.at - min) / (max - min);
    track.append(element("span", { class: "sn-mark", style: `--at:${share}`, "aria-hidden": "true" }, mark.text));
  }
  const node = element("label", { class: "sn-slider" }, element("span", { class: "sn-name" }, name), track, output);
  return {
    node, input,
    set(value, text) {
      if (Number(input.value) !== value) input.value = value;
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
    },
  };
}

/**
 * Points in a plot that can be taken hold of: a press anywhere takes the nearest and moves it there.
 *
 * `points` is a list of {name, get, set}, and label where it is not a weight and a bias. Each gets a focusable
 * handle over the canvas (arrow keys move it, with Shift ten times finer, Tab goes to the next); arrow keys on the
 * canvas itself move the one held last.
 */
export function handles(plot, points, { step, onhold = () => {} }) {
  let held = 0, pressed = null;
  const nodes = points.map((point, k) => element("span", {
    class: "sn-handle", role: "slider", tabindex: "0", "aria-label": point.label ?? `${point.name}: weight and bias`,
    "aria-roledescription": "point in the plane", onfocus: () => { held = k; onhold(k); },
  }));
  plot.box.append(...nodes);
  const move = (event) => points[held].set(plot.locate(event));
  const distance = (point, event) => {
    const rectangle = plot.canvas.getBoundingClientRect(), [p, b] = point.get();
    return Math.hypot(event.clientX - rectangle.left - plot.x(p), event.clientY - rectangle.top - plot.y(b));
  };
  plot.canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pressed !== null) return;
    pressed = event.pointerId;
    held = points.reduce((best, point, k) => (distance(point, event) < distance(points[best], event) ? k : best), 0);
    try { plot.canvas.setPointerCapture(event.pointerId); } catch { /* a pointer that is already gone */ }
    nodes[held].focus({ preventScroll: true });
    event.preventDefault();
    onhold(held);
    move(event);
  });
  plot.canvas.addEventListener("pointermove", (event) => { if (event.pointerId === pressed) move(event); });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    plot.canvas.addEventListener(type, (event) => { if (event.pointerId === pressed) pressed = null; });
  }
  plot.box.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const size = event.shiftKey ? step / 10 : step, [p, b] = points[held].get();
    points[held].set([p + size * way[0], b + size * way[1]]);
  });
  return {
    held: () => held,
    place(texts) {
      points.forEach((point, k) => {
        const [p, b] = point.get(), [low, high] = plot.ranges.x;
        nodes[k].style.transform = `translate(${plot.x(p)}px, ${plot.y(b)}px)`;
        nodes[k].setAttribute("aria-valuemin", low);
        nodes[k].setAttribute("aria-valuemax", high);
        nodes[k].setAttribute("aria-valuenow", p.toFixed(3));
        nodes[k].setAttribute("aria-valuetext", texts[k]);
      });
    },
  };
}

/** A live region that speaks once the figure has been at rest for a moment. */
export function voice(delay = 600) {
  const node = element("div", { class: "sn-quiet", "aria-live": "polite", role: "status" });
  let waiting = 0, last = "";
  return {
    node,
    say(text, first = false) {
      clearTimeout(waiting);
      if (text === last) return;
      const speak = () => { last = text; node.textContent = text; };
      if (first) speak(); else waiting = setTimeout(speak, delay);
    },
    stop: () => clearTimeout(waiting),
  };
}
