import { draftOf, ruleFault, ruleOf } from '../../src/features/groups/rule-form.ts';
import { equal } from './assert.ts';

Deno.test('group rules: a rule survives the way through its form', () => {
  const rule = {
    group_id: 3,
    addresses: ['192.0.2.0/24', '2001:db8::/32'],
    hostnames: ['web-*'],
    labels: { region: 'eu', gpu: '*' },
    last: true,
  };
  equal(ruleOf(draftOf(rule)), rule);
});

Deno.test('group rules: a label without a value fits any, full-width commas separate too', () => {
  const draft = { ...draftOf(null), group: '1', labels: 'gpu', hostnames: 'a\uff0cb  c' };
  equal([ruleOf(draft).labels, ruleOf(draft).hostnames], [{ gpu: '*' }, ['a', 'b', 'c']]);
});

Deno.test('group rules: a rule needs a group and a condition', () => {
  equal(ruleFault(draftOf(null)), 'group');
  equal(ruleFault({ ...draftOf(null), group: '1' }), 'conditions');
  equal(ruleFault({ ...draftOf(null), group: '1', hostnames: '*' }), null);
});
