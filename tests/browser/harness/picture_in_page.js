// SPDX-License-Identifier: GPL-3.0-or-later
// Runs inside pages (injected by picture.mjs). Paints a picture that says who painted it, when, and which frame it
// is, in blocks big enough to survive any video codec; and reads such pictures back from a <video>.
//
// The picture is 16 x 9 blocks. The upper 4 rows carry 64 bits, black or white, row by row, most significant first:
// source (8), frame (20), painted-at in milliseconds (24), CRC-12 over these 52 bits. Below are words for people.

(() => {
  const kColumns = 16;
  const kRows = 9;
  const kCodeRows = 4;
  const kFrameBits = 20;
  const kTimeBits = 24;
  const kTimeRange = 2 ** kTimeBits;
  const kMaxRecords = 200_000;
  const kReadAgainMs = 100;
  const kGrainBands = 24;
  // A frame is read on a small copy: ten pixels a block are plenty and cost little.
  const kSampleBlock = 10;

  /** Wall-clock time in milliseconds, comparable between all processes of one machine. */
  const wallClock = () => performance.timeOrigin + performance.now();

  function toBits(value, count) {
    const bits = [];
    for (let i = count - 1; i >= 0; --i) bits.push(Math.floor(value / 2 ** i) % 2);
    return bits;
  }

  const fromBits = (bits) => bits.reduce((value, bit) => value * 2 + bit, 0);

  /** CRC-12 with polynomial 0x80f and a start of ones, so that an all-black or all-white picture is no code. */
  function crc12(bits) {
    let crc = 0xfff;
    for (const bit of bits) {
      const top = ((crc >> 11) & 1) ^ bit;
      crc = (crc << 1) & 0xfff;
      if (top) crc ^= 0x80f;
    }
    return crc;
  }

  function encode(source, frame, time) {
    const payload = [
      ...toBits(source.charCodeAt(0), 8),
      ...toBits(frame % 2 ** kFrameBits, kFrameBits),
      ...toBits(Math.round(time) % kTimeRange, kTimeBits),
    ];
    return [...payload, ...toBits(crc12(payload), 12)];
  }

  /** What the bits say, or null when they are no code. `now` restores the upper digits of the time. */
  function decode(bits, now) {
    const payload = bits.slice(0, 52);
    if (crc12(payload) !== fromBits(bits.slice(52))) return null;
    const low = fromBits(payload.slice(28));
    let paintedAt = Math.floor(now / kTimeRange) * kTimeRange + low;
    if (paintedAt > now + kTimeRange / 2) paintedAt -= kTimeRange;
    if (paintedAt < now - kTimeRange / 2) paintedAt += kTimeRange;
    return {
      source: String.fromCharCode(fromBits(payload.slice(0, 8))),
      frame: fromBits(payload.slice(8, 28)),
      paintedAt,
    };
  }

  /**
   * Paints on a canvas.
   * @param source  one ASCII character: which host
   */
  class Painter {
    #timer = null;
    #grain = null;

    constructor(canvas, source) {
      if (!/^[\x21-\x7e]$/.test(source)) throw new Error('A source is one ASCII character.');
      this.canvas = canvas;
      this.source = source;
      this.frame = 0;
      this.requestFrame = () => {};
    }

    /** The stream of this canvas; each paint() makes one frame of it. */
    stream() {
      const stream = this.canvas.captureStream(0);
      // The standard has it on the track, Firefox on the stream.
      const asked = stream.getVideoTracks()[0].requestFrame ? stream.getVideoTracks()[0] : stream;
      this.requestFrame = () => asked.requestFrame();
      return stream;
    }

    /** From now on the lower part is full of grain, and a band of it changes with each frame: hard to encode. */
    addGrain() {
      const { width, height } = this.canvas;
      this.#grain = new OffscreenCanvas(width, height);
      const context = this.#grain.getContext('2d');
      const image = context.createImageData(width, height);
      for (let i = 0; i < image.data.length; i += 4) {
        image.data.fill(Math.random() * 256, i, i + 3);
        image.data[i + 3] = 255;
      }
      context.putImageData(image, 0, 0);
    }

    #paintGrain(context, top) {
      const { width, height } = this.canvas;
      context.drawImage(this.#grain, 0, top, width, height - top, 0, top, width, height - top);
      const band = Math.round(height / kGrainBands);
      const shift = Math.floor(Math.random() * (height - band));
      context.drawImage(this.#grain, 0, shift, width, band, 0, height - band, width, band);
    }

    /** Paints the next frame, once. */
    paint() {
      const { canvas, source } = this;
      const frame = this.frame++;
      const now = wallClock();
      const context = canvas.getContext('2d');
      const width = canvas.width / kColumns;
      const height = canvas.height / kRows;
      const hue = (source.charCodeAt(0) * 67) % 360;
      context.fillStyle = `hsl(${hue} 45% 30%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
      encode(source, frame, now).forEach((bit, i) => {
        context.fillStyle = bit ? '#fff' : '#000';
        context.fillRect((i % kColumns) * width, Math.floor(i / kColumns) * height, width, height);
      });
      if (this.#grain) this.#paintGrain(context, height * kCodeRows);
      context.fillStyle = '#fff';
      context.font = `bold ${Math.round(height * 1.6)}px monospace`;
      context.textBaseline = 'top';
      context.fillText(`${source} ${String(frame).padStart(6, '0')}`, width / 2, height * (kCodeRows + 0.6));
      context.font = `${Math.round(height)}px monospace`;
      context.fillText(new Date(now).toISOString().slice(11, 23), width / 2, height * (kCodeRows + 2.8));
      this.requestFrame();
      return { source, frame, paintedAt: now };
    }

    /** Paints at this many frames a second until stop(). */
    start(framesPerSecond = 30) {
      this.stop();
      const began = performance.now();
      let painted = 0;
      const next = () => {
        this.paint();
        painted += 1;
        this.#timer = setTimeout(next, Math.max(0, began + (painted * 1000) / framesPerSecond - performance.now()));
      };
      next();
    }

    stop() {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  /**
   * Reads every frame that a <video> presents and keeps a record of each. The very first frame may be announced before
   * it can be drawn; with a picture that stands still none follows. So what is unreadable is read once more.
   */
  class Watcher {
    #canvas = document.createElement('canvas');
    #context;
    #ended = false;
    #forgotten = 0;
    #waiting = new Set();

    constructor(video) {
      this.video = video;
      this.records = [];
      this.beganAt = wallClock();
      this.#canvas.width = kColumns * kSampleBlock;
      this.#canvas.height = kRows * kSampleBlock;
      this.#context = this.#canvas.getContext('2d', { willReadFrequently: true });
      this.#ask();
    }

    #ask() {
      this.video.requestVideoFrameCallback((_, metadata) => {
        if (this.#ended) return;
        this.#ask();
        const record = this.#record(metadata);
        if (!record.valid) setTimeout(() => this.records.at(-1) === record && this.#record(metadata), kReadAgainMs);
      });
    }

    #record(metadata) {
      const at = wallClock();
      const code = this.#read(at);
      const record = {
        at,
        valid: code !== null,
        source: code?.source ?? null,
        frame: code?.frame ?? null,
        paintedAt: code?.paintedAt ?? null,
        width: metadata.width,
        height: metadata.height,
        rtpTimestamp: metadata.rtpTimestamp ?? null,
      };
      if (this.records.length >= kMaxRecords) {
        this.records.shift();
        this.#forgotten += 1;
      }
      this.records.push(record);
      for (const wake of this.#waiting) wake();
      return record;
    }

    /**
     * Waits in the page, so that a test need not ask again and again and slow down what it measures. Resolves, as soon as
     * there are any, to the records from number `next` on; or to none after a while. To who knows another watcher, by its
     * `beganAt`, all of them are news.
     */
    async news(beganAt, next, patienceMs) {
      const first = beganAt === this.beganAt ? next : 0;
      if (this.#forgotten + this.records.length <= first) await this.#nextRecord(patienceMs);
      const records = this.records.slice(Math.max(0, first - this.#forgotten));
      return { beganAt: this.beganAt, next: this.#forgotten + this.records.length, records };
    }

    #nextRecord(patienceMs) {
      return new Promise((fulfil) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          fulfil();
        };
        const timer = setTimeout(wake, patienceMs);
        this.#waiting.add(wake);
      });
    }

    #read(now) {
      const { width, height } = this.#canvas;
      this.#context.drawImage(this.video, 0, 0, width, height);
      const { data } = this.#context.getImageData(0, 0, width, kCodeRows * kSampleBlock);
      const bits = [];
      const inner = kSampleBlock / 2;
      const margin = (kSampleBlock - inner) / 2;
      for (let i = 0; i < kColumns * kCodeRows; ++i) {
        const left = (i % kColumns) * kSampleBlock + margin;
        const top = Math.floor(i / kColumns) * kSampleBlock + margin;
        let sum = 0;
        for (let y = top; y < top + inner; ++y) {
          for (let x = left; x < left + inner; ++x) sum += data[(Math.floor(y) * width + Math.floor(x)) * 4 + 1];
        }
        bits.push(sum / (inner * inner) > 127 ? 1 : 0);
      }
      return decode(bits, now);
    }

    stop() {
      this.#ended = true;
    }
  }

  /** A quiet tone as an audio track, so that Opus has something to carry. */
  function tone(frequency = 440) {
    const audio = new AudioContext();
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    const gain = audio.createGain();
    gain.gain.value = 0.1;
    const destination = audio.createMediaStreamDestination();
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0];
  }

  /**
   * Lets a page that asks for camera or screen get a painted canvas instead, and a tone for the microphone.
   * The painter is window.batonPicture.painter.
   */
  function replaceCapture(source, { framesPerSecond = 30, width = 640, height = 360 } = {}) {
    const give = async (constraints) => {
      const tracks = [];
      if (!constraints || constraints.video !== false) {
        const canvas = Object.assign(document.createElement('canvas'), { width, height });
        const painter = new Painter(canvas, source);
        api.painter?.stop();
        api.painter = painter;
        tracks.push(...painter.stream().getVideoTracks());
        if (framesPerSecond > 0) painter.start(framesPerSecond);
        else painter.paint();
      }
      if (constraints?.audio) tracks.push(tone());
      return new MediaStream(tracks);
    };
    for (const name of ['getUserMedia', 'getDisplayMedia']) {
      Object.defineProperty(navigator.mediaDevices, name, { value: give, configurable: true });
    }
  }

  const api = { Painter, Watcher, wallClock, tone, replaceCapture, encode, decode, painter: null, watchers: {} };
  globalThis.batonPicture = api;
})();
