// One bar per source of labels, all on one axis of frames, with a line at the current frame.
// A click goes there, a drag goes through the frames; the borders of an editable bar can be moved.

import { element } from "./elements.js";

const NEAR = 6; // pixels from a border that still mean the border

export class Timeline {
  /** `look`: colours, inks and names by code. Calls `onGo(frame)` and `onMove(border, to)`. */
  constructor(look, { onGo, onMove }) {
    Object.assign(this, { look, onGo, onMove });
    this.names = element("div", { className: "gym-names" });
    this.bars = element("div", { className: "gym-bars" });
    this.line = element("div", { className: "gym-line" });
    this.tip = element("div", { className: "gym-tip", hidden: true });
    this.marked = element("div", { className: "gym-mark", hidden: true });
    this.axis = element("div", { className: "gym-axis" });
    this.tracks = element("div", { className: "gym-tracks" }, [
      this.bars, this.axis, this.marked, this.line, this.tip,
    ]);
    // To a screen reader the frame is a slider, moved by the viewer's keys.
    const about = { role: "slider", tabIndex: 0, ariaLabel: "frame", ariaValueMin: 0 };
    Object.assign(this.tracks, about);
    this.held = false; // by the pointer
    const view = element("div", { className: "gym-window" }, [this.tracks]);
    this.node = element("div", { className: "gym-timeline" }, [this.names, view]);
    this.rows = [];
    this.frames = 1;
    this.tracks.addEventListener("pointerdown", (event) => this.#press(event));
    this.tracks.addEventListener("pointermove", (event) => this.#hover(event));
    this.resized = new ResizeObserver(() => this.#ticks());
    this.resized.observe(this.tracks);
  }

  /** `rows`: [{name, segments: [[start, end, code], ...], editable}]. */
  show(rows, frames) {
    Object.assign(this, { rows, frames });
    this.names.replaceChildren(
      ...rows.map((row) =>
        element("div", {
          className: row.editable ? "gym-own" : "",
          textContent: row.name,
          title: row.name,
        }),
      ),
    );
    this.bars.replaceChildren(...rows.map((row) => this.#bar(row)));
    this.#ticks();
  }

  /** Put the line at a frame. */
  go(frame) {
    this.line.style.left = `${(100 * (frame + 0.5)) / this.frames}%`;
  }

  /** Say where the line is, and in what. */
  tell(frame, label) {
    this.tracks.ariaValueMax = this.frames - 1;
    this.tracks.ariaValueNow = frame;
    this.tracks.ariaValueText = `frame ${frame}${label && `, ${label}`}`;
  }

  /** Put a frame around the frames of `segment`, [start, end]; null takes it away. */
  mark(segment) {
    this.marked.hidden = !segment;
    const [start, end] = segment ?? [0, 0];
    this.marked.style.left = `${(100 * start) / this.frames}%`;
    this.marked.style.width = `${(100 * (end - start + 1)) / this.frames}%`;
  }

  #bar(row) {
    const segments = row.segments.map(([start, end, code]) => {
      const node = element("div", {
        className: code < -1 ? "gym-segment gym-none" : "gym-segment",
        title: `${this.look.names[code]}, frames ${start} to ${end}`,
        dataset: { start, end, label: this.look.names[code] },
      });
      node.style.left = `${(100 * start) / this.frames}%`;
      node.style.width = `${(100 * (end - start + 1)) / this.frames}%`;
      if (code >= -1) node.style.background = this.look.colours[code];
      if (row.editable && code !== -1) {
        node.style.color = this.look.inks[code];
        node.append(element("span", { textContent: this.look.names[code] }));
      }
      return node;
    });
    const told = row.segments.map(([start, end, code]) => `${this.look.names[code]} ${start} to ${end}`);
    const about = { role: "img", ariaLabel: `${row.name}: ${told.join(", ")}` };
    const className = row.editable ? "gym-bar gym-own" : "gym-bar";
    return element("div", { className, ...about }, segments);
  }

  #ticks() {
    const room = Math.max(1, Math.floor(this.tracks.clientWidth / 60));
    const step = [5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2500].find(
      (size) => this.frames / size <= room,
    );
    const marks = [];
    for (let frame = 0; frame < this.frames; frame += step ?? this.frames) {
      const mark = element("span", { textContent: frame });
      mark.style.left = `${(100 * (frame + 0.5)) / this.frames}%`;
      marks.push(mark);
    }
    this.axis.replaceChildren(...marks);
  }

  #frame(event) {
    const box = this.tracks.getBoundingClientRect();
    const frame = Math.floor(((event.clientX - box.left) / box.width) * this.frames);
    return Math.min(Math.max(frame, 0), this.frames - 1);
  }

  /** The border of the editable bar under the pointer, or undefined. */
  #border(event) {
    const own = this.rows.findIndex((row) => row.editable);
    const bar = this.bars.children[own]?.getBoundingClientRect();
    if (!bar || event.clientY < bar.top || event.clientY > bar.bottom) return undefined;
    const distance = (start) =>
      Math.abs(event.clientX - bar.left - (bar.width * start) / this.frames);
    return this.rows[own].segments
      .slice(1)
      .map(([start]) => start)
      .sort((a, b) => distance(a) - distance(b))
      .find((start) => distance(start) <= NEAR);
  }

  #hover(event) {
    if (event.buttons) return;
    this.tracks.classList.toggle("gym-movable", this.#border(event) !== undefined);
  }

  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // no selection of text; the viewer takes the focus itself
    const border = this.#border(event);
    this.tracks.setPointerCapture(event.pointerId);
    this.held = true;
    // Frames of the two segments beside the border, beyond which it does not go.
    const segments = this.rows.find((row) => row.editable)?.segments ?? [];
    const right = segments.findIndex(([start]) => start === border);
    let to = border;
    const move = (now) => {
      if (border === undefined) return this.onGo(this.#frame(now));
      const box = this.tracks.getBoundingClientRect();
      const nearest = Math.round(((now.clientX - box.left) / box.width) * this.frames);
      to = Math.min(Math.max(nearest, segments[right - 1][0] + 1), segments[right][1]);
      this.#preview(right, to);
      return this.onGo(to, { quiet: true });
    };
    const end = () => {
      this.tracks.removeEventListener("pointermove", move);
      this.tip.hidden = true;
      this.held = false;
      this.tracks.classList.remove("gym-movable");
      if (border !== undefined && to !== border) this.onMove(border, to);
    };
    if (border === undefined) move(event);
    this.tracks.addEventListener("pointermove", move);
    this.tracks.addEventListener("lostpointercapture", end, { once: true });
  }

  /** Show the border of segment `right` at frame `to` while it is dragged. */
  #preview(right, to) {
    const own = this.rows.findIndex((row) => row.editable);
    const bar = this.bars.children[own];
    const [start] = this.rows[own].segments[right - 1];
    const [, end] = this.rows[own].segments[right];
    bar.children[right - 1].style.width = `${(100 * (to - start)) / this.frames}%`;
    bar.children[right].style.left = `${(100 * to) / this.frames}%`;
    bar.children[right].style.width = `${(100 * (end - to + 1)) / this.frames}%`;
    this.tip.hidden = false;
    this.tip.textContent = `from ${to}`;
    this.tip.style.left = `${(100 * to) / this.frames}%`;
  }

  close() {
    this.resized.disconnect();
  }
}
