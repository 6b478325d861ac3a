// The viewer with one timeline that can be changed. The kernel decides what a key or a drag does
// to the labels and saves them; here only the request is made, and the answer shown.

import { button, element } from "./elements.js";
import { Viewer } from "./viewer.js";

export const PATIENCE = 4000; // milliseconds until a request without an answer is worth a word

const MARKS = { done: "✓", part: "◐", none: "○" };
const HELP = [
  ["⇧ u", "redo"],
  ["← →", "one frame"],
  ["⇧ ← →", "ten frames"],
  ["[ ]", "next border"],
  ["space", "play"],
  ["r", "repeat segment"],
  ["g", "go to frame"],
  ["⇧ z", "closer, further"],
  ["− +", "speed"],
  ["k", "skeleton"],
  ["p", "picture"],
  ["b", "others"],
  ["a", "adopt segment"],
  ["e", "comment"],
  ["n", "kind"],
  ["⏎", "next open"],
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
    const turn = (event) => this.turnBack(event.shiftKey ? "redo" : "undo");
    this.undoing = button("", "undo the last change; with shift redo", "u", turn);
    this.undoing.append(
      element("kbd", { textContent: "U" }),
      element("span", { textContent: "undo" }),
    );
    this.keys.u = turn;
    this.keys["ctrl z"] = turn;
    this.blinding = button("Others", "show what others say", "b", () => this.blind());
    this.keys.b = () => this.blind();
    this.adopting = button("Adopt", "adopt the segment that the model, or the majority, has here", "a",
      () => this.adopt());
    this.keys.a = () => this.adopt();
    const next = button(...this.nextWords(), "enter", () => this.next());
    this.keys.Enter = () => this.next();
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
    this.head.querySelector(".gym-space").before(next, this.progress);
    this.handing = button("Hand in", "this clip becomes annotations", "",
      () => this.handIn({ only: this.clip.name }));
    this.handingAll = button("all", "all complete clips become annotations", "",
      () => this.handIn());
    this.head.append(this.blinding, this.adopting, this.handing, this.handingAll);
    this.comment = element("input", { type: "text", ariaLabel: "comment on this segment" });
    this.comment.addEventListener("focus", () => this.player.stop());
    this.comment.addEventListener("change", () => this.#note());
    this.comment.addEventListener("keydown", ({ key, isComposing }) => {
      if (isComposing || (key !== "Enter" && key !== "Escape")) return;
      if (key === "Escape") this.comment.value = this.noted.text;
      this.node.focus({ preventScroll: true });
    });
    this.keys.e = () => this.comment.focus({ preventScroll: true });
    this.timeline.node.after(element("label", { className: "gym-comment" }, [
      element("span", { textContent: "comment" }), this.comment,
    ]));
    this.kind = element("select", { ariaLabel: "kind of this segment" });
    this.kind.addEventListener("focus", () => this.player.stop());
    this.kind.addEventListener("change", () => {
      this.#change({ do: "kind", frame: this.player.frame, code: Number(this.kind.value) });
      // The mouse has chosen; arrow keys may go on to the next one.
      if (this.kind.dataset.pointed) this.node.focus({ preventScroll: true });
    });
    this.kind.addEventListener("pointerdown", () => (this.kind.dataset.pointed = "yes"));
    this.kind.addEventListener("blur", () => delete this.kind.dataset.pointed);
    this.kind.addEventListener("keydown", ({ key }) => {
      if (key === "Enter" || key === "Escape") this.node.focus({ preventScroll: true });
    });
    this.keys.n = () => this.kind.focus({ preventScroll: true });
    this.comment.parentElement.after(element("label", { className: "gym-comment" }, [
      element("span", { textContent: "kind" }), this.kind,
    ]));
    node.classList.add("gym-labeller");
    this.window = Math.random(); // the same labeller may be shown twice
    this.sent = 0; // changes asked for
    this.answered = 0; // and done
    this.follows = false; // whether the label of the last key goes along
    this.reached = -1; // frame it should go along to, not yet sent
    this.noted = null; // frame and text of the comment shown, as the kernel knows it
    return node;
  }

  /** Text and title of the button for the next piece of work. */
  nextWords() {
    return ["Next open", "to the next clip not yet complete"];
  }

  // --- what the annotator does --------------------------------------------------------------

  label(code) {
    this.#change({ do: "label", frame: this.player.frame, label: code });
    this.follows = true;
  }

  /** `what`: undo or redo. */
  turnBack(what) {
    this.player.stop();
    this.#change({ do: what });
    this.follows = false;
  }

  adopt() {
    this.#change({ do: "adopt", frame: this.player.frame });
    this.follows = false;
  }

  repeat() {
    this.follows = false; // it is looked at again, not gone on with
    super.repeat();
  }

  move(border, to) {
    this.#change({ do: "move", border, to });
  }

  open(clip) {
    this.#flush();
    super.open(clip);
  }

  next() {
    this.#flush();
    this.ask({ do: "next" });
  }

  blind() {
    this.ask({ do: "blind" });
  }

  /** `which`: the clip, or without one all that are complete. */
  handIn(which = {}) {
    this.#flush();
    this.say("handing in …");
    this.ask({ do: "hand in", ...which });
  }

  /** A label follows the annotator into frames that have none. */
  moved(frame, how) {
    super.moved(frame);
    this.#comment(frame);
    this.#kind(frame);
    if (how.quiet || !this.follows) return;
    this.reached = Math.max(frame, this.reached);
    // While an answer is on the way, the next one goes with it: one request at a time.
    if (this.sent === this.answered) this.#reach();
  }

  #reach() {
    const open = ([start, , code]) => code < -1 && start <= this.reached;
    if (!this.rows[0].segments.some(open)) this.reached = -1;
    this.#flush();
  }

  /** Show the comment of the segment at a frame, but not over one that is being written there. */
  #comment(frame) {
    if (this.noted?.frame === frame && this.comment.matches(":focus")) return;
    this.#note();
    const at = ([start, end]) => start <= frame && frame <= end;
    const text = this.comments.find(at)?.[2] ?? "";
    this.noted = { frame, text };
    this.comment.value = text;
    this.comment.disabled = !(this.rows[0].segments.find(at)?.[2] >= -1);
  }

  /** Show the kind of the segment at a frame, among those that its label has. */
  #kind(frame) {
    const code = this.rows[0].segments.find(([start, end]) => start <= frame && frame <= end)?.[2];
    const own = this.look.kinds.find((codes) => codes.includes(code)) ?? [];
    const name = (value) => (value === own[0] ? "–" : this.look.names[value]);
    this.kind.disabled = !own.length;
    if (this.kind.options[0]?.value !== String(own[0])) {
      const options = own.map((value) => element("option", { value, textContent: name(value) }));
      this.kind.replaceChildren(...options);
    }
    this.kind.value = code;
  }

  /** Keep what was written in the field, with the frame where it was begun. */
  #note() {
    const text = this.comment.value;
    if (!this.noted || text === this.noted.text) return;
    this.noted.text = text;
    this.#change({ do: "comment", frame: this.noted.frame, text });
  }

  #change(request) {
    if (!this.clip?.editable) return;
    this.#flush();
    this.#send(request);
  }

  /** Send what was put off, so that everything happens in the order in which it was done. */
  #flush() {
    if (this.reached >= 0) this.#send({ do: "reach", frame: this.reached });
    this.reached = -1;
  }

  #send(request) {
    this.sent += 1;
    const { window, sent: number } = this;
    this.say("saving …");
    clearTimeout(this.worry);
    if (!this.ask({ ...request, clip: this.clip.name, window, number })) return;
    this.worry = setTimeout(() => {
      this.say("not saved yet: the kernel is busy, or has stopped", "gym-problem");
    }, PATIENCE);
  }

  // --- what the kernel says -----------------------------------------------------------------

  receive(content, buffers) {
    if (content.say === "clip") Object.assign(this, { follows: false, reached: -1, noted: null });
    super.receive(content, buffers);
    if (content.say === "handed in") this.say(content.text, "gym-saved");
    if (content.say !== "saved" || content.window !== this.window) return;
    this.answered = content.number;
    if (this.answered !== this.sent) return;
    clearTimeout(this.worry);
    this.say(content.text, content.fault ? "gym-problem" : "gym-saved");
    this.#reach();
  }

  takeRows(content) {
    super.takeRows(content);
    this.comments = content.comments;
    this.#comment(this.player.frame);
    this.#kind(this.player.frame);
    this.undoing.disabled = !content.steps && !content.undone;
    this.undoing.lastChild.textContent = content.steps ? `undo (${content.steps})` : "undo";
    this.blinding.textContent = content.blind ? "Others hidden" : "Others";
    this.blinding.classList.toggle("gym-on", !content.blind);
    this.blinding.ariaPressed = String(!content.blind);
    this.handing.hidden = !content.draft;
    this.handingAll.hidden = !content.draft || content.progress.clips === 1;
    this.adopting.hidden = content.blind;
    const { done, clips, states } = content.progress;
    this.progress.textContent = `${done} of ${clips} clips`;
    this.progress.style.setProperty("--done", `${(100 * done) / clips}%`);
    for (const option of this.choice.options) {
      option.textContent = `${MARKS[states[option.value]]} ${option.value}`;
    }
    this.side.classList.toggle("gym-off", !this.clip.editable);
    if (content.text) this.say(content.text, content.fault ? "gym-problem" : "");
  }

  close() {
    clearTimeout(this.worry);
    super.close();
  }
}
