// A list to choose from, such as places in clips or doubts of a queue. A choice is marked at once,
// so that what the reader does next is about it, however slow the kernel.

import { element } from "./elements.js";

export class List {
  /** Calls `onChoose(number)`. */
  constructor(label, onChoose) {
    this.onChoose = onChoose;
    this.node = element("ol", { className: "gym-list", ariaLabel: label });
  }

  /** `items`: children of every entry; `at`: the entry chosen, or null. */
  show(items, at = null) {
    const entries = items.map((children, number) =>
      element("li", { onclick: () => this.onChoose(number) }, children),
    );
    this.node.replaceChildren(...entries);
    this.node.scrollTop = 0;
    this.choose(at);
  }

  /** Mark an entry, and bring it into view without moving the page. */
  choose(at) {
    this.at = at;
    this.node.querySelector(".gym-chosen")?.classList.remove("gym-chosen");
    const entry = this.node.children[at];
    if (!entry) return;
    entry.classList.add("gym-chosen");
    const { offsetTop: top, offsetHeight: height } = entry;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    if (top + height > scrollTop + clientHeight) this.node.scrollTop = top + height - clientHeight;
  }
}
