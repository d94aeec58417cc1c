import { computed, type Ref, ref, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiError, type FieldError } from '../../../api/client.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import { fieldOf, type WorkflowForm } from '../definition.ts';
import { type FlowFault, placeFaults, standing } from './flow-faults.ts';
import type { Flow } from './use-definition.ts';

/** What the form cannot take yet: half a row, or a name that is none. It is nowhere in the definition. */
export const unfinished = (): HTMLElement | null => document.querySelector<HTMLElement>('[data-unfinished]');

/** The faults of a workflow's form: each beside its field or at its step until that changes, and a sentence that counts them. */
export function useFlowErrors(form: WorkflowForm, flow: Flow): {
  problem: Ref<string>;
  /** Of the fields above the steps. */
  errors: Ref<Record<string, string>>;
  /** Of the definition. */
  faults: Readonly<Ref<FlowFault[]>>;
  show(details: FieldError[]): void;
  refuse(error: unknown): void;
  isReadable(): boolean;
} {
  const { t } = useI18n();
  const { wording, fieldWording } = useErrors();
  const problem = ref('');
  const errors = ref<Record<string, string>>({});
  /** What the server has found in the definition, until what it is about changes. */
  const refused = ref<FlowFault[]>([]);
  const faults = computed(() => standing(flow.definition.value, refused.value));

  // The sentence above counts what is left, and goes with the last one.
  watch([faults, errors], () => {
    if (!problem.value || !refused.value.length) return;
    const n = faults.value.length + Object.keys(errors.value).length;
    problem.value = n ? t('form.errorCount', { n }) : '';
  }, { deep: true });
  // A fault of a field goes when the field changes.
  const fields = { name: () => form.name, cron_expr: () => form.cron, timezone: () => form.zone };
  for (const [field, value] of Object.entries(fields)) watch(value, () => delete errors.value[field]);
  watch(() => form.groupIds, () => delete errors.value.group_ids);

  /** Puts what is wrong to its fields and steps. */
  function show(details: FieldError[]): void {
    const found: Record<string, string> = {};
    const inside: FieldError[] = [];
    for (const detail of details) {
      const field = fieldOf(detail.path ?? '');
      // In Chinese the kind of the fault is said, and then in the server's words what it is in this case.
      const words = fieldWording(detail);
      const message = words === detail.message || detail.text?.zh === words ? words : `${words} ${detail.message}`;
      if (field) found[field] ??= message;
      else inside.push({ ...detail, message });
    }
    errors.value = found;
    refused.value = placeFaults(flow.definition.value, inside);
    problem.value = t('form.errorCount', { n: details.length });
  }

  function refuse(error: unknown): void {
    if (error instanceof ApiError && error.details.length) return show(error.details);
    if (error instanceof ApiError && error.code === 'name_taken') errors.value = { name: wording(error) };
    else problem.value = wording(error);
  }

  /** What can be seen without the server; whether that is nothing. */
  function isReadable(): boolean {
    problem.value = '';
    refused.value = [];
    errors.value = form.name.trim() ? {} : { name: t('errors.required') };
    const n = Object.keys(errors.value).length + (flow.broken.value ? 1 : 0) + (unfinished() ? 1 : 0);
    if (n) problem.value = t('form.errorCount', { n });
    return n === 0;
  }

  return { problem, errors, faults, show, refuse, isReadable };
}
