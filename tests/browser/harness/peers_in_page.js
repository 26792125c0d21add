// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in every page of a test before anything else: remembers its RTCPeerConnections, so that a test that failed can
// say how each of them was.

(() => {
  const peers = [];

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.push(new WeakRef(this));
    }
  };

  const picked = (report, names) => names.filter((name) => report[name] !== undefined).map((name) => `${name} ${report[name]}`).join(', ');

  const kShown = {
    transport: ['dtlsState', 'iceState', 'srtpCipher', 'packetsReceived', 'packetsSent'],
    'inbound-rtp': ['kind', 'packetsReceived', 'packetsLost', 'framesReceived', 'keyFramesDecoded', 'framesDecoded', 'framesDropped', 'nackCount', 'pliCount'],
    'outbound-rtp': ['kind', 'packetsSent', 'framesEncoded', 'keyFramesEncoded', 'nackCount', 'pliCount'],
  };

  /** One line for each RTCPeerConnection that still lives. */
  globalThis.describePeers = async () => {
    const living = peers.map((peer) => peer.deref()).filter((peer) => peer && peer.connectionState !== 'closed');
    return Promise.all(living.map(async (peer) => {
      const reports = [...(await peer.getStats()).values()].filter(({ type }) => type in kShown);
      const parts = reports.map((report) => `${report.type}: ${picked(report, kShown[report.type])}`);
      return `RTCPeerConnection ${peer.connectionState}, ICE ${peer.iceConnectionState}, signaling ${peer.signalingState}; ${parts.join('; ')}`;
    }));
  };
})();
