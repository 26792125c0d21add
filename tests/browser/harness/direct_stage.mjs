// SPDX-License-Identifier: GPL-3.0-or-later
// A stage on which participants have both transports, and choose.

import { withDirect } from './direct_config.mjs';
import { Stage } from './stage.mjs';

export { withDirect };

/** A stage with the direct transport, whatever the setting; see withDirect. */
export async function openDirectStage(t, how = {}) {
  return new Stage(t, await t.janus(await withDirect(t, how)), 'stage');
}
