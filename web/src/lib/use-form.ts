import { nextTick, onMounted, type Ref, ref } from 'vue';
import { ApiError } from '../api/client.ts';
import { useErrors } from './use-errors.ts';

/** A small form in a dialog: its field errors, the problem that belongs to none, and one sending at a time. */
export function useForm(form: Ref<HTMLElement | null>): {
  errors: Ref<Record<string, string>>;
  problem: Ref<string>;
  busy: Ref<boolean>;
  /** Sends; a refusal goes to its fields, and the first of them gets the focus. */
  send(checks: Record<string, string>, act: () => Promise<void>): Promise<void>;
} {
  const { wording, fieldWording } = useErrors();
  const errors = ref<Record<string, string>>({});
  const problem = ref('');
  const busy = ref(false);

  /** An error is about the value it was found in, and goes when that changes. */
  function mended(event: Event): void {
    const path = (event.target as HTMLElement).closest<HTMLElement>('[data-path]')?.dataset.path;
    if (!path) return;
    // A field that holds a list answers for each of its parts.
    const isIts = (found: string) => found === path || found.startsWith(`${path}[`);
    if (!Object.keys(errors.value).some(isIts)) return;
    errors.value = Object.fromEntries(Object.entries(errors.value).filter(([found]) => !isIts(found)));
  }
  onMounted(() => {
    form.value?.addEventListener('input', mended);
    form.value?.addEventListener('change', mended);
  });

  async function fail(): Promise<void> {
    await nextTick();
    form.value?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  async function send(checks: Record<string, string>, act: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    problem.value = '';
    errors.value = Object.fromEntries(Object.entries(checks).filter(([, text]) => text));
    if (Object.keys(errors.value).length) return fail();
    busy.value = true;
    try {
      await act();
    } catch (error) {
      const details = error instanceof ApiError ? error.details.filter((detail) => detail.path) : [];
      errors.value = Object.fromEntries(details.map((detail) => [detail.path, fieldWording(detail)]));
      if (!details.length) problem.value = wording(error);
      await fail();
    }
    busy.value = false;
  }
  return { errors, problem, busy, send };
}
