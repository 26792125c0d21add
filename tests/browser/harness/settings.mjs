// SPDX-License-Identifier: GPL-3.0-or-later
// With what a test is run: which transport carries the media, and which browser everybody has. The test itself does not
// know; it opens stages and participants, and those are as the setting says.

// Each driver takes its time to load, and a test needs one.
const kBrowsers = {
  chromium: { called: 'Chromium', launch: async (options) => (await import('./chromium.mjs')).launchChromium(options) },
  firefox: { called: 'Firefox', launch: async (options) => (await import('./firefox.mjs')).launchFirefox(options) },
};

export class Setting {
  #browser;

  /** @param {'gateway'|'direct'} transport @param {'chromium'|'firefox'} browser */
  constructor(transport, browser) {
    this.transport = transport;
    this.browser = browser;
    this.#browser = kBrowsers[browser];
  }

  get name() {
    return `${this.transport}-${this.browser}`;
  }

  /** In front of the sentence of a test that is run with more than one setting. */
  get words() {
    const way = this.transport === 'gateway' ? 'the gateway' : this.transport;
    return `By ${way} in ${this.#browser.called}`;
  }

  /**
   * Starts a browser; see launchChromium for the options.
   * @param {'chromium'|'firefox'} [options.program]   instead of this setting's
   */
  launch({ program, ...options }) {
    return (program ? kBrowsers[program] : this.#browser).launch(options);
  }
}

const kSettings = [
  new Setting('gateway', 'chromium'),
  new Setting('direct', 'chromium'),
  new Setting('direct', 'firefox'),
  new Setting('gateway', 'firefox'),
];

/** What a test that says nothing of it is run with. */
export const [kUsual] = kSettings;

/** @typedef {'gateway-chromium'|'direct-chromium'|'direct-firefox'|'gateway-firefox'} SettingName */

function settingNamed(name) {
  const found = kSettings.find((setting) => setting.name === name);
  if (!found) throw new Error(`There is no setting ${name}.`);
  return found;
}

/**
 * For `settings` of test(): with each of these, in every run.
 * @param {...SettingName} names
 */
export function by(...names) {
  return names.map((name) => ({ setting: settingNamed(name), long: false }));
}

/**
 * For `settings` of test(): by the gateway, and by direct in either browser; with the usual setting and with those that are
 * named in every run, with the others in the long one.
 * @param {...('direct-chromium'|'direct-firefox')} always
 */
export function everywhere(...always) {
  const inEveryRun = [kUsual, ...always.map(settingNamed)];
  const all = [kUsual, settingNamed('direct-chromium'), settingNamed('direct-firefox')];
  return all.map((setting) => ({ setting, long: !inEveryRun.includes(setting) }));
}

/**
 * For `settings` of test(): with the usual setting in every run; with those that are named in the long one.
 * @param {...SettingName} names
 */
export function alsoAtLength(...names) {
  return [{ setting: kUsual, long: false }, ...names.map((name) => ({ setting: settingNamed(name), long: true }))];
}

/**
 * For `settings` of test(): with each of these, in the long run.
 * @param {...SettingName} names
 */
export function inLongRun(...names) {
  return names.map((name) => ({ setting: settingNamed(name), long: true }));
}
