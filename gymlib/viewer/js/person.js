// The viewer in which a click into the picture says whom to follow.

import { button } from "./elements.js";
import { Viewer } from "./viewer.js";

export class PersonChooser extends Viewer {
  build() {
    const node = super.build();
    const what = "follow somebody else: then click on them in the picture";
    this.pointing = button("Somebody else", what, "o", () => this.point(!this.asking));
    this.head.append(this.pointing);
    this.keys.o = () => this.point(!this.asking);
    this.keys.Escape = () => (this.asking ? this.point(false) : this.node.blur());
    this.stage.canvas.addEventListener("click", (event) => this.choose(event));
    return node;
  }

  /** Wait for a click on a person, or no longer. */
  point(asking) {
    if (asking) this.player.stop();
    this.asking = asking;
    this.pointing.classList.toggle("gym-on", asking);
    this.pointing.ariaPressed = String(asking);
    this.stage.node.classList.toggle("gym-pointing", asking);
    this.say(asking ? "click on the one to follow, at a frame that shows them clearly" : "");
  }

  choose({ offsetX, offsetY }) {
    if (!this.asking) return;
    this.point(false);
    const { clientWidth, clientHeight } = this.stage.canvas;
    const place = { x: offsetX / clientWidth, y: offsetY / clientHeight };
    const frame = this.player.frame;
    const sent = this.ask({ do: "follow", clip: this.clip.name, frame, ...place });
    if (sent) this.say("looking for them in all frames: that takes longer than the film …");
  }

  receive(content, buffers) {
    super.receive(content, buffers);
    if (content.say === "clip") this.pointing.hidden = !content.filmed;
    if (content.say === "followed") this.say(content.text, "gym-saved");
  }
}
