import { type Ref, ref } from 'vue';
import { whenTypingPauses } from './pause.ts';
import { useErrors } from './use-errors.ts';

export interface Named {
  id: number;
  name: string;
}

export interface NameSearch {
  /** What is typed. */
  text: Ref<string>;
  found: Ref<Named[]>;
  /** Which of them Enter takes. */
  at: Ref<number>;
  /** Names that are known, by their numbers. */
  names: Ref<Record<number, string>>;
  failed: Ref<string>;
  /** An answer is there, of something or of nothing. */
  searched: Ref<boolean>;
  /** Asks for the name of what was chosen before; what is gone, or out of sight, keeps its number. */
  learn(id: number): void;
  take(item: Named | undefined): void;
  /** Arrows, Enter and Escape of the field; never the form's around it. */
  key(event: KeyboardEvent): void;
}

/** Finds one of thousands of things on the server by a part of its name. */
export function useNameSearch(
  source: { find: (words: string) => Promise<Named[]>; nameOf: (id: number) => Promise<string> },
  chosen: (item: Named) => void,
): NameSearch {
  const { wording } = useErrors();
  const text = ref('');
  const found = ref<Named[]>([]);
  const at = ref(0);
  const names = ref<Record<number, string>>({});
  const failed = ref('');
  const searched = ref(false);
  let asked = 0;

  async function search(words: string): Promise<void> {
    const mine = ++asked;
    at.value = 0;
    failed.value = '';
    searched.value = false;
    try {
      const items = words ? await source.find(words) : [];
      // Another word was typed meanwhile.
      if (mine !== asked) return;
      found.value = items;
      searched.value = words !== '';
    } catch (reason) {
      if (mine === asked) failed.value = wording(reason);
    }
  }
  whenTypingPauses(text, (words) => void search(words.trim()));

  function clear(): void {
    asked += 1;
    text.value = '';
    found.value = [];
    searched.value = false;
  }

  function learn(id: number): void {
    if (names.value[id] !== undefined) return;
    names.value[id] = `#${id}`;
    void source.nameOf(id).then((name) => names.value[id] = name).catch(() => {});
  }

  function take(item: Named | undefined): void {
    if (!item) return;
    names.value[item.id] = item.name;
    chosen(item);
    clear();
  }

  function key(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step && found.value.length) {
      at.value = (at.value + step + found.value.length) % found.value.length;
      event.preventDefault();
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      take(found.value[at.value]);
      event.preventDefault();
    } else if (event.key === 'Escape' && text.value) {
      clear();
      event.preventDefault();
      event.stopPropagation();
    }
  }

  return { text, found, at, names, failed, searched, learn, take, key };
}
