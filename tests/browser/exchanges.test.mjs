// SPDX-License-Identifier: GPL-3.0-or-later
// The exchanges in the documentation are those of this server. No browser takes part.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparable } from './exchanges/page.mjs';
import { kGuardedConfig, recordExchanges } from './exchanges/scenario.mjs';
import { test } from './harness/test.mjs';
import { kRepository } from './harness/web.mjs';

const kPage = join(kRepository, 'docs/exchanges.md');

test('The recorded exchanges of the documentation are what this server answers', async (t) => {
  const open = await t.janus();
  const guarded = await t.janus({ configs: { 'janus.plugin.baton.jcfg': kGuardedConfig } });
  const recorded = await recordExchanges(open.url, guarded.url);
  if (process.env.BATON_WRITE_EXCHANGES) writeFileSync(kPage, recorded);
  const shown = comparable(readFileSync(kPage, 'utf8')).split('\n');
  const now = comparable(recorded).split('\n');
  const at = now.findIndex((line, i) => line !== shown[i]);
  const same = at < 0 && now.length === shown.length;
  const difference = `line ${at + 1}\nin docs/exchanges.md: ${shown[at]}\nnow: ${now[at]}\nscripts/record_exchanges.sh writes it anew`;
  t.check('docs/exchanges.md shows them', same, same ? '' : difference);
}, { timeLimitMs: 90_000 });
