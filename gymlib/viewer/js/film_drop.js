// A place to drop a film, which goes to the kernel part by part: each when the last has arrived.

import { element } from "./elements.js";
import { PATIENCE } from "./labeller.js";

const PART = 4 * 2 ** 20; // bytes; servers refuse messages above 10 MB

export class FilmDrop {
  constructor(model, host) {
    this.model = model;
    this.node = this.#build();
    host.append(this.node);
    this.onMessage = (content) => this.#receive(content);
    model.on("msg:custom", this.onMessage);
    this.#ask({ do: "ready" });
  }

  #build() {
    const input = element("input", { type: "file", accept: "video/*,.mkv", ariaLabel: "film" });
    input.addEventListener("change", () => {
      this.#send(input.files);
      input.value = ""; // so that the same film can be chosen again
    });
    this.said = element("span", { className: "gym-said", role: "status" });
    this.bar = element("progress", { max: 1, value: 0, hidden: true, ariaLabel: "sent" });
    const zone = element("label", { className: "gym-drop" }, [
      element("b", { textContent: "Drop a film here" }),
      element("span", { textContent: "or click to choose one" }),
      input,
      this.bar,
    ]);
    // Without this the browser would leave the notebook and play the film.
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      zone.addEventListener(type, (event) => {
        event.preventDefault();
        event.stopPropagation();
        zone.classList.toggle("gym-over", type === "dragenter" || type === "dragover");
        if (type === "drop") this.#send(event.dataTransfer.files);
      });
    }
    const frame = element("div", { className: "gym-frame" }, [
      zone, element("footer", {}, [this.said]),
    ]);
    return element("div", { className: "gym-viewer", ariaLabel: "drop a film" }, [frame]);
  }

  #send([film, ...others]) {
    if (!film) return;
    if (others.length) {
      this.#say("one film at a time, please", "gym-problem");
      return;
    }
    this.film = film;
    this.#say(`${film.name}: waiting for the kernel …`);
    this.#ask({ do: "film", name: film.name, size: film.size });
  }

  async #part(first) {
    const film = this.film;
    if (!film) return;
    this.bar.hidden = false;
    this.bar.value = first / film.size;
    this.#say(`${film.name}: ${Math.round(100 * this.bar.value)}% of ${megabytes(film.size)}`);
    try {
      const part = await film.slice(first, first + PART).arrayBuffer();
      if (film === this.film) this.#ask({ do: "part" }, [part]); // no other was dropped meanwhile
    } catch (error) {
      this.#end(`${film.name} cannot be read: ${error.message}`, "gym-problem");
    }
  }

  #ask(request, buffers = []) {
    clearTimeout(this.worry);
    try {
      this.model.send(request, undefined, buffers);
    } catch {
      this.#end("the kernel has stopped: run this cell again", "gym-problem");
      return;
    }
    if (request.do === "ready") return;
    this.worry = setTimeout(() => {
      this.#say("the kernel is busy, or has stopped: the film waits", "gym-problem");
    }, PATIENCE);
  }

  #receive(content) {
    clearTimeout(this.worry);
    if (content.say === "next") this.#part(content.first);
    if (content.say === "taken") this.#end(content.text, "gym-saved");
    if (content.say === "problem") this.#end(content.text, "gym-problem");
  }

  #end(text, kind) {
    this.film = null;
    this.bar.hidden = true;
    this.#say(text, kind);
  }

  #say(text, kind = "") {
    this.said.className = `gym-said ${kind}`;
    this.said.textContent = text;
  }

  close() {
    clearTimeout(this.worry);
    this.model.off("msg:custom", this.onMessage);
  }
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
