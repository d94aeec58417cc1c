import { computed, type Ref, watch } from 'vue';
import { useHistory } from '../../../lib/use-history.ts';
import { prettyJSON, type WorkflowForm } from '../definition.ts';
import { jsonFault } from '../json-place.ts';
import type { Definition } from './steps.ts';

/** The definition that is edited: the drawing and the text are two views of it. */
export interface Flow {
  readonly definition: Readonly<Ref<Definition>>;
  /** Why the text cannot be read; the definition is then what it was before. */
  readonly broken: Readonly<Ref<{ message: string; line: number | null } | null>>;
  readonly canUndo: Readonly<Ref<boolean>>;
  readonly canRedo: Readonly<Ref<boolean>>;
  /**
   * Changes of one field in a row, named `as`, are undone together. While the text cannot be read, nothing else changes:
   * it would be written over.
   */
  change(next: Definition, as?: string): void;
  undo(): void;
  redo(): void;
  /** What is changed next is a step by itself. */
  seal(): void;
  /** Writes the text anew from the definition. */
  rewrite(): void;
  /** What the form holds now is the beginning. */
  begin(): void;
}

const isObject = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a text is no definition, without words when it is JSON of another kind; null when it is one. */
export function textFault(text: string): { message: string; line: number | null } | null {
  const fault = jsonFault(text);
  if (fault) return fault;
  return isObject(JSON.parse(text)) ? null : { message: '', line: 1 };
}

const read = (text: string): Definition | null => textFault(text) ? null : JSON.parse(text) as Definition;

export function useDefinition(form: WorkflowForm): Flow {
  const history = useHistory<Definition>(read(form.text) ?? {});
  /** A text that follows from the definition is not read again. */
  let written = form.text;

  function rewrite(): void {
    written = prettyJSON(history.present.value);
    form.text = written;
  }
  watch(() => form.text, (text) => {
    if (text === written) return;
    const typed = read(text);
    if (typed) history.put(typed, 'text');
  }, { flush: 'sync' });

  const broken = computed(() => textFault(form.text));
  function act(how: () => void): void {
    if (broken.value) return;
    how();
    rewrite();
  }

  return {
    definition: history.present,
    broken,
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    change: (next, as) => act(() => history.put(next, as)),
    undo: () => act(history.undo),
    redo: () => act(history.redo),
    seal: history.seal,
    rewrite,
    begin() {
      written = form.text;
      history.reset(read(form.text) ?? {});
    },
  };
}
