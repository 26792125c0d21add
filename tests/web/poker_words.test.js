// SPDX-License-Identifier: GPL-3.0-or-later
// What the poker page says, and of whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  figuresOf,
  gameOf,
  gameSentence,
  leaderMoves,
  leads,
  playerSentence,
  playersOf,
  suggestedEstimate,
} from '../../examples/web/view/poker_words.js';

const kDeck = ['1', '2', '3', '5', '8', '13', '21', '☕', '❓', '∞'];

const person = (user, role = 'viewer', rest = {}) => ({
  user,
  displayName: user.toUpperCase(),
  role,
  furtherRole: null,
  presence: 'active',
  ...rest,
});

const figures = (rest = {}) => ({
  votes: 2,
  average: 6.5,
  median: 6.5,
  lowest: 5,
  highest: 8,
  agreed: false,
  distribution: [
    { card: '5', votes: 1 },
    { card: '8', votes: 1 },
  ],
  ...rest,
});

/** A room with a host and two viewers, seen by bob. */
function roomWith(phase, game = {}, rest = {}) {
  const state = { round: 1, topic: 'login', deck: kDeck, votes: {}, finished: {}, ...game };
  return {
    me: { user: 'bob', role: 'viewer', furtherRole: null },
    host: { user: 'ada' },
    settings: { roles: [{ name: 'guest', rights: ['chat'] }] },
    participants: [person('cyd'), person('bob'), person('ada', 'host')],
    activity: { kind: 'poker', phase, version: 3, state, own: { card: null } },
    ...rest,
  };
}

const facesOf = (room) => playersOf(room).map(({ user, face, card }) => `${user} ${face}${card ? ` ${card}` : ''}`);

test('Everybody who may vote sits at the table, leaders first', () => {
  assert.deepEqual(facesOf(roomWith('voting')), ['ada none', 'bob none', 'cyd none']);
  const guest = person('gus', 'viewer', { furtherRole: 'guest' });
  const { participants } = roomWith('voting');
  assert.equal(playersOf(roomWith('voting', {}, { participants: [...participants, guest] })).length, 3);
});

test('A card is closed until the server says what it is, our own too', () => {
  const voted = roomWith('voting', { votes: { bob: {}, ada: {} } });
  voted.activity.own = { card: '5' };
  assert.deepEqual(facesOf(voted), ['ada down', 'bob down', 'cyd none']);
  const votes = { bob: { card: '5' }, ada: { card: '☕' } };
  assert.deepEqual(facesOf(roomWith('revealed', { votes })), ['ada up ☕', 'bob up 5', 'cyd none']);
});

test('The card of somebody who is gone stays on the table', () => {
  const room = roomWith('revealed', { votes: { dan: { card: '8' } } });
  assert.deepEqual(playersOf(room).at(-1), { user: 'dan', name: 'dan', face: 'up', card: '8', away: true });
});

for (const [what, player, sentence] of [
  ['no card', { name: 'You', face: 'none', card: null, away: false }, 'You: no card yet'],
  ['a closed one', { name: 'Cyd', face: 'down', card: null, away: false }, 'Cyd: has voted'],
  ['an open one', { name: 'Cyd', face: 'up', card: '13', away: false }, 'Cyd: 13'],
  ['a picture', { name: 'Cyd', face: 'up', card: '☕', away: true }, 'Cyd, away: coffee break'],
]) {
  test(`A player's card is said in words: ${what}`, () => assert.equal(playerSentence(player), sentence));
}

const away = { participants: [person('cyd', 'viewer', { presence: 'offline' }), person('bob'), person('ada', 'host')] };
const all = { ada: {}, bob: {}, cyd: {} };
for (const [what, room, sentence] of [
  ['before the first round', roomWith('waiting'), /host starts/],
  ['before the first round, for leaders', roomWith('waiting', {}, { me: { user: 'ada', role: 'host' } }), /begin/],
  ['nobody has voted', roomWith('voting'), /Choose a card/],
  ['some have', roomWith('voting', { votes: { ada: {} } }), /^1 of 3 have voted/],
  ['all have', roomWith('voting', { votes: all }), /Everybody has voted/],
  ['who is away is not waited for', roomWith('voting', { votes: { ada: {}, bob: {} } }, away), /Everybody has voted/],
  ['the cards are being turned', roomWith('revealing', { votes: all }), /being turned/],
  ['they differ', roomWith('revealed', { statistics: figures() }), /Between 5 and 8/],
  ['all agree', roomWith('revealed', { statistics: figures({ agreed: true }) }), /Everybody agrees/],
  ['there is one', roomWith('revealed', { statistics: figures({ agreed: true, votes: 1 }) }), /One vote/],
  ['nobody could tell', roomWith('revealed', { statistics: figures({ average: undefined }) }), /Nobody could tell/],
  ['it is finished', roomWith('finished', { estimate: '8' }), /Estimated at 8/],
  ['it is finished without', roomWith('finished'), /without an estimate/],
  ['the cards are taken back', roomWith('resetting'), /taken back/],
  ['a phase of a later server', roomWith('intermission'), /^$/],
]) {
  test(`How the game is, in a sentence: ${what}`, () => assert.match(gameSentence(room), sentence));
}

test('Figures are rounded, and none where there is none', () => {
  const text = (statistics) => figuresOf(statistics).map(([, value]) => value);
  assert.deepEqual(text(figures({ average: 4.6666 })), ['4.7', '6.5', '5 to 8', '2']);
  assert.deepEqual(text(figures({ lowest: 8 })), ['6.5', '6.5', '8', '2']);
  const none = figures({ average: undefined, median: undefined, lowest: undefined, highest: undefined });
  assert.deepEqual(text(none), ['–', '–', '–', '2']);
});

const chosen = (...cards) => cards.map(([card, votes]) => ({ card, votes }));
for (const [what, statistics, estimate] of [
  ['what most have chosen', figures({ distribution: chosen(['5', 1], ['8', 2]) }), '8'],
  ['between equals the next above the median', figures(), '8'],
  ['between equals the median itself', figures({ median: 5 }), '5'],
  ['a card that is no number', figures({ distribution: chosen(['❓', 2], ['3', 1]) }), '❓'],
  ['nothing, if nothing counts', figures({ median: undefined, distribution: chosen(['❓', 1], ['☕', 1]) }), null],
]) {
  test(`A leader is offered ${what}`, () => assert.equal(suggestedEstimate(statistics, kDeck), estimate));
}

test('In each phase a leader has at most one way on', () => {
  const commands = ['waiting', 'voting', 'revealing', 'revealed', 'finished', 'resetting'].map(
    (phase) => leaderMoves(phase).command,
  );
  assert.deepEqual(commands, ['start', 'reveal', null, 'finish', 'next', null]);
  assert.deepEqual(
    ['host', 'controller', 'viewer'].map((role) => leads({ me: { role } })),
    [true, true, false],
  );
});

test('Another activity is no game of poker', () => {
  assert.equal(gameOf({ activity: { kind: 'raised_hands' } }), null);
  assert.equal(gameOf({ activity: null }), null);
  assert.equal(gameOf(roomWith('voting')).phase, 'voting');
});
