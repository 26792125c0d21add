// SPDX-License-Identifier: GPL-3.0-or-later
// The types of the client's own interface; those of a room are in room_state.js.

/**
 * @typedef {object} JoinOptions
 * @property {string} room
 * @property {string} user              id: letters, digits and `._~@+:=-`
 * @property {string} [displayName]
 * @property {import('./room_state.js').Role|string} [role]   `viewer` unless said otherwise; also a role that the room
 *                                      defines further
 * @property {boolean} [subscribe]      receive the program from the start
 * @property {object|null} [create]     settings with which to create the room if it does not exist
 * @property {boolean} [waitForRoom]    if the room does not exist, wait until it does
 * @property {Resumption|null} [resumption]   of a page that was here before, whose place is to be taken again
 * @property {string|(() => string|Promise<string>)} [token]   a join token, or what fetches one: called for each attempt,
 *                                      so that a client that was away for long brings one that is still good
 * @property {string} [pin]             of the room
 *
 * @typedef {object} Resumption          to be kept by a page that may be loaded anew, and told to nobody
 * @property {string} token              good for one join
 * @property {number} attempt            the number of the last attempt to join
 *
 * @typedef {'idle'|'connecting'|'joined'|'reconnecting'|'ended'} ConnectionState
 *
 * @typedef {object} ConnectionInfo
 * @property {ConnectionState} state
 * @property {string|null} reason       why it is so: `socket_closed`, `no_answer`, `left`, `replaced`, `kicked`, ...
 * @property {Error|null} error         the last failure while connecting
 * @property {boolean} rejoined         after a reconnect: whether role and state were kept
 *
 * @typedef {'offer'|'answer'|'candidate'|'message'|'input'} SignalKind   `input` is for those in control, to the host
 *
 * @typedef {object} Signal             as it is received
 * @property {string} from              the sender's user id
 * @property {SignalKind} kind
 * @property {any} payload
 * @property {number} number            the sender's own
 */

/**
 * @typedef {'direct'|'gateway'} TransportName   `direct`: to Baton's own endpoint; `gateway`: through Janus's PeerConnection
 *
 * @typedef {'auto'|TransportName} TransportWish   `auto`: what the server prefers of what it offers, and `gateway` where
 *                                      `direct` does not work; `direct` and `gateway`: that and nothing else
 *
 * @typedef {object} TransportInfo       by what media go; null before they do
 * @property {TransportName|null} name   `direct` where all do
 * @property {TransportName|null} publishing
 * @property {TransportName|null} subscribed
 * @property {string|null} reason       why it is the gateway although `direct` was offered: `timeout`, `failed`,
 *                                      `media_missed`, or the name of the server's refusal
 */

export {};
