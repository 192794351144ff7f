// Brings the live figures of a page to life, without a kernel: for each entry it makes a model from the
// traits stored there and hands it to the figure's module, as anywidget does in Jupyter.
// A classic script that imports from a blob: module scripts do not load from file:// addresses.
(function () {
  "use strict";

  function makeModel(state) {
    const listeners = new Map();
    let changed = new Set();
    return {
      get: (name) => state[name],
      set(name, value) {
        if (Object.is(state[name], value)) return;
        state[name] = value;
        changed.add(name);
      },
      save_changes() {
        const names = changed;
        changed = new Set();
        for (const name of names) for (const call of [...(listeners.get("change:" + name) || [])]) call();
        if (names.size) for (const call of [...(listeners.get("change") || [])]) call();
      },
      on(event, call) {
        if (!listeners.has(event)) listeners.set(event, new Set());
        listeners.get(event).add(call);
      },
      off(event, call) { (listeners.get(event) || new Set()).delete(call); },
      send() {},
    };
  }

  const loaded = new Map();
  function load(name) {
    if (!loaded.has(name)) {
      const { esm, css } = window.singleNeuronFigures[name];
      if (!document.getElementById("sn-live-style")) {
        const sheet = document.createElement("style");
        sheet.id = "sn-live-style";
        sheet.textContent = css;
        document.head.append(sheet);
      }
      const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
      loaded.set(name, import(address).finally(() => URL.revokeObjectURL(address)));
    }
    return loaded.get(name);
  }

  async function host(entry) {
    const model = makeModel(JSON.parse(entry.querySelector("script").textContent));
    const { default: figure } = await load(entry.dataset.module);
    await figure.initialize?.({ model });
    await figure.render({ model, el: entry });
    entry.singleNeuronModel = model;
    entry.dataset.alive = "";
  }

  function start() {
    for (const entry of document.querySelectorAll(".sn-live:not([data-alive])")) {
      host(entry).catch((error) => console.error("live figure", entry.dataset.figure, error));
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
