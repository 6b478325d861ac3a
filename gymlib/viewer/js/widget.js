// What the notebook calls to show a viewer; anywidget's interface.

import { Explorer } from "./explorer.js";
import { FilmDrop } from "./film_drop.js";
import { Labeller } from "./labeller.js";
import { Live } from "./live.js";
import { PersonChooser } from "./person.js";
import { Review } from "./review.js";
import { Viewer } from "./viewer.js";

const KINDS = {
  viewer: Viewer, labeller: Labeller, explorer: Explorer, review: Review, drop: FilmDrop,
  live: Live, person: PersonChooser,
};

export default {
  render({ model, el }) {
    const viewer = new KINDS[model.get("kind")](model, el);
    return () => viewer.close();
  },
};
