// The picture of one frame with the skeleton on it, or the skeleton alone.

import { element } from "./elements.js";

export class Stage {
  /** `look`: bones as [from, to, colour], null for the middle of the body. */
  constructor(look) {
    this.look = look;
    this.canvas = element("canvas", { tabIndex: -1, role: "img", ariaLabel: "the frame" });
    this.note = element("div", { className: "gym-note", role: "status" });
    this.chip = element("div", { className: "gym-chip", role: "status" });
    this.loading = element("div", { className: "gym-loading" });
    this.node = element("div", { className: "gym-stage" }, [
      this.canvas, this.chip, this.note, this.loading,
    ]);
    this.show = { picture: true, skeleton: true };
    this.clip = null;
    this.wanted = 0;
    this.resized = new ResizeObserver(() => this.draw(this.wanted));
    this.resized.observe(this.node);
  }

  /** `clip`: box [x0, y0, x1, y1], keypoints (frames x 33 x 2), detected; `pictures` or null. */
  open(clip, pictures) {
    this.clip = clip;
    this.pictures = pictures;
    this.waiting = true; // for the clip's first picture
    this.node.style.setProperty("--aspect", this.#width() / this.#height());
  }

  /** Draw a frame. If its picture is still on the way, the one shown stays until it is there,
   * but not that of another clip: of this clip the skeleton is there at once. */
  async draw(frame) {
    this.wanted = frame;
    if (!this.clip) return;
    const shown = this.pictures && this.show.picture;
    if (shown && this.waiting) this.#paint(frame, null);
    const pictures = this.pictures;
    const picture = shown ? await pictures.get(frame) : null;
    if (frame !== this.wanted || pictures !== this.pictures) return; // the reader has gone on
    this.waiting = false;
    this.#paint(frame, picture);
    this.canvas.dataset.frame = frame; // what is seen, for those who measure
  }

  #paint(frame, picture) {
    this.#fit();
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (picture) context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    const posed = this.clip.detected[frame];
    if (posed && this.show.skeleton) this.#bones(context, frame, Boolean(picture));
    const note = posed || !this.clip.extracted ? "" : "no pose found";
    if (this.note.textContent !== note) this.note.textContent = note; // it is read aloud
  }

  #width() {
    return this.clip.box[2] - this.clip.box[0];
  }

  #height() {
    return this.clip.box[3] - this.clip.box[1];
  }

  /** As many pixels as the screen has where the canvas is. */
  #fit() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round((width * this.#height()) / this.#width()));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
    }
  }

  /** Bones, on a picture over a dark edge, so that they show on any. */
  #bones(context, frame, edged) {
    const scale = this.canvas.width / this.#width();
    const [left, top] = this.clip.box;
    const place = (point) => {
      const at = 2 * (33 * frame + point);
      return [
        (this.clip.keypoints[at] - left) * scale,
        (this.clip.keypoints[at + 1] - top) * scale,
      ];
    };
    const width = Math.max(2, this.canvas.height / 160);
    const neutral = edged ? "#fff" : getComputedStyle(this.node).color;
    context.lineCap = "round";
    for (const edge of edged ? [true, false] : [false]) {
      context.lineWidth = edge ? width + 2.5 : width;
      for (const [from, to, colour] of this.look.bones) {
        context.strokeStyle = edge ? "rgba(0, 0, 0, 0.55)" : colour ?? neutral;
        context.beginPath();
        context.moveTo(...place(from));
        context.lineTo(...place(to));
        context.stroke();
      }
    }
  }

  close() {
    this.resized.disconnect();
  }
}
