// The viewer with one timeline that can be changed. The kernel decides what a key or a drag does
// to the labels and saves them; here only the request is made, and the answer shown.

import { button, element } from "./elements.js";
import { Viewer } from "./viewer.js";

const PATIENCE = 4000; // milliseconds until a save without an answer is called lost

const HELP = [
  ["← →", "one frame"],
  ["⇧ ← →", "ten frames"],
  ["[ ]", "next border"],
  ["space", "play"],
  ["− +", "speed"],
  ["k", "skeleton"],
  ["p", "picture"],
  ["b", "others"],
  ["⏎", "next open clip"],
];

export class Labeller extends Viewer {
  build() {
    const node = super.build();
    const labels = this.look.keys.map(([key, code]) => {
      const chosen = () => this.label(code);
      const node = button("", `${this.look.names[code]} from here on`, key, chosen);
      node.append(
        element("kbd", { textContent: key.toUpperCase() }),
        element("span", { textContent: this.look.names[code] }),
      );
      node.className = "gym-label";
      node.style.setProperty("--label", this.look.colours[code]);
      this.keys[key] = chosen;
      return node;
    });
    this.undoing = button("", "undo the last change", "u", () => this.undo());
    this.undoing.append(element("kbd", { textContent: "U" }), element("span", { textContent: "undo" }));
    this.keys.u = () => this.undo();
    this.blinding = button("Others", "show what others say", "b", () => this.blind());
    this.keys.b = () => this.blind();
    this.next = button("Next open clip", "to the next clip not yet complete", "enter", () =>
      this.model.send({ do: "next" }),
    );
    this.keys.Enter = () => this.model.send({ do: "next" });
    this.next.className = "gym-next";
    this.side.append(
      element("div", { className: "gym-title", textContent: "from here on" }),
      ...labels,
      this.undoing,
      element("dl", {}, HELP.flatMap(([keys, what]) => [
        element("dt", { textContent: keys }),
        element("dd", { textContent: what }),
      ])),
    );
    this.progress = element("span", { className: "gym-progress" });
    this.head.querySelector(".gym-space").before(this.next, this.progress);
    this.head.append(this.blinding);
    node.classList.add("gym-labeller");
    this.window = crypto.randomUUID(); // the same labeller may be shown twice
    this.sent = 0; // changes asked for
    this.answered = 0; // and done
    this.reached = -1; // frame that the label should follow to, not yet sent
    return node;
  }

  // --- what the annotator does --------------------------------------------------------------

  label(code) {
    this.#change({ do: "label", frame: this.player.frame, label: code });
    this.follows = true; // the next step may come before the kernel's answer
  }

  undo() {
    this.player.stop();
    this.#change({ do: "undo" });
    this.follows = false;
  }

  move(border, to) {
    this.#change({ do: "move", border, to });
  }

  blind() {
    this.model.send({ do: "blind" });
  }

  /** A label follows the annotator into frames that have none. */
  moved(frame, how) {
    super.moved(frame);
    if (how.quiet || !this.follows) return;
    this.reached = Math.max(frame, this.reached);
    // While an answer is on the way, the next one goes with it: one request at a time.
    if (this.sent === this.answered) this.#reach();
  }

  #reach() {
    const frame = this.reached;
    this.reached = -1;
    const open = this.rows[0].runs.some(([start, , code]) => code < -1 && start <= frame);
    if (open) this.#change({ do: "reach", frame });
  }

  #change(request) {
    if (!this.clip?.editable) return;
    if (request.do !== "reach" && this.reached >= 0) {
      this.#send({ do: "reach", frame: this.reached }); // in the order in which it was done
      this.reached = -1;
    }
    this.#send(request);
  }

  #send(request) {
    this.sent += 1;
    const { window, sent: number } = this;
    this.model.send({ ...request, clip: this.clip.name, window, number });
    this.say("saving …");
    clearTimeout(this.worry);
    this.worry = setTimeout(() => {
      this.say("NOT SAVED: the kernel does not answer; is it busy or stopped?", "gym-problem");
    }, PATIENCE);
  }

  // --- what the kernel says -----------------------------------------------------------------

  receive(content, buffers) {
    super.receive(content, buffers);
    if (content.say !== "saved" || content.window !== this.window) return;
    this.answered = content.number;
    if (this.answered !== this.sent) return;
    clearTimeout(this.worry);
    this.say(content.text, content.fault ? "gym-problem" : "gym-saved");
    this.#reach();
  }

  takeRows(content) {
    super.takeRows(content);
    this.follows = content.follows;
    this.undoing.disabled = content.steps === 0;
    this.undoing.lastChild.textContent = content.steps ? `undo (${content.steps})` : "undo";
    this.blinding.textContent = content.blind ? "Others hidden" : "Others";
    this.blinding.classList.toggle("gym-on", !content.blind);
    this.blinding.ariaPressed = String(!content.blind);
    const { done, clips, states } = content.progress;
    this.progress.textContent = `${done} of ${clips} clips`;
    this.progress.style.setProperty("--done", `${(100 * done) / clips}%`);
    for (const option of this.choice.options) {
      option.textContent = `${{ done: "✓", part: "◐", none: "○" }[states[option.value]]} ${option.value}`;
    }
    this.side.classList.toggle("gym-off", !this.clip.editable);
    if (content.text) this.say(content.text, content.fault ? "gym-problem" : "");
  }

  close() {
    clearTimeout(this.worry);
    super.close();
  }
}
