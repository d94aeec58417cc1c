import type { Placement, PlacementKind, PlacementStrategy, ScheduleType, Waves } from '../../../api/types.ts';
import { between, type NumberField } from './number-field.ts';

export const PLACEMENT_KINDS: PlacementKind[] = ['each', 'one_of', 'n_of', 'sharded', 'broadcast'];

export const STRATEGIES: PlacementStrategy[] = [
  'least_running',
  'least_load',
  'first',
  'random',
  'round_robin',
  'consistent_hash',
  'last_used',
  'failover',
];

/** On which hosts of its groups a job runs, as the form edits it (docs/scheduling.md). */
export interface PlaceForm {
  kind: PlacementKind;
  strategy: PlacementStrategy;
  count: NumberField;
  /** A shard for each, one on each line; empty: by the count. */
  items: string;
  order: string[];
  where: string;
  exclude: string[];
  /** Empty: the job itself. */
  hashKey: string;
  lease: NumberField;
  fenced: boolean;
  /** Of `each`: one part of the hosts after another. */
  waves: boolean;
  /** Hosts, or a part of them in percent. */
  waveSize: string;
  canary: NumberField;
  wavePause: NumberField;
  /** How many of a hundred may fail. */
  maxFailures: NumberField;
}

export const emptyPlace = (): PlaceForm => ({
  kind: 'each',
  strategy: 'least_running',
  count: 2,
  items: '',
  order: [],
  where: '',
  exclude: [],
  hashKey: '',
  lease: 30,
  fenced: true,
  waves: false,
  waveSize: '10%',
  canary: 1,
  wavePause: 60,
  maxFailures: 0,
});

export function placeOf(placement: Placement | null | undefined): PlaceForm {
  const usual = emptyPlace();
  if (!placement) return usual;
  return {
    ...usual,
    ...wavesOf(placement.waves, usual),
    kind: placement.kind ?? usual.kind,
    strategy: placement.strategy ?? usual.strategy,
    count: placement.count ?? usual.count,
    items: (placement.items ?? []).join('\n'),
    order: [...placement.order ?? []],
    where: placement.where ?? '',
    exclude: [...placement.exclude ?? []],
    hashKey: placement.hash_key ?? '',
    lease: placement.lease_seconds ?? usual.lease,
    fenced: placement.fenced ?? usual.fenced,
  };
}

function wavesOf(waves: Waves | undefined, usual: PlaceForm): Partial<PlaceForm> {
  if (!waves) return {};
  return {
    waves: true,
    waveSize: String(waves.size ?? usual.waveSize),
    canary: waves.canary ?? 0,
    wavePause: waves.pause_seconds ?? 0,
    // Thousandths are kept: 0.125 is 12.5 of a hundred.
    maxFailures: Math.round((waves.max_failure_ratio ?? 0) * 1000) / 10,
  };
}

const wavesBody = (place: PlaceForm): Waves => ({
  size: /^\d+$/.test(place.waveSize.trim()) ? Number(place.waveSize) : place.waveSize.trim(),
  canary: Number(place.canary),
  pause_seconds: Number(place.wavePause),
  max_failure_ratio: Math.round(Number(place.maxFailures) * 10) / 1000,
});

/** A number of hosts, or a part of them. */
function isWaveSize(text: string): boolean {
  const found = /^(\d{1,5})(%?)$/.exec(text.trim());
  return found !== null && between(Number(found[1]), 1, found[2] ? 100 : 10_000);
}

/** Parts of a hundred, also broken ones. */
const isPercent = (value: NumberField): boolean => {
  const number = Number(value);
  return value !== '' && Number.isFinite(number) && number >= 0 && number <= 100;
};

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Whether the server says where or when, so that no agent fires the job by itself. */
export const isCoordinated = (placement: Placement | null | undefined): boolean =>
  placement !== null && placement !== undefined && (placement.kind !== 'each' || Boolean(placement.waves));

/** Which of the fields mean something beside the others. */
export const usesStrategy = (place: PlaceForm): boolean => place.kind === 'one_of' || place.kind === 'n_of';
export const usesOrder = (place: PlaceForm): boolean =>
  place.kind === 'each' ? place.waves : usesStrategy(place) && place.strategy === 'failover';
export const usesKey = (place: PlaceForm): boolean => usesStrategy(place) && place.strategy === 'consistent_hash';

/**
 * What is sent of it. Nothing when the job runs on each host and did so before, for servers that know no placement; items
 * that nobody touched go back as they came.
 */
export function placeBody(place: PlaceForm, before?: Placement | null): { placement?: Placement } {
  if (place.kind === 'each' && place.waves) {
    const order = place.order.length ? { order: place.order } : {};
    return { placement: { kind: 'each', ...order, waves: wavesBody(place) } };
  }
  if (place.kind === 'each') return isCoordinated(before) ? { placement: { kind: 'each' } } : {};
  const items = before?.items && before.items.join('\n') === place.items ? before.items : linesOf(place.items);
  const sharded = place.kind === 'sharded';
  return {
    placement: {
      kind: place.kind,
      ...(usesStrategy(place) ? { strategy: place.strategy } : {}),
      ...(place.kind === 'n_of' || (sharded && !items.length) ? { count: Number(place.count) } : {}),
      ...(sharded && items.length ? { items } : {}),
      ...(usesOrder(place) ? { order: place.order } : {}),
      ...(place.where.trim() ? { where: place.where.trim() } : {}),
      ...(place.exclude.length ? { exclude: place.exclude } : {}),
      ...(usesKey(place) && place.hashKey ? { hash_key: place.hashKey } : {}),
      lease_seconds: Number(place.lease),
      fenced: place.fenced,
    },
  };
}

const PLACE_KEYS: [path: string, key: keyof PlaceForm][] = [
  ['placement.kind', 'kind'],
  ['placement.strategy', 'strategy'],
  ['placement.count', 'count'],
  ['placement.items', 'items'],
  ['placement.order', 'order'],
  ['placement.where', 'where'],
  ['placement.exclude', 'exclude'],
  ['placement.hash_key', 'hashKey'],
  ['placement.lease_seconds', 'lease'],
  ['placement.fenced', 'fenced'],
  ['placement.waves.size', 'waveSize'],
  ['placement.waves.canary', 'canary'],
  ['placement.waves.pause_seconds', 'wavePause'],
  ['placement.waves.max_failure_ratio', 'maxFailures'],
];

/** The server's paths of these fields. */
export const PLACE_PATHS: string[] = PLACE_KEYS.map(([path]) => path);

/** What the form holds at each path; what else is chosen decides whether it is wrong. */
export const placeValues = (place: PlaceForm): Record<string, unknown> =>
  Object.fromEntries(PLACE_KEYS.map(([path, key]) => [path, [place.kind, place.strategy, place[key]]]));

/** What is wrong with it, as keys of `fault`. */
export function checkPlace(form: { place: PlaceForm; schedule: ScheduleType; cron: string }): Record<string, string> {
  const { place } = form;
  if (place.kind === 'each' && !place.waves) return {};
  const items = linesOf(place.items);
  const inWaves = place.kind === 'each';
  const isOwn = form.schedule === 'delay' || (form.schedule === 'cron' && /^@reboot$/i.test(form.cron.trim()));
  const counts = place.kind === 'n_of' || (place.kind === 'sharded' && !items.length);
  const faults: [path: string, good: boolean, fault: string][] = [
    ['kind', !isOwn, 'ownFires'],
    ['count', !counts || between(place.count, 1, 1000), 'thousand'],
    ['items', place.kind !== 'sharded' || items.length <= 1000, 'thousandItems'],
    ['order', inWaves || !usesOrder(place) || place.order.length > 0, 'order'],
    ['hash_key', !usesKey(place) || place.hashKey.length <= 256, 'tooLong'],
    ['lease_seconds', inWaves || between(place.lease, 6, 3600), 'lease'],
    ['waves.size', !inWaves || isWaveSize(place.waveSize), 'waveSize'],
    ['waves.canary', !inWaves || between(place.canary, 0, 1000), 'canary'],
    ['waves.pause_seconds', !inWaves || between(place.wavePause, 0, 86_400), 'wavePause'],
    ['waves.max_failure_ratio', !inWaves || isPercent(place.maxFailures), 'maxFailures'],
  ];
  return Object.fromEntries(
    faults.filter(([, good]) => !good).map(([path, , fault]) => [`placement.${path}`, fault]),
  );
}
