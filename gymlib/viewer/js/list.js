// A list to choose from, such as places in clips or doubts of a queue. A choice is marked at once,
// so that what the reader does next is about it, however slow the kernel.

import { element } from "./elements.js";

export class List {
  /** Calls `onChoose(number)`. */
  constructor(label, onChoose) {
    this.onChoose = onChoose;
    const about = { role: "listbox", tabIndex: 0, ariaLabel: label };
    this.node = element("ol", { className: "gym-list", ...about });
    this.name = `gym-${Math.random().toString(36).slice(2)}`; // the same list may be shown twice
    this.node.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `items`: children of every entry; `at`: the entry chosen, or null. */
  show(items, at = null) {
    const entries = items.map((children, number) =>
      element("li", {
        role: "option", id: `${this.name}-${number}`, onclick: () => this.onChoose(number),
      }, children),
    );
    this.node.replaceChildren(...entries);
    this.node.scrollTop = 0;
    this.choose(at);
  }

  /** Up and down are to the entry before and after; all other keys are the viewer's. */
  #key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const number = (this.at ?? -1) + by;
    if (!by || !this.node.children[number]) return;
    event.preventDefault();
    event.stopPropagation();
    this.onChoose(number);
  }

  /** Mark an entry, and bring it into view without moving the page. */
  choose(at) {
    this.at = at;
    const before = this.node.querySelector(".gym-chosen");
    before?.classList.remove("gym-chosen");
    before?.removeAttribute("aria-selected");
    const entry = this.node.children[at];
    this.node.setAttribute("aria-activedescendant", entry?.id ?? "");
    if (!entry) return;
    entry.classList.add("gym-chosen");
    entry.ariaSelected = "true";
    const { offsetTop: top, offsetHeight: height } = entry;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    if (top + height > scrollTop + clientHeight) this.node.scrollTop = top + height - clientHeight;
  }
}
