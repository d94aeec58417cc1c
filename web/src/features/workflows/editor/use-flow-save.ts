import { type Ref, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { ApiError } from '../../../api/client.ts';
import { type Workflow, workflows } from '../../../api/workflows.ts';
import { useUi } from '../../../stores/ui.ts';
import { bodyOf, type WorkflowForm } from '../definition.ts';

interface Saved {
  form: WorkflowForm;
  /** Null: it is new. */
  id: number | null;
  /** As the server has it. */
  workflow: Ref<Workflow | null>;
  /** Whether there is nothing wrong that can be seen without the server. */
  isReadable(): boolean;
  /** What the form holds is saved. */
  kept(): void;
  /** The form takes what somebody else has saved. */
  taken(theirs: Workflow): void;
  refuse(error: unknown): void;
  /** Leads to what is wrong. */
  point(): Promise<void>;
}

/** Saves a workflow, once at a time; who meets somebody else's changes decides whose stay. */
export function useFlowSave(on: Saved): { saving: Ref<boolean>; save(): Promise<void> } {
  const { t } = useI18n();
  const router = useRouter();
  const ui = useUi();
  const saving = ref(false);

  async function resolveConflict(): Promise<void> {
    const answer = await ui.ask({
      title: t('workflow.conflictTitle'),
      text: t('form.conflictText'),
      action: t('form.overwrite'),
      other: t('form.takeTheirs'),
      danger: true,
    });
    if (answer === 'no' || !on.id) return;
    try {
      on.workflow.value = await workflows.one(on.id);
    } catch (error) {
      return on.refuse(error);
    }
    if (answer === 'yes') return save();
    on.taken(on.workflow.value);
    on.kept();
  }

  async function save(): Promise<void> {
    if (saving.value) return;
    if (!on.isReadable()) return on.point();
    saving.value = true;
    try {
      const body = bodyOf(on.form);
      const result = on.id && on.workflow.value
        ? await workflows.update(on.id, body, on.workflow.value.version)
        : await workflows.create(body);
      on.kept();
      ui.toast(t(on.id ? 'job.saved' : 'job.created', { name: result.name }));
      await router.push(`/workflows/${result.id}`);
    } catch (error) {
      saving.value = false;
      if (error instanceof ApiError && error.status === 412) return resolveConflict();
      on.refuse(error);
      await on.point();
    } finally {
      saving.value = false;
    }
  }
  return { saving, save };
}
