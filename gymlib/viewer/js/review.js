// The labeller with a queue of doubts beside it, and the agreement of all below.

import { button, element } from "./elements.js";
import { Labeller } from "./labeller.js";
import { List } from "./list.js";

export class Review extends Labeller {
  build() {
    const node = super.build();
    this.list = new List("cases", (number) => this.visit(number));
    this.count = element("div", { className: "gym-title" });
    this.checking = button("", "nothing to change here", "c", () => this.check());
    this.checking.append(
      element("kbd", { textContent: "C" }),
      element("span", { textContent: "checked" }),
    );
    this.keys.c = () => this.check();
    const what = "hand in what is complete, train on all labels, and sort the cases anew";
    this.head.append(button("Train again", what, "", () => this.train()));
    this.side.append(this.checking, this.count, this.list.node);
    this.detail = element("div", { className: "gym-detail" });
    this.agreement = element("div", { className: "gym-agreement" });
    this.timeline.node.before(this.detail);
    this.status.before(this.agreement);
    node.classList.add("gym-review");
    return node;
  }

  nextWords() {
    return ["Next open", "to the next case not yet done"];
  }

  /** Open a doubt in the labeller. */
  visit(number) {
    this.player.stop();
    this.list.choose(number);
    this.ask({ do: "visit", number });
  }

  /** There is nothing to change at this doubt, or there is after all. */
  check() {
    if (this.list.at != null) this.ask({ do: "check", number: this.list.at });
  }

  train() {
    this.player.stop();
    this.say("training on all labels: that takes minutes, and keys wait …");
    this.ask({ do: "train" });
  }

  receive(content, buffers) {
    super.receive(content, buffers);
    if (content.say === "doubts") this.#show(content.doubts);
    if (content.say === "progress") this.#take(content);
    if (["clip", "go", "progress"].includes(content.say)) this.#mark();
  }

  #show(doubts) {
    this.doubts = doubts;
    const items = doubts.map(({ clip, start, end, reason }) => [
      element("b", { textContent: "○" }),
      element("span", {}, [
        element("span", { textContent: `${clip}, ${start === end ? start : `${start}–${end}`}` }),
        element("small", { textContent: reason }),
      ]),
    ]);
    this.list.show(items);
  }

  #take({ done, at, measures }) {
    done.forEach((is, number) => {
      const entry = this.list.node.children[number];
      entry.classList.toggle("gym-done", is);
      entry.firstChild.textContent = is ? "✓" : "○";
    });
    this.list.choose(at);
    this.count.textContent = `${done.filter(Boolean).length} of ${done.length} cases done`;
    this.detail.textContent = this.doubts[at]?.detail ?? "nothing to review";
    this.checking.classList.toggle("gym-on", Boolean(done[at]));
    this.checking.ariaPressed = String(Boolean(done[at]));
    this.agreement.replaceChildren(
      ...measures.map(([name, value, change]) =>
        element("span", {}, [
          `${name} `,
          element("b", { textContent: value }),
          element("small", { textContent: change ? ` ${change}` : "" }),
        ]),
      ),
    );
  }

  /** Mark the doubt on the timeline if it is of the clip shown. */
  #mark() {
    const { clip, start, end } = this.doubts?.[this.list.at] ?? {};
    this.timeline.mark(clip && clip === this.clip?.name ? [start, end] : null);
  }
}
