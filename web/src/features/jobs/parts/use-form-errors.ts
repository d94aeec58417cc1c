import { computed, nextTick, type Ref, ref, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiError } from '../../../api/client.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import type { JobForm } from './job-form.ts';
import { fieldOf, valueAt } from './job-paths.ts';
import type { ScheduleFault } from './schedule-fault.ts';

/** The faults of a job's form: each beside its field until that changes, and a sentence above that counts them. */
export function useFormErrors(form: JobForm, box: Ref<HTMLElement | null>): {
  /** Faults that still stand, by the path of their field. */
  shown: Ref<Record<string, string>>;
  problem: Ref<string>;
  /** What the server says of the schedule while it is typed. */
  scheduleFault: Ref<ScheduleFault | null>;
  set(found: Record<string, string>): void;
  /** A refusal of the server: to its fields, or above the form. */
  refuse(error: unknown): void;
  focusFirst(): Promise<void>;
} {
  const { t } = useI18n();
  const { wording, fieldWording } = useErrors();
  const errors = ref<Record<string, string>>({});
  /** The values that the errors are about: an error goes when its field changes. */
  const refused = ref<Record<string, string>>({});
  const problem = ref('');
  const scheduleFault = ref<ScheduleFault | null>(null);

  function set(found: Record<string, string>): void {
    errors.value = found;
    refused.value = Object.fromEntries(Object.keys(found).map((path) => [path, valueAt(form, path)]));
  }
  const shown = computed((): Record<string, string> => ({
    ...(scheduleFault.value && form.schedule === 'cron'
      ? { [scheduleFault.value.path]: scheduleFault.value.text }
      : {}),
    ...Object.fromEntries(
      Object.entries(errors.value).filter(([path]) => valueAt(form, path) === refused.value[path]),
    ),
  }));
  watch(shown, (left) => {
    // The sentence above the form counts what is left, and goes with the last one.
    if (!problem.value || !Object.keys(errors.value).length) return;
    const n = Object.keys(left).length;
    problem.value = n ? t('form.errorCount', { n }) : '';
  });

  function refuse(error: unknown): void {
    if (!(error instanceof ApiError) || !error.details.length) {
      problem.value = wording(error);
      return;
    }
    const found: Record<string, string> = {};
    const rest: string[] = [];
    for (const detail of error.details) {
      const field = fieldOf(detail.path ?? '');
      // No value is wrong: what runs is in the way, and the sentence names it.
      if (detail.code === 'running') rest.push(wording(error));
      else if (field) found[field] ??= fieldWording(detail);
      else rest.push(detail.path ? `${detail.path}: ${fieldWording(detail)}` : fieldWording(detail));
    }
    set(found);
    problem.value = rest.join(' ') || t('form.errorCount', { n: Object.keys(found).length });
  }

  async function focusFirst(): Promise<void> {
    await nextTick();
    const paths = new Set(Object.keys(shown.value));
    const first = [...box.value?.querySelectorAll<HTMLElement>('[data-path]') ?? []]
      .find((field) => paths.has(field.dataset.path!));
    if (!first) return;
    const editor = first.querySelector('.host')?.shadowRoot?.querySelector<HTMLElement>('.cm-content');
    const wrong = first.querySelector<HTMLElement>('[aria-invalid=true]:is(input, select, textarea)');
    (editor ?? wrong ?? first.querySelector<HTMLElement>('input, select, textarea'))?.focus();
    first.scrollIntoView({ block: 'nearest' });
  }

  return { shown, problem, scheduleFault, set, refuse, focusFirst };
}
