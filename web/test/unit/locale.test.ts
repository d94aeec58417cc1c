import { watch } from 'vue';
import { i18n, loadLaterTexts, setLocale } from '../../src/i18n/index.ts';
import { equal } from './assert.ts';

Deno.test('i18n: a language is shown once it has the texts of all that may be open', async () => {
  Object.assign(globalThis, { document: { documentElement: {} } });
  const { locale, te } = i18n.global;
  const text = 'hook.title';
  equal(te(text, 'zh-CN'), false);
  const shown: [string, boolean][] = [];
  const stop = watch(locale, () => shown.push([locale.value, te(text, locale.value)]), { flush: 'sync' });
  // A first page: English comes with its first texts alone.
  await setLocale('en');
  equal(te('nav.jobs', 'en'), true);
  // A page of later texts asks in the language that is shown, and another language waits for its own.
  await loadLaterTexts();
  equal([te(text, 'en'), te(text, 'zh-CN')], [true, false]);
  await setLocale('zh-CN');
  equal(shown, [['en', false], ['zh-CN', true]]);
  // What somebody chose last is shown, however long the others take.
  await Promise.all([setLocale('en'), setLocale('zh-CN')]);
  equal(locale.value, 'zh-CN');
  stop();
});
