// SPDX-License-Identifier: GPL-3.0-or-later
// The page of exchanges: how what was said and heard is written down, and what of it differs from one recording to
// the next.

/** Values that no two recordings have in common; the rest of the page must be the same. */
const kOfThisRecording = [
  'session',
  'resume_token',
  'at_ms',
  'switched_at_ms',
  'age_ms',
  'remaining_ms',
  'deadline_at_ms',
  'token',
  'username',
  'credential',
  'retry_after_ms',
  // Asked for again each second while nothing comes, and nothing does here.
  'keyframes_requested',
];

/** The page without what is of its recording alone. @param {string} page */
export function comparable(page) {
  return page.replace(new RegExp(`"(${kOfThisRecording.join('|')})":("[^"]*"|\\d+)`, 'g'), '"$1":…');
}

export class ExchangesPage {
  #lines;
  #shown = new Set();

  /** @param {string} introduction */
  constructor(introduction) {
    this.#lines = ['# The protocol by example', '', introduction.trim()];
  }

  /**
   * @param {string} title
   * @param {{body: any, jsep?: any, answer?: {data: any, jsep?: any}}[]} exchanges
   */
  show(title, ...exchanges) {
    const lines = exchanges.flatMap(({ body, jsep, answer }) => [
      ...(body ? this.#said('→', body, jsep) : []),
      ...(answer ? this.#said('←', answer.data, answer.jsep) : []),
    ]);
    this.#lines.push('', `**${title}**`, '', '```', ...lines, '```');
  }

  /** @param {string} title @param {any[]} events */
  showEvents(title, events) {
    this.show(title, ...events.map((data) => ({ body: null, answer: { data } })));
  }

  toString() {
    return `${this.#lines.join('\n')}\n`;
  }

  #said(arrow, data, jsep) {
    const lines = [`${arrow} ${this.#shortened(data)}`];
    if (jsep) lines.push(`  jsep {"type":"${jsep.type}","sdp":"v=0…"}`);
    return lines;
  }

  #shortened(data) {
    return JSON.stringify(data).replace(/"settings":(\{.*?\}\]\}|\{[^[\]]*?\})/g, (whole, settings) => {
      if (this.#shown.has(settings)) return '"settings":{…}';
      this.#shown.add(settings);
      return whole;
    });
  }
}
