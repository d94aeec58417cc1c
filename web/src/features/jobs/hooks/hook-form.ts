import { type Hook, type HookBody, type HookFormat, isCalled } from '../../../api/hooks.ts';

/** What the form of a webhook edits, as its fields show it. */
export interface HookForm {
  name: string;
  format: HookFormat;
  topic: string;
  path: string;
  settle: number | string;
  secret: string;
  rotate: boolean;
  addresses: string;
  params: { name: string; pointer: string; fallback: string }[];
  /** What may stand at the place, separated by commas. */
  when: { pointer: string; is: string }[];
  enabled: boolean;
}

const words = (text: string, between: RegExp): string[] =>
  text.split(between).map((word) => word.trim()).filter(Boolean);

/** Values separated by commas; a comma within one has a backslash before it. */
export const valuesText = (values: string[]): string => values.map((value) => value.replace(/,/g, '\\,')).join(', ');
export function valuesOf(text: string): string[] {
  const values: string[] = [];
  let begun = '';
  for (const part of text.split(',')) {
    // A comma that belongs to a value: the next part goes on with it.
    if (part.endsWith('\\')) {
      begun += part.slice(0, -1) + ',';
      continue;
    }
    values.push(begun + part);
    begun = '';
  }
  return [...values, begun].map((value) => value.trim()).filter(Boolean);
}

export function hookForm(hook: Hook | null): HookForm {
  return {
    name: hook?.name ?? '',
    format: hook?.format ?? 'github',
    topic: hook?.topic ?? '',
    path: hook?.file?.path ?? '',
    settle: hook?.file?.settle_seconds ?? 5,
    secret: '',
    rotate: false,
    addresses: (hook?.addresses ?? []).join('\n'),
    params: (hook?.params ?? []).map(({ name, pointer, default: fallback }) => ({
      name,
      pointer,
      fallback: fallback ?? '',
    })),
    when: (hook?.when ?? []).map((condition) => ({ pointer: condition.pointer, is: valuesText(condition.is) })),
    enabled: hook?.enabled ?? true,
  };
}

/** The whole webhook: what is not sent would be taken away. */
export function hookBody(form: HookForm): HookBody {
  return {
    name: form.name.trim(),
    format: form.format,
    ...(form.format === 'message' ? { topic: form.topic.trim() } : {}),
    ...(form.format === 'file' ? { file: { path: form.path.trim(), settle_seconds: Number(form.settle) } } : {}),
    addresses: isCalled(form.format) ? words(form.addresses, /[\s,]+/) : [],
    params: form.params.map(({ name, pointer, fallback }) => ({
      name: name.trim(),
      pointer: pointer.trim(),
      ...(fallback === '' ? {} : { default: fallback }),
    })),
    when: form.when.map(({ pointer, is }) => ({ pointer: pointer.trim(), is: valuesOf(is) })),
    enabled: form.enabled,
    ...(form.secret && isCalled(form.format) ? { secret: form.secret.trim() } : {}),
    ...(form.rotate && !form.secret && isCalled(form.format) ? { rotate: true } : {}),
  };
}

/** A webhook as it is, switched on or off. */
export const switched = (hook: Hook, enabled: boolean): HookBody => ({
  name: hook.name,
  format: hook.format,
  ...(hook.topic ? { topic: hook.topic } : {}),
  ...(hook.file ? { file: hook.file } : {}),
  addresses: hook.addresses,
  params: hook.params,
  when: hook.when,
  enabled,
});

/** What can be said without the server, by the paths of its fields, as keys of `fault`. */
export function hookFaults(form: HookForm, isNew: boolean): Record<string, string> {
  const faults: Record<string, string> = {};
  const check = (path: string, good: boolean, fault: string) => {
    if (!good) faults[path] ??= fault;
  };
  check('name', form.name.trim() !== '', 'required');
  check('name', /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(form.name.trim()), 'hookName');
  if (form.format === 'message') {
    check('topic', form.topic.trim() !== '', 'required');
    check('topic', /^[A-Za-z0-9._:/-]{1,128}$/.test(form.topic.trim()), 'hookTopic');
  }
  if (form.format === 'file') {
    const path = form.path.trim();
    check('file.path', path !== '', 'required');
    check('file.path', /^\/([^*?]*\/)?[^/]+$/.test(path) && !path.split('/').includes('..'), 'hookPath');
    const seconds = Number(form.settle);
    check('file.settle_seconds', Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400, 'hookSettle');
  }
  if (form.format === 'stripe' && isNew) check('secret', form.secret.trim() !== '', 'required');
  if (form.secret && isCalled(form.format)) check('secret', /^[!-~]{16,256}$/.test(form.secret.trim()), 'hookSecret');
  const pointer = /^(\/([^~]|~[01])*)?$/;
  form.params.forEach((param, index) => {
    check(`params[${index}].name`, param.name.trim() !== '', 'required');
    check(`params[${index}].pointer`, pointer.test(param.pointer.trim()), 'pointer');
  });
  form.when.forEach((condition, index) => {
    check(`when[${index}].pointer`, pointer.test(condition.pointer.trim()), 'pointer');
    check(`when[${index}].is`, valuesOf(condition.is).length > 0, 'required');
  });
  return faults;
}
