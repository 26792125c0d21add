// SPDX-License-Identifier: GPL-3.0-or-later
// JSON Merge Patch (RFC 7396). Pure.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the patch makes of a value, which is left as it is.
 * @param {any} target
 * @param {any} patch
 */
export function mergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  // Names are chosen by others, so none may mean anything to us, as `__proto__` would.
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), change));
  }
  return Object.fromEntries(members);
}
