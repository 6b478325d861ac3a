// Which frame is shown, and playing from there.

export const SPEEDS = [0.25, 0.5, 1, 2];
const UNKNOWN_RATE = 25; // frames per second of a clip that does not say

export class Player {
  /** Calls `onGo(frame, how)` for every new frame, `onState()` when playing or speed changes. */
  constructor({ onGo, onState }) {
    Object.assign(this, { onGo, onState, frame: 0, frames: 1, rate: UNKNOWN_RATE, speed: 1 });
    this.playing = null; // the animation frame asked for
  }

  open(frames, rate) {
    this.stop();
    Object.assign(this, { frames, rate: rate ?? UNKNOWN_RATE });
  }

  /** Show a frame, the nearest there is. */
  go(frame, how = {}) {
    this.frame = Math.min(Math.max(frame, 0), this.frames - 1);
    this.onGo(this.frame, how);
  }

  toggle() {
    if (this.playing) return this.stop();
    if (this.frame === this.frames - 1) this.go(0, { quiet: true });
    return this.play();
  }

  /** Play on up to a frame; `onEnd()` when it is reached, not if something else stops it. */
  play(last = this.frames - 1, onEnd = () => {}) {
    this.stop();
    let began = performance.now();
    let from = this.frame;
    let speed = this.speed;
    const tick = (now) => {
      if (speed !== this.speed) [began, from, speed] = [now, this.frame, this.speed];
      const frame = from + Math.max(0, Math.floor(((now - began) / 1000) * this.rate * speed));
      if (frame >= last) {
        this.go(last);
        this.stop();
        return onEnd();
      }
      if (frame !== this.frame) this.go(frame);
      this.playing = requestAnimationFrame(tick);
      return undefined;
    };
    this.playing = requestAnimationFrame(tick);
    return this.onState();
  }

  /** Play frames `first` to `last` again and again, until the reader does something else. */
  loop(first, last) {
    this.go(first, { quiet: true });
    this.play(last + 1, () => this.loop(first, last)); // so that the last one stays its time
  }

  stop() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.onState();
  }

  /** Faster (1) or slower (-1). */
  shift(by) {
    const at = SPEEDS.indexOf(this.speed) + by;
    this.speed = SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)];
    this.onState();
  }
}
