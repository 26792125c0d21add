// SPDX-License-Identifier: GPL-3.0-or-later
// Making and changing DOM elements in few words.

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes]  `on...` are listeners; `hidden`, `disabled` and the like take booleans
 * @param {...(Node|string)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (typeof value === 'boolean') node.toggleAttribute(name, value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Changes text only if it differs, so that screen readers do not hear it again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}
