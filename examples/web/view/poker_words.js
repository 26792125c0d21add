// SPDX-License-Identifier: GPL-3.0-or-later
// What a page says of planning poker: who plays, what the cards say, what a leader may do next. Pure.

import { hasRight, participantOf } from '../client/room_state.js';
import { inOrder, nameOf } from './words.js';

/**
 * @typedef {import('../client/room_state.js').RoomState} RoomState
 *
 * @typedef {object} Player
 * @property {string} user
 * @property {string} name
 * @property {'none'|'down'|'up'} face   no card yet, one that is closed, one that everybody sees
 * @property {string|null} card          what everybody sees of it
 * @property {boolean} away
 */

/** How a card looks where it takes a font that not everybody has. */
const kCardFaces = { '❓': '?' };
export const cardFace = (card) => kCardFaces[card] ?? card;

/** How a card is read aloud. */
const kCardNames = { '☕': 'coffee break', '❓': 'no idea', '∞': 'infinitely much' };
export const cardName = (card) => kCardNames[card] ?? card;

export const gameOf = (state) => (state?.activity?.kind === 'poker' ? state.activity : null);

/**
 * Everybody who may vote, and whoever did and is gone.
 * @param {RoomState} state
 * @returns {Player[]}
 */
export function playersOf(state) {
  const { activity, me, settings, participants } = state;
  const votes = new Map(Object.entries(activity.state.votes).map(([user, { card = null }]) => [user, card]));
  const mayVote = (one) => hasRight({ me: one, settings }, 'participate') || votes.has(one.user);
  const users = inOrder(participants.filter(mayVote)).map((one) => one.user);
  const gone = [...votes.keys()].filter((user) => !participantOf(state, user));
  return [...users, ...gone].map((user) => {
    const card = votes.get(user) ?? null;
    const face = card !== null ? 'up' : votes.has(user) ? 'down' : 'none';
    const away = participantOf(state, user)?.presence !== 'active';
    return { user, name: user === me.user ? 'You' : nameOf(state, user), face, card, away };
  });
}

/** What a player's card says to those who cannot see it. @param {Player} player */
export function playerSentence({ name, face, card, away }) {
  const who = away ? `${name}, away` : name;
  if (face === 'up') return `${who}: ${cardName(card)}`;
  return face === 'down' ? `${who}: has voted` : `${who}: no card yet`;
}

/** One sentence on how the game is. @param {RoomState} state */
export function gameSentence(state) {
  const { phase, state: game } = state.activity;
  switch (phase) {
    case 'waiting':
      return leads(state) ? 'Name what is to be estimated, and begin.' : 'It begins when the host starts a round.';
    case 'voting':
      return votingSentence(state);
    case 'revealing':
      return 'The cards are being turned …';
    case 'revealed':
      return resultSentence(game.statistics);
    case 'finished':
      return game.estimate ? `Estimated at ${cardName(game.estimate)}.` : 'Left without an estimate.';
    case 'resetting':
      return 'The cards are taken back …';
    default:
      return '';
  }
}

function votingSentence(state) {
  const players = playersOf(state).filter((one) => !one.away || one.face !== 'none');
  const voted = players.filter((one) => one.face !== 'none').length;
  if (voted === 0) return 'Choose a card. Nobody sees it before all are turned.';
  return voted === players.length ? 'Everybody has voted.' : `${voted} of ${players.length} have voted.`;
}

function resultSentence({ agreed, votes, average, lowest, highest }) {
  if (agreed) return votes === 1 ? 'One vote.' : 'Everybody agrees!';
  if (average === undefined) return 'Nobody could tell.';
  return lowest === highest ? 'Those who could tell agree.' : `Between ${lowest} and ${highest}. Talk about it.`;
}

const number = (value) => (value === undefined ? '–' : String(Math.round(value * 10) / 10));

/** Figures of a round, as they are read: pairs of a name and a value. @param {any} statistics */
export function figuresOf({ average, median, lowest, highest, votes }) {
  const range = lowest === undefined ? '–' : lowest === highest ? number(lowest) : `${lowest} to ${highest}`;
  return [
    ['Average', number(average)],
    ['Median', number(median)],
    ['Range', range],
    ['Votes', String(votes)],
  ];
}

/**
 * The card that a leader is likely to settle for: what most have chosen; between equals the one that is nearest above
 * the median.
 * @returns {string|null}
 */
export function suggestedEstimate({ distribution, median }, deck) {
  const most = Math.max(0, ...distribution.map((one) => one.votes));
  const favourites = distribution.filter((one) => one.votes === most);
  if (favourites.length === 1) return favourites[0].card;
  if (median === undefined) return null;
  return deck.find((card) => Number(card) >= median) ?? null;
}

/** Whether we may lead the game. @param {RoomState} state */
export const leads = ({ me }) => me.role !== 'viewer';

/**
 * What a leader does next, what may be done instead, and what goes along.
 * @param {string} phase
 * @returns {{command: string|null, label: string, asks: 'topic'|'estimate'|null, resetLabel: string|null}}
 */
export function leaderMoves(phase) {
  const nothing = { command: null, asks: null, resetLabel: null };
  switch (phase) {
    case 'waiting':
      return { ...nothing, command: 'start', label: 'Start voting', asks: 'topic' };
    case 'voting':
      return { ...nothing, command: 'reveal', label: 'Turn the cards', resetLabel: 'Take cards back' };
    case 'revealed':
      return { command: 'finish', label: 'Finish round', asks: 'estimate', resetLabel: 'Vote again' };
    case 'finished':
      return { ...nothing, command: 'next', label: 'Next round', asks: 'topic' };
    default:
      return { ...nothing, label: 'One moment …' };
  }
}
