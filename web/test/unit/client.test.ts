import { ApiError, get, inBackground, leave, openEnvelope, post, queryString, stay } from '../../src/api/client.ts';
import { safePath } from '../../src/lib/safe-path.ts';
import { shortcutReader } from '../../src/lib/shortcuts.ts';
import { equal } from './assert.ts';

const nobody = (_response: Response) => {};
const codeOf = (error: unknown) => (error as ApiError).code;

Deno.test('client: data comes out of the envelope', () => {
  equal(openEnvelope(200, { code: 0, message: 'ok', data: [1] }), [1]);
});

Deno.test('client: an error carries code, message and details', () => {
  try {
    openEnvelope(422, { code: 1, error: 'invalid', message: 'no', details: [{ path: 'name', message: 'x' }] });
    throw new Error('no error was thrown');
  } catch (error) {
    const { status, code, message, details } = error as ApiError;
    equal([status, code, message, details], [422, 'invalid', 'no', [{ path: 'name', message: 'x' }]]);
  }
});

Deno.test('client: an answer that is no envelope is an error by its status', () => {
  try {
    openEnvelope(502, null);
    throw new Error('no error was thrown');
  } catch (error) {
    equal((error as ApiError).code, 'http_502');
  }
});

Deno.test('client: an answer that broke off behind its status is an error, and none that has no body', () => {
  try {
    openEnvelope(200, null);
    throw new Error('no error');
  } catch (e) {
    const error = e as ApiError;
    equal([error.status, error.code], [0, 'network']);
  }
  equal(openEnvelope(204, null), undefined);
});

Deno.test('client: empty parameters are left out', () => {
  equal(queryString({ a: 1, b: '', c: undefined, d: '*/5 * * * *' }), '?a=1&d=*%2F5+*+*+*+*');
  equal(queryString({}), '');
});

Deno.test('sign-in: goes on to paths of this console only', () => {
  equal(
    ['/jobs?page=2', '//evil.example', '/\\evil.example', 'https://evil.example', '/login?next=/', undefined].map(
      safePath,
    ),
    ['/jobs?page=2', '/', '/', '/', '/', '/'],
  );
});

Deno.test('sign-in: never goes on to a page that only leads to others', () => {
  const gates = ['/401', '/401?next=%2F401', '/login/', '/password', '/codes#x'];
  equal(gates.map(safePath), gates.map(() => '/'));
  equal(['/4010', '/jobs?next=/401'].map(safePath), ['/4010', '/jobs?next=/401']);
});

Deno.test('shortcuts: single keys and two in a row', () => {
  const read = shortcutReader();
  equal([read('/', 0), read('g', 10), read('j', 200), read('j', 300)], ['search', null, 'jobs', null]);
  equal([read('g', 1000), read('e', 5000), read('?', 5001)], [null, null, 'sheet']);
});

Deno.test('client: what a page asks for on its own says so, and only that', async () => {
  const seen: (string | null)[] = [];
  const before = globalThis.fetch;
  globalThis.fetch = (_input: unknown, init?: RequestInit) => {
    seen.push(new Headers(init?.headers).get('X-QF-Background'));
    return Promise.resolve(new Response('{"code":0,"data":1}'));
  };
  try {
    await Promise.all([inBackground(() => get('/a')), get('/b')]);
  } finally {
    globalThis.fetch = before;
  }
  equal(seen, ['1', null]);
});

Deno.test('client: who signs out asks nothing more, and gives up what was asked', async () => {
  const asked: string[] = [];
  const before = globalThis.fetch;
  let answer = nobody;
  globalThis.fetch = (input: unknown, init?: RequestInit) => {
    asked.push(String(input));
    return new Promise((resolve, reject) => {
      answer = resolve;
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  try {
    const early = get('/early').catch(codeOf);
    const out = leave(() => post('/auth/logout'));
    equal(await early, 'network');
    equal(await get('/late').catch(codeOf), 'network');
    answer(new Response('{"code":0,"data":1}'));
    equal(await out, 1);
    equal(await get('/late').catch(codeOf), 'network');
    stay();
    const next = get('/next');
    answer(new Response('{"code":0,"data":2}'));
    equal(await next, 2);
  } finally {
    globalThis.fetch = before;
    stay();
  }
  equal(asked, ['/api/v1/early', '/api/v1/auth/logout', '/api/v1/next']);
});

Deno.test('client: what takes two persons is no answer, and names the request that waits', () => {
  let refusal: ApiError | null = null;
  try {
    openEnvelope(202, { code: 0, data: { approval_id: 'a-1', state: 'pending' } });
  } catch (error) {
    refusal = error as ApiError;
  }
  equal([refusal?.status, refusal?.code, refusal?.approval], [202, 'approval_waiting', 'a-1']);
  // A webhook's 202 is an answer like any other.
  equal(openEnvelope(202, { code: 0, data: { run_id: 'r' } }), { run_id: 'r' });
});
