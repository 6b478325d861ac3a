// Class probabilities over the frames of a clip, one small panel per model.

import { element } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";

export class Curves {
  constructor(look, onGo) {
    Object.assign(this, { look, onGo });
    this.node = element("div", { className: "gym-curves" });
  }

  /** `curves`: [{name, values: (frames x 4), NaN where there is none}]. */
  show(curves, frames) {
    this.frames = frames;
    this.lines = [];
    this.node.replaceChildren(...curves.map((curve) => this.#panel(curve)));
  }

  /** Put the line at a frame. */
  go(frame) {
    for (const line of this.lines ?? []) {
      line.style.left = `${(100 * (frame + 0.5)) / this.frames}%`;
    }
  }

  #panel({ name, values }) {
    const plot = document.createElementNS(SVG, "svg");
    plot.setAttribute("viewBox", `0 -1 ${this.frames} 1`);
    plot.setAttribute("preserveAspectRatio", "none");
    for (let code = 0; code < 4; code++) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", this.#path(values, code));
      path.setAttribute("stroke", this.look.colours[code]);
      plot.append(path);
    }
    const line = element("div", { className: "gym-line" });
    this.lines.push(line);
    const area = element("div", { className: "gym-plot" }, [plot, line]);
    area.addEventListener("pointerdown", (event) => {
      const box = area.getBoundingClientRect();
      this.onGo(Math.floor(((event.clientX - box.left) / box.width) * this.frames));
    });
    const title = element("div", { textContent: name, title: `probabilities: ${name}` });
    return element("div", { className: "gym-panel" }, [title, area]);
  }

  /** The curve of one class; it is broken where the model gave no probability. */
  #path(values, code) {
    let path = "";
    let drawing = false;
    for (let frame = 0; frame < this.frames; frame++) {
      const value = values[4 * frame + code];
      if (Number.isFinite(value)) {
        path += `${drawing ? "L" : "M"}${frame + 0.5} ${-value}`;
        if (!drawing) path += "h0"; // a frame between two gaps is a dot
      }
      drawing = Number.isFinite(value);
    }
    return path;
  }
}
