#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// ./run --demo: the story of a room that outlives its host, played by headless Chromium in a network of its own.
// Ada hosts, Ben is her backup, Vera and Walt watch. What the viewers saw is read back from their pictures.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enterOwnNetwork } from './harness/isolate.mjs';
import { openParticipant } from './harness/participant.mjs';
import { wallClock, watch } from './harness/picture.mjs';
import { TestContext } from './harness/test.mjs';
import { kRepository } from './harness/web.mjs';

const kConfigName = 'janus.plugin.baton.jcfg';
const kRoom = 'demo';
const kGraceMs = 6_000;
const kSceneMs = 3_000;
// Each source paints its own letter, so that a viewer's picture tells whose it is.
const kSources = { A: 'Ada', B: 'Ada, back', C: 'Ben' };

class Demo {
  #beganAt = wallClock();
  viewers = [];

  constructor(context) {
    this.context = context;
  }

  tell(text, at = wallClock()) {
    console.log(`${((at - this.#beganAt) / 1_000).toFixed(2).padStart(7)} s  ${text}`);
  }

  seconds(at) {
    return `${((at - this.#beganAt) / 1_000).toFixed(2)} s`;
  }

  async open() {
    const config = readFileSync(join(kRepository, 'conf', `${kConfigName}.sample`), 'utf8');
    this.janus = await this.context.janus({ configs: { [kConfigName]: config } });
    this.web = await this.context.web();
    this.audience = await this.context.browser({ name: 'viewers' });
  }

  /** A participant in a browser of its own, which can be killed. */
  async newcomer(name) {
    const browser = await this.context.browser({ name: name.toLowerCase() });
    return this.participant(browser, name);
  }

  participant(browser, name) {
    return openParticipant({ browser, webUrl: this.web.url, janusUrl: this.janus.url, room: kRoom, name });
  }

  /** Ada joins as the host and shows a picture of this source. */
  async hostArrives(host, source) {
    await host.join({ user: 'ada', displayName: 'Ada', role: 'host', create: { grace_ms: kGraceMs, video_codec: 'vp8' } });
    await host.share(source, { audio: true });
  }

  async viewerArrives(name) {
    const viewer = await this.participant(this.audience, name);
    await watch(viewer.page);
    const clickedAt = await viewer.join({ user: name.toLowerCase(), displayName: name, subscribe: true });
    const seen = await viewer.waitForSight((sight) => sight.decoded.length > 0);
    this.viewers.push(viewer);
    const first = seen.firstPictureAt();
    this.tell(`${name} sees the picture, ${Math.round(first - clickedAt)} ms after the click.`, first);
  }

  /** Every viewer sees this source; says when. */
  async everybodySees(source) {
    for (const viewer of this.viewers) {
      const seen = await viewer.waitForSight((sight) => sight.firstFrom(source) !== undefined, { timeoutMs: 30_000, what: kSources[source] });
      this.tell(`${viewer.name} sees ${kSources[source]}.`, seen.firstFrom(source));
    }
  }

  async killHost(host) {
    const killedAt = await host.browser.kill();
    this.tell('Ada\'s browser is killed (SIGKILL).', killedAt);
    for (const viewer of this.viewers) {
      const told = await viewer.event('state', 'host_offline', killedAt);
      const after = Math.round(told.at - killedAt);
      this.tell(`${viewer.name} is told after ${after} ms: the host has ${(told.graceMs / 1_000).toFixed(1)} s to return.`, told.at);
    }
  }

  /** One line for each source that the viewer saw, and how long the picture stood still before it. */
  async summary(viewer, before) {
    const { decoded } = await viewer.sight();
    const rows = [];
    for (const { at, source } of decoded) {
      const row = rows.at(-1);
      if (row?.source === source) row.to = at;
      else rows.push({ source, from: at, to: at, still: row ? at - row.to : null });
    }
    for (const { source, from, to, still } of rows) {
      const pause = still === null ? '' : `, after ${(still / 1_000).toFixed(2)} s of standing still`;
      console.log(`  ${viewer.name} saw ${kSources[source].padEnd(9)} from ${this.seconds(from)} to ${this.seconds(to)}${pause}`);
    }
    const now = await viewer.identity();
    const same = now.samePeer && now.remote === before.remote && now.ssrcs.join() === before.ssrcs.join();
    console.log(`  ${viewer.name} had ${same ? 'the same PeerConnection, SSRCs and SDP all the time' : 'to connect again'}.`);
    return same;
  }

  async play() {
    console.log('Starting Janus and the browsers. The story takes about 20 seconds.\n');
    await this.open();
    const ada = await this.newcomer('Ada');
    // Her other computer is switched on already, so that her way back does not depend on how fast this one is.
    const adaElsewhere = await this.newcomer('Ada');
    const ben = await this.newcomer('Ben');
    this.#beganAt = wallClock();
    await this.hostArrives(ada, 'A');
    this.tell('Ada hosts the room and shares a moving clock.');
    await ben.join({ user: 'ben', displayName: 'Ben', role: 'controller' });
    await ben.shareWhenHost('C', { audio: true });
    await ada.call('setBackup', 'ben');
    this.tell('Ben is present as her backup, and shares nothing.');
    await this.viewerArrives('Vera');
    await this.viewerArrives('Walt');
    await sleep(kSceneMs);
    // From here on the viewers' connections must stay what they are.
    const before = await Promise.all(this.viewers.map((viewer) => viewer.identity()));

    await this.killHost(ada);
    await sleep(kSceneMs);
    await this.hostArrives(adaElsewhere, 'B');
    this.tell('Ada is back, in another browser.');
    await this.everybodySees('B');
    await sleep(kSceneMs);

    await this.killHost(adaElsewhere);
    const taken = await ben.event('state', 'host_changed', -Infinity, 3 * kGraceMs);
    this.tell('The time to return is over: Ben becomes host.', taken.at);
    await this.everybodySees('C');
    await sleep(kSceneMs);

    console.log('');
    const same = [];
    for (const [i, viewer] of this.viewers.entries()) same.push(await this.summary(viewer, before[i]));
    return same.every((one) => one);
  }
}

await enterOwnNetwork();
const context = new TestContext('demo');
let status = 0;
try {
  if (!(await new Demo(context).play())) status = 1;
} catch (error) {
  context.report.failures.push(error.stack ?? String(error));
}
await context.close();
for (const failure of context.report.failures) console.error(failure);
process.exit(context.report.failures.length > 0 ? 1 : status);
