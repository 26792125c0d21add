// SPDX-License-Identifier: GPL-3.0-or-later
// A picture that moves, for trying things out without camera and without showing one's screen.

const kWidth = 640;
const kHeight = 360;
const kFramesPerSecond = 30;

const kFont = '"Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** A hue of one's own for each name, so that a change of host is seen at once. */
function hueOf(name) {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 360;
  return hash;
}

function paintDial(context, x, y, radius, now, hue) {
  context.lineCap = 'round';
  context.strokeStyle = `hsl(${hue} 60% 85% / 0.35)`;
  context.lineWidth = 10;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  const turn = ((now % 60_000) / 60_000) * 2 * Math.PI - Math.PI / 2;
  context.strokeStyle = '#fff';
  context.beginPath();
  context.arc(x, y, radius, -Math.PI / 2, turn);
  context.stroke();
  const fast = ((now % 1000) / 1000) * 2 * Math.PI - Math.PI / 2;
  context.lineWidth = 6;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + Math.cos(fast) * radius * 0.78, y + Math.sin(fast) * radius * 0.78);
  context.stroke();
}

function paint(context, name, hue, frame) {
  const now = Date.now() - new Date().getTimezoneOffset() * 60_000;
  const gradient = context.createLinearGradient(0, 0, kWidth, kHeight);
  gradient.addColorStop(0, `hsl(${hue} 55% 32%)`);
  gradient.addColorStop(1, `hsl(${(hue + 40) % 360} 60% 20%)`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, kWidth, kHeight);
  paintDial(context, 150, 180, 95, now, hue);
  context.fillStyle = '#fff';
  context.textBaseline = 'alphabetic';
  context.font = `600 26px ${kFont}`;
  context.fillText(name, 290, 130, 320);
  context.font = `700 62px ${kFont}`;
  const time = new Date(now).toISOString();
  context.fillText(time.slice(11, 19), 288, 200);
  context.font = `400 22px ${kFont}`;
  context.fillStyle = 'rgb(255 255 255 / 0.8)';
  context.fillText(`.${time.slice(20, 23)}   frame ${frame}`, 290, 240);
}

/**
 * A stream of a clock that says whose it is. It ends when its track is stopped.
 * @param {string} name
 * @returns {MediaStream}
 */
export function movingClock(name) {
  const canvas = document.createElement('canvas');
  canvas.width = kWidth;
  canvas.height = kHeight;
  const context = canvas.getContext('2d');
  const hue = hueOf(name);
  let frame = 0;
  paint(context, name, hue, frame);
  const stream = canvas.captureStream(kFramesPerSecond);
  const [track] = stream.getVideoTracks();
  const ticker = new Worker(new URL('./ticker_worker.js', import.meta.url), { type: 'module' });
  ticker.onmessage = () => {
    if (track.readyState === 'ended') {
      ticker.terminate();
      return;
    }
    frame += 1;
    paint(context, name, hue, frame);
  };
  ticker.postMessage(kFramesPerSecond);
  return stream;
}
