import type { ShellConfig, Task } from '../../../api/types.ts';
import { between, type NumberField, within } from './number-field.ts';

/** How a script is started, what its exit code means, and what becomes of what it leaves. */
export interface ScriptForm {
  /** Empty: /bin/sh. */
  interpreter: string;
  /** One on each line. */
  interpreterArgs: string;
  successCodes: string;
  /** Empty: the agent's own. */
  umask: string;
  /** Empty: the agent's own. */
  nice: NumberField;
  /** Empty: the agent's own. */
  runAs: string;
  scratchDir: boolean;
  leaveProcesses: boolean;
  /** Of all its processes together: MiB, how many, per cent of one processor; empty: none of its own. */
  totalMemory: NumberField;
  totalProcesses: NumberField;
  cpuShare: NumberField;
  /** Runs in a unit of the host's systemd. */
  unit: boolean;
  /** Empty: the manager's usual one. */
  slice: string;
}

const MIB = 1 << 20;

export const emptyScript = (): ScriptForm => ({
  interpreter: '',
  interpreterArgs: '-c',
  successCodes: '0',
  umask: '',
  nice: '',
  runAs: '',
  scratchDir: false,
  leaveProcesses: false,
  totalMemory: '',
  totalProcesses: '',
  cpuShare: '',
  unit: false,
  slice: '',
});

export const numbers = (text: string): number[] => text.split(/[\s,;]+/).filter(Boolean).map(Number);

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

const configOf = (task: Task | undefined): Partial<ShellConfig> =>
  task?.executor_type === 1 ? task.executor_config as Partial<ShellConfig> : {};

export function scriptOf(task: Task): ScriptForm {
  const usual = emptyScript();
  const config = configOf(task);
  return {
    interpreter: config.interpreter ?? '',
    interpreterArgs: config.interpreter_args?.join('\n') ?? usual.interpreterArgs,
    successCodes: config.success_codes?.join(', ') ?? usual.successCodes,
    umask: config.umask ?? '',
    nice: config.nice ?? '',
    runAs: config.run_as ?? '',
    scratchDir: config.scratch_dir ?? false,
    leaveProcesses: config.leave_processes ?? false,
    totalMemory: config.limits?.total_memory_bytes ? config.limits.total_memory_bytes / MIB : '',
    totalProcesses: config.limits?.total_processes ?? '',
    cpuShare: config.limits?.cpu_percent ?? '',
    unit: !!config.unit,
    slice: config.unit?.slice ?? '',
  };
}

/** Limits of each process, which the form does not show, go back as they came. */
function limitsBody(form: ScriptForm, task: Task | undefined): Partial<ShellConfig> {
  const { total_memory_bytes: _, total_processes: __, cpu_percent: ___, ...others } = configOf(task).limits ?? {};
  const limits = {
    ...others,
    ...(form.totalMemory === '' ? {} : { total_memory_bytes: Math.round(Number(form.totalMemory) * MIB) }),
    ...(form.totalProcesses === '' ? {} : { total_processes: Number(form.totalProcesses) }),
    ...(form.cpuShare === '' ? {} : { cpu_percent: Number(form.cpuShare) }),
  };
  return Object.keys(limits).length > 0 ? { limits } : {};
}

/** A description, which the form does not show, goes back as it came. */
function unitBody(form: ScriptForm, task: Task | undefined): Partial<ShellConfig> {
  if (!form.unit) return {};
  const description = configOf(task).unit?.description;
  const slice = form.slice.trim();
  return { unit: { ...(slice ? { slice } : {}), ...(description ? { description } : {}) } };
}

/** What is not as usual; the rest is left out, and the server knows what is usual. */
export function scriptBody(form: ScriptForm, task?: Task): Partial<ShellConfig> {
  const usual = emptyScript();
  const before = configOf(task).interpreter_args;
  // Arguments that nobody touched go back as they came: one of them may have lines of its own.
  const args = before?.join('\n') === form.interpreterArgs ? before : linesOf(form.interpreterArgs);
  const codes = numbers(form.successCodes);
  return {
    ...(form.interpreter.trim() ? { interpreter: form.interpreter.trim() } : {}),
    ...(args.join('\n') === usual.interpreterArgs ? {} : { interpreter_args: args }),
    ...(codes.join() === usual.successCodes ? {} : { success_codes: codes }),
    ...(form.umask.trim() ? { umask: form.umask.trim() } : {}),
    ...(form.nice === '' ? {} : { nice: form.nice }),
    ...(form.runAs.trim() ? { run_as: form.runAs.trim() } : {}),
    ...(form.scratchDir ? { scratch_dir: true } : {}),
    ...(form.leaveProcesses ? { leave_processes: true } : {}),
    ...limitsBody(form, task),
    ...unitBody(form, task),
  };
}

const SCRIPT_KEYS: [path: string, key: keyof ScriptForm][] = [
  ['executor_config.interpreter', 'interpreter'],
  ['executor_config.interpreter_args', 'interpreterArgs'],
  ['executor_config.success_codes', 'successCodes'],
  ['executor_config.umask', 'umask'],
  ['executor_config.nice', 'nice'],
  ['executor_config.run_as', 'runAs'],
  ['executor_config.scratch_dir', 'scratchDir'],
  ['executor_config.leave_processes', 'leaveProcesses'],
  ['executor_config.limits.total_memory_bytes', 'totalMemory'],
  ['executor_config.limits.total_processes', 'totalProcesses'],
  ['executor_config.limits.cpu_percent', 'cpuShare'],
  ['executor_config.unit', 'unit'],
  ['executor_config.unit.slice', 'slice'],
];

/** The server's paths of these fields. */
export const SCRIPT_PATHS: string[] = SCRIPT_KEYS.map(([path]) => path);

/** What the form holds at each path. */
export const scriptValues = (form: ScriptForm): Record<string, unknown> =>
  Object.fromEntries(SCRIPT_KEYS.map(([path, key]) => [path, form[key]]));

/** Paths whose value is not the usual one. */
export function unusualScript(form: ScriptForm): string[] {
  const usual = emptyScript();
  return SCRIPT_KEYS.filter(([, key]) => form[key] !== usual[key]).map(([path]) => path);
}

/** What is wrong with them, as keys of `fault`. */
export function checkScript(form: ScriptForm & { workDir: string }): Record<string, string> {
  const interpreter = form.interpreter.trim();
  const faults: [path: string, good: boolean, fault: string][] = [
    ['interpreter', interpreter === '' || /^\/.*[^/]$/.test(interpreter), 'program'],
    ['success_codes', numbers(form.successCodes).every((code) => between(code, 0, 255)), 'exitCodes'],
    ['umask', /^(0?[0-7]{3})?$/.test(form.umask.trim()), 'umask'],
    ['nice', form.nice === '' || between(form.nice, -20, 19), 'nice'],
    ['run_as', /^([A-Za-z_][\w.-]{0,31})?$/.test(form.runAs.trim()), 'userName'],
    ['limits.total_memory_bytes', form.totalMemory === '' || within(form.totalMemory, 1, 1 << 30), 'leastMemory'],
    ['limits.total_processes', form.totalProcesses === '' || between(form.totalProcesses, 1, 4_194_304), 'processes'],
    ['limits.cpu_percent', form.cpuShare === '' || between(form.cpuShare, 1, 100_000), 'cpuShare'],
    ['unit.slice', !form.unit || /^(\w[\w.:]*(-[\w.:]+)*\.slice)?$/.test(form.slice.trim()), 'slice'],
    ['scratch_dir', !form.scratchDir || form.workDir.trim() === '', 'twoDirectories'],
  ];
  return Object.fromEntries(
    faults.filter(([, good]) => !good).map(([path, , fault]) => [`executor_config.${path}`, fault]),
  );
}
