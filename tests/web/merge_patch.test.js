// SPDX-License-Identifier: GPL-3.0-or-later
// Differences as RFC 7396 says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergePatch } from '../../examples/web/client/merge_patch.js';

// Appendix A of the RFC: what there is, the patch, and what comes of it.
const kExamples = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  // A participant may be called so.
  ['{"votes":{}}', '{"votes":{"__proto__":{"card":"5"}}}', '{"votes":{"__proto__":{"card":"5"}}}'],
];

for (const [target, patch, result] of kExamples) {
  test(`${target} changed by ${patch} is ${result}`, () => {
    const known = JSON.parse(target);
    assert.equal(JSON.stringify(mergePatch(known, JSON.parse(patch))), result);
    assert.equal(JSON.stringify(known), target, 'what was known is left as it is');
  });
}
