// Building the page out of elements.

/** An element with properties, `dataset` among them, and children. */
export function element(tag, { dataset, ...properties } = {}, children = []) {
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, dataset);
  node.append(...children);
  return node;
}

/** A button, beside which keys go on to work. `key` is shown after the title. */
export function button(text, title, key, onclick) {
  const node = element("button", {
    type: "button",
    textContent: text,
    title: key ? `${title} (${key})` : title,
    ariaLabel: title,
    onclick,
  });
  return node;
}
