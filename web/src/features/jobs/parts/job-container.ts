import type { Task, WorkConfig } from '../../../api/types.ts';
import { numbers } from './job-script.ts';
import { between, type NumberField, within } from './number-field.ts';

export const NETWORKS = ['bridge', 'host', 'none'] as const;
export const PULLS = ['missing', 'always', 'never'] as const;

/** What a container job runs (docs/executors.md); variables and directory are those of scripts. */
export interface ContainerForm {
  image: string;
  /** One argument on each line. */
  argumentLines: string;
  /** `/ON/HOST:/IN/CONTAINER`, or with `:rw` behind it, one on each line. */
  mountLines: string;
  network: typeof NETWORKS[number];
  pull: typeof PULLS[number];
  containerUser: string;
  /** MiB. */
  memory: NumberField;
  cpu: NumberField;
  containerCodes: string;
}

export const emptyContainer = (): ContainerForm => ({
  image: '',
  argumentLines: '',
  mountLines: '',
  network: 'bridge',
  pull: 'missing',
  containerUser: '',
  memory: '',
  cpu: '',
  containerCodes: '',
});

interface Mount {
  source: string;
  target: string;
  read_only: boolean;
}

interface Stored {
  image?: string;
  command?: string[];
  mounts?: Mount[];
  network?: ContainerForm['network'];
  pull?: ContainerForm['pull'];
  user?: string | null;
  memory_bytes?: number | null;
  cpu_percent?: number | null;
  success_codes?: number[];
}

const MIB = 1 << 20;
const stored = (task: Task | undefined): Stored => task?.executor_type === 6 ? task.executor_config as Stored : {};
const argumentText = (words: string[] | undefined): string => (words ?? []).join('\n');
const mountText = (places: Mount[] | undefined): string =>
  (places ?? []).map((one) => `${one.source}:${one.target}${one.read_only ? '' : ':rw'}`).join('\n');
const codesText = (codes: number[] | undefined): string =>
  codes && JSON.stringify(codes) !== '[0]' ? codes.join(', ') : '';
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

export function containerOf(task: Task): ContainerForm {
  const usual = emptyContainer();
  const config = stored(task);
  return {
    image: config.image ?? '',
    argumentLines: argumentText(config.command),
    mountLines: mountText(config.mounts),
    network: config.network ?? usual.network,
    pull: config.pull ?? usual.pull,
    containerUser: config.user ?? '',
    memory: config.memory_bytes ? config.memory_bytes / MIB : '',
    cpu: config.cpu_percent ?? '',
    containerCodes: codesText(config.success_codes),
  };
}

/** Arguments that nobody touched go back as they came: one of them may have lines of its own. */
function command(form: ContainerForm, task: Task | undefined): string[] {
  const before = stored(task).command;
  if (before && argumentText(before) === form.argumentLines) return before;
  return form.argumentLines === '' ? [] : form.argumentLines.replace(/\n$/, '').split('\n');
}

function mounts(form: ContainerForm, task: Task | undefined): Mount[] {
  const before = stored(task).mounts;
  if (before && mountText(before) === form.mountLines) return before;
  return lines(form.mountLines).map((line) => {
    const [source = '', target = '', mode = 'ro'] = line.split(':');
    return { source, target, read_only: mode !== 'rw' };
  });
}

/** `executor_config` of such a job, but for its variables and its directory. */
export const containerBody = (form: ContainerForm, task?: Task): WorkConfig => ({
  image: form.image.trim(),
  command: command(form, task),
  mounts: mounts(form, task),
  network: form.network,
  pull: form.pull,
  user: form.containerUser.trim() || null,
  memory_bytes: form.memory === '' ? null : Math.round(Number(form.memory) * MIB),
  cpu_percent: form.cpu === '' ? null : Number(form.cpu),
  success_codes: form.containerCodes.trim() ? numbers(form.containerCodes) : [0],
});

/** The names in such a configuration that the form shows. */
export const CONTAINER_FIELDS = [...Object.keys(containerBody(emptyContainer())), 'env', 'work_dir'];

/** The fields, by the server's paths. */
export const containerValues = (form: ContainerForm): Record<string, unknown> => ({
  'executor_config.image': form.image,
  'executor_config.mounts': form.mountLines,
  'executor_config.network': form.network,
  'executor_config.pull': form.pull,
  'executor_config.user': form.containerUser,
  'executor_config.memory_bytes': form.memory,
  'executor_config.cpu_percent': form.cpu,
});

export const CONTAINER_PATHS = Object.keys(containerValues(emptyContainer()));

const isMount = (line: string): boolean => /^\/[^:,"]*:\/[^:,"]*(:r[ow])?$/.test(line);

/** What is wrong with them, as keys of `fault`. */
export function checkContainer(form: ContainerForm): Record<string, string> {
  const faults: Record<string, string> = {};
  if (form.image.trim() === '') faults['executor_config.image'] = 'required';
  if (!lines(form.mountLines).every(isMount)) faults['executor_config.mounts'] = 'mount';
  if (form.memory !== '' && !within(form.memory, 6, 1 << 30)) faults['executor_config.memory_bytes'] = 'memory';
  if (form.cpu !== '' && !between(form.cpu, 1, 102_400)) faults['executor_config.cpu_percent'] = 'cpu';
  if (!numbers(form.containerCodes).every((code) => between(code, 0, 255))) {
    faults['executor_config.success_codes'] = 'exitCodes';
  }
  return faults;
}
