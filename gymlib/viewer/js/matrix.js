// A confusion matrix whose cells can be chosen; colours and numbers as in the printed figure.

import { element } from "./elements.js";

const DARK = 0.71; // above this share white has more contrast with the cell than black

export class Matrix {
  /** `look`: classes and shades, 101 colours from 0 to 1. Calls `onChoose([true, answer])`. */
  constructor(look, onChoose) {
    Object.assign(this, { look, onChoose });
    this.node = element("div", { className: "gym-matrix", role: "group" });
    this.node.ariaLabel = "confusion matrix, per cent of each true class";
  }

  /** `shares` of the row, null where a class is missing; `counts` of frames; `cell` or null. */
  show(shares, counts, cell) {
    const { classes } = this.look;
    this.cells = shares.map((row, i) => row.map((share, j) => this.#cell(i, j, share, counts[i][j])));
    const lines = this.cells.flatMap((row, i) => [
      element("span", { className: "gym-true", textContent: classes[i] }),
      ...row,
    ]);
    const feet = classes.map((name) => element("span", { textContent: name }));
    const corner = element("span", { className: "gym-corner", textContent: "true ↑\npredicted →" });
    this.node.replaceChildren(...lines, corner, ...feet);
    if (cell) this.cells[cell[0]][cell[1]].classList.add("gym-chosen");
  }

  #cell(i, j, share, count) {
    const [truth, said] = [this.look.classes[i], this.look.classes[j]];
    const percent = share === null ? "–" : (100 * share).toFixed(0);
    const text = `true ${truth}, predicted ${said}: ${percent}%, ${count} frames`;
    const node = element("button", {
      type: "button",
      title: text,
      ariaLabel: text,
      tabIndex: -1,
      disabled: count === 0,
      onclick: () => this.onChoose([i, j]),
      dataset: { truth, said },
    }, [
      element("b", { textContent: percent }),
      element("small", { textContent: count.toLocaleString("en") }),
    ]);
    node.style.background = this.look.shades[Math.round(100 * (share ?? 0))];
    node.style.color = share > DARK ? "#fff" : "#000";
    return node;
  }
}
