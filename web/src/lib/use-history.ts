import { computed, type Ref, ref, shallowRef } from 'vue';

/** More than anybody takes back; the oldest goes first. */
const MOST = 200;

export interface History<T> {
  readonly present: Readonly<Ref<T>>;
  readonly canUndo: Readonly<Ref<boolean>>;
  readonly canRedo: Readonly<Ref<boolean>>;
  /**
   * Makes `next` the present, and forgets what had been undone. Of changes in a row with the same word in `as` (typing
   * into one field) only the last is kept, so that one step back undoes all of them.
   */
  put(next: T, as?: string): void;
  /** The next change stands by itself, also with the same word. */
  seal(): void;
  undo(): void;
  redo(): void;
  /** Another past altogether: none. */
  reset(first: T): void;
}

/** The states that something had, for steps back and forth. States are never changed in place. */
export function useHistory<T>(first: T): History<T> {
  const states = shallowRef<T[]>([first]);
  const at = ref(0);
  let last = '';

  function go(to: number): void {
    last = '';
    at.value = Math.min(Math.max(to, 0), states.value.length - 1);
  }

  return {
    present: computed(() => states.value[at.value]!),
    canUndo: computed(() => at.value > 0),
    canRedo: computed(() => at.value < states.value.length - 1),
    put(next, as = '') {
      if (next === states.value[at.value]) return;
      // The first state is what there was before anybody typed: it is never written over.
      const kept = states.value.slice(0, as && as === last && at.value > 0 ? at.value : at.value + 1);
      states.value = [...kept, next].slice(-MOST);
      at.value = states.value.length - 1;
      last = as;
    },
    seal: () => last = '',
    undo: () => go(at.value - 1),
    redo: () => go(at.value + 1),
    reset(state) {
      states.value = [state];
      go(0);
    },
  };
}
