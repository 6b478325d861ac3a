// What the notebook calls to show a viewer; anywidget's interface.

import { Labeller } from "./labeller.js";
import { Viewer } from "./viewer.js";

export default {
  render({ model, el }) {
    const viewer = new (model.get("editable") ? Labeller : Viewer)(model, el);
    return () => viewer.close();
  },
};
