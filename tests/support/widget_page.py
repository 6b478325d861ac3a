"""A widget in an empty page, its kernel an object in the test: no notebook is needed."""

import base64
import json

from widget_messages import listen

from gymlib.viewer.javascript import script, style

# What anywidget hands over: a model with its state, and messages both ways.
_HOST = """
window.asked = [];
const handlers = [];
window.hear = (text, buffers) => {
  const bytes = (buffer) => Uint8Array.from(atob(buffer), (letter) => letter.charCodeAt(0));
  const views = buffers.map((buffer) => new DataView(bytes(buffer).buffer));
  for (const handler of handlers) handler(JSON.parse(text), views);
};
const model = {
  get: (name) => window.state[name],
  on: (_, handler) => handlers.push(handler),
  off: () => {},
  send: (content) => window.asked.push(content),
};
widget.render({ model, el: document.body });
"""


class WidgetPage:
    """Shows ``widget`` in a page of :func:`jupyterlab.page`; one that ``asks`` does so first."""

    def __init__(self, view, widget, asks: bool = True):
        self.view, self.widget, self._said = view, widget, listen(widget)
        view.goto("about:blank")  # a window of its own: nothing is left of a widget before
        view.set_content(f"<style>{style()}</style>")
        state = json.dumps({"look": widget.look, "kind": widget.kind})
        source = script().replace("export default", "const widget =")
        view.add_script_tag(content=f"window.state = {state};\n{source}{_HOST}", type="module")
        view.wait_for_function("window.asked?.length" if asks else "Boolean(window.hear)")
        self.settle()

    def settle(self) -> None:
        """Carry messages until nobody has any more to say."""
        while True:
            while self._said:
                content, buffers = self._said.pop(0)
                sent = [base64.b64encode(buffer).decode() for buffer in buffers]
                message = [json.dumps(content), sent]
                self.view.evaluate("([text, buffers]) => window.hear(text, buffers)", message)
            if not (asked := self.view.evaluate("window.asked.splice(0)")):
                return
            for content in asked:
                self.widget._hear(None, content, [])
