import { type Ref, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { ApiError } from '../../../api/client.ts';
import { tasks } from '../../../api/tasks.ts';
import type { Task } from '../../../api/types.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import { useUi } from '../../../stores/ui.ts';
import { useGroups } from '../../../stores/groups.ts';
import { versionLines } from '../versions/version-lines.ts';
import { definitionOf } from './definition.ts';
import { valueWords } from '../versions/value-words.ts';
import { bodyOf, formOf, type JobForm } from './job-form.ts';
import type { FieldLine } from './job-words.ts';

/** What another person has made of the job while it was being edited. */
export interface Conflict {
  theirs: Task;
  lines: FieldLine[];
}

interface Options {
  form: JobForm;
  /** The job that is edited, null for a new one; `task` is what of it was loaded. */
  id: number | null;
  task: Ref<Task | null>;
  /** What a new one is a copy of. */
  copied: Ref<Task | null>;
  /** Nothing is left to lose: the job is saved. */
  kept(): void;
  /** The form now holds what the server has. */
  loaded(): void;
  refuse(error: unknown): Promise<void>;
}

/** Sends a job that was checked, and what is to be done when others have changed or deleted it meanwhile. */
export function useJobSave(options: Options): {
  saving: Ref<boolean>;
  conflict: Ref<Conflict | null>;
  send(status: 0 | 1): Promise<void>;
  takeTheirs(): void;
  overwrite(): Promise<void>;
} {
  const { form, id, task } = options;
  const { t } = useI18n();
  const ui = useUi();
  const router = useRouter();
  const groups = useGroups();
  const { report } = useErrors();
  const saving = ref(false);
  const conflict = ref<Conflict | null>(null);
  let wanted: 0 | 1 = 1;

  async function finish(result: Task, words: string): Promise<void> {
    options.kept();
    ui.toast(t(words, { name: result.name }));
    await router.push(`/jobs/${result.id}`);
  }

  /** Another person has deleted the job in between: what was typed can become a new one. */
  async function saveAsNew(): Promise<void> {
    const answer = await ui.ask({
      title: t('form.goneTitle'),
      text: t('form.goneText'),
      action: t('form.saveAsNew'),
      keep: t('form.keepEditing'),
    });
    if (answer !== 'yes') return;
    try {
      await finish(await tasks.create(bodyOf(form, wanted, task.value ?? undefined, true)), 'job.created');
    } catch (error) {
      await options.refuse(error);
    }
  }

  async function showConflict(refusal: ApiError): Promise<void> {
    try {
      const theirs = await tasks.one(id!);
      // Nobody has changed it: it is in the way of itself, as a job that runs and may not be edited meanwhile.
      if (theirs.version === task.value?.version) return await options.refuse(refusal);
      // All that can be written is compared, also what the form does not show.
      const before = definitionOf(task.value ?? {});
      const words = (key: string, named?: Record<string, unknown>) => t(key, named ?? {});
      conflict.value = {
        theirs,
        lines: versionLines(before, definitionOf(theirs), words, valueWords(groups.items, t)),
      };
    } catch (error) {
      report(error);
    }
  }

  async function send(status: 0 | 1): Promise<void> {
    wanted = status;
    saving.value = true;
    try {
      const body = bodyOf(form, status, (id ? task : options.copied).value ?? undefined, !id);
      const result = id ? await tasks.update(id, { ...body, version: task.value?.version }) : await tasks.create(body);
      await finish(result, id ? 'job.saved' : 'job.created');
    } catch (error) {
      saving.value = false;
      const refusal = error instanceof ApiError ? error : null;
      if (refusal?.approval) {
        options.kept();
        report(refusal);
        await router.push(`/approvals?view=mine&id=${refusal.approval}`);
      } else if (id && refusal?.status === 409 && /version|conflict/.test(refusal.code)) await showConflict(refusal);
      else if (id && refusal?.status === 404) await saveAsNew();
      else await options.refuse(error);
    }
    saving.value = false;
  }

  function takeTheirs(): void {
    const theirs = conflict.value?.theirs;
    conflict.value = null;
    if (!theirs) return;
    Object.assign(form, formOf(theirs));
    task.value = theirs;
    options.loaded();
  }

  async function overwrite(): Promise<void> {
    const theirs = conflict.value?.theirs;
    conflict.value = null;
    if (!theirs) return;
    task.value = theirs;
    await send(wanted);
  }

  return { saving, conflict, send, takeTheirs, overwrite };
}
