// SPDX-License-Identifier: GPL-3.0-or-later
// Shows one stream after another in the same <video> without a gap: the old picture stands until the new stream has
// one of its own.

export class Playout {
  #rehearsal = null;

  /** Called once for each stream, when its first picture is on the screen. */
  onpicture = () => {};

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
    video.autoplay = true;
    video.playsInline = true;
  }

  /** Shows the stream: at once if nothing is shown yet, else as soon as it has a picture. */
  show(stream) {
    this.#endRehearsal();
    if (!this.video.srcObject) {
      this.#put(stream);
      return;
    }
    const rehearsal = document.createElement('video');
    rehearsal.muted = true;
    rehearsal.playsInline = true;
    rehearsal.srcObject = stream;
    this.#rehearsal = rehearsal;
    // No frame callback: one of a video that is in no document now and then ends all animation of a page in Firefox, and a
    // page in the background gets none.
    rehearsal.addEventListener('loadeddata', () => {
      if (this.#rehearsal !== rehearsal) return;
      // A static source may not send another picture for minutes, so the one just seen bridges the change.
      this.video.poster = pictureOf(rehearsal);
      this.#put(stream);
      this.#endRehearsal();
      this.onpicture();
    });
    rehearsal.play().catch(() => {});
  }

  /** Shows nothing any more. */
  clear() {
    this.#endRehearsal();
    this.video.srcObject = null;
    this.video.removeAttribute('poster');
  }

  #put(stream) {
    const isFirst = this.video.srcObject === null;
    this.video.srcObject = stream;
    this.video.requestVideoFrameCallback(() => {
      if (this.video.srcObject !== stream) return;
      this.video.removeAttribute('poster');
      if (isFirst) this.onpicture();
    });
    // Sound may need a gesture; the picture does not.
    this.video.play().catch((error) => {
      if (error.name !== 'NotAllowedError' || this.video.srcObject !== stream) return;
      this.video.muted = true;
      this.video.play().catch(() => {});
    });
  }

  #endRehearsal() {
    if (this.#rehearsal) this.#rehearsal.srcObject = null;
    this.#rehearsal = null;
  }
}

function pictureOf(video) {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  return canvas.toDataURL('image/jpeg', 0.9);
}
