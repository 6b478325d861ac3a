// Curves over the frames of a clip in small panels: class probabilities of each model, and how the
// body moves.

import { element } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";

export class Curves {
  constructor(look, onGo) {
    Object.assign(this, { look, onGo });
    this.node = element("div", { className: "gym-curves" });
  }

  /**
   * `curves`: [{name, values: (frames x lines), NaN where there is none, about, colours, low, high,
   * words: [[before, behind, digits] of each line whose value is written]}].
   */
  show(curves, frames) {
    this.frames = frames;
    this.lines = [];
    this.told = [];
    this.node.replaceChildren(...curves.map((curve) => this.#panel(curve)));
  }

  /** Put the line at a frame. */
  go(frame) {
    for (const line of this.lines ?? []) {
      line.style.left = `${(100 * (frame + 0.5)) / this.frames}%`;
    }
    for (const tell of this.told ?? []) tell(frame);
  }

  #panel(curve) {
    const plot = document.createElementNS(SVG, "svg");
    plot.setAttribute("viewBox", `0 -1 ${this.frames} 1`);
    plot.setAttribute("preserveAspectRatio", "none");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", curve.about);
    curve.colours.forEach((colour, k) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", this.#path(curve, k));
      path.setAttribute("style", `stroke: ${colour}`); // may be one of the theme's
      plot.append(path);
    });
    const line = element("div", { className: "gym-line" });
    this.lines.push(line);
    const area = element("div", { className: "gym-plot" }, [plot, line]);
    area.addEventListener("pointerdown", (event) => {
      const box = area.getBoundingClientRect();
      this.onGo(Math.floor(((event.clientX - box.left) / box.width) * this.frames));
    });
    const names = [element("div", { textContent: curve.name }), ...this.#values(curve)];
    const title = element("div", { title: curve.about }, names);
    const view = element("div", { className: "gym-window" }, [area]);
    return element("div", { className: "gym-panel" }, [title, view]);
  }

  /** Below the name the value of each line at the current frame, beside the line's colour. */
  #values({ values, colours, words }) {
    return words.map(([before, behind, digits], k) => {
      const node = element("div", { className: "gym-value" });
      node.style.borderColor = colours[k];
      this.told.push((frame) => {
        const value = values[colours.length * frame + k];
        node.textContent = before + (Number.isFinite(value) ? value.toFixed(digits) + behind : "–");
      });
      return node;
    });
  }

  /** One line, from `low` at the bottom to `high`; it is broken where there is no value. */
  #path({ values, colours, low, high }, k) {
    let path = "";
    let drawing = false;
    for (let frame = 0; frame < this.frames; frame++) {
      const value = (values[colours.length * frame + k] - low) / (high - low || 1);
      if (Number.isFinite(value)) {
        path += `${drawing ? "L" : "M"}${frame + 0.5} ${-value}`;
        if (!drawing) path += "h0"; // a frame between two gaps is a dot
      }
      drawing = Number.isFinite(value);
    }
    return path;
  }
}
