// SPDX-License-Identifier: GPL-3.0-or-later
// Planning poker beside the shared screen: three people, two rounds, and what nobody may know too early.

import { recordFrames } from './harness/frames.mjs';
import { sight, waitForSight, wallClock, watch } from './harness/picture.mjs';
import { keepScreenshot, openRoomPage } from './harness/room_page.mjs';
import { test } from './harness/test.mjs';

const kMovesWithinMs = 1_000;
// Two processors draw what three people see, and run all else here: large windows take half of them.
const kViewport = { width: 800, height: 600 };

/** One at the table. */
class Player {
  constructor(user, page, frames) {
    Object.assign(this, { user, page, frames });
  }

  find(selector) {
    return this.page.locator(`.poker ${selector}`);
  }

  phase(wanted) {
    return this.page.waitForFunction((phase) => document.querySelector('.poker')?.dataset.phase === phase, wanted, { timeout: 10_000 });
  }

  vote(card) {
    return this.find(`[data-card="${card}"]`).click();
  }

  /** Waits until our own card is this, and everybody else's as they say: {user: 'none'|'down'|'up'}. */
  async sees(faces) {
    for (const [user, face] of Object.entries(faces)) {
      await this.find(`.poker-seat[data-user="${user}"][data-face="${face}"]`).waitFor({ timeout: 5_000 });
    }
  }

  async cards() {
    const seats = await this.find('.poker-seat').all();
    const pairs = await Promise.all(seats.map(async (seat) => [await seat.getAttribute('data-user'), await seat.locator('.poker-front').textContent()]));
    return Object.fromEntries(pairs);
  }

  words(selector) {
    return this.find(selector).innerText();
  }

  /** The messages of the plugin that this page received between two moments. */
  heard(from = -Infinity, to = Infinity) {
    const inside = this.frames.filter(({ at }) => at >= from && at <= to);
    return inside.map(({ text }) => JSON.parse(text).plugindata?.data).filter((data) => data !== undefined);
  }
}

/** Ada shares her screen and hosts, Bob leads with her, Cyd plays. */
async function openTable(t) {
  const janus = await t.janus();
  const hosting = await t.browser({ name: 'host' });
  const playing = await t.browser({ name: 'players' });
  const open = async (browser, user, name, parameters) => {
    let frames;
    const prepare = (page) => {
      frames = recordFrames(page);
    };
    const page = await openRoomPage(t, { janus, browser, file: 'poker.html', viewport: kViewport, parameters: { user, name, ...parameters }, prepare });
    return new Player(user, page, frames);
  };
  const ada = await open(hosting, 'ada', 'Ada', { role: 'host', source: 'screen', picture: 'A' });
  const bob = await open(playing, 'bob', 'Bob', { role: 'controller' });
  const cyd = await open(playing, 'cyd', 'Cyd', { role: 'viewer' });
  return { ada, bob, cyd, all: [ada, bob, cyd] };
}

/** The picture that a player sees has moved all the time since `from`. */
async function checkPictureMoved(t, player, from, what) {
  const seen = await sight(player.page);
  const still = seen.longestHeldUp(from, wallClock());
  t.figure(`the shared picture stood still at most, ${what}`, still, { atMost: kMovesWithinMs });
  t.check('It is the picture of the host', seen.decoded.length > 0 && seen.decoded.every(({ source }) => source === 'A'));
}

/** Since `from`, no page but its owner's was told of a card before the first word of a phase in which they are open. */
function checkSecret(t, players, votes, from) {
  for (const player of players) {
    const told = player.heard(from);
    const end = told.findIndex((data) => data.activity?.phase === 'revealed' || data.snapshot?.activity?.phase === 'revealed');
    const before = (end < 0 ? told : told.slice(0, end)).map((data) => JSON.stringify(data));
    const leaks = Object.entries(votes)
      .filter(([user]) => user !== player.user)
      .flatMap(([, cards]) => cards.filter((card) => before.some((text) => text.includes(`"card":"${card}"`))));
    t.check(`${player.user} was told of nobody else's card before they were turned`, end > 0 && leaks.length === 0, `${before.length} messages`);
  }
}

/**
 * Both press the same button at the same moment: what Ada does has not reached Bob's page when he presses, because it is
 * busy until then.
 */
async function pressAtOnce(first, second, selector) {
  const at = wallClock() + 1_000;
  const press = ([when, waitsAwake, button]) =>
    new Promise((fulfil) => {
      const now = () => performance.timeOrigin + performance.now();
      const wake = waitsAwake ? when - 100 : when;
      setTimeout(() => {
        while (waitsAwake && now() < when + 400);
        document.querySelector(button).click();
        fulfil();
      }, wake - now());
    });
  await Promise.all([
    first.page.evaluate(press, [at, false, selector]),
    second.page.evaluate(press, [at, true, selector]),
  ]);
}

/**
 * Loads the page anew. Resolves to the times from then on: when it asked to join, when it was in, and when the table was
 * as it is for everybody.
 */
async function reload(player, phases) {
  await player.page.reload({ waitUntil: 'commit' });
  const shown = await player.page.waitForFunction(
    (wanted) => {
      if (!wanted.includes(document.querySelector('.poker')?.dataset.phase)) return null;
      const { click, joined } = window.baton.client.marks;
      return { click, joined, shown: performance.now() };
    },
    phases,
    { polling: 'raf', timeout: 10_000 },
  );
  return shown.jsonValue();
}

test('Three people play two rounds of poker beside a shared screen, two of them lead, and one reloads during the reveal', async (t) => {
  const { ada, bob, cyd, all } = await openTable(t);
  const everybody = (what) => Promise.all(all.map(what));
  await watch(bob.page);
  await waitForSight(bob.page, (seen) => seen.firstFrom('A') !== undefined);
  const from = wallClock();

  t.check('Without a game there is nothing to play', (await cyd.words('.poker-sentence')).includes('not opened'));
  await ada.find('#poker-open').click();
  await everybody((player) => player.phase('waiting'));
  await ada.find('#poker-topic').fill('Log in with a passkey');
  await ada.find('#poker-topic').press('Enter');
  await everybody((player) => player.phase('voting'));
  t.check('Everybody reads what it is about', (await cyd.words('.poker-topic')) === 'Log in with a passkey');

  await ada.vote('8');
  await bob.vote('5');
  await bob.find('[data-card="5"][aria-pressed="true"]').waitFor();
  await bob.vote('13');
  await cyd.vote('☕');
  await everybody((player) => player.sees({ ada: 'down', bob: 'down', cyd: 'down' }));
  await bob.find('[data-card="13"][aria-pressed="true"]').waitFor();
  const closed = await cyd.cards();
  t.check('Closed cards show nothing, not even one’s own', Object.values(closed).every((card) => card === ''), JSON.stringify(closed));
  await keepScreenshot(cyd.page, 'poker-voting');

  await pressAtOnce(ada, bob, '#poker-move');
  // Bob's page has been kept busy, and shares two processors with the one that reloads.
  await everybody((player) => player.phase('revealing'));
  const times = await reload(cyd, ['revealing', 'revealed']);
  t.figure('who reloads during the reveal is up to date after', times.shown, { atMost: 1_000 });
  t.reading('of that until the page could ask to join', times.click);
  t.reading('and until it was in the room', times.joined);
  await everybody((player) => player.phase('revealed'));
  const cards = JSON.stringify({ ada: '8', bob: '13', cyd: '☕' });
  for (const player of all) {
    const shown = await player.cards();
    t.check(`${player.user} sees all cards, the reloaded one too`, JSON.stringify(shown) === cards, JSON.stringify(shown));
  }
  const reloaded = cyd.heard().filter((data) => data.baton === 'joined').at(-1);
  t.check('The reloaded page is the participant it was', reloaded.rejoined === true, JSON.stringify(reloaded.snapshot.activity.own));
  // Bob, unless Ada's page was busy for even longer.
  const late = [...ada.heard(), ...bob.heard()].filter((data) => data.error_name?.startsWith('activity_'));
  t.check(
    'Of two who turned the cards at once one was told that it was late, and how it is',
    late.length === 1 && late[0].error_name === 'activity_stale' && late[0].activity.phase === 'revealing',
    JSON.stringify(late.map(({ error_name, activity }) => [error_name, activity?.phase])),
  );
  t.check('That is no problem of the page', !(await bob.page.locator('.banner.problem').isVisible()));
  const turned = (data) => data.baton === 'activity_changed' && data.activity.phase === 'revealing';
  t.check('The cards were turned once', ada.heard().filter(turned).length === 1);
  checkSecret(t, all, { ada: ['8'], bob: ['5', '13'], cyd: ['☕'] }, -Infinity);
  const figures = (await cyd.words('.poker-figures')).replaceAll('\n', ' ');
  t.check('The figures are right', /Average 10\.5 .*Median 10\.5 .*Range 8 to 13 .*Votes 3/.test(figures), figures);
  await cyd.page.waitForTimeout(600);
  await keepScreenshot(ada.page, 'poker-revealed');
  await keepScreenshot(cyd.page, 'poker-revealed-player');
  await checkPictureMoved(t, bob, from, 'over the first round');

  await ada.find('#poker-estimate').selectOption('13');
  await ada.find('#poker-move').click();
  await everybody((player) => player.phase('finished'));
  t.check('The estimate is everybody’s', (await cyd.words('.poker-sentence')).includes('13'));

  // The second round, by the other leader, and by keyboard alone.
  const second = wallClock();
  await watch(cyd.page);
  await bob.find('#poker-topic').focus();
  await bob.page.keyboard.type('Log out');
  await bob.page.keyboard.press('Enter');
  await everybody((player) => player.phase('voting'));
  const votingAt = wallClock();
  await cyd.sees({ ada: 'none', bob: 'none', cyd: 'none' });
  t.check('No card is chosen any more', (await cyd.find('[aria-pressed="true"]').count()) === 0);
  await cyd.find('[data-card="1"]').focus();
  await cyd.page.keyboard.press('ArrowRight');
  await cyd.page.keyboard.press('ArrowRight');
  await cyd.page.keyboard.press('Enter');
  await cyd.find('[data-card="3"][aria-pressed="true"]').waitFor();
  await cyd.page.keyboard.press('Enter');
  await ada.sees({ cyd: 'none' });
  // Whoever took it back is told by a message of its own.
  await cyd.find('[data-card="3"][aria-pressed="false"]').waitFor();
  t.check('A card can be taken back', (await cyd.find('[aria-pressed="true"]').count()) === 0);
  for (const player of all) await player.vote('2');
  await everybody((player) => player.sees({ ada: 'down', bob: 'down', cyd: 'down' }));
  await bob.find('#poker-move').focus();
  await bob.page.keyboard.press('Enter');
  await everybody((player) => player.phase('revealed'));
  // All choose the same in the end, which each is told of itself; so it is the card that was taken back that is looked for.
  checkSecret(t, all, { cyd: ['3'] }, votingAt);
  t.check('Everybody agrees', (await cyd.words('.poker-sentence')).includes('Everybody agrees'));
  t.check('The focus stayed where it was', await bob.page.evaluate(() => document.activeElement?.id === 'poker-move'));
  await bob.page.keyboard.press('Enter');
  await everybody((player) => player.phase('finished'));
  await cyd.find('summary').click();
  const rounds = (await cyd.words('.poker-rounds')).replaceAll('\n', ' ');
  t.check('Both rounds are written down', /Log out 2 .*Log in with a passkey 13/.test(rounds), rounds);
  await waitForSight(cyd.page, (seen) => seen.firstFrom('A', second) !== undefined, { what: 'the picture on the reloaded page' });
  await checkPictureMoved(t, bob, second, 'over the second round');
  await keepScreenshot(bob.page, 'poker-finished');
}, { timeLimitMs: 90_000 });
