// Elements, and lists of them that keep what has not changed: focus, selection and open plots stay.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `children` are nodes or text, and text stays text. */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setLevel(element, level) {
  if (element.dataset.level !== level) element.dataset.level = level;
}

/** Keep one view per item in a parent: `make(item)` returns {node, show(item), end?()}. */
export class Views {
  constructor(parent, keyOf, make) {
    Object.assign(this, { parent, keyOf, make, views: new Map() });
  }

  show(items) {
    const gone = new Set(this.views.keys());
    items.forEach((item, place) => {
      const key = this.keyOf(item);
      gone.delete(key);
      if (!this.views.has(key)) this.views.set(key, this.make(item));
      const view = this.views.get(key);
      if (this.parent.children[place] !== view.node) {
        this.parent.insertBefore(view.node, this.parent.children[place] ?? null);
      }
      view.show(item);
    });
    for (const key of gone) {
      const view = this.views.get(key);
      view.end?.();
      view.node.remove();
      this.views.delete(key);
    }
  }
}
