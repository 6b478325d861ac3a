// The viewer with the answers of all models: choices, confusion matrix, the frames of a cell, and
// the way from one difference to the next. The kernel knows which frames these are.

import { button, element } from "./elements.js";
import { List } from "./list.js";
import { Matrix } from "./matrix.js";
import { Viewer } from "./viewer.js";

const WORDS = {
  dataset: "data set", protocol: "protocol", model: "model", other: "compared with",
};
const CONTEXT = 5; // frames played before and after a place

export class Explorer extends Viewer {
  build() {
    const node = super.build();
    this.selects = {};
    const choices = Object.entries(WORDS).map(([what, words]) => {
      const select = element("select", { ariaLabel: words, dataset: { what } });
      select.addEventListener("change", () => {
        this.player.stop();
        this.ask({ do: "choose", what, value: select.value });
        this.node.focus({ preventScroll: true });
      });
      this.selects[what] = select;
      return element("label", {}, [element("span", { textContent: words }), select]);
    });
    this.head.before(element("header", { className: "gym-choices" }, choices));
    this.matrix = new Matrix(this.look, (cell) => this.ask({ do: "cell", cell }));
    this.list = new List("frames", (number) => this.visit(number));
    this.title = element("div", { className: "gym-title" });
    this.playing = button("▶", "play these places one after the other", "", () => this.tour());
    this.showing = button("≠", "list where the two differ", "", () => this.ask({ do: "list" }));
    const tools = element("div", { className: "gym-tools" }, [
      this.title, this.playing, this.showing,
    ]);
    this.side.append(this.matrix.node, tools, this.list.node);
    this.answer = element("div", { className: "gym-chip gym-answer" });
    this.stage.node.append(this.answer);
    this.compared = element("div", { className: "gym-compared" });
    this.timeline.node.before(this.compared);
    this.speeds[0].parentElement.before(
      button("‹ ≠", "previous difference", "shift n", () => this.differ(-1)),
      button("≠ ›", "next difference", "n", () => this.differ(1)),
    );
    this.keys.n = (event) => this.differ(event.shiftKey ? -1 : 1);
    node.classList.add("gym-explorer");
    return node;
  }

  /** To the next (1) or previous (-1) frame from which on the two differ. */
  differ(by) {
    this.player.stop();
    this.ask({ do: "differ", by, frame: this.player.frame });
  }

  /** Go to a place of the list, and play it if wished. */
  visit(number, play = false) {
    this.player.stop();
    this.toPlay = play ? number : null;
    this.list.choose(number);
    this.ask({ do: "visit", number });
  }

  /** Play the places of the list one after the other, until the reader does something else. */
  tour() {
    this.visit(this.list.at ?? 0, true);
  }

  takeRows(content) {
    super.takeRows(content);
    this.#tell(this.player.frame);
  }

  moved(frame, how) {
    super.moved(frame, how);
    this.#tell(frame);
  }

  /** What the model says of a frame, below the label in the corner of the picture. */
  #tell(frame) {
    const row = this.rows[1];
    const [, , code] = row.segments.find(([start, end]) => start <= frame && frame <= end);
    this.answer.textContent = `${row.name}: ${this.look.names[code]}`;
    this.answer.style.background = this.look.colours[code];
    this.answer.style.color = this.look.inks[code];
  }

  receive(content, buffers) {
    super.receive(content, buffers);
    if (content.say === "panel") this.#show(content);
    if (content.say === "at") {
      this.list.choose(content.number);
      this.say("");
    }
    if (content.say === "clip") this.#nameClips();
    if (["at", "clip", "go"].includes(content.say)) this.#mark();
    if (["clip", "go"].includes(content.say) && this.toPlay != null) this.#play(this.toPlay);
  }

  #show({ choices, shares, counts, cell, title, compared, places, at, clips }) {
    Object.assign(this, { places, clips });
    for (const [what, [chosen, names]] of Object.entries(choices)) {
      const options = names.map((name) => element("option", { value: name, textContent: name }));
      this.selects[what].replaceChildren(...options);
      this.selects[what].value = chosen;
    }
    this.matrix.show(shares, counts, cell);
    this.title.textContent = title;
    this.compared.textContent = compared;
    this.playing.disabled = !places.length;
    this.showing.classList.toggle("gym-on", !cell);
    const items = places.map(([clip, start, end, frames]) => [
      element("span", { textContent: clip }),
      element("span", { textContent: start === end ? `${start}` : `${start}–${end}` }),
      element("small", { textContent: frames }),
    ]);
    this.list.show(items, at);
    this.#nameClips();
    this.#mark();
  }

  /** Clips in the list carry their accuracy. */
  #nameClips() {
    if (!this.clip || !this.clips) return;
    const options = this.clips.map(([value, textContent]) =>
      element("option", { value, textContent }),
    );
    this.choice.replaceChildren(...options);
    this.choice.value = this.clip.name;
  }

  /** Mark the chosen place on the timeline if it is of the clip shown. */
  #mark() {
    const [clip, start, end] = this.places?.[this.list.at] ?? [];
    this.timeline.mark(clip === this.clip?.name ? [start, end] : null);
  }

  /** Play a place with some frames around it as soon as its pictures are there, then the next. */
  async #play(number) {
    this.toPlay = null;
    const [clip, start, end] = this.places[number];
    const last = Math.min(end + CONTEXT, this.clip.frames - 1);
    await this.pictures?.get(last);
    if (this.clip.name !== clip || this.player.frame !== start) return; // the reader went on
    this.player.go(Math.max(0, start - CONTEXT), { quiet: true });
    this.player.play(last, () => number + 1 < this.places.length && this.visit(number + 1, true));
  }
}
