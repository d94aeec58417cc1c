import type { AuditDiffEntry } from '../../../api/audit.ts';
import { diffLines } from '../../../lib/diff.ts';

/** One line of a shown change; `name` stands before the text on the line where a field begins. */
export interface ChangeLine {
  sign: ' ' | '-' | '+';
  name: string;
  text: string;
}

/** The fields of jobs and groups that have a name in the forms; others show their path. */
const NAMES: Record<string, string> = {
  '/name': 'job.name',
  '/description': 'job.description',
  '/enabled': 'job.enabled',
  '/groups': 'job.groups',
  '/tags': 'group.tags',
  '/labels': 'audit.labels',
  '/payload/shell/command': 'form.command',
  '/payload/shell/environment': 'form.env',
  '/payload/shell/work_dir': 'form.workDir',
  '/payload/http/url': 'audit.url',
  '/payload/http/method': 'form.method',
  '/payload/http/headers': 'form.headers',
  '/payload/http/body': 'form.body',
  '/policies/concurrency': 'form.concurrency',
  '/policies/misfire': 'form.misfire',
  '/policies/overlap': 'form.overlap',
  '/policies/retry/count': 'form.retries',
  '/policies/retry/interval_seconds': 'form.retryInterval',
  '/policies/timeout_seconds': 'form.timeout',
  '/schedule/dst': 'form.dst',
  '/schedule/expression': 'form.cron',
  '/schedule/timezone': 'field.zone',
  '/schedule/type': 'form.kind',
  '/schedule/every_seconds': 'form.every',
  '/schedule/delay_seconds': 'form.delay',
  '/schedule/at': 'form.onceAt',
  '/role': 'audit.role',
};

/** `/labels/env` is the field "labels" with `env` in it. */
export function nameOf(path: string, word: (key: string) => string): string {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const key = NAMES[path.slice(0, end)];
    if (key) return [word(key), ...path.slice(end + 1).split('/').filter(Boolean).map(unescape)].join('.');
  }
  return path.split('/').slice(1).map(unescape).join('.');
}

const unescape = (part: string): string => part.replace(/~1/g, '/').replace(/~0/g, '~');

const textOf = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value);
const isEmpty = (value: unknown): boolean =>
  value === '' || value === null || (typeof value === 'object' && Object.keys(value!).length === 0);

/**
 * A change as lines to read: what was there, what is there. A text of several lines is compared line by line. Fields
 * that were made empty say nothing and are left out.
 */
export function changeLines(diff: AuditDiffEntry[], word: (key: string) => string): ChangeLine[] {
  return diff.flatMap((entry): ChangeLine[] => {
    const name = nameOf(entry.path, word);
    const [had, has] = ['old' in entry && !isEmpty(entry.old), 'new' in entry && !isEmpty(entry.new)];
    const [before, after] = [had ? textOf(entry.old) : '', has ? textOf(entry.new) : ''];
    if (had && has && `${before}${after}`.includes('\n')) {
      return diffLines(before, after).map(({ sign, text }, index) => ({ sign, text, name: index === 0 ? name : '' }));
    }
    const lines = (sign: '-' | '+', text: string): ChangeLine[] =>
      text.split('\n').map((line, index) => ({ sign, name: index === 0 ? name : '', text: line }));
    return [...(had ? lines('-', before) : []), ...(has ? lines('+', after) : [])];
  });
}
