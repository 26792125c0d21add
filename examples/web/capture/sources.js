// SPDX-License-Identifier: GPL-3.0-or-later
// What can be shared. Each may ask the person for permission, and throws a DOMException when that is refused.

import { movingClock } from './moving_clock.js';

const kCamera = { video: { width: { ideal: 1280 }, height: { ideal: 720 } }, audio: true };

async function camera() {
  try {
    return await navigator.mediaDevices.getUserMedia(kCamera);
  } catch (error) {
    // Sound is welcome but not required.
    if (error.name !== 'NotFoundError') throw error;
    return navigator.mediaDevices.getUserMedia({ ...kCamera, audio: false });
  }
}

/**
 * @param {'screen'|'camera'|'clock'} source
 * @param {string} name   of the one who shares
 * @returns {Promise<MediaStream>}
 */
export async function openSource(source, name) {
  switch (source) {
    case 'screen':
      return navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
    case 'camera':
      return camera();
    case 'clock':
      return movingClock(name);
    default:
      throw new Error(`There is no source named ${source}.`);
  }
}

/** A sentence for people about a failure of openSource; null when they simply changed their mind. */
export function captureProblem(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'AbortError':
      return null;
    case 'NotFoundError':
      return 'No camera was found.';
    case 'NotReadableError':
      return 'The camera or screen is in use by another program.';
    default:
      return navigator.mediaDevices
        ? error.message
        : 'This page may share only when it is opened by https or from localhost.';
  }
}
