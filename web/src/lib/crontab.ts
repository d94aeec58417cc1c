import { isZone } from './time.ts';

/** A line of a crontab that starts something. */
export interface CrontabJob {
  /** Counted from 1. */
  line: number;
  cron: string;
  command: string;
  /** Variables that stand above it, and cron's own PATH; without those that mean something to cron itself. */
  env: Record<string, string>;
  /** As `CRON_TZ` above it says; empty: the zone of the machine. */
  zone: string;
  /** As `SHELL` above it says; empty: /bin/sh. */
  shell: string;
}

/** Why a line is none of those. */
export interface CrontabFault {
  line: number;
  text: string;
  why: 'input' | 'unread' | 'unclear' | 'zone';
}

const MACROS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@reboot': '@reboot',
};
const VARIABLE = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;
const MACRO = /^\s*(@\w+)\s+(\S.*)$/;
const FIELDS = /^\s*((?:[\d*][^\s=]*|[A-Za-z]{3}[^\s=]*)(?:\s+\S+){4})\s+(\S.*)$/;
/** Cron's own, which it does not hand on, or which mean nothing here. */
const OWN = new Set(['MAILTO', 'MAILFROM', 'CRON_TZ', 'SHELL', 'RANDOM_DELAY', 'LOGNAME', 'USER']);

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;

/**
 * Reads what `crontab -l` prints (crontab(5), as Debian's cron has it): a person's own table, without a column for the user.
 * A `%` that is not escaped would begin the input of the command, which jobs do not have: such lines are named as faults.
 */
export function readCrontab(text: string): { jobs: CrontabJob[]; faults: CrontabFault[] } {
  const jobs: CrontabJob[] = [];
  const faults: CrontabFault[] = [];
  const env: Record<string, string> = {};
  let zone = '';
  let shell = '';
  text.split(/\r?\n/).forEach((written, index) => {
    const line = index + 1;
    if (!written.trim() || written.trim().startsWith('#')) return;
    const fault = (why: CrontabFault['why']) => faults.push({ line, text: written.trim(), why });
    const variable = VARIABLE.exec(written);
    if (variable) {
      const value = unquoted(variable[2]!);
      if (variable[1] === 'CRON_TZ') zone = value;
      else if (variable[1] === 'SHELL') shell = value === '/bin/sh' ? '' : value;
      else if (!OWN.has(variable[1]!)) env[variable[1]!] = value;
      return;
    }
    const macro = MACRO.exec(written);
    const found = macro ?? FIELDS.exec(written);
    if (!found) return fault('unread');
    const cron = macro ? MACROS[macro[1]!.toLowerCase()] : found[1]!.replace(/\s+/g, ' ');
    if (!cron) return fault('unread');
    const rest = found[2]!.trim();
    // A system's table has the user there, and other schedulers a sixth field.
    if (!macro && /^(root|[\d*][\d*/,-]*)\s/.test(rest)) return fault('unclear');
    if (zone && !isZone(zone)) return fault('zone');
    if (/(^|[^\\])%/.test(rest)) return fault('input');
    jobs.push({ line, cron, command: rest.replace(/\\%/g, '%'), env: { PATH: '/usr/bin:/bin', ...env }, zone, shell });
  });
  return { jobs, faults };
}

const LONGEST_NAME = 64;

/** What a job of a command may be called: the program, without its folders and its ending. */
export function nameOfCommand(command: string): string {
  const words = command.split(/\s+/).filter((word) => !/^[A-Za-z_]\w*=/.test(word));
  // The folder that it changes to first is no name for it.
  const from = words[0] === 'cd' ? words.findIndex((word) => word === '&&' || word.endsWith(';')) + 1 : 0;
  const program = words[from || 0] ?? '';
  const base = program.replace(/["';&|]|\/+$/g, '').split('/').pop() ?? '';
  return base.replace(/\.(sh|py|pl|rb|js)$/, '').slice(0, LONGEST_NAME);
}
