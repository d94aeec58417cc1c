import { endCode } from '../../src/features/executions/parts/end-code.ts';
import { equal } from './assert.ts';

const reason = (code: string) => ({ code, text: { zh: '', en: '' } });

Deno.test('end code: an HTTP status is said as one, and never as an exit code', () => {
  equal(endCode({ exit_code: null, http_status: 503, reason: reason('HTTP_STATUS') }), { kind: 'http', value: 503 });
  equal(endCode({ exit_code: null, http_status: 200, reason: null }), { kind: 'http', value: 200 });
  equal(endCode({ exit_code: 503, reason: reason('HTTP_STATUS') }), { kind: 'http', value: 503 });
});

Deno.test('end code: a process has an exit code, and what did not end so has none', () => {
  equal(endCode({ exit_code: 0, http_status: null, reason: null }), { kind: 'exit', value: 0 });
  equal(endCode({ exit_code: 3, reason: reason('EXIT') }), { kind: 'exit', value: 3 });
  equal(endCode({ exit_code: null, http_status: null, reason: reason('SIGNAL') }), null);
});
