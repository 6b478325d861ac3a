// Labels while filming: pictures of the camera go to the kernel, each when the last is answered,
// and are shown when it has named them, a moment after they were taken.

import { button, element } from "./elements.js";
import { PATIENCE } from "./labeller.js";
import { Stage } from "./stage.js";

const SIDE = 640; // pixels of a picture's longer side, as much as the skeleton needs
const MOST_WAITING = 30; // pictures that wait for their names, a second of a usual camera
const QUALITY = 0.85; // of JPEG
const SPAN = 3; // seconds over which pictures are counted

const REFUSED = {
  NotAllowedError: "the camera was refused: allow it beside the page's address, then begin again",
  NotFoundError: "no camera was found: connect one, then begin again",
  NotReadableError: "the camera is in use elsewhere: close what uses it, then begin again",
};

export class Live {
  constructor(model, host) {
    this.model = model;
    this.look = model.get("look");
    this.waiting = new Map(); // time -> picture
    this.shown = []; // when pictures were shown, seconds
    this.node = this.#build();
    host.append(this.node);
    this.onMessage = (content) => this.#receive(content);
    model.on("msg:custom", this.onMessage);
  }

  #build() {
    this.stage = new Stage(this.look);
    this.film = element("video", { className: "gym-film", muted: true, playsInline: true });
    this.paper = element("canvas");
    this.switch = button("", "begin or end", null, () => (this.camera ? this.#end() : this.#begin()));
    this.readout = element("span", { className: "gym-readout" });
    this.bars = [0, 1, 2, 3].map((code) => {
      const bar = element("div", { className: "gym-segment" });
      bar.style.background = this.look.colours[code];
      return bar;
    });
    const chances = this.bars.map((bar, code) =>
      element("div", { className: "gym-chance" }, [
        element("span", { textContent: this.look.names[code] }),
        element("div", { className: "gym-bar" }, [bar]),
      ]),
    );
    this.words = element("div", { className: "gym-attempt", role: "status" });
    this.said = element("span", { className: "gym-said", role: "status" });
    const frame = element("div", { className: "gym-frame" }, [
      element("header", {}, [this.switch, this.readout]),
      element("div", { className: "gym-middle" }, [this.stage.node, element("aside", {}, chances)]),
      this.words,
      element("footer", {}, [this.said]),
      this.film,
    ]);
    this.#idle();
    return element("div", { className: "gym-viewer gym-live", ariaLabel: "label live" }, [frame]);
  }

  // --- the camera -----------------------------------------------------------------------------

  async #begin() {
    if (!navigator.mediaDevices) {
      this.#say("browsers give a camera to pages at localhost or https only", "gym-problem");
      return;
    }
    this.switch.disabled = true;
    this.#say("asking for the camera …");
    try {
      const size = { width: { ideal: SIDE }, height: { ideal: (SIDE * 3) / 4 } };
      this.camera = await navigator.mediaDevices.getUserMedia({ video: size });
      if (this.closed) return this.#stop(); // the cell was cleared meanwhile
      this.camera.getVideoTracks()[0].addEventListener("ended", () => {
        this.#end("the camera has stopped", "gym-problem");
      });
      this.film.srcObject = this.camera;
      await this.film.play();
    } catch (error) {
      const text = REFUSED[error.name] ?? `the camera cannot be used: ${error.message}`;
      this.#end(text, "gym-problem");
      return;
    }
    this.switch.disabled = false;
    this.switch.textContent = "End";
    this.#say("the models are being loaded …");
    this.#ask({ do: "begin" });
  }

  #end(text = "", kind = "") {
    if (this.camera) this.#ask({ do: "end" });
    this.#stop();
    this.#idle();
    this.#say(text, kind);
  }

  #stop() {
    clearTimeout(this.worry);
    for (const track of this.camera?.getTracks() ?? []) track.stop();
    this.camera = this.film.srcObject = this.asked = null;
    for (const picture of this.waiting.values()) picture.close();
    this.waiting.clear();
    this.shown = [];
  }

  #idle() {
    this.switch.disabled = false;
    this.switch.textContent = "Begin with the camera";
    this.readout.textContent = "";
  }

  /** Send the next picture that the camera takes. */
  #next() {
    const camera = this.camera;
    const take = () => camera === this.camera && this.#send(camera);
    // A page that nobody sees gets no frames, so that it films nothing either.
    if (this.film.requestVideoFrameCallback) this.film.requestVideoFrameCallback(take);
    else requestAnimationFrame(take);
  }

  async #send(camera) {
    const time = performance.now() / 1000;
    const { videoWidth, videoHeight } = this.film;
    const scale = Math.min(1, SIDE / Math.max(videoWidth, videoHeight));
    const [width, height] = [videoWidth, videoHeight].map((side) => Math.round(side * scale));
    Object.assign(this.paper, { width, height });
    this.paper.getContext("2d").drawImage(this.film, 0, 0, width, height);
    const [picture, jpeg] = await Promise.all([
      createImageBitmap(this.paper),
      new Promise((done) => this.paper.toBlob(done, "image/jpeg", QUALITY)),
    ]);
    const content = await jpeg.arrayBuffer();
    if (camera !== this.camera) return picture.close(); // it has been ended meanwhile
    this.waiting.set(time, picture);
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MOST_WAITING) this.#take(oldest).close();
    this.asked = time;
    this.#ask({ do: "picture", time }, [content]);
  }

  /** A picture that waits, which waits no longer. */
  #take(time) {
    const picture = this.waiting.get(time);
    this.waiting.delete(time);
    return picture;
  }

  // --- the kernel -----------------------------------------------------------------------------

  #ask(request, buffers = []) {
    clearTimeout(this.worry);
    try {
      this.model.send(request, undefined, buffers);
    } catch {
      this.#stop();
      this.#idle();
      this.#say("the kernel has stopped: run this cell again", "gym-problem");
      return;
    }
    this.worry = setTimeout(() => {
      this.#say("the kernel is busy, or has stopped: the camera waits", "gym-problem");
    }, PATIENCE);
  }

  #receive(content) {
    if (!this.camera) return;
    if (content.say === "begun") this.#answered();
    if (content.say === "attempt") this.#tell(content.lines);
    if (content.say === "problem") this.#end(content.text, "gym-problem");
    if (content.say === "named" && content.time === this.asked) {
      this.#answered();
      for (const one of content.names) this.#show(one);
    }
  }

  #answered() {
    clearTimeout(this.worry);
    this.#say("");
    this.#next();
  }

  // --- what is shown --------------------------------------------------------------------------

  async #show({ time, label, probabilities, keypoints }) {
    const picture = this.#take(time);
    if (!picture) return; // it was too long ago
    const before = this.picture;
    this.picture = picture;
    const clip = {
      box: [0, 0, picture.width, picture.height], keypoints: keypoints?.flat(),
      detected: [Boolean(keypoints)], extracted: true,
    };
    this.stage.open(clip, { get: () => picture });
    const { chip } = this.stage;
    if (chip.textContent !== this.look.names[label]) chip.textContent = this.look.names[label];
    chip.style.background = this.look.colours[label];
    chip.style.color = this.look.inks[label];
    this.bars.forEach((bar, code) => {
      bar.style.width = `${100 * (probabilities?.[code] ?? 0)}%`;
    });
    this.#count(time);
    await this.stage.draw(0);
    before?.close();
    // What is seen, for those who measure.
    Object.assign(this.node.dataset, { label, keypoints: keypoints?.length ?? 0 });
  }

  #count(time) {
    const now = performance.now() / 1000;
    this.shown = [...this.shown.filter((earlier) => earlier > now - SPAN), now];
    const rate = (this.shown.length - 1) / (now - this.shown[0]);
    if (!Number.isFinite(rate)) return;
    const late = (now - time).toFixed(1);
    const often = rate.toFixed(rate < 10 ? 1 : 0);
    this.readout.textContent = `${often} pictures per second, ${late} s after they were taken`;
  }

  /** The attempt that is over: its name, then what was measured. */
  #tell([name, ...measured]) {
    this.words.replaceChildren(
      element("b", { textContent: name }),
      ...measured.map((line) => element("div", { textContent: line })),
    );
  }

  #say(text, kind = "") {
    if (this.said.textContent === text) return;
    this.said.className = `gym-said ${kind}`;
    this.said.textContent = text;
  }

  close() {
    this.closed = true;
    if (this.camera) this.#ask({ do: "end" });
    this.#stop();
    this.picture?.close();
    this.stage.close();
    this.model.off("msg:custom", this.onMessage);
  }
}
