// The pictures of one clip: JPEG files as they arrive, decoded shortly before they are needed.
// A decoded picture takes a hundred times the memory of its file, so few are kept.

const KEPT = 32; // decoded pictures
const AHEAD = 4; // decoded in advance, in the direction of travel

export class Pictures {
  constructor() {
    this.files = []; // Blob per frame, in order
    this.decoded = new Map(); // frame -> promise of an ImageBitmap, least recently used first
    this.waiting = new Map(); // frame -> functions that wait for its file
    this.last = 0;
  }

  /** Take the files of some frames, beginning at `first`. */
  add(first, buffers) {
    buffers.forEach((buffer, i) => {
      this.files[first + i] = new Blob([buffer], { type: "image/jpeg" });
      this.waiting.get(first + i)?.forEach((resolve) => resolve());
      this.waiting.delete(first + i);
    });
  }

  /** The picture of a frame, as soon as there is one. */
  async get(frame) {
    const step = Math.sign(frame - this.last) || 1;
    this.last = frame;
    if (!this.files[frame]) {
      await new Promise((resolve) => {
        this.waiting.set(frame, [...(this.waiting.get(frame) ?? []), resolve]);
      });
    }
    for (let ahead = 1; ahead <= AHEAD; ahead++) this.#decode(frame + step * ahead);
    return this.#decode(frame);
  }

  #decode(frame) {
    if (!this.files[frame]) return null;
    const picture = this.decoded.get(frame) ?? createImageBitmap(this.files[frame]);
    this.decoded.delete(frame);
    this.decoded.set(frame, picture);
    for (const old of this.decoded.keys()) {
      if (this.decoded.size <= KEPT) break;
      this.decoded.get(old).then((bitmap) => bitmap.close());
      this.decoded.delete(old);
    }
    return picture;
  }
}
