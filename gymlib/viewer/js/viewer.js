// A clip on the screen: picture with skeleton, timelines, curves, and the keys that move through
// it. The kernel sends a clip when asked, then its pictures in parts, each when the last is here.

import { Curves } from "./curves.js";
import { button, element } from "./elements.js";
import { Pictures } from "./pictures.js";
import { Player, SPEEDS } from "./player.js";
import { Stage } from "./stage.js";
import { Timeline } from "./timeline.js";

const GONE = "the kernel has stopped, nothing is saved any more: run this cell again";
const LEAP = 10; // frames, with shift
const CLOSER = 4; // times as many pixels for a frame on the timelines, with each step
const CLOSEST = 64;

/** The 32-bit numbers of a message; its bytes may begin anywhere, numbers may not. */
function numbers({ buffer, byteOffset, byteLength }) {
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

export class Viewer {
  constructor(model, host) {
    this.model = model;
    this.look = model.get("look");
    this.clip = null;
    this.closer = 1; // pixels for a frame, where 1 shows all frames
    const onGo = (frame, how) => this.player.go(frame, how);
    this.stage = new Stage(this.look);
    this.timeline = new Timeline(this.look, {
      onGo,
      onMove: (border, to) => this.move(border, to),
    });
    this.curves = new Curves(this.look, onGo);
    this.player = new Player({
      onGo: (frame, how) => this.#show(frame, how),
      onState: () => this.#state(),
    });
    this.keys = {
      ArrowLeft: (event) => this.step(event.shiftKey ? -LEAP : -1),
      ArrowRight: (event) => this.step(event.shiftKey ? LEAP : 1),
      Home: () => this.player.go(0),
      End: () => this.player.go(this.player.frames - 1),
      " ": () => this.player.toggle(),
      "[": () => this.jump(-1),
      "]": () => this.jump(1),
      "-": () => this.player.shift(-1),
      "+": () => this.player.shift(1),
      r: () => this.repeat(),
      g: () => this.target.focus({ preventScroll: true }),
      z: (event) => this.zoom(event.shiftKey ? 1 / CLOSER : CLOSER),
      k: () => this.toggle("skeleton"),
      p: () => this.toggle("picture"),
      PageUp: () => this.turn(-1),
      PageDown: () => this.turn(1),
      Escape: () => this.node.blur(),
    };
    this.node = this.build();
    host.append(this.node);
    this.onMessage = (content, buffers) => this.receive(content, buffers);
    model.on("msg:custom", this.onMessage);
    this.ask({ do: "ready" });
  }

  // --- what is on the page ------------------------------------------------------------------

  build() {
    this.choice = element("select", { title: "clip (page up, page down)", ariaLabel: "clip" });
    this.choice.addEventListener("change", () => {
      this.open(this.choice.value);
      this.node.focus({ preventScroll: true });
    });
    this.readout = element("span", { className: "gym-readout" });
    this.target = this.#goTo();
    this.play = button("▶", "play or pause", "space", () => this.player.toggle());
    this.speeds = SPEEDS.map((speed) =>
      button(`${speed}×`, `speed ${speed}`, speed < 1 ? "-" : "+", () =>
        this.player.shift(SPEEDS.indexOf(speed) - SPEEDS.indexOf(this.player.speed)),
      ),
    );
    this.switches = {
      skeleton: button("Skeleton", "show the skeleton", "k", () => this.toggle("skeleton")),
      picture: button("Picture", "show the picture", "p", () => this.toggle("picture")),
    };
    this.head = element("header", {}, [
      button("‹", "previous clip", "page up", () => this.turn(-1)),
      this.choice,
      button("›", "next clip", "page down", () => this.turn(1)),
      element("span", { className: "gym-space" }),
      this.switches.picture,
      this.switches.skeleton,
    ]);
    const controls = element("div", { className: "gym-controls" }, [
      button("⇤", "previous border", "[", () => this.jump(-1)),
      button("−1", "one frame back; with shift ten", "←", (event) =>
        this.step(event.shiftKey ? -LEAP : -1),
      ),
      this.play,
      button("+1", "one frame on; with shift ten", "→", (event) =>
        this.step(event.shiftKey ? LEAP : 1),
      ),
      button("⇥", "next border", "]", () => this.jump(1)),
      button("↻", "play this segment again and again", "r", () => this.repeat()),
      this.readout,
      this.target,
      button("⌕", "timelines closer; with shift further", "z", (event) =>
        this.zoom(event.shiftKey ? 1 / CLOSER : CLOSER),
      ),
      element("span", { className: "gym-space" }),
      element("span", { className: "gym-speeds" }, this.speeds),
    ]);
    this.side = element("aside", {});
    this.said = element("span", { className: "gym-said", role: "status" });
    this.status = element("footer", {}, [
      this.said,
      element("span", { className: "gym-hint", textContent: "click here to use the keyboard" }),
    ]);
    const middle = element("div", { className: "gym-middle" }, [this.stage.node, this.side]);
    const parts = [this.head, middle, controls, this.timeline.node, this.curves.node, this.status];
    // Single letters are keys here: a screen reader is to hand them on.
    const about = { role: "application", ariaLabel: "clips" };
    const node = element("div", { className: "gym-viewer", tabIndex: 0, ...about }, [
      element("div", { className: "gym-frame" }, parts),
    ]);
    // JupyterLab looks for this before it takes a key for one of its own commands.
    node.dataset.lmSuppressShortcuts = "true";
    node.addEventListener("keydown", (event) => this.#key(event));
    node.addEventListener("pointerdown", (event) => {
      if (event.target.closest("select, input")) return;
      node.focus({ preventScroll: true });
    });
    // A notebook takes the focus after a click into an output; the buttons must not either.
    node.addEventListener("mousedown", (event) => {
      if (!event.target.closest("select, input")) event.preventDefault();
      event.stopPropagation();
    });
    return node;
  }

  /** A field for the number of a frame to go to. */
  #goTo() {
    const field = element("input", {
      type: "number", min: 0, placeholder: "go to", title: "go to a frame (g)",
      ariaLabel: "go to frame",
    });
    field.addEventListener("focus", () => this.player.stop());
    field.addEventListener("keydown", ({ key }) => {
      if (key !== "Enter" && key !== "Escape") return;
      if (key === "Enter" && field.value) this.player.go(Math.round(Number(field.value)));
      field.value = "";
      this.node.focus({ preventScroll: true });
    });
    return field;
  }

  #key(event) {
    if (event.target.closest("select, input")) return;
    if (event.target.closest("button") && ["Enter", " "].includes(event.key) && !event.shiftKey) {
      event.stopPropagation(); // the button's own
      return;
    }
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // Some keyboards make [ with AltGr, which counts as Ctrl and Alt.
    const bare = plain || event.getModifierState("AltGraph");
    const action = this.keys[bare ? key : `${event.altKey ? "alt" : "ctrl"} ${key}`];
    if (action && this.clip) {
      event.preventDefault();
      event.stopPropagation();
      action(event);
    } else if (!plain || (event.shiftKey && key === "Enter")) {
      this.#passOn(event);
    }
  }

  /** Ctrl+S and the like go to the notebook, which does not see keys pressed in here. */
  #passOn(event) {
    const { key, code, keyCode, ctrlKey, metaKey, altKey, shiftKey } = event;
    const copy = new KeyboardEvent("keydown", {
      key, code, keyCode, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true,
    });
    event.stopPropagation();
    if (!this.node.parentElement.dispatchEvent(copy)) event.preventDefault();
  }

  // --- what the reader does -----------------------------------------------------------------

  step(by) {
    this.player.stop();
    this.player.go(this.player.frame + by);
  }

  /** To the next (1) or previous (-1) border of the first timeline, or the end of the clip. */
  jump(direction) {
    this.player.stop();
    const now = this.player.frame;
    const starts = (this.rows[0]?.segments ?? []).map(([start]) => start);
    const target =
      direction > 0
        ? starts.find((start) => start > now) ?? this.player.frames - 1
        : starts.findLast((start) => start < now) ?? 0;
    this.player.go(target);
  }

  /** Play the segment of the first timeline at this frame again and again; or stop. */
  repeat() {
    if (this.player.playing) return this.player.stop();
    const now = this.player.frame;
    const at = ([start, end]) => start <= now && now <= end;
    const [start, end] = this.rows[0]?.segments.find(at) ?? [0, this.player.frames - 1];
    return this.player.loop(start, end);
  }

  /** Give frames `by` times as much room on the timelines. */
  zoom(by) {
    this.closer = Math.min(Math.max(this.closer * by, 1), CLOSEST);
    this.first = -1; // of the share that is seen
    this.node.style.setProperty("--zoom", this.closer);
    this.node.classList.toggle("gym-close", this.closer > 1);
    this.#follow(this.player.frame);
  }

  /** Bring a frame into the part of the timelines that is seen. */
  #follow(frame) {
    const [at, seen] = [(frame + 0.5) / this.player.frames, 1 / this.closer];
    const inside = this.first >= 0 && this.first <= at && at <= this.first + seen;
    if (inside || this.timeline.held) return;
    this.first = Math.min(Math.max(at - seen / 2, 0), 1 - seen);
    this.node.style.setProperty("--first", this.first);
  }

  toggle(what) {
    this.stage.show[what] = !this.stage.show[what];
    this.#state();
    this.stage.draw(this.player.frame);
  }

  /** To the next (1) or previous (-1) clip of the list. */
  turn(direction) {
    const options = [...this.choice.options];
    const option = options[this.choice.selectedIndex + direction];
    if (option) this.open(option.value);
  }

  open(clip) {
    this.player.stop();
    this.ask({ do: "open", clip });
  }

  /** A border was dragged; only labels that can be changed have such. */
  move() {}

  /** Send a request to the kernel; whether that worked, otherwise a sentence says so. */
  ask(request) {
    try {
      this.model.send(request);
      return true;
    } catch {
      this.say(GONE, "gym-problem");
      return false;
    }
  }

  // --- what the kernel says -----------------------------------------------------------------

  receive(content, buffers) {
    if (content.say === "clip") this.#take(content, buffers);
    if (content.say === "curves" && content.clip === this.clip?.name) {
      const curves = content.names.map((name, i) => ({
        name, values: numbers(buffers[i]), ...content.looks[i],
      }));
      this.curves.show(curves, this.clip.frames);
      this.curves.go(this.player.frame);
    }
    if (content.say === "rows" && content.clip === this.clip?.name) this.takeRows(content);
    if (content.say === "pictures") this.#takePictures(content, buffers);
    if (content.say === "go" && this.clip) this.player.go(content.frame, { quiet: true });
    if (content.say === "problem") this.say(content.text, "gym-problem");
  }

  #take(clip, buffers) {
    this.clip = { ...clip, keypoints: numbers(buffers[0]) };
    this.pictures = clip.filmed ? new Pictures() : null;
    this.player.open(clip.frames, clip.rate);
    this.target.max = clip.frames - 1;
    this.zoom(0);
    this.stage.open(this.clip, this.pictures);
    this.switches.picture.hidden = !clip.filmed;
    this.switches.skeleton.hidden = !clip.extracted;
    this.choice.replaceChildren(
      ...clip.clips.map((name) => element("option", { value: name, textContent: name })),
    );
    this.choice.value = clip.name;
    this.say("");
    this.takeRows(clip);
    this.player.go(clip.frame, { quiet: true });
    this.#state();
    if (clip.filmed) this.ask({ do: "pictures", clip: clip.name, first: 0 });
  }

  #takePictures({ clip, first, more }, buffers) {
    if (clip !== this.clip?.name || !this.pictures) return;
    this.pictures.add(first, buffers);
    const next = first + buffers.length;
    this.stage.loading.style.width = more ? `${(100 * next) / this.clip.frames}%` : "0";
    this.node.dataset.loaded = more ? "" : clip;
    if (more) this.ask({ do: "pictures", clip, first: next });
  }

  takeRows({ rows }) {
    this.rows = rows;
    this.timeline.show(rows, this.player.frames);
    this.timeline.go(this.player.frame);
    this.#label(this.player.frame);
  }

  /** A sentence below the clip. */
  say(text, kind = "") {
    this.said.className = `gym-said ${kind}`;
    this.said.textContent = text;
  }

  // --- what is shown of the state -----------------------------------------------------------

  #show(frame, how) {
    this.stage.draw(frame);
    this.timeline.go(frame);
    this.curves.go(frame);
    this.#follow(frame);
    this.#label(frame);
    const seconds = this.clip.rate ? ` · ${(frame / this.clip.rate).toFixed(2)} s` : "";
    this.readout.textContent = `frame ${frame} of 0–${this.clip.frames - 1}${seconds}`;
    this.moved(frame, how);
  }

  /** The current frame has changed. `how.quiet`: not by a step of the reader. */
  moved(frame) {
    clearTimeout(this.telling);
    const tell = () => this.ask({ do: "at", clip: this.clip.name, frame });
    this.telling = setTimeout(tell, 200);
  }

  /** What the first timeline says of a frame, in the corner of the picture. */
  #label(frame) {
    const [row] = this.rows ?? [];
    const segment = row?.segments.find(([start, end]) => start <= frame && frame <= end);
    const code = segment?.[2] ?? -2;
    const chip = this.stage.chip;
    chip.hidden = !row;
    const name = row ? this.look.names[code] : "";
    if (chip.textContent !== name) chip.textContent = name; // it is read aloud
    this.timeline.tell(frame, name);
    chip.classList.toggle("gym-none", code < -1);
    chip.style.background = code >= -1 ? this.look.colours[code] : "";
    chip.style.color = code >= -1 ? this.look.inks[code] : "";
  }

  #state() {
    this.play.textContent = this.player.playing ? "❚❚" : "▶";
    this.speeds.forEach((node, i) =>
      node.classList.toggle("gym-on", SPEEDS[i] === this.player.speed),
    );
    for (const [what, node] of Object.entries(this.switches)) {
      node.classList.toggle("gym-on", this.stage.show[what]);
      node.ariaPressed = String(this.stage.show[what]);
    }
  }

  close() {
    clearTimeout(this.telling);
    this.player.stop();
    this.stage.close();
    this.timeline.close();
    this.model.off("msg:custom", this.onMessage);
  }
}
