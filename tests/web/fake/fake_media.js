// SPDX-License-Identifier: GPL-3.0-or-later
// The part of WebRTC that the client touches, without media, for tests outside a browser.

export class FakeMediaStream {
  #tracks;
  constructor(tracks = []) {
    this.#tracks = [...tracks];
  }
  addTrack(track) {
    this.#tracks.push(track);
  }
  getTracks() {
    return [...this.#tracks];
  }
  getVideoTracks() {
    return this.#tracks.filter((track) => track.kind === 'video');
  }
}

export const fakeTrack = (kind, settings = {}) => ({ kind, contentHint: '', getSettings: () => settings });

export class FakePeerConnection {
  /** All there ever were, the latest last. */
  static all = [];
  /** The transports by which they become connected, once both sides are described; none: only when a test says so. */
  static connecting = new Set();
  /** The kinds of media for which the browser has no codec of the room. */
  static lacking = new Set();
  connectionState = 'new';
  closed = false;
  localDescription = null;
  remoteDescription = null;
  candidates = [];
  transceivers = [];
  /** How often an ICE restart was asked for. */
  restarts = 0;

  constructor(configuration) {
    this.configuration = configuration;
    FakePeerConnection.all.push(this);
  }

  /** Of what is received: the browser refuses the media that it has no codec for. */
  getTransceivers() {
    if (this.remoteDescription?.type !== 'offer') return this.transceivers;
    const received = ['audio', 'video'].filter((kind) => !FakePeerConnection.lacking.has(kind));
    return received.map((kind) => ({ currentDirection: 'recvonly', receiver: { track: fakeTrack(kind) } }));
  }

  getConfiguration() {
    return this.configuration;
  }

  setConfiguration(configuration) {
    this.configuration = configuration;
  }

  addTransceiver(track, init) {
    const transceiver = {
      init,
      codecs: null,
      setCodecPreferences: (codecs) => {
        transceiver.codecs = codecs;
      },
      sender: {
        track,
        parameters: { encodings: [{}] },
        getParameters: () => structuredClone(transceiver.sender.parameters),
        setParameters: async (parameters) => {
          transceiver.sender.parameters = parameters;
        },
        replaceTrack: async (next) => {
          transceiver.sender.track = next;
        },
      },
    };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  async setLocalDescription() {
    const type = this.remoteDescription?.type === 'offer' ? 'answer' : 'offer';
    this.localDescription = { type, sdp: `${type} of the client` };
    this.onicecandidate?.({ candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } });
    this.onicecandidate?.({ candidate: null });
    if (type === 'answer') this.#connectIfDescribed();
  }

  restartIce() {
    this.restarts += 1;
  }

  async setRemoteDescription(description) {
    if (this.closed) throw new Error('closed');
    this.remoteDescription = description;
    if (description.type === 'offer' && !this.localDescription) {
      for (const kind of ['audio', 'video']) this.ontrack?.({ track: fakeTrack(kind) });
    }
    if (description.type === 'answer') this.#connectIfDescribed();
  }

  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error('A candidate came before the description.');
    this.candidates.push(candidate);
  }

  /** What the server's description is of. */
  get transport() {
    return this.remoteDescription?.sdp.startsWith('direct') ? 'direct' : 'gateway';
  }

  #connectIfDescribed() {
    if (!this.localDescription || !this.remoteDescription) return;
    if (!FakePeerConnection.connecting.has(this.transport)) return;
    setTimeout(() => {
      if (!this.closed) this.become('connected');
    });
  }

  /** For tests: the connection becomes this. */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close() {
    this.closed = true;
  }
}

export const FakeSender = {
  getCapabilities: (kind) => ({
    codecs:
      kind === 'audio'
        ? [{ mimeType: 'audio/opus' }, { mimeType: 'audio/PCMU' }]
        : [
            { mimeType: 'video/VP8' },
            { mimeType: 'video/rtx' },
            { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
            { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' },
            { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=0;tier=0' },
            { mimeType: 'video/red' },
          ],
  }),
};
